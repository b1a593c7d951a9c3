// SPDX-License-Identifier: Apache-2.0
// Which pages to translate before anybody asks: the next ones, or those at the stride at which a PASID of a function
// has missed lately. Off by default. Used by caches of translations (IOTLB); pure.
//
// Strides are kept in a small direct-mapped table by (requester, PASID), as in processors' stride prefetchers: a stride
// counts when it has been seen twice in a row.
#ifndef SIOV_MODELS_TRANSLATION_TRANSLATION_PREFETCHER_H_
#define SIOV_MODELS_TRANSLATION_TRANSLATION_PREFETCHER_H_

#include <array>
#include <cstdint>
#include <vector>

#include "models/base/ids.h"
#include "models/base/random.h"
#include "models/translation/prefetch_parameters.h"

namespace siov {

class TranslationPrefetcher {
 public:
  static constexpr std::uint32_t kMostPages = 8;
  struct Pages {
    std::array<std::uint64_t, kMostPages> address{};
    std::uint32_t count = 0;
  };

  explicit TranslationPrefetcher(const PrefetchConfig& config)
      : config_(config), streams_(config.policy == PrefetchPolicy::kStride ? config.streams : 0) {}

  bool enabled() const { return config_.policy != PrefetchPolicy::kNone; }

  // A page of 2^shift bytes was missed, or found because it had been fetched ahead: what to fetch now.
  Pages Observe(RequesterId requester, Pasid pasid, std::uint64_t address, unsigned shift) {
    const std::uint64_t page = address >> shift;
    if (config_.policy == PrefetchPolicy::kNextPage) return Ahead(page, 1, shift);
    if (config_.policy != PrefetchPolicy::kStride) return {};
    const std::uint64_t key = (std::uint64_t{pasid.value()} << 24) | (std::uint64_t{requester} << 8) | shift;
    Stream& stream = streams_[Mix64(key) % streams_.size()];
    const auto stride = static_cast<std::int64_t>(page - stream.page);
    const bool known = stream.key == key;
    const bool steady = known && stride != 0 && stride == stream.stride;
    stream = {key, page, known ? stride : 0};
    return steady ? Ahead(page, stride, shift) : Pages{};
  }

 private:
  struct Stream {
    std::uint64_t key = ~std::uint64_t{0};
    std::uint64_t page = 0;
    std::int64_t stride = 0;
  };

  Pages Ahead(std::uint64_t page, std::int64_t stride, unsigned shift) const {
    Pages pages;
    const std::uint64_t last = ~std::uint64_t{0} >> shift;
    for (std::uint32_t i = 0; i < config_.pages; ++i) {
      page += static_cast<std::uint64_t>(stride);
      if (page > last) break;  // beyond either end of the address space
      pages.address[pages.count++] = page << shift;
    }
    return pages;
  }

  PrefetchConfig config_;
  std::vector<Stream> streams_;
};

}  // namespace siov

#endif  // SIOV_MODELS_TRANSLATION_TRANSLATION_PREFETCHER_H_
