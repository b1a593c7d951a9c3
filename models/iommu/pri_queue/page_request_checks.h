// SPDX-License-Identifier: Apache-2.0
// What the IOMMU checks of a page request before it queues it: may this function, with this PASID, ask for pages
// (requirements PRI-12)? Reads root, context, PASID directory and PASID entry; not the page tables. What the request is
// answered if not, and whether that is recorded, says column P of models/translation/fault_matrix.h. Pure.
#ifndef SIOV_MODELS_IOMMU_PRI_QUEUE_PAGE_REQUEST_CHECKS_H_
#define SIOV_MODELS_IOMMU_PRI_QUEUE_PAGE_REQUEST_CHECKS_H_

#include "models/protocol/tlp.h"
#include "models/translation/address_spaces.h"
#include "models/translation/fault_reason.h"

namespace siov {

struct PageRequestFault {
  FaultReason reason = kNoFault;  // VT-d's; kNoFault: the request may be queued
  bool fpd = false;               // a structure that was used says: do not record
};

// RISC-V looks at the device context only, which a directory of `device_directory_levels` must reach (one level is the
// least there is); the process is the operating system's business. VT-d has no such levels.
PageRequestFault FindPageRequestFault(const AddressSpaces& spaces, RequesterId requester, Pasid pasid, bool riscv,
                                      unsigned device_directory_levels = 1);

// The answer to a request with L=1. VT-d: always Invalid Request. RISC-V: Response Failure where the device directory
// is broken or the IOMMU is off.
PageResponseCode AnswerTo(const PageRequestFault& fault, bool riscv);

// Is a fault record due? Faults found before the entry that holds FPD cannot be suppressed.
bool IsRecorded(const PageRequestFault& fault);

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_PRI_QUEUE_PAGE_REQUEST_CHECKS_H_
