// SPDX-License-Identifier: Apache-2.0
// One invalidation as its descriptor says it (VT-d 6.5.2; layouts in docs/requirements/iom.md), apart from the
// requester id, PASID and address, which a packet has fields for anyway.
//
// Pure types. The queue that executes them is models/iommu/invalidation_queue; what each removes from a cache is
// decided by the cache (models/iommu/iotlb, models/iommu/page_walker, models/device/atc,
// models/iommu/interrupt_remapper).
#ifndef SIOV_MODELS_PROTOCOL_INVALIDATION_H_
#define SIOV_MODELS_PROTOCOL_INVALIDATION_H_

#include <cstdint>

#include "models/base/ids.h"
#include "models/base/units.h"

namespace siov {

// The numbers are those of the descriptor's type field.
enum class InvalidationKind : std::uint8_t {
  kNone = 0,
  kContext = 1,
  kIotlb = 2,
  kDeviceTlb = 3,
  kInterruptEntry = 4,
  kWait = 5,
  kPasidIotlb = 6,
  kPasidCache = 7,
  kPasidDeviceTlb = 8,
  kPageGroupResponse = 9,
  kHostPermission = 10,  // cached permissions of translated requests (VT-d 6.5.2.7)
};

enum class InvalidationGranularity : std::uint8_t {
  kGlobal,  // everything (of that cache)
  kDomain,  // everything of the domain id
  kDevice,  // context cache: one function (and those its function mask covers)
  kPasid,   // everything of (domain id, PASID)
  kPage,    // one range of pages, in the domain (kIotlb), in the PASID (kPasidIotlb), of the host (kHostPermission);
            // kInterruptEntry: the 2^page_shift entries from index `address` on
};

struct Invalidation {
  InvalidationKind kind = InvalidationKind::kNone;
  InvalidationGranularity granularity = InvalidationGranularity::kGlobal;
  std::uint8_t page_shift = kPageShift4K;  // log2 of the bytes covered; 64: the whole address space
  std::uint8_t function_mask = 0;          // kContext, kDevice: low bits of the function number that are ignored
  std::uint8_t max_pending = 0;            // MIP of device-TLB invalidations: invalidate requests in flight, 0 = 32
  std::uint16_t domain = 0;                // domain id
  bool leaf_only = false;                  // IH: paging-structure caches keep what they hold
  bool global = false;                     // kPasidDeviceTlb: G, entries of all PASIDs in the range
  bool status_write = false;               // kWait: SW
  bool interrupt = false;                  // kWait: IF
  bool fence = false;                      // kWait: FN
  bool page_request_drain = false;         // kWait: PD
};

// A whole invalidation, as the caches get it.
struct CacheInvalidation {
  Invalidation what;
  RequesterId requester = 0;
  Pasid pasid;
  std::uint64_t address = 0;  // kWait: where the status is written

  // Does the range share a byte with the page of `shift` at `page_address`?
  bool Covers(std::uint64_t page_address, unsigned shift) const {
    const unsigned larger = what.page_shift > shift ? what.page_shift : shift;
    return larger >= 64 || (address >> larger) == (page_address >> larger);
  }
};

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_INVALIDATION_H_
