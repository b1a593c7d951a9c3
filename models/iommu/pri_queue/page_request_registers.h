// SPDX-License-Identifier: Apache-2.0
// What software sees of a page request queue: the ring in memory and the registers PQH, PQT, PRS and PECTL. The queue's
// block implements it, the operating system's fault service uses it. Accesses take no time of their own here.
#ifndef SIOV_MODELS_IOMMU_PRI_QUEUE_PAGE_REQUEST_REGISTERS_H_
#define SIOV_MODELS_IOMMU_PRI_QUEUE_PAGE_REQUEST_REGISTERS_H_

#include <cstdint>

#include "models/iommu/pri_queue/pri_queue_core.h"

namespace siov {

class PageRequestRegisters {
 public:
  virtual ~PageRequestRegisters() = default;
  virtual const PageRequestRing& ring() const = 0;
  virtual void AdvanceHead(std::uint32_t entries) = 0;  // PQH: so many entries are software's no longer
  virtual void ClearPending() = 0;                      // PRS.PPR
  virtual void ClearOverflow() = 0;                     // PRS.PRO; REQUIRES that the ring is empty
  virtual void MaskEvent(bool masked) = 0;              // PECTL.IM
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_PRI_QUEUE_PAGE_REQUEST_REGISTERS_H_
