// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/verdict.h"

#include <algorithm>
#include <cmath>

#include "platforms/collect/bottleneck.h"
#include "platforms/collect/event_words.h"
#include "platforms/collect/register_words.h"
#include "platforms/collect/software_words.h"
#include "platforms/collect/throughput_words.h"
#include "platforms/collect/words.h"
#include "platforms/resolve/metric_names.h"

namespace siov {
namespace {

// Above this share of failed jobs, latency and throughput say little about tenants that work, and the verdict says so
// before anything else.
constexpr double kFailedShare = 0.01;
// What rounding of measured times may add to a ratio that cannot exceed 1.
constexpr double kRounding = 1e-6;

double Total(const Band& band) {
  double total = 0;
  for (const double mean : band.mean_ns) total += mean;
  return total;
}

std::size_t Largest(const Band& band) {
  return static_cast<std::size_t>(std::max_element(band.mean_ns.begin(), band.mean_ns.end()) - band.mean_ns.begin());
}

// "iotlb_wait (waiting) takes 41.0 % of the mean latency, 3.20 µs."
std::string DominanceSentence(const Band& band, const std::string& what) {
  if (Total(band) <= 0) return "Nothing took any time in " + what + ", 0 ns.";
  const std::size_t stage = Largest(band);
  const StageInfo& info = Describe(static_cast<Stage>(stage));
  return std::string(info.name) + (info.kind == StageKind::kWait ? " (waiting)" : " (service)") + " takes " +
         PercentText(band.mean_ns[stage] / Total(band)) + " of " + what + ", " + DurationText(Total(band)) + ".";
}

std::string BottleneckSentence(Results* results) {
  if (results->resources.empty()) return "No resource was used.";
  const Bottleneck found = FindBottleneck(*results);
  results->measured_bottleneck = found.name;
  return found.sentence + ThroughputText(*results) + ".";
}

// Numbers that cannot be right, whatever was simulated.
void AddContradictions(const Results& results, std::vector<std::string>* sentences) {
  for (const std::string& violation : results.conservation.violations) {
    sentences->push_back("This run is not to be trusted: " + violation + ".");
  }
  for (const ResourceLoad& load : results.resources) {
    if (load.utilisation <= 1 + kRounding) continue;
    sentences->push_back("This run is not to be trusted: " + load.block + "." + load.name + " is " +
                         PercentText(load.utilisation) + (load.slots ? " full." : " busy."));
  }
}

std::uint64_t Ended(const Outcomes& outcomes) {
  std::uint64_t jobs = 0;
  for (const std::uint64_t one : outcomes) jobs += one;
  return jobs;
}

std::uint64_t Succeeded(const Outcomes& outcomes) { return outcomes[static_cast<std::size_t>(JobStatus::kSuccess)]; }

// "100 page faults, 20 submissions given up"
std::string FailureText(const Outcomes& outcomes) {
  constexpr const char* kNames[kJobStatuses] = {
      "pending",          "", "page faults", "failed translations", "submissions given up", "invalid interrupt handles",
      "exceptions raised"};
  std::string text;
  for (std::size_t i = 0; i < kJobStatuses; ++i) {
    if (i == static_cast<std::size_t>(JobStatus::kSuccess) || outcomes[i] == 0) continue;
    text += (text.empty() ? "" : ", ") + CountText(outcomes[i]) + " " + kNames[i];
  }
  return text;
}

void AddFailures(const std::string& whose, const Outcomes& outcomes, std::vector<std::string>* sentences) {
  const std::uint64_t jobs = Ended(outcomes);
  const std::uint64_t failed = jobs - Succeeded(outcomes);
  if (static_cast<double>(failed) <= kFailedShare * static_cast<double>(jobs)) return;
  const std::string share = failed == jobs
                                ? "Every job"
                                : PercentText(static_cast<double>(failed) / static_cast<double>(jobs)) + " of the jobs";
  sentences->push_back(share + whose + " failed, " + CountText(failed) + " of " + CountText(jobs) + ": " +
                       FailureText(outcomes) + ". Latencies include them, throughput does not.");
}

void AddNotSubmitted(const Results& results, std::vector<std::string>* sentences) {
  for (const NotSubmitted& one : results.not_submitted) {
    sentences->push_back(CountText(one.jobs) + " arrivals of class " + one.tenant_class +
                         " were left out, as it offers more than can be done and too many of its jobs were in flight; "
                         "its latencies grow with the length of the run.");
  }
}

void AddStaleTranslations(const Results& results, std::vector<std::string>* sentences) {
  if (results.replay.stale_unmaps == 0) return;
  sentences->push_back("The recording unmaps " + CountText(results.replay.stale_unmaps) +
                       " ranges and never invalidates a device TLB, as its device had none; the ATC of this one keeps "
                       "translations of what is unmapped, so its hits are too many. replay.invalidations: UNMAP_POLICY "
                       "has the host invalidate what it has to.");
}

bool EndedInWarmup(const Results& results) {
  return results.warmup_ps > 0 && results.sim_time_ps <= results.warmup_ps && results.measured_ps == 0;
}

// Why no job was measured; a sentence without its full stop.
std::string NothingMeasured(const Results& results) {
  if (!EndedInWarmup(results)) return "No job finished in the measured time";
  return std::string("No job was measured: the run ") + (results.partial ? "was interrupted" : "ended") + " after " +
         DurationText(ToNs(results.sim_time_ps)) + " and " + CountText(results.finished_jobs) +
         " jobs, within its warm-up of " + DurationText(ToNs(results.warmup_ps)) +
         "; a shorter run.warmup_us or a longer run measures some";
}

bool StartsWith(const std::string& text, const std::string& start) { return text.compare(0, start.size(), start) == 0; }

struct Subject {
  std::string metric;  // without its class
  const ClassResult* tenant_class = nullptr;
};

Subject SubjectOf(const Results& results, const std::string& metric) {
  for (const ClassResult& one : results.classes) {
    const std::string prefix = ClassMetric(one.name, "");
    if (StartsWith(metric, prefix + "job.") || StartsWith(metric, prefix + "tenants.")) {
      return {metric.substr(prefix.size()), &one};
    }
  }
  return {metric, nullptr};
}

// Why a metric says nothing; empty if it does say something.
std::string WhyUnknown(const Results& results, const std::string& metric, double value) {
  const Subject subject = SubjectOf(results, metric);
  const Outcomes& outcomes = subject.tenant_class != nullptr ? subject.tenant_class->outcomes : results.outcomes;
  const std::string whose = subject.tenant_class != nullptr ? " of class " + subject.tenant_class->name : "";
  const std::uint64_t jobs = Ended(outcomes);
  if (jobs > 0 && Succeeded(outcomes) == 0 && StartsWith(subject.metric, "job.latency.")) {
    return "every job" + whose + " failed";
  }
  if (!std::isnan(value)) return "";
  if (EndedInWarmup(results)) return "the run ended within its warm-up";
  if (jobs == 0) return "no job" + whose + " finished in the measured time";
  if (subject.metric == "tenants.worst_p99_ns") return "run.per_tenant_histograms is off";
  return "it was not measured";
}

bool Within(const Target& target, double value) {
  return !std::isnan(value) && (!target.minimum || value >= *target.minimum) &&
         (!target.maximum || value <= *target.maximum);
}

void JudgeTargets(const std::vector<Target>& targets, Results* results) {
  for (const Target& target : targets) {
    const double value = results->Metric(target.metric);
    const std::string why = WhyUnknown(*results, target.metric, value);
    results->targets.push_back({target, value, why.empty() && Within(target, value), why});
  }
}

// What must be read before everything else.
void AddWarnings(Results* results) {
  AddContradictions(*results, &results->sentences);
  if (const std::string doubt = ThroughputDoubt(*results); !doubt.empty()) results->sentences.push_back(doubt);
  AddSoftwareFaults(*results, &results->sentences);
  AddEvents(*results, &results->sentences);
  AddRegisterFailures(*results, &results->sentences);
  AddStaleTranslations(*results, &results->sentences);
  AddNotSubmitted(*results, &results->sentences);
  AddFailures("", results->outcomes, &results->sentences);
  if (results->classes.size() < 2) return;
  for (const ClassResult& one : results->classes) {
    AddFailures(" of class " + one.name, one.outcomes, &results->sentences);
    if (Ended(one.outcomes) == 0 && results->bands.front().jobs > 0) {
      results->sentences.push_back("Class " + one.name + " finished no job in the measured time.");
    }
  }
}

}  // namespace

std::string DominantStage(const Band& band) {
  return Total(band) > 0 ? Describe(static_cast<Stage>(Largest(band))).name : "";
}

void JudgeResults(const std::vector<Target>& targets, Results* results) {
  JudgeTargets(targets, results);
  AddWarnings(results);
  const Band& all = results->bands.front();
  const Band& tail = results->bands.back();
  if (all.jobs == 0) {
    results->sentences.push_back(NothingMeasured(*results) + ".");
    results->warnings = results->sentences;
    AddRegisterAccesses(*results, &results->sentences);
    return;
  }
  results->warnings = results->sentences;
  results->dominant_stage_mean = DominantStage(all);
  results->dominant_stage_tail = DominantStage(tail);
  for (const std::string& sentence :
       {DominanceSentence(all, "the mean latency"), DominanceSentence(tail, "the latency of the slowest 0.1 % of jobs"),
        BottleneckSentence(results)}) {
    results->sentences.push_back(sentence);
  }
  AddRegisterAccesses(*results, &results->sentences);
}

}  // namespace siov
