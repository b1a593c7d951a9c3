// SPDX-License-Identifier: Apache-2.0
// Which descriptors the invalidation queue takes (VT-d 6.5.2): a bad one stops it with IQE. Pure.
#ifndef SIOV_MODELS_IOMMU_INVALIDATION_QUEUE_DESCRIPTOR_RULES_H_
#define SIOV_MODELS_IOMMU_INVALIDATION_QUEUE_DESCRIPTOR_RULES_H_

#include <cstdint>

#include "models/iommu/invalidation_queue/invalidation_queue_config.h"
#include "models/protocol/invalidation.h"

namespace siov {

// A slot of the ring as software wrote it. A wait's `what.address` is its status address.
struct QueueDescriptor {
  CacheInvalidation what;
  std::uint32_t bytes = 0;
  void* owner = nullptr;  // the queue's user knows
};

// nullptr: good. Else what is wrong with it.
const char* FaultOf(const QueueDescriptor& descriptor, const InvalidationQueueConfig& config);

// Types 3 and 8 become invalidate requests.
inline bool IsDeviceTlb(InvalidationKind kind) {
  return kind == InvalidationKind::kDeviceTlb || kind == InvalidationKind::kPasidDeviceTlb;
}
// Types 2, 6 and 4, after which types 3 and 8 are ordered (VT-d 6.5.2.12).
inline bool OrdersDeviceTlb(InvalidationKind kind) {
  return kind == InvalidationKind::kIotlb || kind == InvalidationKind::kPasidIotlb ||
         kind == InvalidationKind::kInterruptEntry;
}

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_INVALIDATION_QUEUE_DESCRIPTOR_RULES_H_
