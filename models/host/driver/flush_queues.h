// SPDX-License-Identifier: Apache-2.0
// Deferred unmapping as Linux iommu-dma does it (drivers/iommu/dma-iommu.c): every domain has a flush queue, with a
// ring for each CPU and a timer; the unmapping that finds its ring full has the domain flushed, and nobody else's.
// Pure: whoever asks keeps the time.
#ifndef SIOV_MODELS_HOST_DRIVER_FLUSH_QUEUES_H_
#define SIOV_MODELS_HOST_DRIVER_FLUSH_QUEUES_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "models/host/driver/driver_work.h"

namespace siov {

class FlushQueues {
 public:
  FlushQueues(const DriverConfig& config, std::uint32_t iommus) : config_(config), iommus_(iommus) {}

  struct Deferred {
    bool flushed = false;       // the ring was full: the work has the flush of the whole domain
    bool starts_timer = false;  // else: of `domain`, which runs for flush_timeout
    std::uint32_t domain = 0;
  };
  // The ranges a work of `tenant` has unmapped, at least one, wait in its domain's queue from here on.
  Deferred Defer(std::uint32_t tenant, DriverWork* work);
  // The domain's timer is over. Is there something to flush? FlushAfterTimer() then says what.
  bool TimerEnds(std::uint32_t domain);
  void FlushAfterTimer(std::uint32_t domain, DriverWork* work);

 private:
  struct Domain {
    std::uint64_t key = 0;
    std::vector<std::vector<UnmappedRange>> rings;  // by CPU
    std::size_t ranges = 0;                         // in all of them
    bool timer = false;
  };

  std::uint32_t DomainOf(const AddressSpace& space);
  void ForgetIfIdle(std::uint32_t index);
  void Flush(Domain* domain, DriverWork* work) const;
  void FlushOf(const Domain& domain, std::uint32_t iommu, DriverWork* work) const;

  const DriverConfig& config_;
  std::uint32_t iommus_;
  std::deque<Domain> domains_;
  std::vector<std::uint32_t> free_;
  std::unordered_map<std::uint64_t, std::uint32_t> by_key_;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_DRIVER_FLUSH_QUEUES_H_
