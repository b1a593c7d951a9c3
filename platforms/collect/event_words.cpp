// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/event_words.h"

#include <algorithm>

#include "platforms/collect/words.h"

namespace siov {
namespace {

double StructureValue(const Results& results, const std::string& block, const std::string& statistic) {
  for (const StructureRow& row : results.structures) {
    if (row.block == block && row.statistic == statistic) return row.value;
  }
  return 0;
}

// Functions that configured events put out of action, and that had work to refuse because of it: "dsa0 was reset
// at 40.0 µs and refused 1,234 submissions in the measured time."
void AddStops(const Results& results, std::vector<std::string>* sentences) {
  for (std::size_t i = 0; i < results.stops.size();) {
    const std::string function = results.stops[i].function;
    std::string events;
    for (; i < results.stops.size() && results.stops[i].function == function; ++i) {
      events += (events.empty() ? "" : ", ") + std::string(results.stops[i].halted ? "halted" : "reset") + " at " +
                DurationText(ToNs(results.stops[i].at));
    }
    const double refused = StructureValue(results, function + ".swq_arbiter", "refused");
    if (refused == 0) continue;
    sentences->push_back(function + " was " + events + " and refused " +
                         CountText(static_cast<std::uint64_t>(refused)) + " submissions in the measured time.");
  }
}

// "The run ended at 30.0 µs, before dsa0 FUNCTION_RESET at 300 µs."
void AddMissed(const Results& results, std::vector<std::string>* sentences) {
  constexpr std::size_t kMostNamed = 3;
  const std::size_t missed = results.missed_events.size();
  if (missed == 0) return;
  std::string events;
  for (std::size_t i = 0; i < std::min(missed, kMostNamed); ++i) {
    const MissedEvent& event = results.missed_events[i];
    events += (i == 0 ? "" : ", ") + event.what + " at " + DurationText(ToNs(event.at));
  }
  if (missed > kMostNamed) events += " and " + CountText(missed - kMostNamed) + " more";
  sentences->push_back(std::string("The run ") + (results.partial ? "was interrupted" : "ended") + " at " +
                       DurationText(ToNs(results.sim_time_ps)) + ", before " + events +
                       ": what this was to change is not in the results.");
}

void AddIdle(const Results& results, std::vector<std::string>* sentences) {
  if (results.stopped_with_nothing_left > 0) {
    sentences->push_back("Of the tenants whose process exited or whose PASID was stopped, " +
                         CountText(results.stopped_with_nothing_left) +
                         " had nothing left to submit, so that this changed nothing of theirs.");
  }
  if (results.exits_unfinished > 0) {
    sentences->push_back("Not torn down yet when the run ended: " + CountText(results.exits_unfinished) +
                         " of the processes that exited.");
  }
}

}  // namespace

void AddEvents(const Results& results, std::vector<std::string>* sentences) {
  AddStops(results, sentences);
  AddMissed(results, sentences);
  AddIdle(results, sentences);
}

}  // namespace siov
