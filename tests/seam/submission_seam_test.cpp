// SPDX-License-Identifier: Apache-2.0
// Submission through whole platforms: what instructions cost the CPUs that execute them.
#include <gtest/gtest.h>

#include <string>

#include "tests/seam/seam_run.h"

namespace siov::seam {
namespace {

// 64 tenants that have nothing to wait for but the device: 2,048 jobs of no data.
Overrides Crowd(const std::string& cpus) {
  return {Tenants("tenants=64"), "run.job_limit=2048", Jobs("op=NOOP"), Device("engine.jobs_per_engine=64"),
          Host("cpus=" + cpus)};
}

// A CPU waits for the answer to its ENQCMD, so that so many CPUs submit so many jobs a round trip and no more.
TEST(Seam, ACpuSubmitsOnceARoundTrip) {
  const SeamRun one(Crowd("1"));
  one.ExpectJobs(2048);
  EXPECT_EQ(one["host0.enqcmds_in_flight.max"], 1);
  EXPECT_GT(one["host0.cpus_busy"], 0.999);
  EXPECT_EQ(one["host0.cpu_time"], one["host0.enqcmd_round_trip"]);
  const SeamRun four(Crowd("4"));
  EXPECT_EQ(four["host0.enqcmds_in_flight.max"], 4);
  EXPECT_EQ(four["host0.cpu_waiting.max"], 60);
  EXPECT_NEAR(four["host0.cpu_time"], one["host0.cpu_time"], 0.01 * one["host0.cpu_time"]);
}

// That nobody waits for a CPU has to be asked for.
TEST(Seam, CpusAreBoundedUnlessAskedOtherwise) {
  Overrides defaults = Crowd("0");
  defaults.pop_back();
  const SeamRun bounded(defaults);
  bounded.ExpectJobs(2048);
  EXPECT_EQ(bounded["host0.enqcmds_in_flight.max"], 56);
  EXPECT_EQ(bounded["host0.cpu_waiting.max"], 8);
  const SeamRun unbounded(Crowd("0"));
  EXPECT_EQ(unbounded["host0.enqcmds_in_flight.max"], 64);
  EXPECT_EQ(unbounded["host0.cpu_waiting.max"], 0);
}

}  // namespace
}  // namespace siov::seam
