// SPDX-License-Identifier: Apache-2.0
// How many different pages some ranges cover, by domain. Memory grows with the ranges, not with their sizes.
#ifndef SIOV_MODELS_WORKLOAD_TRACE_PAGE_SET_H_
#define SIOV_MODELS_WORKLOAD_TRACE_PAGE_SET_H_

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <utility>

namespace siov {

class PageSet {
 public:
  // Pages [first, first + count). REQUIRES: first + count does not wrap.
  void Add(std::uint32_t domain, std::uint64_t first, std::uint64_t count) {
    if (count == 0) return;
    std::uint64_t end = first + count;
    auto place = ranges_.upper_bound({domain, first});
    if (place != ranges_.begin()) {
      const auto before = std::prev(place);
      if (before->first.first == domain && before->second >= first) place = before;
    }
    while (place != ranges_.end() && place->first.first == domain && place->first.second <= end) {
      first = std::min(first, place->first.second);
      end = std::max(end, place->second);
      size_ -= place->second - place->first.second;
      place = ranges_.erase(place);
    }
    ranges_[{domain, first}] = end;
    size_ += end - first;
  }
  std::uint64_t size() const { return size_; }
  void Clear() {
    ranges_.clear();
    size_ = 0;
  }

 private:
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint64_t>
      ranges_;  // domain and first page to one past the last
  std::uint64_t size_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TRACE_PAGE_SET_H_
