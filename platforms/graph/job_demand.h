// SPDX-License-Identifier: Apache-2.0
// What one job of a class of tenants asks of every resource on its way, on average, if everything hits.
#ifndef SIOV_PLATFORMS_GRAPH_JOB_DEMAND_H_
#define SIOV_PLATFORMS_GRAPH_JOB_DEMAND_H_

#include <vector>

#include "platforms/graph/zero_load.h"
#include "platforms/resolve/resolved.h"

namespace siov {

struct JobDemand {
  double reads = 0;           // memory reads
  double accesses = 0;        // reads, writes, completion record: one translation each
  double upstream_bytes = 0;  // on the wire
  double downstream_bytes = 0;
  double data_bytes = 0;  // through the engine's data path
  double memory_lines = 0;
  double interrupts = 0;
  double read_buffer_ps = 0;        // buffer x time
  double tag_ps = 0;                // tag x time
  double root_read_ps = 0;          // place among the root complex's outstanding reads x time
  double engine_ps = 0;             // engine context x time
  double submit_ps = 0;             // submitting CPU x time, mapping work included
  double queue_lock_ps = 0;         // lock of the IOMMU's invalidation queue x time
  double device_invalidations = 0;  // ranges its device's translation cache is told to forget
  double latency_ps = 0;            // submission to completion, a lower bound
};

// Some tenants with the same behaviour.
struct TenantGroup {
  std::string name;
  double tenants = 1;
  std::size_t endpoint = 0;
  std::vector<QueueId> queues;
  std::vector<JobKind> jobs;  // weights need not sum to one
  bool interrupt = false;
  bool record = true;             // jobs end with a completion record
  bool from_device = false;       // neither submission nor completion record
  bool streaming = false;         // the driver maps a job's buffers before it and unmaps them after it
  double offered_per_second = 0;  // open loop, all tenants; 0: closed loop
  double outstanding = 1;         // closed loop, all tenants
  double think_ps = 0;            // closed loop
  bool drawn_jobs = false;        // kinds of jobs are drawn: demands are means
  bool drawn_load = false;        // arrivals or thinking, too: what is offered is a mean
};

// The groups of an experiment. A trace to replay is read once for its mix of reads, writes and sizes.
std::vector<TenantGroup> TenantGroups(const ResolvedExperiment& experiment);

JobDemand DemandOf(const TenantGroup& group, const ResolvedPlatform& platform);

}  // namespace siov

#endif  // SIOV_PLATFORMS_GRAPH_JOB_DEMAND_H_
