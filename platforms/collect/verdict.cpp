// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/verdict.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace siov {
namespace {

// A resource busier than this is called saturated; between measurement noise and queueing theory, a server at 90 %
// makes its customers wait nine service times.
constexpr double kSaturated = 0.9;

std::string Format(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

struct Scale {
  double factor;
  const char* suffix;
};

// Three significant digits in the largest unit that leaves at least 1: 1234 ns is "1.23 µs".
template <std::size_t kCount>
std::string Readable(double value, const std::array<Scale, kCount>& scales) {
  const auto scale =
      std::find_if(scales.begin(), scales.end() - 1, [&](const Scale& s) { return value >= 0.9995 * s.factor; });
  const double shown = value / scale->factor;
  const int decimals = shown >= 99.95 ? 0 : shown >= 9.995 ? 1 : 2;
  char text[64];
  std::snprintf(text, sizeof text, "%.*f%s", decimals, shown, scale->suffix);
  return text;
}

std::string Duration(double ns) {
  return Readable(ns, std::array<Scale, 4>{{{1e9, " s"}, {1e6, " ms"}, {1e3, " µs"}, {1.0, " ns"}}});
}

std::string JobRate(double per_s) {
  return Readable(per_s, std::array<Scale, 4>{{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1.0, ""}}}) + " jobs/s";
}

std::string Percent(double fraction) { return Format("%.1f %%", 100.0 * fraction); }

double Total(const Band& band) {
  double total = 0;
  for (const double mean : band.mean_ns) total += mean;
  return total;
}

std::size_t Largest(const Band& band) {
  return static_cast<std::size_t>(std::max_element(band.mean_ns.begin(), band.mean_ns.end()) - band.mean_ns.begin());
}

// Empty if no time was spent.
std::string DominantStage(const Band& band) {
  return Total(band) > 0 ? Describe(static_cast<Stage>(Largest(band))).name : "";
}

// "iotlb_wait (waiting) takes 41.0 % of the mean latency, 3.20 µs."
std::string DominanceSentence(const Band& band, const std::string& what) {
  if (Total(band) <= 0) return "Nothing took any time in " + what + ", 0 ns.";
  const std::size_t stage = Largest(band);
  const StageInfo& info = Describe(static_cast<Stage>(stage));
  return std::string(info.name) + (info.kind == StageKind::kWait ? " (waiting)" : " (service)") + " takes " +
         Percent(band.mean_ns[stage] / Total(band)) + " of " + what + ", " + Duration(Total(band)) + ".";
}

std::vector<const ResourceLoad*> Saturated(const Results& results) {
  std::vector<const ResourceLoad*> saturated;
  for (const ResourceLoad& load : results.resources) {
    if (load.utilisation >= kSaturated) saturated.push_back(&load);
  }
  // A full resource makes those before it on a job's path fill up too, so the one farthest along is the cause; and
  // among equals a server: a pool of slots is full because what serves it is busy.
  std::stable_sort(saturated.begin(), saturated.end(), [](const ResourceLoad* a, const ResourceLoad* b) {
    return a->depth != b->depth ? a->depth > b->depth : !a->slots && b->slots;
  });
  return saturated;
}

std::string LoadText(const ResourceLoad& load) {
  return load.block + "." + load.name + " (" + Percent(load.utilisation) + (load.slots ? " full" : " busy") + ")";
}

std::string BoundText(const Results& results) {
  if (results.bound_jobs_per_s <= 0) return "";
  return "; throughput is " + Percent(results.Metric("job.throughput_per_s") / results.bound_jobs_per_s) +
         " of the bound of " + JobRate(results.bound_jobs_per_s) + " set by " + results.bound_bottleneck;
}

std::string BottleneckSentence(Results* results) {
  const std::vector<const ResourceLoad*> saturated = Saturated(*results);
  if (!saturated.empty()) {
    const ResourceLoad& cause = *saturated.front();
    results->measured_bottleneck = cause.block + "." + cause.name;
    std::string sentence = "The bottleneck is " + LoadText(cause);
    if (saturated.size() > 1) sentence += "; before it, filled up by it: ";
    for (std::size_t i = 1; i < saturated.size(); ++i) sentence += (i > 1 ? ", " : "") + LoadText(*saturated[i]);
    return sentence + BoundText(*results) + ".";
  }
  const auto busiest =
      std::max_element(results->resources.begin(), results->resources.end(),
                       [](const ResourceLoad& a, const ResourceLoad& b) { return a.utilisation < b.utilisation; });
  if (busiest == results->resources.end()) return "No resource was used.";
  results->measured_bottleneck = "none";
  return "Nothing is saturated: the busiest is " + LoadText(*busiest) + BoundText(*results) + ".";
}

bool Met(const Target& target, double value) {
  return !std::isnan(value) && (!target.minimum || value >= *target.minimum) &&
         (!target.maximum || value <= *target.maximum);
}

}  // namespace

void JudgeResults(const std::vector<Target>& targets, Results* results) {
  for (const Target& target : targets) {
    const double value = results->Metric(target.metric);
    results->targets.push_back({target, value, Met(target, value)});
  }
  const Band& all = results->bands.front();
  const Band& tail = results->bands.back();
  if (all.jobs == 0) {
    results->sentences = {"No job finished in the measured time."};
    return;
  }
  results->dominant_stage_mean = DominantStage(all);
  results->dominant_stage_tail = DominantStage(tail);
  results->sentences = {DominanceSentence(all, "the mean latency"),
                        DominanceSentence(tail, "the latency of the slowest 0.1 % of jobs"),
                        BottleneckSentence(results)};
}

}  // namespace siov
