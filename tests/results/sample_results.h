// SPDX-License-Identifier: Apache-2.0
// Results as a small run might have them, with easy numbers.
#ifndef SIOV_TESTS_RESULTS_SAMPLE_RESULTS_H_
#define SIOV_TESTS_RESULTS_SAMPLE_RESULTS_H_

#include "platforms/collect/results.h"

namespace siov::testing {

inline double& StageMean(Band& band, Stage stage) { return band.mean_ns[static_cast<std::size_t>(stage)]; }

// 1000 jobs of 400 ns, three quarters of it the engine; the slowest wait for walks.
inline Results SampleResults() {
  Results results;
  results.name = "sample";
  results.run_id = "0123abcd0123abcd0123abcd0123abcd";
  results.seed = 42;
  results.sim_time_ps = 3 * kPsPerUs;
  results.measured_ps = 2 * kPsPerUs;
  results.wall_s = 0.25;
  results.events = 12'345;
  results.metrics = {{"job.latency.mean_ns", 400.0},
                     {"job.latency.p99_ns", 900.0},
                     {"job.completed", 1'000.0},
                     {"job.throughput_per_s", 5e8},
                     {"translation.completed", 4'000.0}};
  const char* names[kBands] = {"mean", "p50", "p90", "p99", "p999"};
  for (std::size_t b = 0; b < kBands; ++b) {
    Band& band = results.bands[b];
    band.name = names[b];
    band.latency_from_ns = 100.0 * static_cast<double>(b);
    band.latency_to_ns = band.latency_from_ns + 50.0;
    band.jobs = b == 0 ? 1'000 : 100 / b;
    StageMean(band, Stage::kEngine) = 300;
    StageMean(band, Stage::kMemory) = 100;
    StageMean(band, Stage::kWalkWait) = 250.0 * static_cast<double>(b);
  }
  TenantRow row;
  row.tenant = 3;
  row.tenant_class = 1;
  row.jobs = 1'000;
  row.bytes = 4'096'000;
  row.mean_ns = 400;
  row.max_ns = 1'300.5;
  row.retries = 2;
  results.tenant_classes = {"web", "batch, slow"};
  results.tenants = {row};
  results.structures = {{"dsa0.atc", "hits", "lookups", 99, "Lookups that \"hit\", one way or another."}};
  results.latency.Record(400'000, 1'000);
  results.class_latency = {{"batch, slow", results.latency}};
  results.series = {{"dsa0.engine.busy", "fraction", {1.0, 2.0}, {0.5, 0.75}}};
  results.bound_jobs_per_s = 1e9;
  results.bound_bottleneck = "dsa0.engine";
  results.resources = {{"dsa0.engine", "busy", false, 2, 0.5}, {"rp0-dsa0", "up_busy", false, 6, 0.25}};
  results.limits = {{"rp0-dsa0 upstream wire", 2e9}};
  results.jobs_checked = 1'000;
  return results;
}

}  // namespace siov::testing

#endif  // SIOV_TESTS_RESULTS_SAMPLE_RESULTS_H_
