// SPDX-License-Identifier: Apache-2.0
#include "models/engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "tests/support/socket_peers.h"

namespace siov {
namespace {

using ::testing::ElementsAre;

EngineConfig Config() {
  EngineConfig config;
  config.setup_latency_ps = 20;
  config.completion_latency_ps = 30;
  config.read_buffers = 2;
  return config;
}

// An arbiter that dispatches, the engine, a memory that answers reads 100 later, and an interrupt message store.
struct Bench {
  explicit Bench(const EngineConfig& config)
      : arbiter("arbiter", simulation, log),
        engine("engine", simulation, "dsa0.engine", config, 16),
        memory("memory", simulation, log),
        ims("ims", simulation, log) {
    memory.behaviour.answer_after = 100;
    ims.behaviour.buffered = false;
    arbiter.gives_back = true;
    arbiter.socket.bind(engine.from_arbiter);
    engine.to_memory.bind(memory.socket);
    engine.to_ims.bind(ims.socket);
  }
  Job& DispatchAt(Picoseconds at, JobOp op, std::uint32_t size_bytes, std::uint32_t slot = 0) {
    jobs.emplace_back();
    Job& job = jobs.back();
    job.op = op;
    job.size_bytes = size_bytes;
    job.source = 0x10000;
    job.destination = 0x20000;
    job.record_address = 0x30000;
    job.pasid = Pasid(7);
    job.ledger.Open(at);
    Payload* payload = arbiter.Packet(TlpKind::kDispatch, 0, 0);
    TlpOf(*payload).job = &job;
    TlpOf(*payload).context = slot;
    arbiter.SendAt(at, *payload);
    return job;
  }
  void Run() { simulation.agenda.RunUntil(kPsPerUs); }
  double Stat(const std::string& name) {
    for (const Statistic* statistic : engine.statistics().members()) {
      if (statistic->name() == name) return statistic->Values(simulation.agenda.now()).front().value;
    }
    ADD_FAILURE() << "no statistic " << name;
    return -1;
  }
  Simulation simulation{Agenda::Mode::kInStep, 1};
  PeerLog log;
  std::deque<Job> jobs;
  ScriptedInitiator arbiter;
  Engine engine;
  ScriptedTarget memory;
  ScriptedTarget ims;
};

TEST(Engine, ANoopIsSetUpCompletionAndRecord) {
  Bench bench(Config());
  Job& job = bench.DispatchAt(1'000, JobOp::kNoop, 0);
  bench.Run();
  EXPECT_THAT(Lines(bench.log), ElementsAre("memory 1050 request write 0x30000", "arbiter 1050 answer dispatch 0x0"));
  EXPECT_TRUE(bench.log[0].tlp.completes_job);
  EXPECT_EQ(bench.log[0].tlp.pasid, Pasid(7));
  EXPECT_EQ(bench.log[0].length_bytes, 32u);
  EXPECT_EQ(job.status, JobStatus::kSuccess);
  EXPECT_THAT(Segments(job.ledger), ElementsAre("engine 1000..1020", "engine 1020..1050"));
}

TEST(Engine, AMoveReadsByMrrsWritesByMpsAndFollowsTheLastRead) {
  Bench bench(Config());
  Job& job = bench.DispatchAt(0, JobOp::kMove, 1'536);
  bench.Run();
  EXPECT_THAT(Lines(bench.log), ElementsAre("memory 20 request read 0x10000", "memory 20 request read 0x10200",
                                            "memory 120 request write 0x20000", "memory 120 request write 0x20100",
                                            "memory 120 request read 0x10400",  // a buffer is free again
                                            "memory 120 request write 0x20200", "memory 120 request write 0x20300",
                                            "memory 220 request write 0x20400", "memory 220 request write 0x20500",
                                            "memory 250 request write 0x30000", "arbiter 250 answer dispatch 0x0"));
  EXPECT_THAT(Segments(job.ledger),
              ElementsAre("engine 0..20", "engine_wait 20..120", "memory 120..220", "engine 220..250"));
  EXPECT_EQ(job.bytes_completed, 1'536u);
  EXPECT_EQ(bench.Stat("bytes_read"), 1'536);
  EXPECT_EQ(bench.Stat("bytes_written"), 1'536);
}

TEST(Engine, DataPassesTheDataPathInOrder) {
  EngineConfig config = Config();
  config.bytes_per_second = 1e12;  // 1 ps a byte
  Bench bench(config);
  Job& job = bench.DispatchAt(0, JobOp::kRead, 1'024);
  bench.Run();
  EXPECT_THAT(Segments(job.ledger), ElementsAre("engine 0..20", "memory 20..120", "engine_wait 120..632",
                                                "engine 632..1144", "engine 1144..1174"));
}

TEST(Engine, AFillIsGeneratedAtTheDataPathsRate) {
  EngineConfig config = Config();
  config.bytes_per_second = 1e12;
  Bench bench(config);
  Job& job = bench.DispatchAt(0, JobOp::kFill, 512);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "memory"),
              ElementsAre("memory 276 request write 0x20000", "memory 532 request write 0x20100",
                          "memory 562 request write 0x30000"));
  EXPECT_THAT(Segments(job.ledger),
              ElementsAre("engine 0..20", "engine 20..276", "engine 276..532", "engine 532..562"));
}

TEST(Engine, TheInterruptWaitsUntilTheRecordHasLeft) {
  Bench bench(Config());
  bench.memory.behaviour.release_after = 40;
  Job& job = bench.DispatchAt(0, JobOp::kNoop, 0);
  job.wants_interrupt = true;
  bench.Run();
  EXPECT_THAT(Lines(bench.log), ElementsAre("memory 50 request write 0x30000", "arbiter 90 answer dispatch 0x0",
                                            "ims 90 request interrupt_request 0x0"));
  EXPECT_THAT(Segments(bench.log[2].tlp.ledger), ElementsAre("order_wait 50..90"));
}

TEST(Engine, Int02AJobWithABadHandleIsNotExecuted) {
  Bench bench(Config());
  Job& job = bench.DispatchAt(0, JobOp::kMove, 512);
  job.wants_interrupt = true;
  job.interrupt_handle = 16;
  bench.Run();
  EXPECT_THAT(Lines(bench.log), ElementsAre("memory 50 request write 0x30000", "arbiter 50 answer dispatch 0x0"));
  EXPECT_EQ(job.status, JobStatus::kInvalidHandle);
  EXPECT_FALSE(job.wants_interrupt) << "the tenant learns it from the record";
  EXPECT_EQ(bench.Stat("jobs_invalid_handle"), 1);
}

TEST(Engine, Dsa13AFaultStopsTheJobWhereItIs) {
  Bench bench(Config());
  bench.memory.on_arrival = [&](Payload& payload) {
    bench.memory.behaviour.status =
        payload.get_address() >= 0x11000 ? CompletionStatus::kUnsupportedRequest : CompletionStatus::kSuccess;
  };
  Job& job = bench.DispatchAt(0, JobOp::kRead, 65'536);
  bench.Run();
  EXPECT_EQ(job.status, JobStatus::kPageFault);
  EXPECT_EQ(job.bytes_completed, 4'096u);
  EXPECT_EQ(job.fault_address, 0x11000u);
  EXPECT_EQ(bench.Stat("failed_reads"), 2) << "both that were in flight; nothing more was issued";
  EXPECT_EQ(bench.Stat("reads"), 10);
  EXPECT_EQ(bench.Stat("jobs_page_fault"), 1);
}

}  // namespace
}  // namespace siov
