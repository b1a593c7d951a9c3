// SPDX-License-Identifier: Apache-2.0
// The walker's way through VT-d scalable mode's structures and what is wrong with them (VT-d 3.4, table 30).
#include "models/iommu/page_walker/page_walker_core.h"

namespace siov {

void PageWalkerCore::TakeRoot(OngoingWalk& walk) {
  const RootEntry root = spaces_.structures().Root(walk.request_.requester);
  if (root.defect == EntryDefect::kUnreadable) return Fail(walk, kRootReadError);
  if (!root.present) return Fail(walk, kRootNotPresent);
  if (root.defect == EntryDefect::kReserved) return Fail(walk, kRootReservedBits);
}

void PageWalkerCore::TakeContext(OngoingWalk& walk) {
  const ContextEntry& context = walk.context_ = spaces_.structures().Context(walk.request_.requester);
  if (context.defect == EntryDefect::kUnreadable) return Fail(walk, kContextReadError);
  walk.fpd_ = context.fpd;
  if (!context.present) return Fail(walk, kContextNotPresent);
  if (context.defect == EntryDefect::kReserved) return Fail(walk, kContextReservedBits);
  const bool behind = context.rid_pasid == kMaxPasids;  // the entry of requests without PASID when every PASID is taken
  const bool invalid = (context.pre && !context.dte) || (context.eptr && !context.paside) ||
                       (context.rid_pasid >= context.pasids() && !behind);
  if (invalid) return Fail(walk, kContextInvalid);
  walk.context_learned_ = true;
}

// What the entry says of this request: also asked where the context comes from a cache.
void PageWalkerCore::CheckContext(OngoingWalk& walk) {
  const ContextEntry& context = walk.context_;
  const WalkRequest& request = walk.request_;
  walk.fpd_ = context.fpd;
  const bool needs_ats = request.translation_request || request.translated;
  if (needs_ats && !context.dte) return Fail(walk, kDeviceTlbDisabled);
  if (!request.pasid.valid()) {
    walk.pasid_ = context.rid_pasid;
    walk.privileged_ = context.rid_privilege;
    return;
  }
  if (!context.paside) return Fail(walk, kPasidDisabled);
  if (request.pasid.value() >= context.pasids()) return Fail(walk, kPasidBeyondDirectory);
  if (request.pasid.value() == context.rid_pasid) return Fail(walk, kPasidEqualsRidPasid);
}

void PageWalkerCore::TakeDirectory(OngoingWalk& walk) {
  const DirectoryEntry directory = spaces_.structures().Directory(walk.request_.requester, walk.pasid_);
  if (directory.defect == EntryDefect::kUnreadable) return Fail(walk, kPasidDirectoryReadError);
  walk.fpd_ = walk.fpd_ || directory.fpd;
  if (!directory.present) return Fail(walk, kPasidDirectoryNotPresent);
  if (directory.defect == EntryDefect::kReserved) return Fail(walk, kPasidDirectoryReservedBits);
}

void PageWalkerCore::TakePasidEntry(OngoingWalk& walk) {
  const PasidEntry& entry = walk.entry_ = spaces_.ReadPasidEntry(walk.request_.requester, walk.pasid_);
  if (entry.defect == EntryDefect::kUnreadable) {
    return Fail(walk, riscv() ? kRiscvProcessDirectoryAccessFault : kPasidEntryReadError);
  }
  walk.fpd_ = walk.fpd_ || entry.fpd;
  if (!entry.present) return Fail(walk, riscv() ? kRiscvProcessDirectoryNotValid : kPasidEntryNotPresent);
  if (entry.defect == EntryDefect::kReserved) {
    return Fail(walk, riscv() ? kRiscvProcessDirectoryMisconfigured : kPasidEntryReservedBits);
  }
  EnterTables(walk);
  // An entry that cannot be used is not cached; one whose tables fault is.
  walk.pasid_learned_ = walk.space_.has_value();
}

}  // namespace siov
