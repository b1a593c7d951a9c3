// SPDX-License-Identifier: Apache-2.0
// What a request gets for what a walk (or the cache) found: the rights, the fault, the shape of an ATS completion.
// Pure.
#ifndef SIOV_MODELS_IOMMU_IOTLB_TRANSLATION_ANSWER_H_
#define SIOV_MODELS_IOMMU_IOTLB_TRANSLATION_ANSWER_H_

#include "models/protocol/tlp.h"
#include "models/translation/access_rights.h"
#include "models/translation/fault_matrix.h"

namespace siov {

struct PageRights {
  bool read = false;
  bool write = false;
};

// Of a user or a privileged request.
inline PageRights RightsOf(const Translation& found, bool privileged) {
  return privileged ? PageRights{found.privileged_read, found.privileged_write} : PageRights{found.read, found.write};
}

// Must the dirty bit be set before the request may use the page? Writes, and translation requests that do not promise
// not to write (VT-d 4.2.3.1).
inline bool WantsDirty(const TlpHeader& request) {
  if (request.kind == TlpKind::kTranslationRequest) return !request.no_write;
  return request.kind == TlpKind::kMemoryWrite;
}

// A page whose dirty bit is tracked and clear has to be walked again by who wants it set.
inline bool NeedsWalk(const Translation& held, const TlpHeader& request) {
  return held.clean && WantsDirty(request) && RightsOf(held, request.privileged).write;
}

struct TranslationAnswer {
  CompletionStatus status = CompletionStatus::kSuccess;
  Translation translation;        // R = W = 0: no access now
  FaultReason reason = kNoFault;  // of a hole too, although it is not recorded
  bool recorded = false;          // unless FPD says not to
};

// The completion of a translation request (requirements ATS-02, 03, 06, 08 to 10; IOM-26). Rights are those there are,
// whatever was asked for, but a clean page asked for with NW = 1 may not be written.
// `guest_physical` (T2GPA): the device gets the page's address before the second stage.
TranslationAnswer AnswerTranslationRequest(const TlpHeader& request, const Translation& found, IommuProfile profile,
                                           bool guest_physical = false);

// The fault a translated request meets whose address is checked (ATS-13), or kNoFault: A4h and A5h of the host
// permission table, or a guest page fault.
FaultReason ContainedFault(const Translation& found, bool write, bool privileged, Containment containment);

// A translation request without PASID inside FEEx_xxxxh: only untranslated requests may go there (VT-d 4.2.3).
Translation InterruptRangeAnswer(const TlpHeader& request);

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_IOTLB_TRANSLATION_ANSWER_H_
