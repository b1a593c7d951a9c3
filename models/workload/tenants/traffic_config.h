// SPDX-License-Identifier: Apache-2.0
// Resolved description of the workload: classes of tenants that behave alike, or a recorded trace fanned out over
// tenants.
#ifndef SIOV_MODELS_WORKLOAD_TENANTS_TRAFFIC_CONFIG_H_
#define SIOV_MODELS_WORKLOAD_TENANTS_TRAFFIC_CONFIG_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/base/config_fault.h"
#include "models/base/ids.h"
#include "models/base/random.h"
#include "models/base/units.h"
#include "models/protocol/job.h"
#include "models/workload/replay/replay_config.h"

namespace siov {

enum class ArrivalProcess : std::uint8_t {
  kPoisson,     // open loop: one superposed process for the class, the tenant drawn per job
  kFixedRate,   // open loop: evenly spaced over the class, tenants in turn
  kOutside,     // when a model from outside says so
  kClosedLoop,  // each tenant keeps queue_depth jobs outstanding, with think time between
};

enum class JobOrigin : std::uint8_t {
  kHost,    // submitted by a CPU through a portal; the tenant notices completion
  kDevice,  // begins in the device, as DMA of a packet from the network does: no submission crosses the link, no
            // completion record is written, and the job ends when its data has moved
};

enum class AddressPattern : std::uint8_t { kSequential, kUniform, kZipf, kHotCold };

enum class BufferMapping : std::uint8_t {
  kPinned,     // mapped for ever
  kStreaming,  // mapped for each job and unmapped after it
};

struct JobKind {
  JobKind() = default;
  JobKind(JobOp what, std::uint32_t bytes, double share = 1.0) : op(what), size_bytes(bytes), weight(share) {}
  JobOp op = JobOp::kMove;
  std::uint32_t size_bytes = 4096;
  double weight = 1.0;
  PacketShape packet;  // of packets: addresses relative to base_address
};

// Tenants of a class are numbered consecutively over all classes in the order given; tenant t has PASID (t + 1) mod
// 2^20.
struct TenantClassConfig {
  std::string name;
  std::uint32_t tenants = 1;
  std::uint16_t endpoint = 0;   // index by name order
  std::vector<QueueId> queues;  // of that endpoint; tenant i of the class uses queues[i % size]
  JobOrigin origin = JobOrigin::kHost;
  ArrivalProcess arrivals = ArrivalProcess::kClosedLoop;
  double jobs_per_second = 0;  // of one tenant, open loop
  std::uint32_t queue_depth = 1;
  Distribution think_time;  // closed loop: completion to next submission
  std::vector<JobKind> jobs = {JobKind{}};
  AddressPattern pattern = AddressPattern::kUniform;
  std::uint64_t working_set_bytes = 1 << 20;  // per tenant and direction (source, destination)
  std::uint64_t base_address = 0x10000000;    // source range, destination range, completion records: see AddressMap
  double zipf_exponent = 0.99;
  double hot_fraction = 0.1;     // of the working set
  double hot_probability = 0.9;  // of an access going there
  std::uint32_t alignment_bytes = 64;
  bool wants_interrupt = false;
  std::uint32_t interrupt_handles = 0;  // tenant t uses handle t mod this; 0 = one for each tenant
  BufferMapping mapping = BufferMapping::kPinned;
};

struct TrafficConfig {
  std::vector<TenantClassConfig> classes;
  ReplayConfig replay;
  std::uint64_t job_limit = 0;  // stop submitting after this many jobs; 0 = until the run's end
  bool per_tenant_histograms = true;
  ConfigFaults Validate() const;
};

// Tenants of a class or of the replay, numbered over all of them.
struct TenantRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  // Whose PASID it is; none: nobody's of these.
  std::optional<TenantId> TenantOf(Pasid pasid) const;
};

// Those who use a device, class by class, the replay's last.
std::vector<TenantRange> TenantsOf(const TrafficConfig& traffic, std::size_t endpoint);

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TENANTS_TRAFFIC_CONFIG_H_
