// SPDX-License-Identifier: Apache-2.0
// The metrics of summary.json in their order, and so what a target may name. Definitions: docs/results.md.
#ifndef SIOV_PLATFORMS_COLLECT_METRIC_NAMES_H_
#define SIOV_PLATFORMS_COLLECT_METRIC_NAMES_H_

namespace siov {

inline constexpr const char* kMetricNames[] = {
    "job.latency.mean_ns",
    "job.latency.stddev_ns",
    "job.latency.min_ns",
    "job.latency.p50_ns",
    "job.latency.p90_ns",
    "job.latency.p95_ns",
    "job.latency.p99_ns",
    "job.latency.p999_ns",
    "job.latency.max_ns",
    "job.completed",
    "job.failed",
    "job.retries",
    "job.faults",
    "job.throughput_per_s",
    "job.goodput_bytes_per_s",
    "memory.resident_bytes",
    "memory.pinned_bytes",
    "memory.pin_ns",
    "translation.completed",
    "translation.rate_per_s",
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_METRIC_NAMES_H_
