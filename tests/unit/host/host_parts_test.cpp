// SPDX-License-Identifier: Apache-2.0
// What the parts of the host's CPUs decide without time: credits of dedicated queues, pauses after a Retry, deadlines
// of jobs that nothing tells of.
#include <gtest/gtest.h>

#include <vector>

#include "models/host/cpus/back_offs.h"
#include "models/host/cpus/job_deadlines.h"
#include "models/host/cpus/queue_credits.h"

namespace siov {
namespace {

Job JobFor(std::uint16_t endpoint, std::uint32_t queue) {
  Job job;
  job.endpoint = endpoint;
  job.queue = QueueId(queue);
  return job;
}

TEST(QueueCredits, EveryQueueHasThoseOfItsSizeAndTheOneThatWaitedLongestGetsTheNext) {
  const std::vector<EndpointPortals> portals = {{0, {{true, 128}, {false, 1}}}, {0, {{false, 2}}}};
  EXPECT_EQ(QueueCredits::Total(portals), 3u) << "shared queues have none";
  QueueCredits credits(portals);
  const std::uint32_t first = credits.PoolOf(JobFor(0, 1));
  const std::uint32_t second = credits.PoolOf(JobFor(1, 0));
  ASSERT_NE(first, second);
  Submission a, b, c;
  EXPECT_TRUE(credits.Take(a, first));
  EXPECT_TRUE(credits.Take(a, second)) << "of another queue";
  EXPECT_FALSE(credits.Take(b, first));
  EXPECT_FALSE(credits.Take(c, first));
  EXPECT_EQ(credits.Return(first), &b);
  EXPECT_EQ(credits.Return(first), &c);
  EXPECT_EQ(credits.Return(first), nullptr);
  EXPECT_TRUE(credits.Take(b, first));
}

TEST(BackOffs, SubmissionsComeBackInTheOrderOfTheirPauses) {
  const HostConfig config;
  BackOffs pauses(config, RandomStream(1));
  Submission late, early, again;
  pauses.Pause(late, 3000);
  EXPECT_EQ(pauses.Arm(0), 3000u);
  pauses.Pause(early, 1000);
  EXPECT_EQ(pauses.Arm(0), 1000u) << "an earlier item of the agenda is missing";
  EXPECT_EQ(pauses.Arm(0), kNever);
  pauses.Fired();
  EXPECT_EQ(pauses.Pop(1000), &early);
  EXPECT_EQ(pauses.Pop(1000), nullptr);
  pauses.Pause(again, 2000);  // in the place of the one that came back
  EXPECT_EQ(pauses.Arm(1000), 1000u);
  pauses.Fired();
  EXPECT_EQ(pauses.Pop(2000), &again);
  pauses.Fired();
  EXPECT_EQ(pauses.Pop(3000), &late);
}

TEST(JobDeadlines, AJobAwaitsItsOwnOnceAndNotThatOfTheOneBeforeInItsPlace) {
  JobDeadlines deadlines(500);
  Job job;
  job.id = (std::uint64_t{1} << 32) | 7;
  job.ledger.Open(1000);
  EXPECT_EQ(deadlines.Of(job), 1500u);
  EXPECT_FALSE(deadlines.Awaits(job, job.id));
  EXPECT_TRUE(deadlines.Await(job));
  EXPECT_FALSE(deadlines.Await(job)) << "it does already";
  EXPECT_TRUE(deadlines.Awaits(job, job.id));
  EXPECT_FALSE(deadlines.Awaits(job, 7));
  EXPECT_TRUE(deadlines.AwaitsLow(job, 7));
  EXPECT_FALSE(deadlines.AwaitsLow(job, 8));
  deadlines.Forget(job);
  EXPECT_FALSE(deadlines.Awaits(job, job.id));
  EXPECT_TRUE(deadlines.Await(job));
}

}  // namespace
}  // namespace siov
