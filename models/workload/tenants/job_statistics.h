// SPDX-License-Identifier: Apache-2.0
// What is kept of finished jobs: latency overall, by class and by tenant, and where the time went.
//
// A job counts when it finishes; Reset() at the end of warm-up forgets those that finished before. Per tenant 40 bytes,
// and 388 more with a histogram, from its first job on. Latencies are of all jobs, failed ones included (they are
// counted beside); what a failed job moved is not what its tenant asked for, and no byte of it counts.
#ifndef SIOV_MODELS_WORKLOAD_TENANTS_JOB_STATISTICS_H_
#define SIOV_MODELS_WORKLOAD_TENANTS_JOB_STATISTICS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/base/latency_histogram.h"
#include "models/base/units.h"
#include "models/protocol/job.h"
#include "models/workload/tenants/batch_means.h"
#include "models/workload/tenants/stage_anatomy.h"
#include "models/workload/tenants/tenant_histograms.h"

namespace siov {

inline constexpr std::size_t kJobStatuses = static_cast<std::size_t>(JobStatus::kException) + 1;

struct TenantRecord {
  std::uint64_t bytes = 0;  // of jobs that succeeded
  Picoseconds latency_sum_ps = 0;
  Picoseconds latency_max_ps = 0;
  std::uint32_t jobs = 0;
  std::uint32_t failed = 0;
  std::uint32_t retries = 0;
  std::uint32_t faults = 0;
};
static_assert(sizeof(TenantRecord) <= 64, "a tenant's record fits a cache line");

// One class of tenants, or all of them.
struct JobGroup {
  LatencyHistogram latency;
  StageAnatomy anatomy;
  std::array<std::uint64_t, kJobStatuses> by_status{};
  std::uint64_t bytes = 0;  // of jobs that succeeded
  std::uint64_t retries = 0;
  std::uint64_t faults = 0;

  std::uint64_t jobs() const { return latency.count(); }
  std::uint64_t failed() const { return jobs() - by_status[static_cast<std::size_t>(JobStatus::kSuccess)]; }
};

// Told about every job that finishes, warm-up included, before it is recycled.
class JobSink {
 public:
  virtual ~JobSink() = default;
  virtual void OnJobFinished(const Job& job, Picoseconds now) = 0;
};

class JobStatistics {
 public:
  JobStatistics(std::uint32_t tenants, std::size_t classes, bool per_tenant_histograms);

  // Checks the ledger's conservation law and records the job. REQUIRES: the job's ledger stands at `now`, and its
  // status is not pending.
  void Finish(const Job& job, Picoseconds now);
  // The end of warm-up.
  void Reset(Picoseconds now);

  const JobGroup& overall() const { return overall_; }
  // A single class is the whole, and kept once.
  const JobGroup& of_class(std::size_t index) const { return classes_.empty() ? overall_ : classes_[index]; }
  const std::vector<TenantRecord>& tenants() const { return tenants_; }
  const TenantHistograms& tenant_histograms() const { return histograms_; }
  const BatchMeans& batch_means() const { return batch_means_; }
  Picoseconds since() const { return since_; }  // end of warm-up
  // Of the jobs counted, those that were under way when measuring began.
  std::uint64_t begun_before() const { return begun_before_; }
  // When a class last had a job done, warm-up included; kNever: it never had.
  Picoseconds last_success(std::size_t tenant_class) const { return last_success_[tenant_class]; }
  // Jobs by status since the beginning, warm-up included.
  const std::array<std::uint64_t, kJobStatuses>& outcomes_of_run() const { return outcomes_of_run_; }

 private:
  static void Add(const Job& job, Picoseconds latency, JobGroup* group);

  JobGroup overall_;
  std::vector<JobGroup> classes_;  // empty if there is one class only
  std::vector<TenantRecord> tenants_;
  TenantHistograms histograms_;
  BatchMeans batch_means_;
  std::array<std::uint64_t, kJobStatuses> outcomes_of_run_{};
  std::vector<Picoseconds> last_success_;
  std::uint64_t begun_before_ = 0;
  Picoseconds since_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TENANTS_JOB_STATISTICS_H_
