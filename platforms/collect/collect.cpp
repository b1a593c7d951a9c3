// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/collect.h"

#include <algorithm>

#include "platforms/collect/verdict.h"
#include "platforms/graph/throughput_bound.h"

namespace siov {
namespace {

struct BandRange {
  const char* name;
  double low;
  double high;
};
constexpr BandRange kBandRanges[kBands] = {
    {"mean", 0.0, 1.0}, {"p50", 0.45, 0.55}, {"p90", 0.89, 0.91}, {"p99", 0.985, 0.995}, {"p999", 0.999, 1.0}};

// A ratio of two counters of one block, named here once.
struct Ratio {
  const char* name;
  const char* part;
  const char* rest;
  const char* sentence;
};
constexpr Ratio kRatios[] = {
    {"hit_rate", "hits", "misses", "hits / (hits + misses)"},
    {"entry_hit_rate", "entry_hits", "entry_misses", "entry_hits / (entry_hits + entry_misses)"},
    {"context_cache.hit_rate", "context_cache.hits", "context_cache.misses", "context-cache hits / lookups"},
    {"pasid_cache.hit_rate", "pasid_cache.hits", "pasid_cache.misses", "PASID-cache hits / lookups"},
    {"retry_rate", "retries", "accepted", "Retry answers / submissions answered"},
};

const Counter* FindCounter(const StatGroup& group, const std::string& name) {
  for (const Statistic* member : group.members()) {
    if (name == member->name()) return dynamic_cast<const Counter*>(member);
  }
  return nullptr;
}

// How far along a job's path a block lies, by its kind.
int DepthOf(const ResolvedPlatform& platform, const std::string& block) {
  if (block == platform.host.name || block == "traffic") return 0;
  if (block == platform.memory.name) return 100;
  constexpr const char* kOrder[] = {"driver",
                                    "swq_arbiter",
                                    "engine",
                                    "ims",
                                    "atc",
                                    "port",
                                    "link",
                                    "root port",
                                    "iotlb",
                                    "page_walker",
                                    "pri_queue",
                                    "invalidation_queue",
                                    "interrupt_remapper"};
  std::string kind = block.substr(block.rfind('.') + 1);
  for (const ResolvedEndpoint& endpoint : platform.endpoints) {
    if (block == endpoint.link_name) kind = "link";
  }
  for (const ResolvedRootPort& port : platform.root_ports) {
    if (block == port.name) kind = "root port";
  }
  return 1 + static_cast<int>(std::find(std::begin(kOrder), std::end(kOrder), kind) - std::begin(kOrder));
}

void CollectGroup(const StatGroup& group, int depth, Picoseconds now, Results* results) {
  for (const Statistic* member : group.members()) {
    for (const StatValue& value : member->Values(now)) {
      results->structures.push_back(
          {group.path(), member->name() + value.suffix, value.unit, value.value, member->sentence()});
    }
    if (const auto* busy = dynamic_cast<const BusyTime*>(member)) {
      results->resources.push_back({group.path(), member->name(), false, depth, busy->Utilisation(now)});
    }
    if (const auto* slots = dynamic_cast<const Occupancy*>(member); slots != nullptr && slots->capacity() > 0) {
      const double places = static_cast<double>(slots->capacity());
      results->resources.push_back({group.path(), member->name(), true, depth, slots->Mean(now) / places});
    }
  }
  for (const Ratio& ratio : kRatios) {
    const Counter* part = FindCounter(group, ratio.part);
    const Counter* rest = FindCounter(group, ratio.rest);
    if (part == nullptr || rest == nullptr || part->value() + rest->value() == 0) continue;
    const double value = static_cast<double>(part->value()) / static_cast<double>(part->value() + rest->value());
    results->structures.push_back({group.path(), ratio.name, "fraction", value, ratio.sentence});
  }
}

void CollectJobs(const JobStatistics& jobs, Results* results) {
  const JobGroup& all = jobs.overall();
  const double seconds = ToSeconds(results->measured_ps);
  const auto per_second = [&](double amount) { return seconds > 0 ? amount / seconds : 0.0; };
  const auto add = [&](const char* name, double value) { results->metrics.emplace_back(name, value); };
  results->latency = all.latency;
  add("job.latency.mean_ns", all.latency.Mean() / static_cast<double>(kPsPerNs));
  add("job.latency.stddev_ns", all.latency.StdDev() / static_cast<double>(kPsPerNs));
  add("job.latency.min_ns", ToNs(all.latency.min()));
  add("job.latency.p50_ns", ToNs(all.latency.Quantile(0.5)));
  add("job.latency.p90_ns", ToNs(all.latency.Quantile(0.9)));
  add("job.latency.p95_ns", ToNs(all.latency.Quantile(0.95)));
  add("job.latency.p99_ns", ToNs(all.latency.Quantile(0.99)));
  add("job.latency.p999_ns", ToNs(all.latency.Quantile(0.999)));
  add("job.latency.max_ns", ToNs(all.latency.max()));
  add("job.completed", static_cast<double>(all.jobs()));
  add("job.failed", static_cast<double>(all.failed()));
  add("job.retries", static_cast<double>(all.retries));
  add("job.faults", static_cast<double>(all.faults));
  add("job.throughput_per_s", per_second(static_cast<double>(all.jobs())));
  add("job.goodput_bytes_per_s", per_second(static_cast<double>(all.bytes)));
  results->jobs_checked = all.jobs();
  const BatchMeans& batches = jobs.batch_means();
  results->mean_half_width_ns = batches.HalfWidth95() / static_cast<double>(kPsPerNs);
  results->mean_lag1_correlation = batches.Lag1Correlation();
  results->mean_batches = batches.batches();
}

void CollectBands(const JobGroup& jobs, Results* results) {
  for (std::size_t b = 0; b < kBands; ++b) {
    const BandRange& range = kBandRanges[b];
    const StageBand source = jobs.anatomy.Band(range.low, range.high);
    Band& band = results->bands[b];
    band.name = range.name;
    band.latency_from_ns = ToNs(jobs.latency.Quantile(range.low));
    band.latency_to_ns = ToNs(jobs.latency.Quantile(range.high));
    band.jobs = static_cast<std::uint64_t>(source.jobs + 0.5);
    for (std::size_t i = 0; i < kStageCount; ++i) {
      band.mean_ns[i] = source.mean_stage_ps[i] / static_cast<double>(kPsPerNs);
    }
  }
}

bool EndsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::uint64_t CounterValue(const StatGroup& group, const std::string& name) {
  const Counter* counter = FindCounter(group, name);
  return counter != nullptr ? counter->value() : 0;
}

// Every DMA request that needed a translation, once: where it was looked up first. That is the ATC of a device that has
// one, the IOTLB otherwise (whose lookups for translation requests were counted at the ATC already).
void CollectTranslations(const System& system, Results* results) {
  std::uint64_t requests = 0;
  for (const StatGroup* group : system.statistics()) {
    const bool atc = EndsWith(group->path(), ".atc");
    if (!atc && !EndsWith(group->path(), ".iotlb")) continue;
    requests += CounterValue(*group, "hits") + CounterValue(*group, "misses");
    requests -= atc ? 0 : CounterValue(*group, "translation_requests");
  }
  const double seconds = ToSeconds(results->measured_ps);
  results->metrics.emplace_back("translation.completed", static_cast<double>(requests));
  results->metrics.emplace_back("translation.rate_per_s", seconds > 0 ? static_cast<double>(requests) / seconds : 0.0);
}

void CollectMemory(const System& system, Picoseconds now, Results* results) {
  const FaultService& service = system.fault_service();
  results->metrics.emplace_back("memory.resident_bytes", service.resident_bytes().Mean(now));
  results->metrics.emplace_back("memory.pinned_bytes", static_cast<double>(service.memory_at_start().pinned_bytes));
  results->metrics.emplace_back("memory.pin_ns", ToNs(service.pin_time()));
}

void CollectTenants(const System& system, const JobStatistics& jobs, Results* results) {
  const auto& classes = system.experiment().traffic.classes;
  const auto& histograms = jobs.tenant_histograms();
  for (const TenantClassConfig& tenant_class : classes) results->tenant_classes.push_back(tenant_class.name);
  if (classes.empty()) results->tenant_classes = {"replay"};
  std::uint32_t class_index = 0;
  std::uint32_t class_end = classes.empty() ? 0 : classes[0].tenants;
  results->tenants.reserve(jobs.tenants().size());
  for (std::uint32_t tenant = 0; tenant < jobs.tenants().size(); ++tenant) {
    while (tenant >= class_end && class_index + 1 < classes.size()) class_end += classes[++class_index].tenants;
    const TenantRecord& record = jobs.tenants()[tenant];
    TenantRow row;
    row.tenant = tenant;
    row.tenant_class = class_index;
    row.jobs = record.jobs;
    row.failed = record.failed;
    row.bytes = record.bytes;
    row.mean_ns = record.jobs > 0 ? ToNs(record.latency_sum_ps) / record.jobs : 0.0;
    row.p99_ns = histograms.empty() ? 0.0 : ToNs(std::min(histograms[tenant].Quantile(0.99), record.latency_max_ps));
    row.max_ns = ToNs(record.latency_max_ps);
    row.retries = record.retries;
    row.faults = record.faults;
    results->tenants.push_back(row);
  }
}

void CollectBound(const ResolvedExperiment& experiment, Results* results) {
  const ThroughputBound bound = ComputeThroughputBound(experiment);
  results->bound_jobs_per_s = bound.jobs_per_second;
  results->bound_bottleneck = bound.bottleneck;
  for (const ResourceBound& resource : bound.resources) {
    results->limits.push_back({resource.name, resource.jobs_per_second});
  }
}

}  // namespace

Results CollectResults(System& system, const Sampler& sampler, Picoseconds now, bool interrupted) {
  const ResolvedExperiment& experiment = system.experiment();
  const JobStatistics& jobs = system.traffic().job_statistics();
  Results results;
  results.name = experiment.name;
  results.run_id = experiment.run_id;
  results.seed = experiment.run.seed;
  results.partial = interrupted;
  results.sim_time_ps = now;
  results.measured_ps = results.sim_time_ps > jobs.since() ? results.sim_time_ps - jobs.since() : 0;
  results.events = system.simulation().agenda.events();
  results.trace_file = experiment.traffic.replay.trace_file;
  if (const ReplayFacts* facts = system.traffic().replay_facts()) results.replay = *facts;
  results.unverified = experiment.unverified;

  CollectJobs(jobs, &results);
  CollectMemory(system, now, &results);
  CollectTranslations(system, &results);
  CollectBands(jobs.overall(), &results);
  CollectTenants(system, jobs, &results);
  for (std::size_t i = 0; i < experiment.traffic.classes.size(); ++i) {
    results.class_latency.emplace_back(experiment.traffic.classes[i].name, jobs.of_class(i).latency);
  }
  for (const StatGroup* group : system.statistics()) {
    CollectGroup(*group, DepthOf(experiment.platform, group->path()), now, &results);
  }
  results.series = sampler.series();
  CollectBound(experiment, &results);
  JudgeResults(experiment.targets, &results);
  return results;
}

}  // namespace siov
