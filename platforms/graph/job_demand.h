// SPDX-License-Identifier: Apache-2.0
// Groups of tenants that behave alike, and what one of their jobs asks of every resource on its way.
#ifndef SIOV_PLATFORMS_GRAPH_JOB_DEMAND_H_
#define SIOV_PLATFORMS_GRAPH_JOB_DEMAND_H_

#include <cstdint>
#include <string>
#include <vector>

#include "platforms/graph/zero_load.h"
#include "platforms/kinds/job_demand.h"
#include "platforms/resolve/resolved.h"

namespace siov {

// Some tenants with the same behaviour.
struct DemandGroup {
  std::string name;
  double tenants = 1;
  std::uint32_t first_tenant = 0;  // of the class, and every so many after it
  std::uint32_t tenant_stride = 1;
  std::size_t endpoint = 0;
  MemoryHomes homes;  // of its pages
  std::vector<QueueId> queues;
  std::vector<JobKind> jobs;  // weights need not sum to one
  bool interrupt = false;
  bool record = true;             // jobs end with a completion record
  bool from_device = false;       // neither submission nor completion record
  bool fence = true;              // waited for before each submission
  bool keeps_cpu = false;         // from a job's submission until its end is noticed
  bool asleep = false;            // meanwhile, in UMWAIT
  bool guest = false;             // CPUs replace the PASIDs of their ENQCMDs
  bool streaming = false;         // the driver maps a job's buffers before it and unmaps them after it
  double offered_per_second = 0;  // open loop, all tenants; 0: closed loop
  double outstanding = 1;         // closed loop, all tenants
  double think_ps = 0;            // closed loop
  double own_contexts = 0;        // of engines, that their ADIs have; 0: they use those of everybody
  bool drawn_jobs = false;        // kinds of jobs are drawn: demands are means
  bool drawn_load = false;        // arrivals or thinking, too: what is offered is a mean
};

// The groups of an experiment. A trace to replay is read once for its mix of reads, writes and sizes: that of the whole
// where it is replayed in its order, and a group for each stream where tenants repeat streams at their own pace.
std::vector<DemandGroup> DemandGroups(const ResolvedExperiment& experiment);

JobDemand DemandOf(const DemandGroup& group, const Topology& topology);

}  // namespace siov

#endif  // SIOV_PLATFORMS_GRAPH_JOB_DEMAND_H_
