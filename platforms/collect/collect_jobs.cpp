// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/collect_jobs.h"

#include <algorithm>
#include <limits>

#include "platforms/resolve/metric_names.h"

namespace siov {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

struct BandRange {
  const char* name;
  double low;
  double high;
};
constexpr BandRange kBandRanges[kBands] = {
    {"mean", 0.0, 1.0}, {"p50", 0.45, 0.55}, {"p90", 0.89, 0.91}, {"p99", 0.985, 0.995}, {"p999", 0.999, 1.0}};

// What the rows of some tenants say about how evenly they were served.
struct Evenness {
  double jain = kUnknown;  // 1: all get the same; 1/n: one gets everything
  double silent = 0;       // tenants that finished no job
  double worst_p99 = kUnknown;
};

// Of the tenants of a class, or of all (`tenant_class` is null).
Evenness EvennessOf(const std::vector<TenantRow>& tenants, const std::uint32_t* tenant_class) {
  Evenness evenness;
  double rows = 0;
  double sum = 0;
  double squares = 0;
  for (const TenantRow& row : tenants) {
    if (tenant_class != nullptr && row.tenant_class != *tenant_class) continue;
    const double succeeded = row.jobs - row.failed;
    ++rows;
    sum += succeeded;
    squares += succeeded * succeeded;
    evenness.silent += row.jobs == 0;
    if (!(row.p99_ns <= evenness.worst_p99) && row.p99_ns == row.p99_ns) evenness.worst_p99 = row.p99_ns;
  }
  if (squares > 0) evenness.jain = sum * sum / (rows * squares);
  return evenness;
}

// Appends the metrics of kJobMetricNames, in their order.
class JobMetrics {
 public:
  JobMetrics(std::string prefix, Results* results) : prefix_(std::move(prefix)), results_(results) {}

  void Add(const JobGroup& group, const Evenness& evenness) {
    AddLatency(group.latency);
    const auto succeeded = static_cast<double>(group.jobs() - group.failed());
    Put("job.completed", static_cast<double>(group.jobs()));
    Put("job.succeeded", succeeded);
    Put("job.failed", static_cast<double>(group.failed()));
    Put("job.retries", static_cast<double>(group.retries));
    Put("job.faults", static_cast<double>(group.faults));
    Put("job.throughput_per_s", PerSecond(succeeded));
    Put("job.goodput_bytes_per_s", PerSecond(static_cast<double>(group.bytes)));
    Put("tenants.jain", evenness.jain);
    Put("tenants.silent", evenness.silent);
    Put("tenants.worst_p99_ns", evenness.worst_p99);
  }

 private:
  void Put(const char* name, double value) { results_->metrics.emplace_back(prefix_ + name, value); }
  void AddLatency(const LatencyHistogram& latency) {
    const bool known = latency.count() > 0;
    const auto put = [&](const char* name, double ps) {
      Put(name, known ? ps / static_cast<double>(kPsPerNs) : kUnknown);
    };
    const auto quantile = [&](double q) { return static_cast<double>(latency.Quantile(q)); };
    put("job.latency.mean_ns", latency.Mean());
    put("job.latency.stddev_ns", latency.StdDev());
    put("job.latency.min_ns", static_cast<double>(latency.min()));
    put("job.latency.p50_ns", quantile(0.5));
    put("job.latency.p90_ns", quantile(0.9));
    put("job.latency.p95_ns", quantile(0.95));
    put("job.latency.p99_ns", quantile(0.99));
    put("job.latency.p999_ns", quantile(0.999));
    put("job.latency.max_ns", static_cast<double>(latency.max()));
  }
  double PerSecond(double amount) const {
    return results_->measured_ps > 0 ? amount / ToSeconds(results_->measured_ps) : kUnknown;
  }

  std::string prefix_;
  Results* results_;
};

std::array<Band, kBands> BandsOf(const JobGroup& jobs) {
  std::array<Band, kBands> bands;
  const bool known = jobs.jobs() > 0;
  for (std::size_t b = 0; b < kBands; ++b) {
    const BandRange& range = kBandRanges[b];
    const StageBand source = jobs.anatomy.Band(range.low, range.high);
    Band& band = bands[b];
    band.name = range.name;
    band.latency_from_ns = known ? ToNs(jobs.latency.Quantile(range.low)) : kUnknown;
    band.latency_to_ns = known ? ToNs(jobs.latency.Quantile(range.high)) : kUnknown;
    band.jobs = static_cast<std::uint64_t>(source.jobs + 0.5);
    for (std::size_t i = 0; i < kStageCount; ++i) {
      band.mean_ns[i] = known ? source.mean_stage_ps[i] / static_cast<double>(kPsPerNs) : kUnknown;
    }
  }
  return bands;
}

TenantRow RowOf(const JobStatistics& jobs, std::uint32_t tenant, std::uint32_t tenant_class) {
  const TenantHistograms& histograms = jobs.tenant_histograms();
  const TenantRecord& record = jobs.tenants()[tenant];
  const bool known = record.jobs > 0;
  TenantRow row;
  row.tenant = tenant;
  row.tenant_class = tenant_class;
  row.jobs = record.jobs;
  row.failed = record.failed;
  row.bytes = record.bytes;
  row.mean_ns = known ? ToNs(record.latency_sum_ps) / record.jobs : kUnknown;
  row.p99_ns = known && histograms.kept() ? ToNs(std::min(histograms.of(tenant).Quantile(0.99), record.latency_max_ps))
                                          : kUnknown;
  row.max_ns = known ? ToNs(record.latency_max_ps) : kUnknown;
  row.retries = record.retries;
  row.faults = record.faults;
  return row;
}

void CollectTenants(const TrafficConfig& traffic, const JobStatistics& jobs, Results* results) {
  const auto& classes = traffic.classes;
  std::uint32_t class_index = 0;
  std::uint32_t class_end = classes.empty() ? 0 : classes[0].tenants;
  results->tenants.reserve(jobs.tenants().size());
  for (std::uint32_t tenant = 0; tenant < jobs.tenants().size(); ++tenant) {
    while (tenant >= class_end && class_index + 1 < results->tenant_classes.size()) {
      ++class_index;
      class_end += class_index < classes.size() ? classes[class_index].tenants
                                                : static_cast<std::uint32_t>(jobs.tenants().size());
    }
    results->tenants.push_back(RowOf(jobs, tenant, class_index));
    ++results->classes[class_index].tenants;
  }
}

void CollectConfidence(const BatchMeans& batches, Results* results) {
  results->mean_half_width_ns = batches.HalfWidth95() / static_cast<double>(kPsPerNs);
  results->mean_lag1_correlation = batches.Lag1Correlation();
  results->mean_batches = batches.batches();
}

}  // namespace

std::vector<std::string> TenantClassNames(const TrafficConfig& traffic) {
  std::vector<std::string> names;
  for (const TenantClassConfig& tenant_class : traffic.classes) names.push_back(tenant_class.name);
  if (!traffic.replay.trace_file.empty() || names.empty()) names.emplace_back("replay");
  return names;
}

void CollectJobs(const TrafficConfig& traffic, const JobStatistics& jobs, Results* results) {
  const JobGroup& all = jobs.overall();
  results->latency = all.latency;
  results->outcomes = all.by_status;
  results->bands = BandsOf(all);
  results->tenant_classes = TenantClassNames(traffic);
  for (std::size_t i = 0; i < results->tenant_classes.size(); ++i) {
    const JobGroup& group = jobs.of_class(i);
    ClassResult one;
    one.name = results->tenant_classes[i];
    one.outcomes = group.by_status;
    one.bands = BandsOf(group);
    results->classes.push_back(one);
    results->class_latency.emplace_back(one.name, group.latency);
  }
  CollectTenants(traffic, jobs, results);
  JobMetrics("", results).Add(all, EvennessOf(results->tenants, nullptr));
  CollectConfidence(jobs.batch_means(), results);
}

void CollectClassMetrics(const JobStatistics& jobs, Results* results) {
  for (std::uint32_t i = 0; i < results->classes.size(); ++i) {
    JobMetrics(ClassMetric(results->classes[i].name, ""), results)
        .Add(jobs.of_class(i), EvennessOf(results->tenants, &i));
  }
}

}  // namespace siov
