// SPDX-License-Identifier: Apache-2.0
// Software credits of dedicated queues: as many descriptors of a queue are under way as it has places; whoever finds
// none free waits, first come first served. Pure.
#ifndef SIOV_MODELS_HOST_CPUS_QUEUE_CREDITS_H_
#define SIOV_MODELS_HOST_CPUS_QUEUE_CREDITS_H_

#include <cstdint>
#include <vector>

#include "models/base/fifo_pool.h"
#include "models/host/cpus/host_core.h"
#include "models/protocol/job.h"

namespace siov {

class QueueCredits {
 public:
  explicit QueueCredits(const std::vector<EndpointPortals>& portals) {
    for (const EndpointPortals& endpoint : portals) {
      first_.push_back(static_cast<std::uint32_t>(pools_.size()));
      for (const PortalQueue& queue : endpoint.queues) pools_.emplace_back(queue.size);
    }
  }
  static std::uint64_t Total(const std::vector<EndpointPortals>& portals) {
    std::uint64_t total = 0;
    for (const EndpointPortals& endpoint : portals) {
      for (const PortalQueue& queue : endpoint.queues) total += queue.shared ? 0 : queue.size;
    }
    return total;
  }

  std::uint32_t PoolOf(const Job& job) const { return first_[job.endpoint] + job.queue.value(); }
  bool Take(Submission& submission, std::uint32_t pool) { return pools_[pool].Acquire(&submission); }
  // The submission whose credit it is now, or null.
  Submission* Return(std::uint32_t pool) {
    Submission* next = nullptr;
    return pools_[pool].Release(&next) ? next : nullptr;
  }

 private:
  std::vector<std::uint32_t> first_;          // by endpoint, into pools_
  std::vector<FifoPool<Submission*>> pools_;  // by queue of all endpoints; those of shared queues stay unused
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_CPUS_QUEUE_CREDITS_H_
