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

// The CPU prepares each descriptor once, however often its submission is tried.
TEST(Seam, DescriptorsArePreparedOnce) {
  const Overrides full = {Tenants("tenants=8"), Device("swq_arbiter.queues[name=shared].size=1"),
                          Device("engine.compute_time={mean_ns: 20000}"), Host("retry_jitter=0")};
  const SeamRun free(full);
  Overrides costly = full;
  costly.push_back(Host("descriptor_preparation_ns=90"));
  const SeamRun run(costly);
  run.ExpectJobs(16);
  EXPECT_GT(run["host0.retries"], 50);
  EXPECT_NEAR(run["host0.cpu_time"] - run["host0.enqcmd_round_trip"], 16 * 90e3, 1);
  EXPECT_EQ(free["host0.cpu_time"], free["host0.enqcmd_round_trip"]);
}

// One thread that keeps eight descriptors under way: with one slot it waits for it each time, with four a quarter as
// long, and with all of the page's not at all.
TEST(Seam, Movdir64bThroughputDependsOnTheSlotsInTurn) {
  const auto stalled = [](const std::string& slots) {
    const SeamRun run({Tenants("queues=[\"dedicated\"]"), Tenants("queue_depth=8"), Host("portal_slot_busy_ns=8000"),
                       Host("portal_slots=" + slots), Host("cpus=1"), "run.job_limit=64"});
    run.ExpectJobs(64);
    return run["host0.slot_stalls"] / 1e3;
  };
  const double one = stalled("1"), four = stalled("4");
  EXPECT_NEAR(one, 63 * 8000, 0.01 * 63 * 8000) << "every one but the first";
  EXPECT_GT(four, 0.15 * one);
  EXPECT_LT(four, 0.25 * one);
  EXPECT_EQ(stalled("64"), 0);
}

// The link has credits for one posted write at a time, and gets them back late: a CPU goes on issuing until the way to
// the wire is full, then at the pace of the credits.
TEST(Seam, Movdir64bStallsItsCpuWhereThePostedPathIsFull) {
  constexpr double kReturn = 5000;  // ns
  const auto stalled = [&](const std::string& writes) {
    const SeamRun run({Tenants("queues=[\"dedicated\"]"), Tenants("queue_depth=16"), Host("cpus=1"),
                       Host("posted_writes=" + writes), Link("downstream={posted_header:1 posted_data:16}"),
                       Link("credit_return_ns=5000"), Device("swq_arbiter.queues[name=dedicated].size=16"),
                       "run.job_limit=64"});
    run.ExpectJobs(64);
    EXPECT_EQ(run["host0.posted_waiting.max"], writes == "0" ? 0 : 1) << "there is one CPU";
    return run["host0.posted_stalls"] / 1e3;
  };
  const double one = stalled("1"), four = stalled("4");
  EXPECT_GT(one, 58 * kReturn);
  EXPECT_LT(one, 64 * kReturn);
  EXPECT_LT(four, one / 2) << "most wait for a place in the queue, and without a CPU";
  EXPECT_GT(four, 5 * kReturn);
  EXPECT_EQ(stalled("0"), 0) << "unbounded";
}

// Eight tenants on two CPUs. Threads that wait for their jobs keep the CPUs, so that no more than two jobs are under
// way.
TEST(Seam, ThreadsThatLookForTheirRecordsKeepTheirCpus) {
  const Overrides eight = {Tenants("tenants=8"), Host("cpus=2"), Device("engine.jobs_per_engine=8"),
                           "run.job_limit=64"};
  const auto waiting = [&eight](const std::string& how) {
    Overrides overrides = eight;
    overrides.push_back(Tenants("waiting=" + how));
    return overrides;
  };
  const SeamRun others(waiting("BY_OTHERS"));
  const SeamRun spin(waiting("SPIN"));
  spin.ExpectJobs(64);
  EXPECT_GT(others["dsa0.engine.contexts.max"], 2);
  EXPECT_LE(spin["dsa0.engine.contexts.max"], 2);
  EXPECT_EQ(others["host0.spin_time"], 0);
  EXPECT_GT(spin["host0.spin_time"], 0);
  EXPECT_GT(spin["host0.cpus_busy"], 0.99);
  EXPECT_GT(spin.stages()["submit_wait"], 2 * others.stages()["submit_wait"]);
}

// One thread: the same jobs, each noticed at the next look, or a wake-up after its record.
TEST(Seam, ThreadsNoticeTheirRecordsAtTheNextLookOrWhenTheyAreWoken) {
  const SeamRun others({});
  const SeamRun spin({Tenants("waiting=SPIN"), Host("poll_interval_ns=10000")});
  EXPECT_GT(spin["job.latency.mean_ns"], 10000) << "the first look finds nothing, the second is the next";
  EXPECT_LT(spin["job.latency.max_ns"], 10000 + others["job.latency.max_ns"]);
  EXPECT_EQ(spin["host0.spin_time"], 16 * (10000 + 37) * 1e3) << "with the cache miss that the record costs";
  const SeamRun asleep({Tenants("waiting=UMWAIT"), Host("umwait_wakeup_ns=700")});
  EXPECT_NEAR(asleep["job.latency.mean_ns"] - others["job.latency.mean_ns"], 700, 0.01);
  EXPECT_GT(asleep["host0.umwait_time"], 16 * 700e3);
  EXPECT_EQ(asleep["host0.spin_time"], 0);
}

}  // namespace
}  // namespace siov::seam
