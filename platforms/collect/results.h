// SPDX-License-Identifier: Apache-2.0
// What a run found out, as plain data: what result files, the terminal table and the report are made from.
#ifndef SIOV_PLATFORMS_COLLECT_RESULTS_H_
#define SIOV_PLATFORMS_COLLECT_RESULTS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/base/latency_histogram.h"
#include "models/base/reuse_watch.h"
#include "models/protocol/stage.h"
#include "models/workload/replay/replay_facts.h"
#include "models/workload/tenants/job_statistics.h"
#include "platforms/collect/replay_bounds.h"
#include "platforms/graph/picture.h"
#include "platforms/kinds/resource_role.h"
#include "platforms/resolve/resolved.h"

namespace siov {

inline constexpr std::size_t kBands = 5;  // all jobs, then around p50, p90, p99, and the slowest 0.1 %

struct Band {
  std::string name;
  double latency_from_ns = 0;
  double latency_to_ns = 0;
  std::uint64_t jobs = 0;
  std::array<double, kStageCount> mean_ns{};
};

struct StructureRow {
  std::string block;
  std::string statistic;
  std::string unit;
  double value = 0;
  std::string sentence;
};

struct TargetResult {
  Target target;
  double value = 0;  // NaN: not known, and so missed
  bool met = false;
  std::string why;  // a target on what is not known was missed: why it is not known
};

// A server, or a pool of slots that packets wait for.
struct ResourceLoad {
  std::string block;
  std::string name;
  bool slots = false;      // a pool of slots or a queue with places; else a server
  int depth = 0;           // how far along a job's path the block lies: a full one fills up those before it
  double utilisation = 0;  // measured: fraction of time busy, or of places taken
  double mean = 0;         // places taken
  ResourceRole role = ResourceRole::kOther;
  double waited = 0;  // share of the time somebody waited for places, though some may have been left; if it is known
  std::string share = "";              // of which part of it that is, in words; empty: of all of it
  std::optional<double> waiting = {};  // mean number of those who wait for it; nothing: only stages of jobs tell
  std::optional<double> wait_ns = {};  // of a job for it, where it is but a part of a stage
  double turned_away = 0;              // share of what came to a queue that it had no place for
};

// What more entries would have done for a translation cache (models/base/reuse_watch.h).
struct CachePressure {
  std::string block;
  bool atc = false;  // else an IOTLB
  std::uint64_t entries = 0;
  std::uint64_t fills = 0;
  std::array<double, ReuseWatch::kFactors> spared{};  // fills that 2, 4, ... times the entries would have spared
};

// What the graph says one resource could serve if it alone limited.
struct ResourceLimit {
  std::string name;
  double bound_jobs_per_s = 0;
  bool in_cut = false;                    // one of those that set the bound
  std::vector<std::string> classes = {};  // whose jobs need it; empty: everybody's
};

// What was simulated, in words and boxes.
struct Setup {
  std::string platform;
  std::vector<std::string> workload;  // one line for each class of tenants
  PlatformPicture picture;
};

// There may be a million of these: 56 bytes each.
struct TenantRow {
  std::uint64_t bytes = 0;
  double mean_ns = 0;  // latencies are NaN if the tenant finished no job
  double p99_ns = 0;   // NaN also when per-tenant histograms are off
  double max_ns = 0;
  std::uint32_t tenant = 0;
  std::uint32_t tenant_class = 0;  // index into Results::tenant_classes
  std::uint32_t jobs = 0;
  std::uint32_t failed = 0;
  std::uint32_t retries = 0;
  std::uint32_t faults = 0;
};
static_assert(sizeof(TenantRow) <= 56, "a tenant's row is small");

// An ADI: what its tenant has by it, and what its device counted of it.
struct AdiRow {
  std::uint32_t type = 0;  // position in Results::adi_types
  std::uint32_t tenant_class = 0;
  std::uint32_t tenant = 0;
  AdiGrant has;
  AdiTally counted;
};

// All of a type of a device's function.
struct AdiTypeResult {
  std::string device;
  std::string name;
  std::vector<std::string> classes;  // whose tenants have them
  std::uint64_t adis = 0;
  bool counted = true;  // false: the device does not know which of them its jobs are of
  std::uint64_t jobs = 0;
  std::uint64_t failed = 0;
  std::uint64_t bytes = 0;
  Picoseconds context_time = 0;
  double context_mean_ns = 0;  // NaN: no job
  LatencyHistogram latency;    // of those classes' jobs, from their submission on
};

using Outcomes = std::array<std::uint64_t, kJobStatuses>;  // jobs by JobStatus

// What the report says of one class of tenants; its metrics are among the others, as class.NAME.METRIC.
struct ClassResult {
  std::string name;
  std::uint64_t tenants = 0;
  Outcomes outcomes{};
  std::array<Band, kBands> bands;
};

// Laws that hold for every run, each of numbers that are counted at different places.
struct Conservation {
  std::uint64_t submitted = 0;  // jobs, of the whole run, its warm-up included
  std::uint64_t succeeded = 0;
  std::uint64_t failed = 0;
  std::uint64_t in_flight = 0;          // at the end
  bool drained = false;                 // the platform came to rest after the last job, so what it holds was checked
  std::vector<std::string> violations;  // one sentence each
};

// A configured event after which a function takes no more work.
struct FunctionStop {
  std::string function;  // "dsa0"
  bool halted = false;   // else reset
  Picoseconds at = 0;
};

// A configured event that the run did not come to.
struct MissedEvent {
  std::string what;  // "dsa0 FUNCTION_RESET"
  Picoseconds at = 0;
};

// A PASID whose tenants a configured event stopped.
struct PasidStopped {
  std::string function;
  std::uint32_t pasid = 0;
  Picoseconds at = 0;
};

// A class whose function takes no job any more.
struct StoppedClass {
  std::string function;
  std::string name;
  std::uint64_t tenants = 0;
  Picoseconds last_success = kNever;  // kNever: it never had a job done
};

// Arrivals of an open-loop class that were left out.
struct NotSubmitted {
  std::string tenant_class;
  std::uint64_t jobs = 0;
};

// An access of the host to a register, and what its CPU saw.
struct RegisterRow {
  ResolvedRegisterAccess what;
  RegisterOutcome outcome;
};

// A function that software set up during the run.
struct SetUpRow {
  std::string function;
  std::size_t accesses = 0;
  std::size_t done = 0;  // the run ended before the rest
  Picoseconds began_ps = 0;
  Picoseconds took_ps = 0;
};

struct TimeSeries {
  std::string name;  // "dsa0.swq_arbiter.queue_occupancy"
  std::string unit;
  std::vector<double> time_ns;
  std::vector<double> value;
};

struct Results {
  std::string name;
  std::string run_id;
  std::uint64_t seed = 0;
  bool partial = false;  // interrupted before its end
  std::string folder;    // where the result was put; empty: nowhere
  std::string remark;    // a sentence if that is not the place that was asked for
  Picoseconds sim_time_ps = 0;
  Picoseconds measured_ps = 0;  // after warm-up
  double wall_s = 0;            // not part of any file that must be reproducible
  double cpu_s = 0;             // processor time of simulating alone
  std::string command;          // that asked for the run
  std::uint64_t events = 0;
  Picoseconds warmup_ps = 0;        // as configured; longer than sim_time_ps if the run ended in it
  std::uint64_t finished_jobs = 0;  // of the whole run, its warm-up included
  std::uint64_t begun_before = 0;   // of the jobs measured, those under way when measuring began

  std::vector<std::pair<std::string, double>> metrics;  // in a fixed order; names as in docs/results.md; NaN: not known
  Outcomes outcomes{};
  std::array<Band, kBands> bands;
  std::vector<ClassResult> classes;
  std::vector<std::string> tenant_classes;
  std::vector<TenantRow> tenants;
  std::vector<AdiTypeResult> adi_types;  // of those that tenants have
  std::vector<AdiRow> adis;
  std::vector<StructureRow> structures;
  LatencyHistogram latency;
  std::vector<std::pair<std::string, LatencyHistogram>> class_latency;
  std::vector<TimeSeries> series;

  double bound_jobs_per_s = 0;  // 0: no bound known
  bool bound_is_mean = false;   // of what is drawn: a sample may exceed it
  std::string bound_bottleneck;
  std::vector<ResourceLoad> resources;
  std::vector<ResourceLimit> limits;
  std::vector<CachePressure> caches;
  std::vector<FunctionStop> stops;
  std::vector<MissedEvent> missed_events;
  std::uint64_t stopped_with_nothing_left = 0;  // tenants whose PASID was stopped when they had done all they had to
  std::uint64_t exits = 0;                      // processes that exited
  Picoseconds first_exit = kNever;
  std::uint64_t exits_unfinished = 0;  // processes that exited and were not torn down when the run ended
  std::vector<PasidStopped> pasid_stops;
  std::vector<RegisterRow> register_accesses;
  std::vector<SetUpRow> set_ups;
  std::vector<StoppedClass> stopped;
  std::vector<NotSubmitted> not_submitted;
  bool given_up = false;  // it was ended as no job could be done any more
  Setup setup;

  std::vector<TargetResult> targets;
  std::string dominant_stage_mean;
  std::string dominant_stage_tail;
  std::string measured_bottleneck = "none";  // "block.resource"; "none": nothing is saturated, or was measured
  std::vector<std::string> warnings;         // the first of the sentences: what makes the rest doubtful
  std::vector<std::string> sentences;

  Conservation conservation;
  std::uint64_t jobs_checked = 0;  // ledgers closed and found conserved
  double mean_half_width_ns = 0;   // 95 % confidence, batch means
  double mean_lag1_correlation = 0;
  std::uint64_t mean_batches = 0;

  std::string trace_file;
  ReplayFacts replay;  // of the trace, if there is one
  ReplayBounds replay_bounds;
  std::vector<UnverifiedParameter> unverified;

  bool targets_met() const;
  // The value of a metric; NaN if there is none of that name.
  double Metric(const std::string& metric) const;
  // The value of a block's statistic; 0 if there is none of that name.
  double Statistic(const std::string& block, const std::string& statistic) const;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_RESULTS_H_
