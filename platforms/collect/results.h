// SPDX-License-Identifier: Apache-2.0
// What a run found out, as plain data: what result files, the terminal table and the report are made from.
#ifndef SIOV_PLATFORMS_COLLECT_RESULTS_H_
#define SIOV_PLATFORMS_COLLECT_RESULTS_H_

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "models/base/latency_histogram.h"
#include "models/tlm/stage.h"
#include "models/traffic/replay_facts.h"
#include "platforms/collect/replay_bounds.h"
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
  double value = 0;
  bool met = false;
};

// A server, or a pool of slots that packets wait for.
struct ResourceLoad {
  std::string block;
  std::string name;
  bool slots = false;      // a pool of slots or a queue with places; else a server
  int depth = 0;           // how far along a job's path the block lies: a full one fills up those before it
  double utilisation = 0;  // measured: fraction of time busy, or of places taken
};

// What the graph says one resource could serve if it alone limited.
struct ResourceLimit {
  std::string name;
  double bound_jobs_per_s = 0;
};

// There may be a million of these: 56 bytes each.
struct TenantRow {
  std::uint64_t bytes = 0;
  double mean_ns = 0;
  double p99_ns = 0;  // 0 when per-tenant histograms are off
  double max_ns = 0;
  std::uint32_t tenant = 0;
  std::uint32_t tenant_class = 0;  // index into Results::tenant_classes
  std::uint32_t jobs = 0;
  std::uint32_t failed = 0;
  std::uint32_t retries = 0;
  std::uint32_t faults = 0;
};
static_assert(sizeof(TenantRow) <= 56, "a tenant's row is small");

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
  std::uint64_t events = 0;

  std::vector<std::pair<std::string, double>> metrics;  // in a fixed order; names as in docs/results.md
  std::array<Band, kBands> bands;
  std::vector<std::string> tenant_classes;
  std::vector<TenantRow> tenants;
  std::vector<StructureRow> structures;
  LatencyHistogram latency;
  std::vector<std::pair<std::string, LatencyHistogram>> class_latency;
  std::vector<TimeSeries> series;

  double bound_jobs_per_s = 0;  // 0: no bound known
  std::string bound_bottleneck;
  std::vector<ResourceLoad> resources;
  std::vector<ResourceLimit> limits;

  std::vector<TargetResult> targets;
  std::string dominant_stage_mean;
  std::string dominant_stage_tail;
  std::string measured_bottleneck;  // "block.resource", or "none" if nothing is saturated
  std::vector<std::string> sentences;

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
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_RESULTS_H_
