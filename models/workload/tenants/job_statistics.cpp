// SPDX-License-Identifier: Apache-2.0
#include "models/workload/tenants/job_statistics.h"

#include <algorithm>
#include <string>

#include "models/base/invariant.h"

namespace siov {
namespace {

std::uint64_t DeliveredBytes(const Job& job) { return job.status == JobStatus::kSuccess ? job.bytes_completed : 0; }

}  // namespace

JobStatistics::JobStatistics(std::uint32_t tenants, std::size_t classes, bool per_tenant_histograms)
    : classes_(classes > 1 ? classes : 0),
      tenants_(tenants),
      histograms_(per_tenant_histograms ? tenants : 0),
      last_success_(std::max<std::size_t>(classes, 1), kNever) {}

void JobStatistics::Finish(const Job& job, Picoseconds now) {
  CheckInvariant(job.status != JobStatus::kPending, [&job] {
    return "job " + std::to_string(job.id) + " of tenant " + std::to_string(job.tenant.value()) +
           " finished while its status was pending";
  });
  job.ledger.Close(now);
  const Picoseconds latency = job.ledger.elapsed();
  begun_before_ += latency > now - since_;
  ++outcomes_of_run_[static_cast<std::size_t>(job.status)];
  if (job.status == JobStatus::kSuccess && job.tenant_class < last_success_.size())
    last_success_[job.tenant_class] = now;
  Add(job, latency, &overall_);
  if (!classes_.empty()) Add(job, latency, &classes_[job.tenant_class]);
  batch_means_.Record(static_cast<double>(latency));

  TenantRecord& tenant = tenants_[job.tenant.value()];
  ++tenant.jobs;
  tenant.failed += job.status != JobStatus::kSuccess;
  tenant.bytes += DeliveredBytes(job);
  tenant.latency_sum_ps += latency;
  tenant.latency_max_ps = std::max(tenant.latency_max_ps, latency);
  tenant.retries += job.retries;
  tenant.faults += job.faults;
  if (histograms_.kept()) histograms_.Record(job.tenant.value(), latency);
}

void JobStatistics::Add(const Job& job, Picoseconds latency, JobGroup* group) {
  group->latency.Record(latency);
  group->anatomy.Record(latency, job.ledger);
  ++group->by_status[static_cast<std::size_t>(job.status)];
  group->bytes += DeliveredBytes(job);
  group->retries += job.retries;
  group->faults += job.faults;
}

void JobStatistics::Reset(Picoseconds now) {
  overall_ = JobGroup();
  for (JobGroup& group : classes_) group = JobGroup();
  std::fill(tenants_.begin(), tenants_.end(), TenantRecord());
  histograms_.Reset();
  batch_means_.Reset();
  begun_before_ = 0;
  since_ = now;
}

}  // namespace siov
