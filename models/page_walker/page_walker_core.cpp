// SPDX-License-Identifier: Apache-2.0
#include "models/page_walker/page_walker_core.h"

#include <algorithm>

namespace siov {
namespace {

constexpr std::uint64_t kPageMask = kPage4K - 1;

std::uint64_t OffsetMask(unsigned shift) { return (std::uint64_t{1} << shift) - 1; }

}  // namespace

PageWalkerCore::PageWalkerCore(const PageWalkerConfig& config, const AddressSpaces& spaces)
    : spaces_(spaces), caches_(config) {}

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
        return spaces_.structures().RootEntryAddress(walk.requester_);
      case Step::kContext:
        walk.step_ = Step::kDirectory;
        ++walk.tally_.structure_reads;
        return spaces_.structures().ContextEntryAddress(walk.requester_);
      case Step::kDirectory:
        walk.context_learned_ = true;
        walk.step_ = Step::kPasidEntry;
        ++walk.tally_.structure_reads;
        return spaces_.structures().DirectoryEntryAddress(walk.requester_, walk.pasid_.value());
      case Step::kPasidEntry:
        walk.pasid_learned_ = true;
        walk.step_ = Step::kTables;
        ++walk.tally_.structure_reads;
        return spaces_.structures().PasidEntryAddress(walk.requester_, walk.pasid_.value());
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
  if (caches_.pasid.Lookup(WalkerCaches::PasidKey(walk.requester_, walk.pasid_)) != nullptr) {
    walk.tally_.pasid_hit = true;
    walk.step_ = Walk::Step::kTables;
    return;
  }
  walk.tally_.context_looked_up = true;
  walk.tally_.context_hit = caches_.context.Lookup(walk.requester_) != nullptr;
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
    const std::uint64_t owner = WalkerCaches::FirstOwner(space.domain_id, space.pasid);
    const TableReference* table = caches_.first(level).Lookup(WalkerCaches::KeyOf(owner, level, walk.address_));
    if (table == nullptr) continue;
    walk.tally_.first_cache_hit = true;
    walk.level_ = level - 1;
    walk.table_ = table->address();
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
    const TableReference* page = caches_.nested.Lookup(WalkerCaches::KeyOf(space.domain_id, 1, guest.address));
    if (page != nullptr) {
      ++walk.tally_.nested_cache_hits;
      return ResolveGuest(walk, page->address());
    }
  }
  walk.second_level_ = space.second.levels;
  for (unsigned level = 2; level <= space.second.levels; ++level) {
    if (caches_.second(level).Lookup(WalkerCaches::KeyOf(space.domain_id, level, guest.address)) == nullptr) continue;
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
  const bool overtaken = walk.result_.overtaken;
  walk.result_ = Translation{};
  walk.result_.overtaken = overtaken;
  walk.result_.fault_reason = reason;
  walk.step_ = Walk::Step::kDone;
}

// From the root down, so that what is used by most walks is not the oldest entry everywhere.
void PageWalkerCore::Learn(const Walk& walk) {
  if (walk.result_.overtaken) return;
  if (walk.context_learned_) caches_.context.Insert(walk.requester_, spaces_.structures().Context(walk.requester_));
  if (walk.pasid_learned_) {
    const PasidEntry entry = spaces_.ReadPasidEntry(walk.requester_, walk.pasid_.value());
    caches_.pasid.Insert(WalkerCaches::PasidKey(walk.requester_, walk.pasid_),
                         {entry, spaces_.structures().Context(walk.requester_), false});
  }
  if (!walk.space_) return;
  const std::uint64_t owner = WalkerCaches::FirstOwner(walk.space_->domain_id, walk.space_->pasid);
  for (unsigned level = walk.first_from_; level >= 2; --level) {
    const std::uint64_t next = walk.tables_[level - 2];
    if (next == 0) break;
    caches_.first(level).Insert(WalkerCaches::KeyOf(owner, level, walk.address_),
                                TableReference::To(next, true, true, true, true));
  }
  for (unsigned i = 0; i < walk.guest_count_; ++i) LearnGuest(walk, walk.guests_[i]);
}

void PageWalkerCore::LearnGuest(const Walk& walk, const Walk::Guest& guest) {
  const AddressSpace& space = *walk.space_;
  for (unsigned level = guest.referred_from; level >= guest.referred_to && level >= 2; --level) {
    const std::uint64_t next = spaces_.TableAddress(space, TableStage::kSecond, level - 1, guest.address);
    caches_.second(level).Insert(WalkerCaches::KeyOf(space.domain_id, level, guest.address),
                                 TableReference::To(next, true, true, true, true));
  }
  if (guest.table && guest.resolved) {
    caches_.nested.Insert(WalkerCaches::KeyOf(space.domain_id, 1, guest.address),
                          TableReference::To(guest.page, true, true, true, true));
  }
}

bool PageWalkerCore::Overtake(Walk& walk, const CacheInvalidation& invalidation) const {
  if (walk.step_ == Walk::Step::kDone || walk.step_ == Walk::Step::kStart) return false;
  const Invalidation& what = invalidation.what;
  const bool of_domain = !walk.space_ || walk.space_->domain_id == what.domain;
  bool overlaps = true;  // global
  switch (what.granularity) {
    case InvalidationGranularity::kDevice: {
      const unsigned ignored = what.function_mask;
      overlaps = (walk.requester_ >> ignored) == (invalidation.requester >> ignored);
      break;
    }
    case InvalidationGranularity::kDomain:
      // Of the context cache this means everything.
      overlaps = what.kind == InvalidationKind::kContext || of_domain;
      break;
    case InvalidationGranularity::kPasid:
      overlaps = of_domain && (!walk.pasid_.valid() || walk.pasid_ == invalidation.pasid);
      break;
    case InvalidationGranularity::kPage:
      overlaps = of_domain && (what.kind == InvalidationKind::kIotlb || !walk.pasid_.valid() ||
                               walk.pasid_ == invalidation.pasid);
      break;
    case InvalidationGranularity::kGlobal:
      break;
  }
  if (overlaps) walk.result_.overtaken = true;
  return overlaps;
}

void PageWalkerCore::InvalidatePage(Pasid pasid, std::uint64_t address) {
  const auto space = spaces_.Find(pasid);
  if (!space || space->pass_through()) return;
  if (space->nested()) {
    caches_.ForgetDomain(space->domain_id);
  } else if (space->tenant_stage() == TableStage::kFirst) {
    caches_.ForgetFirst(space->domain_id, pasid.value(), address);
  } else {
    caches_.ForgetSecond(space->domain_id, address);
  }
}

}  // namespace siov
