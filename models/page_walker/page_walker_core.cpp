// SPDX-License-Identifier: Apache-2.0
#include "models/page_walker/page_walker_core.h"

#include <algorithm>

namespace siov {
namespace {

constexpr std::uint64_t kPageMask = kPage4K - 1;

std::uint64_t OffsetMask(unsigned shift) { return (std::uint64_t{1} << shift) - 1; }

}  // namespace

PageWalkerCore::PageWalkerCore(const PageWalkerConfig& config, const AddressSpaces& spaces)
    : spaces_(spaces),
      context_cache_(config.context_cache),
      pasid_cache_(config.pasid_cache),
      first_caches_(config.first_stage_cache.begin(), config.first_stage_cache.end()),
      second_caches_(config.second_stage_cache.begin(), config.second_stage_cache.end()),
      nested_cache_(config.nested_cache) {}

void PageWalkerCore::Begin(Walk& walk, RequesterId requester, Pasid pasid, std::uint64_t address) const {
  walk = Walk{};
  walk.requester_ = requester;
  walk.pasid_ = pasid;
  walk.address_ = address;
  walk.step_ = Walk::Step::kStart;
}

std::optional<std::uint64_t> PageWalkerCore::NextRead(Walk& walk) {
  using Step = Walk::Step;
  for (;;) {
    switch (walk.step_) {
      case Step::kStart:
        LookUpStructures(walk);
        if (walk.step_ != Step::kContext) break;
        ++walk.tally_.structure_reads;
        return spaces_.RootEntryAddress(walk.requester_);
      case Step::kContext:
        walk.step_ = Step::kDirectory;
        ++walk.tally_.structure_reads;
        return spaces_.ContextEntryAddress(walk.requester_);
      case Step::kDirectory:
        walk.context_learned_ = true;
        walk.step_ = Step::kPasidEntry;
        ++walk.tally_.structure_reads;
        return spaces_.PasidDirectoryEntryAddress(walk.requester_, walk.pasid_);
      case Step::kPasidEntry:
        walk.pasid_learned_ = true;
        walk.step_ = Step::kTables;
        ++walk.tally_.structure_reads;
        return spaces_.PasidEntryAddress(walk.requester_, walk.pasid_);
      case Step::kTables:
        EnterTables(walk);
        break;
      case Step::kFirstEntry:
        if (const auto address = ReadFirst(walk)) return address;
        break;
      case Step::kFirstData:
        TakeFirst(walk);
        break;
      case Step::kSecondStart:
        EnterSecond(walk);
        break;
      case Step::kSecondEntry:
        return ReadSecond(walk);
      case Step::kSecondData:
        TakeSecond(walk);
        break;
      case Step::kDone:
        Learn(walk);
        return std::nullopt;
    }
  }
}

void PageWalkerCore::LookUpStructures(Walk& walk) {
  if (pasid_cache_.Lookup(PasidKey(walk)) != nullptr) {
    walk.tally_.pasid_hit = true;
    walk.step_ = Walk::Step::kTables;
    return;
  }
  walk.tally_.context_looked_up = true;
  walk.tally_.context_hit = context_cache_.Lookup(walk.requester_) != nullptr;
  walk.step_ = walk.tally_.context_hit ? Walk::Step::kDirectory : Walk::Step::kContext;
}

void PageWalkerCore::EnterTables(Walk& walk) {
  walk.space_ = spaces_.Find(walk.pasid_);
  if (!walk.space_) {
    walk.pasid_learned_ = false;
    return Fail(walk, kPasidEntryNotPresent);
  }
  const AddressSpace& space = *walk.space_;
  walk.result_.read = walk.result_.write = true;
  if (space.pass_through()) return Finish(walk, walk.address_, kPageShift1G);
  if (space.tenant_stage() == TableStage::kFirst) return EnterFirst(walk);
  AddGuest(walk, walk.address_, false);
}

void PageWalkerCore::EnterFirst(Walk& walk) {
  const AddressSpace& space = *walk.space_;
  if (!space.first.Accepts(walk.address_)) return Fail(walk, kNotCanonical);
  walk.level_ = space.first.levels;
  walk.step_ = Walk::Step::kFirstEntry;
  for (unsigned level = 2; level <= space.first.levels; ++level) {
    const Prefix key{space.first.EntryPrefix(level, walk.address_), space.pasid};
    const std::uint64_t* table = CacheOf(first_caches_, level).Lookup(key);
    if (table == nullptr) continue;
    walk.tally_.first_cache_hit = true;
    walk.level_ = level - 1;
    walk.table_ = *table;
    walk.table_known_ = true;
    break;
  }
  walk.first_from_ = walk.level_;
}

std::optional<std::uint64_t> PageWalkerCore::ReadFirst(Walk& walk) {
  const AddressSpace& space = *walk.space_;
  if (!walk.table_known_) {
    walk.table_ = spaces_.TableAddress(space, TableStage::kFirst, walk.level_, walk.address_);
    if (space.nested()) {
      AddGuest(walk, walk.table_, true);
      return std::nullopt;
    }
    walk.table_known_ = true;
  }
  walk.tables_[walk.level_ - 1] = walk.table_;
  walk.step_ = Walk::Step::kFirstData;
  ++walk.tally_.first_reads[walk.level_ - 1];
  return walk.table_ + space.first.Index(walk.level_, walk.address_) * kTableEntryBytes;
}

void PageWalkerCore::TakeFirst(Walk& walk) {
  const AddressSpace& space = *walk.space_;
  const TableEntry entry = spaces_.ReadEntry(space, TableStage::kFirst, walk.level_, walk.address_);
  if (entry.kind == TableEntry::Kind::kTable) {
    --walk.level_;
    walk.table_known_ = false;
    walk.step_ = Walk::Step::kFirstEntry;
    return;
  }
  if (entry.kind == TableEntry::Kind::kNotPresent || !(entry.read || entry.write)) {
    return Fail(walk, kFirstStageNotPresent);
  }
  walk.result_.read = entry.read;
  walk.result_.write = entry.write;
  walk.leaf_shift_ = LevelShift(walk.level_);
  const std::uint64_t address = entry.address + (walk.address_ & OffsetMask(walk.leaf_shift_));
  if (!space.nested()) return Finish(walk, address, walk.leaf_shift_);
  AddGuest(walk, address, false);
}

void PageWalkerCore::AddGuest(Walk& walk, std::uint64_t guest, bool table) {
  Walk::Guest& added = walk.guests_[walk.guest_count_++];
  added = Walk::Guest{};
  added.address = guest;
  added.table = table;
  walk.step_ = Walk::Step::kSecondStart;
}

void PageWalkerCore::EnterSecond(Walk& walk) {
  const AddressSpace& space = *walk.space_;
  Walk::Guest& guest = walk.guests_[walk.guest_count_ - 1];
  if (!space.second.Accepts(guest.address)) return Fail(walk, kAboveGuestWidth);
  if (guest.table) {
    const std::uint64_t* page = nested_cache_.Lookup({guest.address >> kPageShift4K, space.domain});
    if (page != nullptr) {
      ++walk.tally_.nested_cache_hits;
      return ResolveGuest(walk, *page);
    }
  }
  walk.second_level_ = space.second.levels;
  for (unsigned level = 2; level <= space.second.levels; ++level) {
    const Prefix key{space.second.EntryPrefix(level, guest.address), space.domain};
    if (CacheOf(second_caches_, level).Lookup(key) == nullptr) continue;
    ++walk.tally_.second_cache_hits;
    walk.second_level_ = level - 1;
    break;
  }
  guest.referred_from = static_cast<std::uint8_t>(walk.second_level_);
  guest.referred_to = static_cast<std::uint8_t>(walk.second_level_ + 1);
  walk.step_ = Walk::Step::kSecondEntry;
}

std::uint64_t PageWalkerCore::ReadSecond(Walk& walk) {
  const Walk::Guest& guest = walk.guests_[walk.guest_count_ - 1];
  walk.step_ = Walk::Step::kSecondData;
  ++walk.tally_.second_reads[walk.second_level_ - 1];
  return spaces_.EntryAddress(*walk.space_, TableStage::kSecond, walk.second_level_, guest.address);
}

void PageWalkerCore::TakeSecond(Walk& walk) {
  Walk::Guest& guest = walk.guests_[walk.guest_count_ - 1];
  const TableEntry entry = spaces_.ReadEntry(*walk.space_, TableStage::kSecond, walk.second_level_, guest.address);
  if (entry.kind == TableEntry::Kind::kTable) {
    guest.referred_to = static_cast<std::uint8_t>(walk.second_level_);
    --walk.second_level_;
    walk.step_ = Walk::Step::kSecondEntry;
    return;
  }
  if (entry.kind == TableEntry::Kind::kNotPresent || !(entry.read || entry.write)) {
    return Fail(walk, kSecondStageNotPresent);
  }
  const unsigned shift = LevelShift(walk.second_level_);
  const std::uint64_t address = entry.address + (guest.address & OffsetMask(shift));
  if (guest.table) return ResolveGuest(walk, address & ~kPageMask);
  walk.result_.read = walk.result_.read && entry.read;
  walk.result_.write = walk.result_.write && entry.write;
  Finish(walk, address, walk.space_->nested() ? std::min(shift, walk.leaf_shift_) : shift);
}

void PageWalkerCore::ResolveGuest(Walk& walk, std::uint64_t page) {
  Walk::Guest& guest = walk.guests_[walk.guest_count_ - 1];
  guest.page = page;
  guest.resolved = true;
  walk.table_ = page;
  walk.table_known_ = true;
  walk.step_ = Walk::Step::kFirstEntry;
}

void PageWalkerCore::Finish(Walk& walk, std::uint64_t address, unsigned page_shift) {
  if (IsInterruptAddress(address)) return Fail(walk, kInterruptRange);
  walk.result_.address = address & ~OffsetMask(page_shift);
  walk.result_.page_shift = static_cast<std::uint8_t>(page_shift);
  walk.step_ = Walk::Step::kDone;
}

void PageWalkerCore::Fail(Walk& walk, FaultReason reason) {
  walk.result_ = Translation{};
  walk.result_.fault_reason = reason;
  walk.step_ = Walk::Step::kDone;
}

// From the root down, so that what is used by most walks is not the oldest entry everywhere.
void PageWalkerCore::Learn(const Walk& walk) {
  if (walk.context_learned_) context_cache_.Insert(walk.requester_, 0);
  if (walk.pasid_learned_) pasid_cache_.Insert(PasidKey(walk), 0);
  if (!walk.space_) return;
  for (unsigned level = walk.first_from_; level >= 2; --level) {
    const std::uint64_t next = walk.tables_[level - 2];
    if (next == 0) break;
    CacheOf(first_caches_, level)
        .Insert({walk.space_->first.EntryPrefix(level, walk.address_), walk.space_->pasid}, next);
  }
  for (unsigned i = 0; i < walk.guest_count_; ++i) LearnGuest(walk, walk.guests_[i]);
}

void PageWalkerCore::LearnGuest(const Walk& walk, const Walk::Guest& guest) {
  const AddressSpace& space = *walk.space_;
  for (unsigned level = guest.referred_from; level >= guest.referred_to && level >= 2; --level) {
    const std::uint64_t next = spaces_.TableAddress(space, TableStage::kSecond, level - 1, guest.address);
    CacheOf(second_caches_, level).Insert({space.second.EntryPrefix(level, guest.address), space.domain}, next);
  }
  if (guest.table && guest.resolved) {
    nested_cache_.Insert({guest.address >> kPageShift4K, space.domain}, guest.page);
  }
}

void PageWalkerCore::InvalidatePage(Pasid pasid, std::uint64_t address) {
  const auto space = spaces_.Find(pasid);
  if (!space || space->pass_through()) return;
  if (!space->nested()) {
    const TableStage stage = space->tenant_stage();
    std::vector<TableCache>& caches = stage == TableStage::kFirst ? first_caches_ : second_caches_;
    for (unsigned level = 2; level <= space->layout(stage).levels; ++level) {
      CacheOf(caches, level).Erase({space->layout(stage).EntryPrefix(level, address), space->owner(stage)});
    }
    return;
  }
  const std::uint32_t domain = space->domain;
  for (TableCache& cache : first_caches_) {
    cache.EraseIf([&](const Prefix& key, std::uint64_t) { return spaces_.Find(Pasid(key.owner))->domain == domain; });
  }
  const auto of_domain = [domain](const Prefix& key, std::uint64_t) { return key.owner == domain; };
  for (TableCache& cache : second_caches_) cache.EraseIf(of_domain);
  nested_cache_.EraseIf(of_domain);
}

}  // namespace siov
