// SPDX-License-Identifier: Apache-2.0
// The metrics of summary.json in their order, and so what a target may name. Definitions: docs/results.md.
#ifndef SIOV_PLATFORMS_RESOLVE_METRIC_NAMES_H_
#define SIOV_PLATFORMS_RESOLVE_METRIC_NAMES_H_

#include <string>
#include <vector>

namespace siov {

// Of all jobs, and of every class of tenants: class.NAME.job.latency.p99_ns.
inline constexpr const char* kJobMetricNames[] = {
    "job.latency.mean_ns",  "job.latency.stddev_ns",
    "job.latency.min_ns",   "job.latency.p50_ns",
    "job.latency.p90_ns",   "job.latency.p95_ns",
    "job.latency.p99_ns",   "job.latency.p999_ns",
    "job.latency.max_ns",   "job.completed",
    "job.succeeded",        "job.failed",
    "job.retries",          "job.faults",
    "job.throughput_per_s", "job.goodput_bytes_per_s",
    "tenants.jain",         "tenants.silent",
    "tenants.worst_p99_ns",
};

// Of the platform as a whole.
inline constexpr const char* kPlatformMetricNames[] = {
    "memory.resident_bytes", "memory.pinned_bytes", "memory.pin_ns", "translation.completed", "translation.rate_per_s",
};

inline std::string ClassMetric(const std::string& tenant_class, const std::string& metric) {
  return "class." + tenant_class + "." + metric;
}

// In the order of summary.json.
inline std::vector<std::string> MetricNames(const std::vector<std::string>& tenant_classes) {
  std::vector<std::string> names(std::begin(kJobMetricNames), std::end(kJobMetricNames));
  names.insert(names.end(), std::begin(kPlatformMetricNames), std::end(kPlatformMetricNames));
  for (const std::string& tenant_class : tenant_classes) {
    for (const char* metric : kJobMetricNames) names.push_back(ClassMetric(tenant_class, metric));
  }
  return names;
}

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_METRIC_NAMES_H_
