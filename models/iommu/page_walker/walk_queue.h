// SPDX-License-Identifier: Apache-2.0
// Walks that wait for a walker, and which of them is next: in order of arrival, translation requests first, the highest
// traffic class first, or the requesters in turn. Within a bucket always in order of arrival. A policy with priorities
// may starve the others for as long as the favoured ones keep coming: that is what it models. Pure.
#ifndef SIOV_MODELS_IOMMU_PAGE_WALKER_WALK_QUEUE_H_
#define SIOV_MODELS_IOMMU_PAGE_WALKER_WALK_QUEUE_H_

#include <cstdint>
#include <deque>
#include <unordered_map>

#include "models/base/ids.h"
#include "models/iommu/page_walker/page_walker_config.h"

namespace siov {

class WalkQueue {
 public:
  struct Traits {
    RequesterId requester = 0;
    bool translation_request = false;
    std::uint8_t traffic_class = 0;
  };

  explicit WalkQueue(WalkOrder order) : order_(order) {}

  void Push(std::uint32_t walk, const Traits& traits) {
    const std::uint32_t bucket = BucketOf(traits);
    std::deque<std::uint32_t>& walks = buckets_[bucket];
    if (walks.empty()) active_.push_back(bucket);
    walks.push_back(walk);
    ++size_;
  }

  // REQUIRES !empty().
  std::uint32_t Pop() {
    auto next = active_.begin();
    if (order_ != WalkOrder::kRoundRobin) {
      for (auto bucket = active_.begin(); bucket != active_.end(); ++bucket) {
        if (*bucket < *next) next = bucket;
      }
    }
    const std::uint32_t bucket = *next;
    std::deque<std::uint32_t>& walks = buckets_[bucket];
    const std::uint32_t walk = walks.front();
    walks.pop_front();
    active_.erase(next);
    if (!walks.empty()) active_.push_back(bucket);
    --size_;
    return walk;
  }

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

 private:
  // The lowest bucket is next, except that round robin takes them in turn.
  std::uint32_t BucketOf(const Traits& traits) const {
    switch (order_) {
      case WalkOrder::kTranslationRequestsFirst:
        return traits.translation_request ? 0 : 1;
      case WalkOrder::kTrafficClass:
        return 255u - traits.traffic_class;
      case WalkOrder::kRoundRobin:
        return traits.requester;
      case WalkOrder::kArrival:
        break;
    }
    return 0;
  }

  WalkOrder order_;
  std::size_t size_ = 0;
  std::unordered_map<std::uint32_t, std::deque<std::uint32_t>> buckets_;
  std::deque<std::uint32_t> active_;  // buckets with walks
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_PAGE_WALKER_WALK_QUEUE_H_
