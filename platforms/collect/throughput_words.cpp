// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/throughput_words.h"

#include <algorithm>
#include <cmath>

#include "platforms/collect/words.h"

namespace siov {
namespace {

// Standard errors of a count of independent events that chance is taken to explain: beyond four, once in 30,000 runs.
constexpr double kStandardErrors = 4;
// A window cuts the first and the last job: a whole number of them may exceed the bound's by one.
constexpr double kWholeJob = 1;
// What a percentage of one decimal does not show.
constexpr double kShown = 5e-4;

struct Reached {
  double fraction = 0;  // of the bound
  double jobs = 0;      // that succeeded in the measured time
  double excess = 0;    // of these, above what the bound allows
  double chance = 0;    // of these, what sampling explains
  bool above = false;
};

Reached ReachedBy(const Results& results) {
  Reached reached;
  const double seconds = ToSeconds(results.measured_ps);
  const double allowed = results.bound_jobs_per_s * seconds;
  reached.jobs = results.Metric("job.throughput_per_s") * seconds;
  reached.fraction = results.Metric("job.throughput_per_s") / results.bound_jobs_per_s;
  reached.excess = reached.jobs - allowed;
  reached.chance = kWholeJob + (results.bound_is_mean ? kStandardErrors * std::sqrt(allowed) : 0);
  reached.above = reached.fraction > 1 + kShown;
  return reached;
}

std::string BoundWords(const Results& results) {
  return JobRateText(results.bound_jobs_per_s) + " set by " + results.bound_bottleneck;
}

}  // namespace

std::string ThroughputDoubt(const Results& results) {
  if (results.bound_jobs_per_s <= 0) return "";
  const Reached reached = ReachedBy(results);
  if (!reached.above) return "";
  const auto begun_before = static_cast<double>(results.begun_before);
  const std::string share = PercentText(reached.fraction) + " of the bound";
  if (reached.excess > reached.chance + begun_before) {
    return "This run is not to be trusted: its throughput is " + PercentText(reached.fraction) +
           (results.bound_is_mean ? " of a bound that chance does not exceed so far, "
                                  : " of a bound that none can exceed, ") +
           BoundWords(results) + ".";
  }
  const bool by_chance = results.bound_is_mean && reached.excess <= reached.chance;
  if (by_chance && 2 * begun_before <= reached.jobs) return "";
  const auto measured = static_cast<std::uint64_t>(results.Metric("job.completed"));
  if (results.begun_before == 0) {
    return "The " + CountText(measured) + " jobs measured are too few to judge throughput (" + share + ").";
  }
  const std::string jobs = measured == 1
                               ? "The only job measured was"
                               : CountText(results.begun_before) + " of the " + CountText(measured) +
                                     (results.begun_before == 1 ? " jobs measured was" : " jobs measured were");
  return jobs + " under way when measuring began: the window is too short to judge throughput (" + share + ").";
}

std::string ThroughputText(const Results& results) {
  if (results.bound_jobs_per_s <= 0) return "";
  const Reached reached = ReachedBy(results);
  if (!reached.above) {
    return "; throughput is " + PercentText(std::min(reached.fraction, 1.0)) + " of the bound of " +
           BoundWords(results);
  }
  if (!ThroughputDoubt(results).empty()) return "; the bound is " + BoundWords(results);
  return "; throughput is " + PercentText(reached.fraction) + " of the mean of what is drawn, " + BoundWords(results);
}

}  // namespace siov
