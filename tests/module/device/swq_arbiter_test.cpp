// SPDX-License-Identifier: Apache-2.0
#include "models/device/swq_arbiter/swq_arbiter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/device/swq_arbiter/portal_map.h"
#include "tests/support/job_bench.h"

namespace siov {
namespace {

using ::testing::ElementsAre;

SwqArbiterConfig Config(QueueMode mode, std::uint32_t size) {
  SwqArbiterConfig config;
  config.queues = {{"wq0", mode, size, size, 1, 0}};
  config.accept_latency_ps = 10;
  config.dispatch_latency_ps = 5;
  return config;
}

// A port that submits, the arbiter, and an engine that answers each dispatch `busy` later.
struct Bench : JobBench {
  Bench(const SwqArbiterConfig& config, const EngineSlots& slots, Picoseconds busy)
      : port("port", simulation, log),
        arbiter("wq", simulation, "dsa0.swq_arbiter", config, slots),
        engine("engine", simulation, log) {
    engine.behaviour.buffered = false;
    engine.behaviour.answer_after = busy;
    port.socket.bind(arbiter.from_port);
    arbiter.to_engine.bind(engine.socket);
  }
  Job* SubmitAt(Picoseconds at, TlpKind kind, std::uint64_t address) {
    Job& job = NewJob(at);
    port.SendAt(at, *PacketOf(job, port, kind, address, kDescriptorBytes));
    return &job;
  }
  double Stat(const std::string& name) const { return StatOf(arbiter, name); }

  ScriptedInitiator port;
  SwqArbiter arbiter;
  ScriptedTargetOf<Dispatch> engine;
};

TEST(SwqArbiter, AnswersAfterAcceptLatencyAndDispatchesWhenAContextIsFree) {
  Bench bench(Config(QueueMode::kShared, 4), {{0}, 1}, 100);
  bench.SubmitAt(1'000, TlpKind::kDeferrableWrite, PortalAddress(0));
  Job* second = bench.SubmitAt(1'001, TlpKind::kDeferrableWrite, PortalAddress(0));
  bench.simulation.agenda.RunUntil(10'000);
  EXPECT_THAT(Lines(bench.log), ElementsAre("port 1010 answer dmwr 0x2000", "port 1011 answer dmwr 0x2000",
                                            "engine 1015 request dispatch 0x0", "engine 1120 request dispatch 0x0"));
  EXPECT_THAT(Segments(second->ledger),
              ElementsAre("arbitration 1001..1011", "queue_wait 1011..1115", "arbitration 1115..1120"));
}

TEST(SwqArbiter, AFullSharedQueueAnswersRetryAndTheJobStaysWithTheSubmitter) {
  Bench bench(Config(QueueMode::kShared, 1), {{0}, 1}, 1'000);
  bench.SubmitAt(0, TlpKind::kDeferrableWrite, PortalAddress(0));
  bench.SubmitAt(1, TlpKind::kDeferrableWrite, PortalAddress(0));
  Job* refused = bench.SubmitAt(2, TlpKind::kDeferrableWrite, PortalAddress(0));
  bench.simulation.agenda.RunUntil(500);
  EXPECT_THAT(Lines(bench.log, "port"), ElementsAre("port 10 answer dmwr 0x2000", "port 11 answer dmwr 0x2000",
                                                    "port 12 answer dmwr 0x2000 status=2"));
  EXPECT_TRUE(Segments(refused->ledger).empty());
  EXPECT_EQ(bench.Stat("wq0.accepted"), 2);
  EXPECT_EQ(bench.Stat("wq0.retries"), 1);
}

TEST(SwqArbiter, PostedWritesAreConsumedWhetherTakenDroppedOrIgnored) {
  Bench bench(Config(QueueMode::kDedicated, 1), {{0}, 1}, 1'000);
  for (Picoseconds at : {0u, 1u, 2u}) bench.SubmitAt(at, TlpKind::kMemoryWrite, PortalAddress(0));
  bench.SubmitAt(3, TlpKind::kMemoryWrite, PortalAddress(1));
  bench.SubmitAt(4, TlpKind::kMemoryWrite, PortalAddress(0) + 4);
  bench.simulation.agenda.RunUntil(500);
  EXPECT_TRUE(Lines(bench.log, "port").empty());
  EXPECT_EQ(bench.simulation.packets.in_use(), 1u) << "only the dispatch under way";
  EXPECT_EQ(bench.Stat("wq0.accepted"), 2);
  EXPECT_EQ(bench.Stat("wq0.dropped"), 1);
  EXPECT_EQ(bench.Stat("wq0.ignored"), 1);
  EXPECT_EQ(bench.Stat("software_errors"), 1);
  EXPECT_EQ(bench.Stat("no_portal"), 1);
}

TEST(SwqArbiter, Dmw02ADeferrableWriteOfAnotherSizeIsUnsupported) {
  Bench bench(Config(QueueMode::kShared, 1), {{0}, 1}, 1'000);
  bench.port.SendAt(0, TlpKind::kDeferrableWrite, PortalAddress(0), 32);
  bench.simulation.agenda.RunUntil(500);
  EXPECT_THAT(Lines(bench.log), ElementsAre("port 10 answer dmwr 0x2000 status=1"));
  EXPECT_EQ(bench.Stat("malformed"), 1);
}

// Two queues, one context: descriptors that arrive at the instant the context becomes free are all looked at.
TEST(SwqArbiter, DecisionsOfAnInstantSeeAllItsArrivals) {
  SwqArbiterConfig config = Config(QueueMode::kShared, 4);
  config.queues.push_back({"wq1", QueueMode::kShared, 4, 4, 1, 0});
  Bench bench(config, {{0}, 1}, 100);
  // The arbiter's next turn is queue 1's after the first dispatch, although queue 0's second descriptor comes first.
  bench.SubmitAt(0, TlpKind::kDeferrableWrite, PortalAddress(0));
  Job* of_queue_0 = bench.SubmitAt(105, TlpKind::kDeferrableWrite, PortalAddress(0));
  Job* of_queue_1 = bench.SubmitAt(105, TlpKind::kDeferrableWrite, PortalAddress(1));
  bench.simulation.agenda.RunUntil(1'000);
  EXPECT_THAT(Segments(of_queue_1->ledger), ElementsAre("arbitration 105..115", "arbitration 115..120"));
  EXPECT_THAT(Segments(of_queue_0->ledger),
              ElementsAre("arbitration 105..115", "queue_wait 115..220", "arbitration 220..225"));
}

TEST(SwqArbiter, LittlesLawHoldsOnTheQueue) {
  Bench bench(Config(QueueMode::kShared, 8), {{0}, 1}, 95);
  std::vector<Job*> jobs;
  for (Picoseconds i = 0; i < 5; ++i) jobs.push_back(bench.SubmitAt(i, TlpKind::kDeferrableWrite, PortalAddress(0)));
  bench.simulation.agenda.RunUntil(1'000);
  Picoseconds waited = 0;
  for (const Job* job : jobs) {
    job->ledger.ForEach([&](Stage stage, Picoseconds entered, Picoseconds left) {
      if (stage == Stage::kQueueWait) waited += left - entered;
    });
  }
  EXPECT_EQ(waited, 99u + 198u + 297u + 396u);
  EXPECT_DOUBLE_EQ(bench.Stat("wq0.occupancy") * static_cast<double>(bench.simulation.agenda.now()),
                   static_cast<double>(waited));
}

// --- Jobs that begin in the device ---------------------------------------------------------------------------------

struct OwnJobsBench {
  explicit OwnJobsBench(std::uint32_t size)
      : traffic("traffic", simulation, log),
        port("port", simulation, log),
        arbiter("wq", simulation, "dsa0.swq_arbiter", Config(QueueMode::kDedicated, size), {{0}, 1}, true),
        engine("engine", simulation, log) {
    engine.behaviour.buffered = false;
    engine.behaviour.answer_after = 100;
    traffic.gives_back = true;
    port.socket.bind(arbiter.from_port);
    traffic.socket.bind(*arbiter.from_device);
    arbiter.to_engine.bind(engine.socket);
  }
  Job& SubmitAt(Picoseconds at) {
    jobs.emplace_back();
    Job& job = jobs.back();
    job.queue = QueueId(0);
    job.from_device = true;
    job.ledger.Open(at);
    auto* const submission = traffic.Packet<Submission>();
    submission->job = &job;
    traffic.SendAt(at, *submission);
    return job;
  }
  Simulation simulation{Agenda::Mode::kInStep, 1};
  PeerLog log;
  std::deque<Job> jobs;
  ScriptedInitiatorOf<Submission> traffic;
  ScriptedInitiator port;
  SwqArbiter arbiter;
  ScriptedTargetOf<Dispatch> engine;
};

TEST(SwqArbiter, AJobOfTheDevicesOwnEntersItsQueueAtOnceAndIsAnsweredWhenItsContextIsFree) {
  OwnJobsBench bench(4);
  Job& job = bench.SubmitAt(1'000);
  bench.simulation.agenda.RunUntil(kPsPerUs);
  EXPECT_THAT(Lines(bench.log), ElementsAre("engine 1005 request dispatch 0x0", "traffic 1105 answer submission 0x0"));
  EXPECT_THAT(Segments(job.ledger), ElementsAre("arbitration 1000..1005"));
}

TEST(SwqArbiter, AJobOfTheDevicesOwnThatFindsItsQueueFullIsAnsweredWithRetry) {
  OwnJobsBench bench(1);
  bench.SubmitAt(0);  // to the engine
  bench.SubmitAt(10);
  bench.SubmitAt(20);
  bench.simulation.agenda.RunUntil(50);
  EXPECT_THAT(Lines(bench.log, "traffic"), ElementsAre("traffic 20 answer submission 0x0 status=2"));
}

}  // namespace
}  // namespace siov
