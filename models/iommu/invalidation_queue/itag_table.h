// SPDX-License-Identifier: Apache-2.0
// The ITags of invalidate requests in flight: at most 32 for each device (PCIe 10.3.1), fewer if the descriptor (MIP)
// or the configuration says so. An ITag is free again when as many completions came as each of them announces, or when
// its time is over. Pure: times are told.
#ifndef SIOV_MODELS_IOMMU_INVALIDATION_QUEUE_ITAG_TABLE_H_
#define SIOV_MODELS_IOMMU_INVALIDATION_QUEUE_ITAG_TABLE_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>

#include "models/base/ids.h"
#include "models/base/units.h"
#include "models/iommu/invalidation_queue/invalidation_queue_config.h"

namespace siov {

class ItagTable {
 public:
  enum class Outcome : std::uint8_t { kUnknown, kMore, kDone };
  struct Expired {
    RequesterId requester;
    std::uint32_t slot;
  };
  static constexpr std::uint8_t kNone = 0xFF;

  ItagTable(std::uint32_t limit, Picoseconds timeout) : limit_(limit), timeout_(timeout) {}

  // No more than `depth` of the device in flight, as its ATS capability says.
  void SetQueueDepth(RequesterId requester, std::uint32_t depth) { devices_[requester].depth = depth; }

  // The lowest free ITag of the device for request `slot`, or kNone while `max_pending` (0: 32) are in flight.
  std::uint8_t Take(RequesterId requester, std::uint32_t max_pending, std::uint32_t slot, Picoseconds now) {
    Device& device = devices_[requester];
    const std::uint32_t pending = max_pending == 0 ? kMaxItags : max_pending;
    if (device.in_flight() >= std::min({pending, limit_, device.depth})) return kNone;
    const auto itag = static_cast<std::uint8_t>(__builtin_ctz(~device.busy));
    device.busy |= 1u << itag;
    Tag& tag = device.tags[itag];
    tag = {slot, 0, tag.incarnation + 1};
    timers_.push_back({now + timeout_, requester, itag, tag.incarnation});
    ++in_flight_;
    return itag;
  }

  // One completion that names `itag` and says that there are `count` of them (0: 8). kDone: *slot is what it ends.
  Outcome Complete(RequesterId requester, std::uint32_t itag, std::uint32_t count, std::uint32_t* slot) {
    const auto device = devices_.find(requester);
    if (device == devices_.end() || (device->second.busy >> itag & 1u) == 0) return Outcome::kUnknown;
    Tag& tag = device->second.tags[itag];
    if (++tag.received < (count == 0 ? 8 : count)) return Outcome::kMore;
    *slot = tag.slot;
    Free(device->second, itag);
    return Outcome::kDone;
  }

  // Requests end in any order, but they time out in the order they were sent.
  std::optional<Expired> Expire(Picoseconds now) {
    DropEnded();
    if (timers_.empty() || timers_.front().deadline > now) return std::nullopt;
    const Timer timer = timers_.front();
    timers_.pop_front();
    Device& device = devices_[timer.requester];
    Free(device, timer.itag);
    return Expired{timer.requester, device.tags[timer.itag].slot};
  }
  Picoseconds NextDeadline() {
    DropEnded();
    return timers_.empty() ? kNever : timers_.front().deadline;
  }

  std::uint32_t in_flight() const { return in_flight_; }

 private:
  struct Tag {
    std::uint32_t slot = 0;
    std::uint32_t received = 0;
    std::uint32_t incarnation = 0;
  };
  struct Device {
    std::uint32_t busy = 0;  // bit n: ITag n
    std::uint32_t depth = kMaxItags;
    std::array<Tag, kMaxItags> tags{};
    std::uint32_t in_flight() const { return static_cast<std::uint32_t>(__builtin_popcount(busy)); }
  };
  struct Timer {
    Picoseconds deadline;
    RequesterId requester;
    std::uint8_t itag;
    std::uint32_t incarnation;
  };

  void Free(Device& device, std::uint32_t itag) {
    device.busy &= ~(1u << itag);
    --in_flight_;
  }
  void DropEnded() {
    while (!timers_.empty()) {
      const Device& device = devices_[timers_.front().requester];
      const std::uint8_t itag = timers_.front().itag;
      const bool running =
          (device.busy >> itag & 1u) != 0 && device.tags[itag].incarnation == timers_.front().incarnation;
      if (running) return;
      timers_.pop_front();
    }
  }

  std::uint32_t limit_;
  Picoseconds timeout_;
  std::uint32_t in_flight_ = 0;
  std::unordered_map<RequesterId, Device> devices_;
  std::deque<Timer> timers_;  // in order of deadline
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_INVALIDATION_QUEUE_ITAG_TABLE_H_
