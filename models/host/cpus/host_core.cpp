// SPDX-License-Identifier: Apache-2.0
#include "models/host/cpus/host_core.h"

#include <algorithm>

namespace siov {

Picoseconds RetryPause(const HostConfig& config, std::uint32_t retries, RandomStream& random) {
  const std::uint32_t doublings = std::min(retries - 1, 63u);
  const bool below = config.retry_backoff_ps <= config.retry_backoff_max_ps >> doublings;
  const Picoseconds pause = below ? config.retry_backoff_ps << doublings : config.retry_backoff_max_ps;
  if (config.retry_jitter == 0.0) return pause;
  const double factor = 1.0 + config.retry_jitter * (2.0 * random.Uniform() - 1.0);
  return static_cast<Picoseconds>(static_cast<double>(pause) * factor + 0.5);
}

VcpuBank::Service VcpuBank::Serve(std::uint32_t vcpu, Picoseconds now, RandomStream& random) {
  Picoseconds& free_at = free_at_[vcpu];
  Service service;
  service.start = std::max(now, free_at);
  service.handler = service.start;
  const bool idle = free_at <= now;
  if (idle && config_.halted_fraction > 0.0 && random.Bernoulli(config_.halted_fraction)) {
    service.woken = true;
    service.handler += config_.wakeup_latency_ps;
  }
  service.end = service.handler + config_.interrupt_handler_ps;
  free_at = service.end;
  return service;
}

}  // namespace siov
