// SPDX-License-Identifier: Apache-2.0
// Runs a platform to its last job and drains it, watched: for tests that look at the platform when it has come to rest.
#ifndef SIOV_TESTS_SUPPORT_WHOLE_RUN_H_
#define SIOV_TESTS_SUPPORT_WHOLE_RUN_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "platforms/build/system.h"
#include "platforms/run/watchdog.h"

namespace siov::testing {

// Throws InvariantError if the run stands still. The experiment needs a job limit.
inline void RunToRest(System& system) {
  Agenda& agenda = system.simulation().agenda;
  const Traffic& traffic = system.traffic();
  Watchdog watchdog(system.blocks(), 100 * kPsPerMs);
  Picoseconds at = 0;
  const auto run_slice = [&] {
    at += 50 * kPsPerUs;
    agenda.RunUntil(at);
  };
  while (!traffic.done()) {
    run_slice();
    if (!traffic.done()) watchdog.Check(agenda, at, traffic.submitted() - traffic.in_flight(), traffic.in_flight());
  }
  for (int slices = 0; agenda.pending() != 0 && slices < 1'000; ++slices) run_slice();
}

// The first value of a statistic: a counter's count, an occupancy's mean.
inline double StatisticOf(const System& system, const std::string& block, const std::string& statistic) {
  for (const StatGroup* group : system.statistics()) {
    if (group->path() != block) continue;
    for (const Statistic* member : group->members()) {
      if (member->name() == statistic) return member->Values(kPsPerMs).front().value;
    }
  }
  ADD_FAILURE() << "no statistic " << block << "." << statistic;
  return 0;
}

// Nothing is held anywhere: no packet, no occupied place.
inline void ExpectAtRest(System& system) {
  EXPECT_EQ(system.simulation().agenda.pending(), 0u);
  EXPECT_EQ(system.simulation().packets.in_use(), 0u);
  EXPECT_EQ(WhoWaitsForWhom(system.blocks()), "");
}

}  // namespace siov::testing

#endif  // SIOV_TESTS_SUPPORT_WHOLE_RUN_H_
