// SPDX-License-Identifier: Apache-2.0
// The fault matrix: for every reason a translation fails, what each class of request is answered and whether the fault
// is recorded. The one place that says so; IOTLB (untranslated, translation requests), root port (translated requests)
// and page request queue ask here.
//
// VT-d scalable mode: requirements 16.6 (VT-d table 30); RISC-V: the ATS and fault/event chapters of its IOMMU
// specification. Reasons of both live in one number space (fault_reason.h), so a reason alone names its row.
//
// A fault is non-recoverable (refused, aborted or dropped, and recorded unless a structure's FPD says not to) or
// recoverable (a translation request answered Success with fewer rights, never recorded but for 91h). Pure.
#ifndef SIOV_MODELS_TRANSLATION_FAULT_MATRIX_H_
#define SIOV_MODELS_TRANSLATION_FAULT_MATRIX_H_

#include <cstdint>

#include "models/protocol/tlp.h"
#include "models/translation/fault_reason.h"
#include "models/translation/table_format.h"

namespace siov {

enum class FaultAnswer : std::uint8_t {
  kNotApplicable,       // such a request cannot fail this way
  kUnsupportedRequest,  // UR; a posted write is dropped
  kCompleterAbort,      // CA
  kNoAccess,            // SC0: Success, R = W = 0
  kEffectiveRights,     // Success with the rights there are
  kInvalidRequest,      // page response codes, for requests that expect one
  kResponseFailure,
};

enum class RequestClass : std::uint8_t { kUntranslated, kTranslation, kTranslated, kPageRequest };

constexpr RequestClass ClassOf(AddressType at) {
  return at == AddressType::kTranslationRequest ? RequestClass::kTranslation
         : at == AddressType::kTranslated       ? RequestClass::kTranslated
                                                : RequestClass::kUntranslated;
}

struct FaultRule {
  FaultAnswer untranslated = FaultAnswer::kNotApplicable;
  FaultAnswer translation = FaultAnswer::kNotApplicable;
  FaultAnswer translated = FaultAnswer::kNotApplicable;
  FaultAnswer page_request = FaultAnswer::kNotApplicable;
  bool qualified = false;        // FPD in a structure that was used suppresses the record
  bool always_recorded = false;  // also where the answer is Success

  FaultAnswer Answer(RequestClass request) const;
  // Is a record due, given the FPD bits of the structures used?
  bool Recorded(RequestClass request, bool fpd) const;
};

// The row of a reason. kNoFault, and numbers that are no reason, give a row of kNotApplicable.
const FaultRule& RuleOf(FaultReason reason);

// RISC-V's cause for what a walk found, in the terms of VT-d; causes that are RISC-V's own stay as they are. `write`:
// the access was one (a translation request without NW asks for read).
FaultReason RiscvCause(FaultReason reason, bool write);

inline bool IsRiscvCause(FaultReason reason) { return reason < kInterruptReservedRequestBits || reason >= 0x100; }

}  // namespace siov

#endif  // SIOV_MODELS_TRANSLATION_FAULT_MATRIX_H_
