// SPDX-License-Identifier: Apache-2.0
// Runs one resolved experiment in this process: build, simulate in slices, collect, write. One run a process.
#ifndef SIOV_PLATFORMS_RUN_RUN_H_
#define SIOV_PLATFORMS_RUN_RUN_H_

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "models/workload/tenants/traffic.h"
#include "platforms/collect/results.h"
#include "platforms/resolve/resolved.h"
#include "platforms/run/progress.h"

namespace siov {

struct RunOptions {
  std::string command;              // as it was asked for, for the report; empty: not by a command
  std::filesystem::path out;        // result folder; empty: results are returned and nothing is written
  bool write_requests = false;      // requests.h5
  std::uint64_t timeline_jobs = 0;  // timeline.perfetto-trace of the first so many jobs
  ProgressStyle progress = ProgressStyle::kNone;
  bool (*interrupted)() = nullptr;  // asked between slices; true ends the run with partial results
  bool keep_partial = true;         // false: an interrupted run writes nothing
};

// Throws ConfigError-free: the experiment is already checked. Throws OutputError if results cannot be written (before
// simulating when that can be known), FolderRefused if the place holds something else, TraceError for a damaged trace,
// InvariantError for a broken model, UnboundNode if the experiment needs a model from outside.
Results RunExperiment(const ResolvedExperiment& experiment, const RunOptions& options);

// The same of a platform that is built already, with models from outside bound to it. Throws UnboundNode, too.
class System;
Results RunSystem(System& system, const RunOptions& options);
// Feeds the experiment's replay; empty if it has none.
TraceOpener OpenerOf(const ResolvedExperiment& experiment);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RUN_RUN_H_
