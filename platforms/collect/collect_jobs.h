// SPDX-License-Identifier: Apache-2.0
// What JobStatistics kept of finished jobs, as metrics, latency bands and rows of tenants: of all and of every class.
#ifndef SIOV_PLATFORMS_COLLECT_COLLECT_JOBS_H_
#define SIOV_PLATFORMS_COLLECT_COLLECT_JOBS_H_

#include "models/workload/tenants/job_statistics.h"
#include "models/workload/tenants/traffic_config.h"
#include "platforms/collect/results.h"

namespace siov {

// Names of an experiment's classes; a replay is one class, "replay".
std::vector<std::string> TenantClassNames(const TrafficConfig& traffic);

// Fills latency, bands, tenants, classes, confidence and the job metrics of all tenants; those of the classes come with
// CollectClassMetrics(), so that they follow the metrics of the platform. REQUIRES: results->measured_ps is set.
void CollectJobs(const TrafficConfig& traffic, const JobStatistics& jobs, Results* results);
void CollectClassMetrics(const JobStatistics& jobs, Results* results);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_COLLECT_JOBS_H_
