// SPDX-License-Identifier: Apache-2.0
// The walker's way through the page tables: first stage, second stage, and the two nested (VT-d 3.6-3.8; RISC-V
// privileged specification, two-stage translation).
#include <algorithm>

#include "models/iommu/page_walker/page_walker_core.h"
#include "models/translation/memory_map.h"

namespace siov {
namespace {

using Kind = TableEntry::Kind;

bool Present(const TableEntry& entry) { return entry.kind != Kind::kNotPresent && (entry.read || entry.write); }

}  // namespace

void PageWalkerCore::SetSpace(OngoingWalk& walk, const std::optional<AddressSpace>& space) const {
  walk.space_ = space;
  if (!space) return;
  if (space->first.levels != 0) walk.first_ = spaces_.StageOf(*space, TableStage::kFirst);
  if (space->second.levels != 0) walk.second_ = spaces_.StageOf(*space, TableStage::kSecond);
}

void PageWalkerCore::EnterTables(OngoingWalk& walk) {
  const PasidEntry& entry = walk.entry_;
  walk.space_.reset();
  if (entry.pgtt < kPgttFirstStage || entry.pgtt > kPgttPassThrough) return Fail(walk, kPasidEntryInvalid);
  SetSpace(walk, spaces_.TablesOf(entry));
  if (!walk.space_) return Fail(walk, kPasidEntryInvalid);
  const AddressSpace& space = *walk.space_;
  if (!walk.tally_.pasid_hit && spaces_.structures().any_pasid_entry_set()) {
    walk.tally_.undefined = discipline_.Contradicts(walk.pasid_, entry, space.domain);
  }
  if (walk.request_.translated) return EnterContained(walk);
  if (space.pass_through()) return PassThrough(walk);
  if (space.tenant_stage() == TableStage::kSecond)
    return AddGuest(walk, walk.request_.address, OngoingWalk::GuestUse::kOutput);
  if (walk.privileged_ && !entry.sre) return Fail(walk, kSupervisorRequestDisabled);
  EnterFirst(walk);
}

void PageWalkerCore::PassThrough(OngoingWalk& walk) {
  if (walk.request_.address >> memory_map::kHostAddressWidth != 0) return Fail(walk, kAboveHostWidth);
  TakeOutput(walk, walk.request_.address, kPageShift1G);
}

// --- First stage -----------------------------------------------------------------------------------------------------

void PageWalkerCore::EnterFirst(OngoingWalk& walk) {
  const AddressSpace& space = *walk.space_;
  const std::uint64_t address = walk.request_.address;
  if (!space.first.Accepts(address)) return Fail(walk, kNotCanonical);
  if (caches_tables_) return Ask(walk, FirstStageCaches(space.first.levels), Step::kFirstLookup);
  walk.level_ = walk.first_from_ = space.first.levels;
  walk.table_known_ = false;
  walk.table_ = walk.first_.Table(walk.level_, address);
  walk.step_ = Step::kFirstEntry;
}

// The caches of all levels are asked at once; the lowest that knows the way says where the walk begins.
void PageWalkerCore::LookUpFirst(OngoingWalk& walk) {
  const AddressSpace& space = *walk.space_;
  const std::uint64_t address = walk.request_.address;
  walk.step_ = Step::kFirstEntry;
  walk.level_ = space.first.levels;
  walk.table_known_ = false;
  const std::uint64_t owner = WalkerCaches::FirstOwner(space.domain_id, walk.pasid_);
  for (unsigned level = 2; level <= space.first.levels; ++level) {
    const TableReference* held =
        caches_.first(level).Lookup(walk.partition_, WalkerCaches::KeyOf(owner, level, address));
    if (held == nullptr) continue;
    walk.tally_.first_cache_hit = true;
    walk.level_ = static_cast<std::uint8_t>(level - 1);
    walk.table_ = held->address();
    walk.table_known_ = true;
    walk.table_writable_ = held->has(TableReference::kWritableTable);
    walk.read_ = held->has(TableReference::kRead);
    walk.write_ = held->has(TableReference::kWrite);
    walk.user_ = held->has(TableReference::kUser);
    break;
  }
  if (!walk.table_known_) walk.table_ = walk.first_.Table(walk.level_, address);
  walk.first_from_ = walk.level_;
}

PageWalkerCore::Access PageWalkerCore::ReadFirst(OngoingWalk& walk) {
  if (!walk.table_known_ && walk.space_->nested()) {
    AddGuest(walk, walk.table_, OngoingWalk::GuestUse::kFirstTable);
    return {};
  }
  walk.tables_[walk.level_ - 1] =
      TableReference::To(walk.table_, walk.read_, walk.write_, walk.user_, walk.table_writable_);
  walk.step_ = Step::kFirstData;
  ++walk.tally_.first_reads[walk.level_ - 1];
  return EntryAccess::Read(FirstEntryAddress(walk));
}

PageWalkerCore::Access PageWalkerCore::TakeFirst(OngoingWalk& walk) {
  const TableEntry& entry = walk.pending_ =
      spaces_.ReadEntry(*walk.space_, TableStage::kFirst, walk.first_, walk.level_, walk.request_.address);
  if (entry.defect == EntryDefect::kUnreadable) {
    Fail(walk, walk.level_ == walk.space_->first.levels ? kFirstStageRootReadError : kFirstStageReadError);
  } else if (!Present(entry)) {
    Fail(walk, kFirstStageNotPresent);
  } else if (entry.defect == EntryDefect::kReserved) {
    Fail(walk, kFirstStageReservedBits);
  } else if (entry.kind == Kind::kTable && !entry.accessed) {
    return UpdateFirst(walk, entry, Step::kFirstUpdated);
  } else {
    DescendFirst(walk);
  }
  return {};
}

PageWalkerCore::Access PageWalkerCore::UpdateFirst(OngoingWalk& walk, const TableEntry& entry, Step next) {
  if (!walk.table_writable_) {
    Fail(walk, kFirstStageNotWritable);
  } else if (!walk.entry_.page_walk_snoop) {
    Fail(walk, kFirstStageUpdateUnsnooped);
  } else if (entry.defect == EntryDefect::kUnwritable) {
    Fail(walk, kFirstStageUpdateFailed);
  } else {
    ++walk.tally_.updates;
    walk.step_ = next;
    return EntryAccess::Update(FirstEntryAddress(walk));
  }
  return {};
}

void PageWalkerCore::DescendFirst(OngoingWalk& walk) {
  const TableEntry& entry = walk.pending_;
  walk.read_ = walk.read_ && entry.read;
  walk.write_ = walk.write_ && entry.write;
  walk.user_ = walk.user_ && entry.user;
  if (entry.kind == Kind::kTable) {
    --walk.level_;
    walk.table_ = entry.address;
    walk.table_known_ = false;
    walk.step_ = Step::kFirstEntry;
    return;
  }
  walk.first_leaf_ = entry;
  walk.leaf_shift_ = static_cast<std::uint8_t>(LevelShift(walk.level_));
  const std::uint64_t address = entry.address + (walk.request_.address & LowBits(walk.leaf_shift_));
  if (walk.space_->nested()) return AddGuest(walk, address, OngoingWalk::GuestUse::kOutput);
  TakeOutput(walk, address, walk.leaf_shift_);
}

// --- Second stage ----------------------------------------------------------------------------------------------------

void PageWalkerCore::AddGuest(OngoingWalk& walk, std::uint64_t address, OngoingWalk::GuestUse use) {
  OngoingWalk::Guest& added = walk.guests_[walk.guest_count_++];
  added.address = address;
  added.use = use;
  added.resolved = false;
  added.read = added.write = true;
  added.referred_from = 0;
  added.referred_to = 1;
  walk.step_ = Step::kSecondStart;
}

void PageWalkerCore::EnterSecond(OngoingWalk& walk) {
  const AddressSpace& space = *walk.space_;
  OngoingWalk::Guest& guest = walk.guest();
  if (!space.second.Accepts(guest.address)) {
    return Fail(walk, space.nested() ? kFirstStageTableAboveWidth : kAboveGuestWidth);
  }
  if (!caches_tables_) return LookUpSecond(walk);
  if (guest.use != OngoingWalk::GuestUse::kOutput) return Ask(walk, SetOf(kNestedPages), Step::kNestedLookup);
  Ask(walk, SecondStageCaches(space.second.levels), Step::kSecondLookup);
}

void PageWalkerCore::LookUpNested(OngoingWalk& walk) {
  const AddressSpace& space = *walk.space_;
  const WalkerCaches::Key key = WalkerCaches::KeyOf(space.domain_id, 1, walk.guest().address);
  if (const TableReference* page = caches_.nested.Lookup(walk.partition_, key)) {
    ++walk.tally_.nested_cache_hits;
    return ResolveGuest(walk, page->address(), page->has(TableReference::kWrite));
  }
  Ask(walk, SecondStageCaches(space.second.levels), Step::kSecondLookup);
}

void PageWalkerCore::LookUpSecond(OngoingWalk& walk) {
  const AddressSpace& space = *walk.space_;
  OngoingWalk::Guest& guest = walk.guest();
  walk.second_level_ = space.second.levels;
  walk.second_table_ = 0;
  for (unsigned level = 2; caches_tables_ && level <= space.second.levels; ++level) {
    const TableReference* held =
        caches_.second(level).Lookup(walk.partition_, WalkerCaches::KeyOf(space.domain_id, level, guest.address));
    if (held == nullptr) continue;
    ++walk.tally_.second_cache_hits;
    walk.second_level_ = static_cast<std::uint8_t>(level - 1);
    walk.second_table_ = held->address();
    guest.read = held->has(TableReference::kRead);
    guest.write = held->has(TableReference::kWrite);
    break;
  }
  if (walk.second_table_ == 0) {
    walk.second_table_ = walk.second_.Table(walk.second_level_, guest.address);
  }
  guest.referred_from = walk.second_level_;
  guest.referred_to = static_cast<std::uint8_t>(walk.second_level_ + 1);
  walk.step_ = Step::kSecondEntry;
}

PageWalkerCore::Access PageWalkerCore::TakeSecond(OngoingWalk& walk) {
  const std::uint64_t address = walk.guest().address;
  const TableEntry& entry = walk.pending_ =
      spaces_.ReadEntry(*walk.space_, TableStage::kSecond, walk.second_, walk.second_level_, address);
  if (entry.defect == EntryDefect::kUnreadable) {
    Fail(walk, walk.second_level_ == walk.space_->second.levels ? kSecondStageRootReadError : kSecondStageReadError);
    return {};
  }
  if (!Present(entry)) {
    Fail(walk, kSecondStageNotPresent);
    return {};
  }
  if (entry.defect == EntryDefect::kReserved) {
    Fail(walk, kSecondStageReservedBits);
    return {};
  }
  // Pages of tables are accessed and, as their entries may be updated, dirty. The output's leaf waits for all rights.
  const bool leaf = entry.kind == Kind::kLeaf;
  const bool output = walk.guest().use == OngoingWalk::GuestUse::kOutput;
  const bool update = leaf ? !output && !(entry.accessed && entry.dirty) : !entry.accessed;
  if (update) return UpdateSecond(walk, entry, Step::kSecondUpdated);
  DescendSecond(walk);
  return {};
}

PageWalkerCore::Access PageWalkerCore::UpdateSecond(OngoingWalk& walk, const TableEntry& entry, Step next) {
  if (!walk.entry_.page_walk_snoop) {
    Fail(walk, kSecondStageUpdateUnsnooped);
  } else if (entry.defect == EntryDefect::kUnwritable) {
    Fail(walk, kSecondStageUpdateFailed);
  } else {
    ++walk.tally_.updates;
    walk.step_ = next;
    return EntryAccess::Update(SecondEntryAddress(walk));
  }
  return {};
}

void PageWalkerCore::DescendSecond(OngoingWalk& walk) {
  const TableEntry& entry = walk.pending_;
  OngoingWalk::Guest& guest = walk.guest();
  guest.read = guest.read && entry.read;
  guest.write = guest.write && entry.write;
  if (entry.kind == Kind::kLeaf) return TakeSecondLeaf(walk);
  EnterSecondTable(walk, entry.address);
}

void PageWalkerCore::TakeSecondLeaf(OngoingWalk& walk) {
  const OngoingWalk::Guest& guest = walk.guest();
  const unsigned shift = LevelShift(walk.second_level_);
  const std::uint64_t address = walk.pending_.address + (guest.address & LowBits(shift));
  if (guest.use == OngoingWalk::GuestUse::kOutput) {
    walk.second_leaf_ = walk.pending_;
    const bool first = walk.space_->nested() && !walk.request_.translated;
    return TakeOutput(walk, address, first ? std::min<unsigned>(shift, walk.leaf_shift_) : shift);
  }
  if (!guest.read) {
    const bool root = guest.use == OngoingWalk::GuestUse::kFirstTable && walk.level_ == walk.space_->first.levels;
    return Fail(walk, root ? kFirstStageRootNotReadable : kFirstStageNotReadable);
  }
  // With accessed and dirty bits in the second stage a table is read as if it were written.
  if (!guest.write && walk.entry_.ssade) return Fail(walk, kFirstStageNotWritable);
  ResolveGuest(walk, PageBase(address, kPageShift4K), guest.write);
}

void PageWalkerCore::ResolveGuest(OngoingWalk& walk, std::uint64_t page, bool writable) {
  OngoingWalk::Guest& guest = walk.guest();
  guest.page = page;
  guest.resolved = true;
  guest.write = writable;
  if (guest.use == OngoingWalk::GuestUse::kProcessTable) {
    walk.table_ = page + (guest.address & LowBits(kPageShift4K));
    walk.step_ = Step::kProcessRead;
    return;
  }
  walk.table_ = page + (walk.table_ & LowBits(kPageShift4K));
  walk.table_known_ = true;
  walk.table_writable_ = writable;
  walk.step_ = Step::kFirstEntry;
}

}  // namespace siov
