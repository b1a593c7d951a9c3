// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/event_words.h"

#include <algorithm>

#include "models/base/ends_with.h"
#include "platforms/collect/words.h"

namespace siov {
namespace {

// "; its 128 tenants of replay had no job done after 101 µs"
std::string StoppedText(const Results& results, const std::string& function) {
  std::string text;
  for (const StoppedClass& one : results.stopped) {
    if (one.function != function) continue;
    text += (text.empty() ? "; its " : ", its ") + CountText(one.tenants) +
            (one.tenants == 1 ? " tenant of " : " tenants of ") + one.name + " had no job done" +
            (one.last_success == kNever ? " at all" : " after " + DurationText(ToNs(one.last_success)));
  }
  return text;
}

// Functions that configured events put out of action, what they refused because of it and which tenants it stopped:
// "dsa0 was reset at 40.0 µs and refused 1,234 submissions in the measured time."
void AddStops(const Results& results, std::vector<std::string>* sentences) {
  for (std::size_t i = 0; i < results.stops.size();) {
    const std::string function = results.stops[i].function;
    std::string events;
    for (; i < results.stops.size() && results.stops[i].function == function; ++i) {
      events += (events.empty() ? "" : ", ") + std::string(results.stops[i].halted ? "halted" : "reset") + " at " +
                DurationText(ToNs(results.stops[i].at));
    }
    const double refused = results.Statistic(function + ".swq_arbiter", "refused");
    const std::string stopped = StoppedText(results, function);
    const std::string submissions =
        refused == 0 && !stopped.empty()
            ? ""
            : " and refused " + (refused == 0 ? "nothing" : CountText(static_cast<std::uint64_t>(refused))) +
                  (refused == 0   ? ""
                   : refused == 1 ? " submission"
                                  : " submissions") +
                  " in the measured time";
    sentences->push_back(function + " was " + events + submissions + stopped + ".");
  }
  if (results.given_up) {
    sentences->push_back("The run was ended at " + DurationText(ToNs(results.sim_time_ps)) + " with " +
                         CountText(results.conservation.in_flight) + " jobs in flight: none can be done any more.");
  }
}

// "PASID 5 of dsa0 was stopped at 40.0 µs, PASID 7 of dsa0 at 50.0 µs: their tenants submit nothing more."
void AddPasidStops(const Results& results, std::vector<std::string>* sentences) {
  constexpr std::size_t kMost = 8;
  const std::vector<PasidStopped>& stops = results.pasid_stops;
  if (stops.empty()) return;
  std::string text;
  for (std::size_t i = 0; i < std::min(stops.size(), kMost); ++i) {
    text += (text.empty() ? "PASID " : ", PASID ") + std::to_string(stops[i].pasid) + " of " + stops[i].function +
            (text.empty() ? " was stopped at " : " at ") + DurationText(ToNs(stops[i].at));
  }
  if (stops.size() > kMost) text += " and " + CountText(stops.size() - kMost) + " more later";
  sentences->push_back(text + (stops.size() == 1 ? ": its tenants submit" : ": their tenants submit") +
                       " nothing more.");
}

// "3 processes exited, the first at 20.0 µs: their tenants submit nothing more."
void AddExits(const Results& results, std::vector<std::string>* sentences) {
  if (results.exits == 0) return;
  const std::string at = DurationText(ToNs(results.first_exit));
  sentences->push_back(results.exits == 1 ? "A process exited at " + at + ": its tenant submits nothing more."
                                          : CountText(results.exits) + " processes exited, the first at " + at +
                                                ": their tenants submit nothing more.");
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

// Interrupts that met a mask, and those that wait for one to be taken off.
void AddMasks(const Results& results, std::vector<std::string>* sentences) {
  for (const StructureRow& row : results.structures) {
    if (row.statistic != "masked" || row.value == 0 || !EndsWith(row.block, ".ims")) continue;
    const double told = results.Statistic(row.block, "coalesced") + results.Statistic(row.block, "unmasked_messages");
    const auto waiting = static_cast<std::uint64_t>(std::max(row.value - told, 0.0));
    sentences->push_back("Of " + row.block + ", " + CountText(static_cast<std::uint64_t>(row.value)) +
                         " requests found their message masked" +
                         (waiting == 0 ? "." : "; " + CountText(waiting) + " messages were pending at the end."));
  }
}

void AddPeers(const Results& results, std::vector<std::string>* sentences) {
  double refused = 0;
  for (const StructureRow& row : results.structures) {
    if (row.statistic == "peer_refused" || row.statistic == "own_memory_refused") refused += row.value;
  }
  if (refused == 0) return;
  sentences->push_back(CountText(static_cast<std::uint64_t>(refused)) +
                       " requests of devices were refused because their addresses are those of registers of devices: "
                       "peer-to-peer accesses are not routed.");
}

}  // namespace

void AddEvents(const Results& results, std::vector<std::string>* sentences) {
  AddStops(results, sentences);
  AddPasidStops(results, sentences);
  AddExits(results, sentences);
  AddMissed(results, sentences);
  AddIdle(results, sentences);
  AddMasks(results, sentences);
  AddPeers(results, sentences);
}

}  // namespace siov
