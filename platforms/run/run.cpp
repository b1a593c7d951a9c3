// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/run.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>
#include <optional>
#include <utility>

#include "models/base/invariant.h"
#include "platforms/build/system.h"
#include "platforms/collect/collect.h"
#include "platforms/collect/request_log.h"
#include "platforms/collect/result_files.h"
#include "platforms/collect/result_folder.h"
#include "platforms/collect/sampler.h"
#include "platforms/collect/timeline.h"
#include "platforms/resolve/load_experiment.h"
#include "platforms/run/watchdog.h"
#include "platforms/trace/recording.h"

namespace siov {
namespace {

// Optional per-job outputs: rows of requests.h5 and slices of the timeline.
class JobOutputs : public JobSink {
 public:
  JobOutputs(const RunOptions& options, const std::optional<ResultFolder>& folder) : timeline_(options.timeline_jobs) {
    if (options.write_requests && folder) {
      requests_.emplace((folder->staging() / "requests.h5").string(), folder->FinalPath("requests.h5"));
    }
    wanted_ = requests_.has_value() || options.timeline_jobs > 0;
    with_timeline_ = options.timeline_jobs > 0;
  }
  bool wanted() const { return wanted_; }
  void OnJobFinished(const Job& job, Picoseconds) override {
    if (requests_) requests_->Add(job);
    if (with_timeline_) timeline_.Add(job);
  }
  void Finish(const ResultFolder& folder) {
    if (requests_) requests_->Close();
    if (with_timeline_) folder.WriteFile("timeline.perfetto-trace", timeline_.Encode());
  }

 private:
  std::optional<RequestLog> requests_;
  Timeline timeline_;
  bool with_timeline_ = false;
  bool wanted_ = false;
};

struct SimulationEnd {
  Picoseconds time = 0;
  bool interrupted = false;
};

void ForgetWarmup(System& system, Picoseconds at) {
  for (StatGroup* group : system.statistics()) group->Reset(at);
  system.traffic().job_statistics().Reset(at);
}

// Beyond it, times no longer fit.
constexpr Picoseconds kLongestRun = kNever / 2;

// Simulates to the end of the run, slice by slice.
SimulationEnd Simulate(System& system, Sampler& sampler, const RunOptions& options,
                       std::optional<ResultFolder>& folder) {
  const RunConfig& run = system.experiment().run;
  Agenda& agenda = system.simulation().agenda;
  Traffic& traffic = system.traffic();
  Progress progress(options.progress);
  Watchdog watchdog(system.blocks(), run.stall_limit_ps);
  const Picoseconds end = run.duration_ps == kNever ? kNever : run.warmup_ps + run.duration_ps;
  Picoseconds at = 0;
  bool warm = false;
  const std::uint64_t run_jobs = system.experiment().traffic.job_limit;
  const auto sample = [&] {
    return ProgressSample{agenda.now(), end, traffic.submitted() - traffic.in_flight(), run_jobs, agenda.events()};
  };
  while (true) {
    if (!warm && at == run.warmup_ps && !traffic.over()) {
      warm = true;
      if (at > 0) ForgetWarmup(system, at);
      sampler.Start(at);
    }
    if (at == end || traffic.over()) break;
    watchdog.Check(agenda, at, traffic.submitted() - traffic.in_flight(), traffic.in_flight());
    if (options.interrupted != nullptr && options.interrupted()) {
      progress.Finish(sample());
      if (!warm) ForgetWarmup(system, at);
      return {at, true};
    }
    if (folder) folder->KeepAlive();
    Picoseconds next = at + run.slice_ps;
    // Nothing happens before: rare arrivals must not cost a slice for every 100 us between them.
    const Picoseconds quiet_to = agenda.next_due() == kNever || agenda.next_due() <= at ? at : agenda.next_due() - 1;
    next = std::max(next, quiet_to);
    if (!warm) next = std::min(next, run.warmup_ps);
    next = std::min({next, end, sampler.next()});
    CheckInvariant(next < kLongestRun, [] { return "run: it needs more than 106 days of simulated time"; });
    watchdog.NothingBetween(at, std::min(quiet_to, next));
    agenda.RunUntil(next);
    at = next;
    if (!traffic.over()) sampler.SampleAt(at);
    progress.Update(sample());
  }
  progress.Finish(sample());
  // A run that ends with its last job ends then, not at the end of the slice in which that happened.
  const Picoseconds ended = traffic.over() ? agenda.now() : at;
  // A run that ends in its warm-up has measured nothing; what happened in it is not the answer to another question.
  if (!warm) ForgetWarmup(system, ended);
  return {ended, false};
}

}  // namespace

namespace {

using Clock = std::chrono::steady_clock;

// All that is said of the recording beside what is replayed, before the first job: a run that is interrupted reads no
// more.
ReplayBounds LearnOfRecording(const ResolvedExperiment& experiment) {
  if (!experiment.recording) return {};
  const ReplayBounds bounds = BoundsOfReplay(experiment, OpenerOf(experiment));
  experiment.recording->Accesses(experiment.traffic.replay.memory_bytes);  // for the throughput bound
  experiment.recording->Release();
  return bounds;
}

Results SimulateAndWrite(System& system, const RunOptions& options, std::optional<ResultFolder>& folder,
                         Clock::time_point started) {
  const ResolvedExperiment& experiment = system.experiment();
  const std::string& trace_file = experiment.traffic.replay.trace_file;
  const ReplayBounds bounds = LearnOfRecording(experiment);
  JobOutputs outputs(options, folder);
  if (outputs.wanted()) system.traffic().set_sink(&outputs);
  Sampler sampler(system.statistics(), experiment.run.time_series_interval_ps);
  const std::clock_t cpu_started = std::clock();
  const SimulationEnd end = Simulate(system, sampler, options, folder);
  const double wall_s = std::chrono::duration<double>(Clock::now() - started).count();
  const double cpu_s = static_cast<double>(std::clock() - cpu_started) / CLOCKS_PER_SEC;

  if (experiment.recording && !end.interrupted) experiment.recording->CheckUnchanged();
  Results results = CollectResults(system, sampler, end.time, end.interrupted);
  results.wall_s = wall_s;
  results.cpu_s = cpu_s;
  results.command = options.command;
  results.replay_bounds = bounds;
  if (folder && (!results.partial || options.keep_partial)) {
    if (!trace_file.empty()) results.trace_file = FileNameIn(trace_file, options.out.string());
    WriteResultFiles(results, *folder);
    folder->WriteFile("resolved.txtpb", ResolvedTextIn(experiment.text, options.out.string()));
    outputs.Finish(*folder);
    PlacedResult placed = folder->Commit(experiment.run_id, results.partial ? Ending::kPartial : Ending::kComplete);
    results.folder = placed.folder.string();
    results.remark = std::move(placed.remark);
  }
  return results;
}

}  // namespace

TraceOpener OpenerOf(const ResolvedExperiment& experiment) {
  if (!experiment.recording) return {};
  return [recording = experiment.recording, most = experiment.traffic.replay.memory_bytes] {
    return recording->Open(most);
  };
}

Results RunExperiment(const ResolvedExperiment& experiment, const RunOptions& options) {
  std::optional<ResultFolder> folder;
  if (!options.out.empty()) folder.emplace(options.out);
  const Clock::time_point started = Clock::now();
  System system(experiment, OpenerOf(experiment));
  system.Elaborate();
  return SimulateAndWrite(system, options, folder, started);
}

Results RunSystem(System& system, const RunOptions& options) {
  std::optional<ResultFolder> folder;
  if (!options.out.empty()) folder.emplace(options.out);
  const Clock::time_point started = Clock::now();
  system.Elaborate();
  return SimulateAndWrite(system, options, folder, started);
}

}  // namespace siov
