// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/iotlb/translation_answer.h"

#include "models/translation/structure_entries.h"

namespace siov {

FaultReason ContainedFault(const Translation& found, bool write, bool privileged, Containment containment) {
  if (found.fault_reason != kNoFault) return static_cast<FaultReason>(found.fault_reason);
  const PageRights rights = RightsOf(found, privileged);
  if (write ? rights.write : rights.read) return kNoFault;
  if (containment == Containment::kPermissionTable) return write ? kHostPermissionNoWrite : kHostPermissionNoRead;
  return write ? kRiscvWriteGuestPageFault : kRiscvReadGuestPageFault;
}

TranslationAnswer AnswerTranslationRequest(const TlpHeader& request, const Translation& found, IommuProfile profile,
                                           bool guest_physical) {
  TranslationAnswer answer;
  const bool riscv = profile == IommuProfile::kRiscv;
  const PageRights rights = RightsOf(found, request.privileged);
  if (found.fault_reason == kNoFault) {
    answer.translation = found;
    const bool has_second = found.pgtt == kPgttSecondStage || found.pgtt == kPgttNested;
    if (guest_physical && has_second) answer.translation.address = found.guest_address;
    answer.translation.read = rights.read;
    answer.translation.write = rights.write && !(request.no_write && found.clean);
    answer.translation.global = riscv && found.global && request.pasid.valid();
    answer.translation.dirty_tracked = !request.no_write;
    if (rights.read || rights.write) return answer;
    answer.reason = AccessFault(found, {true, false, request.privileged});
  } else {
    answer.reason = static_cast<FaultReason>(found.fault_reason);
  }
  if (riscv) answer.reason = RiscvCause(answer.reason, WantsDirty(request));
  const FaultRule& rule = RuleOf(answer.reason);
  answer.translation = Translation{};
  answer.translation.fault_reason = answer.reason;
  answer.recorded = rule.Recorded(RequestClass::kTranslation, false);
  if (rule.translation == FaultAnswer::kUnsupportedRequest) answer.status = CompletionStatus::kUnsupportedRequest;
  if (rule.translation == FaultAnswer::kCompleterAbort) answer.status = CompletionStatus::kCompleterAbort;
  return answer;
}

Translation InterruptRangeAnswer(const TlpHeader& request) {
  Translation answer;
  answer.write = answer.untranslated_only = !request.no_write;
  return answer;
}

}  // namespace siov
