// SPDX-License-Identifier: Apache-2.0
// The end of a walk that found its page: how much of it is handed out, with which rights, and the last updates of
// accessed and dirty bits.
#include <algorithm>

#include "models/iommu/page_walker/page_walker_core.h"
#include "models/protocol/tlp.h"

namespace siov {
namespace {

// FEEx_xxxxh shares a byte with the page.
bool MeetsInterruptWindow(std::uint64_t page, unsigned shift) {
  constexpr std::uint64_t kWindow = 0xFEE0'0000;
  constexpr unsigned kWindowShift = 20;
  const unsigned larger = std::max(shift, kWindowShift);
  return (page >> larger) == (kWindow >> larger);
}

}  // namespace

void PageWalkerCore::TakeOutput(OngoingWalk& walk, std::uint64_t address, unsigned page_shift) {
  if (!riscv() && IsInterruptAddress(address)) return Fail(walk, kInterruptRange);
  // A page that reaches into the interrupt window is used in pieces that do not.
  while (!riscv() && page_shift > kPageShift4K && MeetsInterruptWindow(PageBase(address, page_shift), page_shift)) {
    page_shift -= kTableIndexBits;
  }
  walk.output_ = PageBase(address, page_shift);
  if (walk.space_->second.levels != 0) walk.result_.guest_address = PageBase(walk.guest().address, page_shift);
  walk.result_.page_shift = static_cast<std::uint8_t>(page_shift);
  walk.step_ = Step::kLeafUpdates;
}

namespace {

struct Rights {
  bool read;
  bool write;
};

// Of the first stage for a privileged request. VT-d 3.6.1; RISC-V: U pages only with SUM.
Rights PrivilegedRights(const PasidEntry& entry, bool riscv, bool user, Rights of_entries) {
  if (!entry.sre) return {false, false};
  if (riscv) return user && !entry.sum ? Rights{false, false} : of_entries;
  return {of_entries.read, of_entries.write || !entry.wpe};
}

}  // namespace

void PageWalkerCore::GatherRights(OngoingWalk& walk) const {
  Translation& result = walk.result_;
  const bool first =
      walk.space_->tenant_stage() == TableStage::kFirst && !walk.space_->pass_through() && !walk.request_.translated;
  const bool second = walk.space_->second.levels != 0;
  const Rights host = second ? Rights{walk.guest().read, walk.guest().write} : Rights{true, true};
  const Rights entries = first ? Rights{walk.read_, walk.write_} : Rights{true, true};
  const bool user = !first || walk.user_;
  const Rights privileged = first ? PrivilegedRights(walk.entry_, riscv(), walk.user_, entries) : entries;
  result.read = user && entries.read && host.read;
  result.write = user && entries.write && host.write;
  result.privileged_read = privileged.read && host.read;
  result.privileged_write = privileged.write && host.write;
  result.supervisor_disabled = first && !walk.entry_.sre;
}

// The dirty bit is set for a write that is allowed.
PageWalkerCore::Access PageWalkerCore::UpdateLeaves(OngoingWalk& walk) {
  GatherRights(walk);
  // Where no privileged request may come either, nobody can use a supervisor page.
  const bool first_stage = walk.space_->first.levels != 0 && !walk.request_.translated;
  if (first_stage && !walk.user_ && !walk.entry_.sre) {
    Fail(walk, kSupervisorPage);
    return {};
  }
  const bool dirties = walk.request_.write && (walk.privileged_ ? walk.result_.privileged_write : walk.result_.write);
  const TableEntry& second = walk.second_leaf_;
  if (!second.accessed || (dirties && !second.dirty)) return UpdateSecond(walk, second, Step::kSecondLeafUpdated);
  const TableEntry& first = walk.first_leaf_;
  if (!first.accessed || (dirties && !first.dirty)) return UpdateFirst(walk, first, Step::kFirstLeafUpdated);
  walk.result_.address = walk.output_;
  walk.result_.clean = !first.dirty || !second.dirty;
  walk.result_.dirty_tracked = walk.request_.translation_request && walk.request_.write;
  walk.result_.domain = walk.space_->domain_id;
  walk.result_.pgtt = walk.request_.translated ? std::uint8_t{kPgttSecondStage} : walk.entry_.pgtt;
  walk.result_.fpd = walk.fpd_;
  walk.step_ = Step::kDone;
  return {};
}

void PageWalkerCore::TakeLeafUpdate(OngoingWalk& walk) {
  const bool of_second = walk.step_ == Step::kSecondLeafUpdated;
  const bool dirties = walk.request_.write && (walk.privileged_ ? walk.result_.privileged_write : walk.result_.write);
  const std::uint64_t address = of_second ? walk.guest().address : walk.request_.address;
  spaces_.UseEntry(*walk.space_, of_second ? TableStage::kSecond : TableStage::kFirst,
                   of_second ? walk.second_level_ : walk.level_, address, dirties);
  TableEntry& leaf = of_second ? walk.second_leaf_ : walk.first_leaf_;
  leaf.accessed = true;
  leaf.dirty = leaf.dirty || dirties;
  walk.step_ = Step::kLeafUpdates;
}

}  // namespace siov
