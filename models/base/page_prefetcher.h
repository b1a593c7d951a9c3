// SPDX-License-Identifier: Apache-2.0
// Which translations to fetch before anybody asks: those of the pages that follow, and those a stream's stride leads
// to.
//
// Told of a stream's misses and of its first uses of what was prefetched, it names candidates; whether one is held or
// under way already, and whether there is room to ask for it, is its owner's business. Strides are learnt in a small
// table of streams, direct-mapped: two equal distances in a row are a stride. Both kinds are off by default. Pure.
#ifndef SIOV_MODELS_BASE_PAGE_PREFETCHER_H_
#define SIOV_MODELS_BASE_PAGE_PREFETCHER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "models/base/config_fault.h"
#include "models/base/random.h"
#include "models/base/units.h"

namespace siov {

struct PagePrefetchConfig {
  static constexpr std::uint32_t kMostPages = 64;

  std::uint32_t next_pages = 0;       // pages after the one that was missed; 0 = off
  std::uint32_t stride_pages = 0;     // strides ahead; 0 = off
  std::uint32_t stride_streams = 64;  // streams whose strides are followed, a power of two
  bool on() const { return next_pages != 0 || stride_pages != 0; }
  ConfigFaults Validate() const {
    ConfigFaults faults;
    if (stride_pages != 0 && !IsPowerOfTwo(stride_streams)) {
      faults.push_back({"stride_streams", std::to_string(stride_streams), "a power of two"});
    }
    return faults;
  }
};

class PagePrefetcher {
 public:
  // REQUIRES that config.Validate() finds no fault.
  explicit PagePrefetcher(const PagePrefetchConfig& config)
      : config_(config), streams_(config.stride_pages == 0 ? 0 : config.stride_streams) {}

  bool on() const { return config_.on(); }

  // `stream` missed `page`, or used one for the first time that was prefetched. fetch(page) for each candidate.
  template <class Fetch>
  void OnAccess(std::uint64_t stream, std::uint64_t page, Fetch fetch) {
    for (std::uint32_t i = 1; i <= config_.next_pages; ++i) fetch(page + i);
    if (streams_.empty()) return;
    const std::uint64_t stride = LearnStride(stream, page);
    for (std::uint32_t i = 1; stride != 0 && i <= config_.stride_pages; ++i) fetch(page + stride * i);
  }

 private:
  struct Stream {
    std::uint64_t name = ~std::uint64_t{0};
    std::uint64_t last = 0;
    std::uint64_t stride = 0;  // modulo 2^64: may go backwards
    bool steady = false;
  };

  // 0: none yet.
  std::uint64_t LearnStride(std::uint64_t name, std::uint64_t page) {
    Stream& stream = streams_[Mix64(name) & (streams_.size() - 1)];
    if (stream.name != name) {
      stream = {name, page, 0, false};
      return 0;
    }
    const std::uint64_t stride = page - stream.last;
    if (stride == 0) return 0;
    stream.steady = stride == stream.stride;
    stream.stride = stride;
    stream.last = page;
    return stream.steady ? stride : 0;
  }

  PagePrefetchConfig config_;
  std::vector<Stream> streams_;
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_PAGE_PREFETCHER_H_
