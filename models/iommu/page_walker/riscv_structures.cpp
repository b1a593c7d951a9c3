// SPDX-License-Identifier: Apache-2.0
// The walker's way through the RISC-V IOMMU's directories (RISC-V IOMMU specification, chapter 2): device directory of
// 1 to 3 levels down to the device context, process directory of 1 to 3 levels down to the process context. Tables of
// the process directory lie at guest-physical addresses and pass the second stage when there is one.
#include "models/iommu/page_walker/page_walker_core.h"

namespace siov {

PageWalkerCore::Access PageWalkerCore::ReadDevice(OngoingWalk& walk) {
  const RequesterId requester = walk.request_.requester;
  if (!TranslationStructures::DeviceDirectoryReaches(device_directory_levels_, requester)) {
    Fail(walk, kRiscvTransactionDisallowed);
    return {};
  }
  ++walk.tally_.structure_reads;
  walk.step_ = Step::kDeviceData;
  return EntryAccess::Read(spaces_.structures().DeviceDirectoryEntryAddress(walk.structure_level_, requester));
}

void PageWalkerCore::TakeDevice(OngoingWalk& walk) {
  const RequesterId requester = walk.request_.requester;
  if (walk.structure_level_ > 1) {
    // The entry that refers to the page of device contexts is what a root entry's half is in VT-d.
    const RootEntry entry = walk.structure_level_ == 2 ? spaces_.structures().Root(requester) : RootEntry();
    if (entry.defect == EntryDefect::kUnreadable) return Fail(walk, kRiscvDeviceDirectoryAccessFault);
    if (!entry.present) return Fail(walk, kRiscvDeviceDirectoryNotValid);
    if (entry.defect == EntryDefect::kReserved) return Fail(walk, kRiscvDeviceDirectoryMisconfigured);
    --walk.structure_level_;
    walk.step_ = Step::kDevice;
    return;
  }
  const ContextEntry& context = walk.context_ = spaces_.structures().Context(requester);
  if (context.defect == EntryDefect::kUnreadable) return Fail(walk, kRiscvDeviceDirectoryAccessFault);
  walk.fpd_ = context.fpd;
  if (!context.present) return Fail(walk, kRiscvDeviceDirectoryNotValid);
  const bool invalid = context.defect == EntryDefect::kReserved || (context.pre && !context.dte);
  if (invalid) return Fail(walk, kRiscvDeviceDirectoryMisconfigured);
  walk.context_learned_ = true;
  CheckDevice(walk);
  if (walk.step_ == Step::kDone) return;
  walk.request_.translated ? EnterGuestPhysical(walk) : EnterProcessDirectory(walk);
}

void PageWalkerCore::CheckDevice(OngoingWalk& walk) {
  const ContextEntry& context = walk.context_;
  const WalkRequest& request = walk.request_;
  walk.fpd_ = context.fpd;
  const bool needs_ats = request.translation_request || request.translated;
  if (needs_ats && !context.dte) return Fail(walk, kRiscvTransactionDisallowed);
  if (!request.pasid.valid()) {
    walk.pasid_ = context.rid_pasid;  // the default process
    walk.privileged_ = context.rid_privilege;
    return;
  }
  const bool reached = TranslationStructures::ProcessDirectoryReaches(process_directory_levels_, request.pasid.value());
  if (!context.paside || !reached) return Fail(walk, kRiscvTransactionDisallowed);
}

// Whose memory the directory lies in is known from the process: its tables tell whether there is a second stage.
void PageWalkerCore::EnterProcessDirectory(OngoingWalk& walk) {
  walk.entry_ = spaces_.ReadPasidEntry(walk.request_.requester, walk.pasid_);
  SetSpace(walk, spaces_.TablesOf(walk.entry_));
  walk.structure_level_ = process_directory_levels_;
  walk.step_ = Step::kProcess;
}

void PageWalkerCore::EnterProcessLevel(OngoingWalk& walk) {
  const bool guest = walk.space_ && walk.space_->second.levels != 0;
  const unsigned guest_bits = guest ? walk.space_->config->guest_memory_bits : 0;
  walk.table_ = spaces_.structures().ProcessDirectoryEntryAddress(walk.request_.requester, walk.structure_level_,
                                                                  walk.pasid_, guest_bits);
  walk.step_ = Step::kProcessRead;
  if (guest) AddGuest(walk, walk.table_, OngoingWalk::GuestUse::kProcessTable);
}

PageWalkerCore::Access PageWalkerCore::ReadProcess(OngoingWalk& walk) {
  ++walk.tally_.structure_reads;
  walk.step_ = Step::kProcessData;
  return EntryAccess::Read(walk.table_);
}

void PageWalkerCore::TakeProcess(OngoingWalk& walk) {
  if (walk.structure_level_ == 1) return TakePasidEntry(walk);
  const bool last = walk.structure_level_ == 2;
  const DirectoryEntry entry =
      last ? spaces_.structures().Directory(walk.request_.requester, walk.pasid_) : DirectoryEntry();
  if (entry.defect == EntryDefect::kUnreadable) return Fail(walk, kRiscvProcessDirectoryAccessFault);
  walk.fpd_ = walk.fpd_ || entry.fpd;
  if (!entry.present) return Fail(walk, kRiscvProcessDirectoryNotValid);
  if (entry.defect == EntryDefect::kReserved) return Fail(walk, kRiscvProcessDirectoryMisconfigured);
  --walk.structure_level_;
  walk.step_ = Step::kProcess;
}

}  // namespace siov
