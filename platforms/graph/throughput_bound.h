// SPDX-License-Identifier: Apache-2.0
// An upper bound on the job throughput of an experiment, and the resource that sets it.
//
// A flow network: tenants offer jobs (open loop: their rate; closed loop: Little's law with the zero-load latency), and
// every resource a job needs is an edge whose capacity is the jobs per second it can serve. Maximum flow is the bound,
// the minimum cut its bottleneck. Demands per job assume that everything hits (no walks, no faults, no Retry) and that
// ranges are aligned, so that no simulation can do better; it reaches the bound where nothing else limits. Where
// arrivals, thinking or kinds of jobs are drawn, the bound is that of their means, and a run may exceed it as samples
// exceed means.
#ifndef SIOV_PLATFORMS_GRAPH_THROUGHPUT_BOUND_H_
#define SIOV_PLATFORMS_GRAPH_THROUGHPUT_BOUND_H_

#include <string>
#include <vector>

#include "platforms/resolve/resolved.h"

namespace siov {

// One edge of the network, for tables and pictures.
struct ResourceBound {
  std::string name;            // "rp0-dsa0 downstream wire"
  double jobs_per_second = 0;  // what it could serve if it alone limited
  bool in_cut = false;
  bool mean = false;                    // of what is drawn
  std::vector<std::string> users = {};  // classes of tenants whose jobs need it; empty: everybody's
};

struct ThroughputBound {
  double jobs_per_second = 0;
  bool mean = false;       // one of the cut's resources is
  std::string bottleneck;  // names of the minimum cut's resources, joined by " and "
  std::vector<ResourceBound> resources;
};

ThroughputBound ComputeThroughputBound(const ResolvedExperiment& experiment);

}  // namespace siov

#endif  // SIOV_PLATFORMS_GRAPH_THROUGHPUT_BOUND_H_
