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
#include "models/protocol/job.h"
#include "models/workload/replay/replay_config.h"
#include "models/workload/tenants/tenant_class_parameters.h"

namespace siov {

struct JobKind {
  JobKind() = default;
  JobKind(JobOp what, std::uint32_t bytes, double share = 1.0) : op(what), size_bytes(bytes), weight(share) {}
  JobOp op = JobOp::kMove;
  std::uint32_t size_bytes = 4096;
  double weight = 1.0;
  PacketShape packet;  // of packets: addresses relative to base_address
};

// The processes of a class that submit from VMs of their own: tenant i is process i mod `processes` of VM
// first_vm + i / processes.
struct GuestPasidsConfig {
  std::uint32_t first = 1;  // guest PASID of each VM's first process
  GuestPasidEntries entries = GuestPasidEntries::kOnExit;
  std::uint32_t first_vm = 0;   // VMs are numbered over all classes
  std::uint32_t processes = 1;  // of a VM
};

// An ADI of a tenant, as its driver was told of it.
struct AdiGrant {
  std::uint32_t adi = 0;          // AdiCore's
  std::uint32_t index = 0;        // its place among those of its type
  std::uint32_t first_queue = 0;  // its own, or the shared one that it submits to
  std::uint32_t queues = 1;
  std::uint32_t first_message = 0;
  std::uint32_t messages = 0;
  std::uint32_t first_context = 0;  // of the engines, for its own queues alone
  std::uint32_t contexts = 0;
  Pasid pasid;       // primary; none: it comes with submissions
  Pasid completion;  // secondary, of completion records; none: they use the primary one
};

struct TenantAdisConfig : TenantAdisParameters {
  std::uint32_t type = 0;        // position among those of the device's function
  bool shared = false;           // they submit through shared queues alone
  bool records_of_host = false;  // completion records lie in a control domain of the host: a page for each tenant
  std::vector<AdiGrant> grants;  // of tenant 0, then of tenant 1, ...

  const AdiGrant& Of(std::uint32_t tenant, std::uint32_t number) const {
    return grants[std::size_t{tenant} * per_tenant + number];
  }
};

// Tenants of a class are numbered consecutively over all classes in the order given; tenant t has PASID (t + 1) mod
// 2^20.
struct TenantClassConfig : TenantClassParameters {
  std::uint16_t endpoint = 0;   // index by name order
  std::vector<QueueId> queues;  // of that endpoint; tenant i of the class uses queues[i % size]
  std::vector<JobKind> jobs = {JobKind{}};
  std::uint32_t first_handle = 0;  // if they want interrupts: tenant i's message has handle first_handle + i
  std::optional<GuestPasidsConfig> guest_pasids;
  std::optional<TenantAdisConfig> adis;  // then `queues` and `first_handle` say nothing of who uses what
};

struct TrafficConfig {
  std::vector<TenantClassConfig> classes;
  ReplayConfig replay;
  std::uint64_t job_limit = 0;  // stop submitting after this many jobs; 0 = until the run's end
  bool per_tenant_histograms = true;
  ConfigFaults Validate() const;
};

// What tenant t of all has: t + 1, and the last one 0.
inline Pasid PasidOfTenant(std::uint32_t tenant) { return Pasid((tenant + 1) % kMaxPasids); }

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
