// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/pri_queue/page_request_checks.h"

#include "models/translation/fault_matrix.h"

namespace siov {
namespace {

FaultReason FaultOf(EntryDefect defect, FaultReason unreadable, FaultReason reserved) {
  if (defect == EntryDefect::kUnreadable) return unreadable;
  return defect == EntryDefect::kReserved ? reserved : kNoFault;
}

FaultReason RootFault(const TranslationStructures& structures, RequesterId requester, bool beyond) {
  if (structures.root_mode() == RootMode::kInvalid) return kRootModeInvalid;
  if (structures.root_mode() == RootMode::kAbort) return kRootModeAbort;
  if (beyond) return kRiscvTransactionDisallowed;
  const RootEntry root = structures.Root(requester);
  if (root.defect == EntryDefect::kUnreadable) return kRootReadError;
  if (!root.present) return kRootNotPresent;
  return FaultOf(root.defect, kRootReadError, kRootReservedBits);
}

FaultReason ContextFault(const ContextEntry& context, Pasid pasid, bool riscv) {
  if (context.defect == EntryDefect::kUnreadable) return kContextReadError;
  if (!context.present) return kContextNotPresent;
  if (context.defect == EntryDefect::kReserved) return kContextReservedBits;
  if (riscv) return context.pre ? kNoFault : kPageRequestDisabled;
  if (pasid.valid() && !context.paside) return kPasidDisabled;
  if (!context.pre) return kPageRequestDisabled;
  if (!pasid.valid()) return kNoFault;
  if (pasid.value() >= context.pasids()) return kPasidBeyondDirectory;
  return pasid.value() == context.rid_pasid ? kPasidEqualsRidPasid : kNoFault;
}

FaultReason DirectoryFault(const DirectoryEntry& entry) {
  if (entry.defect == EntryDefect::kUnreadable) return kPasidDirectoryReadError;
  if (!entry.present) return kPasidDirectoryNotPresent;
  return FaultOf(entry.defect, kPasidDirectoryReadError, kPasidDirectoryReservedBits);
}

FaultReason EntryFault(const AddressSpaces& spaces, const PasidEntry& entry) {
  if (entry.defect == EntryDefect::kUnreadable) return kPasidEntryReadError;
  if (!entry.present) return kPasidEntryNotPresent;
  if (entry.defect == EntryDefect::kReserved) return kPasidEntryReservedBits;
  const bool legal = entry.pgtt >= kPgttFirstStage && entry.pgtt <= kPgttPassThrough;
  return legal && spaces.TablesOf(entry) ? kNoFault : kPasidEntryInvalid;
}

}  // namespace

PageRequestFault FindPageRequestFault(const AddressSpaces& spaces, RequesterId requester, Pasid pasid, bool riscv,
                                      unsigned device_directory_levels) {
  const TranslationStructures& structures = spaces.structures();
  PageRequestFault fault;
  const bool beyond = riscv && !TranslationStructures::DeviceDirectoryReaches(device_directory_levels, requester);
  fault.reason = RootFault(structures, requester, beyond);
  if (fault.reason != kNoFault) return fault;
  const ContextEntry context = structures.Context(requester);
  fault.fpd = context.fpd;
  fault.reason = ContextFault(context, pasid, riscv);
  if (fault.reason != kNoFault || riscv) return fault;
  const std::uint32_t entry_of = pasid.valid() ? pasid.value() : context.rid_pasid;
  const DirectoryEntry directory = structures.Directory(requester, entry_of);
  fault.fpd = fault.fpd || directory.fpd;
  fault.reason = DirectoryFault(directory);
  if (fault.reason != kNoFault) return fault;
  const PasidEntry entry = spaces.ReadPasidEntry(requester, entry_of);
  fault.fpd = fault.fpd || entry.fpd;
  fault.reason = EntryFault(spaces, entry);
  return fault;
}

PageResponseCode AnswerTo(const PageRequestFault& fault, bool riscv) {
  const FaultReason reason = riscv ? RiscvCause(fault.reason, false) : fault.reason;
  const bool failure = RuleOf(reason).page_request == FaultAnswer::kResponseFailure;
  return failure ? PageResponseCode::kFailure : PageResponseCode::kInvalidRequest;
}

bool IsRecorded(const PageRequestFault& fault) {
  return RuleOf(fault.reason).Recorded(RequestClass::kPageRequest, fault.fpd);
}

}  // namespace siov
