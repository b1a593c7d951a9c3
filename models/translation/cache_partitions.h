// SPDX-License-Identifier: Apache-2.0
// Which partition of every partitioned cache (IOTLB, ATC, PASID and paging-structure caches) a PASID uses: that of its
// class of address spaces, whose tenants may be spread over several. Requests without PASID use partition 0. Pure.
#ifndef SIOV_MODELS_TRANSLATION_CACHE_PARTITIONS_H_
#define SIOV_MODELS_TRANSLATION_CACHE_PARTITIONS_H_

#include <cstdint>
#include <vector>

#include "models/base/ids.h"
#include "models/translation/address_space_config.h"

namespace siov {

class CachePartitions {
 public:
  // Everybody uses partition 0.
  CachePartitions() = default;
  explicit CachePartitions(const std::vector<AddressSpaceClass>& classes) {
    for (const AddressSpaceClass& space : classes) {
      classes_.push_back({space.first_pasid, space.count, space.cache_partition, space.cache_partition_spread});
    }
  }

  // Grows with the number of classes, not of tenants; the caches take it modulo their number of partitions.
  std::uint32_t Of(Pasid pasid) const {
    if (!pasid.valid()) return 0;
    for (const Class& space : classes_) {
      const std::uint32_t offset = (pasid.value() - space.first_pasid) & (kMaxPasids - 1);  // ranges wrap at 2^20
      if (offset < space.count) return space.partition + offset % space.spread;
    }
    return 0;
  }

 private:
  struct Class {
    std::uint32_t first_pasid;
    std::uint32_t count;
    std::uint32_t partition;
    std::uint32_t spread;
  };
  std::vector<Class> classes_;
};

}  // namespace siov

#endif  // SIOV_MODELS_TRANSLATION_CACHE_PARTITIONS_H_
