// SPDX-License-Identifier: Apache-2.0
// What the host decides, without time passing: how long to back off after a Retry, when a vCPU gets to an interrupt,
// and which portals there are to submit to.
#ifndef SIOV_MODELS_HOST_CPUS_HOST_CORE_H_
#define SIOV_MODELS_HOST_CPUS_HOST_CORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "models/base/ids.h"
#include "models/base/random.h"
#include "models/base/servers.h"
#include "models/base/units.h"
#include "models/host/cpus/host_config.h"

namespace siov {

// A work queue as software sees it.
struct PortalQueue {
  bool shared = true;        // ENQCMD; else MOVDIR64B under software credits
  std::uint32_t size = 128;  // descriptors; the credits of a dedicated queue
};

// The queues of one endpoint and the root port by which it is reached.
struct EndpointPortals {
  std::uint32_t port = 0;
  std::vector<PortalQueue> queues;  // by QueueId
  std::uint64_t base = 0;           // where its portals begin
};

// Pause after the `retries`-th Retry in a row (1, 2, ...): retry_backoff x 2^(retries-1), at most the maximum, then
// varied by +-retry_jitter. REQUIRES retries > 0.
Picoseconds RetryPause(const HostConfig& config, std::uint32_t retries, RandomStream& random);

// vCPUs that run interrupt handlers one after the other. The order of calls is the order of service.
class VcpuBank {
 public:
  struct Service {
    Picoseconds start = 0;    // the vCPU turns to it: now, or when the handlers before it are done
    Picoseconds handler = 0;  // start, or start + wake-up if the vCPU was halted
    Picoseconds end = 0;
    bool woken = false;
  };

  explicit VcpuBank(const HostConfig& config) : config_(config), free_at_(config.vcpus, 0) {}
  Service Serve(std::uint32_t vcpu, Picoseconds now, RandomStream& random);
  Picoseconds BusyAfter(Picoseconds at) const { return WorkAfter(free_at_, at); }

 private:
  HostConfig config_;
  std::vector<Picoseconds> free_at_;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_CPUS_HOST_CORE_H_
