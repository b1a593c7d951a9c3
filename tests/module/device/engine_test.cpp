// SPDX-License-Identifier: Apache-2.0
#include "models/device/engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/job_bench.h"

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
struct Bench : JobBench {
  explicit Bench(const EngineConfig& config)
      : arbiter("arbiter", simulation, log),
        engine("engine", simulation, "dsa0.engine", config, std::vector<Pasid>(16, Pasid(7))),
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
    Job& job = NewJob(at);
    job.op = op;
    job.size_bytes = size_bytes;
    job.source = 0x10000;
    job.destination = 0x20000;
    job.record_address = 0x30000;
    auto* const dispatch = arbiter.Packet<Dispatch>();
    dispatch->job = &job;
    dispatch->slot = slot;
    arbiter.SendAt(at, *dispatch);
    dispatched.push_back(dispatch);
    return job;
  }
  // Descriptors say what jobs say by now, on behalf of PASID 7.
  void Run() {
    for (std::size_t i = 0; i < dispatched.size(); ++i) {
      dispatched[i]->descriptor = {jobs[i], Pasid(7)};
      dispatched[i]->queue = jobs[i].queue.valid() ? jobs[i].queue.value() : 0;
      dispatched[i]->own = jobs[i].from_device;
    }
    simulation.agenda.RunUntil(kPsPerUs);
  }
  double Stat(const std::string& name) const { return StatOf(engine, name); }

  std::vector<Dispatch*> dispatched;
  ScriptedInitiatorOf<Dispatch> arbiter;
  Engine engine;
  ScriptedTarget memory;
  ScriptedTargetOf<InterruptRequest> ims;
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

TEST(Engine, AnAccessIsStoredWholeAndStagedWhole) {
  EngineConfig config = Config();
  config.read_store_line_ps = 1;
  config.read_store_latency_ps = 5;
  config.write_stage_line_ps = 2;
  config.write_stage_latency_ps = 7;
  config.access_bytes = 1'024;
  Bench bench(config);
  Job& job = bench.DispatchAt(0, JobOp::kMove, 1'024);
  bench.Run();
  // 1,024 bytes are 16 lines: stored at 120 + 16 + 5; what each read brought is staged on its own, 8 lines each.
  EXPECT_THAT(Lines(bench.log), ElementsAre("memory 20 request read 0x10000", "memory 20 request read 0x10200",
                                            "memory 164 request write 0x20000", "memory 164 request write 0x20100",
                                            "memory 180 request write 0x20200", "memory 180 request write 0x20300",
                                            "memory 219 request write 0x30000", "arbiter 219 answer dispatch 0x0"));
  EXPECT_THAT(Segments(job.ledger), ElementsAre("engine 0..20", "memory 20..120", "engine 120..141",
                                                "engine_wait 141..157", "engine 157..180", "engine 180..210"));
}

TEST(Engine, RequestsAreIssuedAnIntervalApart) {
  EngineConfig config = Config();
  config.read_issue_interval_ps = 30;
  config.write_issue_interval_ps = 40;
  Bench bench(config);
  Job& job = bench.DispatchAt(0, JobOp::kMove, 1'024);
  bench.Run();
  EXPECT_THAT(Lines(bench.log), ElementsAre("memory 20 request read 0x10000", "memory 50 request read 0x10200",
                                            "memory 120 request write 0x20000", "memory 160 request write 0x20100",
                                            "memory 200 request write 0x20200", "memory 240 request write 0x20300",
                                            "memory 280 request write 0x30000", "arbiter 280 answer dispatch 0x0"));
  EXPECT_THAT(Segments(job.ledger), ElementsAre("engine 0..20", "engine_wait 20..50", "memory 50..150",
                                                "engine_wait 150..240", "engine 240..270"));
}

// The memory keeps each write for 50: with room for two, a job generates no more than fits.
TEST(Engine, WhatFindsNoRoomWaitsAndGeneratesNothingMore) {
  EngineConfig config = Config();
  config.write_buffers = 2;
  Bench bench(config);
  bench.memory.behaviour.release_after = 50;
  Job& job = bench.DispatchAt(0, JobOp::kFill, 1'024);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "memory"),
              ElementsAre("memory 20 request write 0x20000", "memory 20 request write 0x20100",
                          "memory 70 request write 0x20200", "memory 70 request write 0x20300",
                          "memory 150 request write 0x30000"));
  EXPECT_EQ(job.bytes_completed, 1'024u);
  const auto time = static_cast<double>(bench.simulation.agenda.now());  // of the means
  EXPECT_DOUBLE_EQ(bench.Stat("write_buffers") * time, 2 * 100 + 50);
  EXPECT_DOUBLE_EQ(bench.Stat("write_waiters") * time, 50);
}

TEST(Engine, WhatWasWrittenIsReadBackWhenItHasLeft) {
  EngineConfig config = Config();
  config.write_stage_latency_ps = 9;
  Bench bench(config);
  Job& job = bench.DispatchAt(0, JobOp::kWriteRead, 256);
  bench.Run();
  EXPECT_THAT(Lines(bench.log), ElementsAre("memory 29 request write 0x20000", "memory 29 request read 0x20000",
                                            "memory 168 request write 0x30000", "arbiter 168 answer dispatch 0x0"));
  EXPECT_THAT(Segments(job.ledger), ElementsAre("engine 0..20", "engine 20..29", "memory 29..129", "engine 129..159"));
}

TEST(Engine, TheInterruptWaitsUntilTheRecordHasLeft) {
  Bench bench(Config());
  bench.memory.behaviour.release_after = 40;
  Job& job = bench.DispatchAt(0, JobOp::kNoop, 0);
  job.wants_interrupt = true;
  bench.Run();
  EXPECT_THAT(Lines(bench.log), ElementsAre("memory 50 request write 0x30000", "arbiter 90 answer dispatch 0x0",
                                            "ims 90 request interrupt_request 0x0"));
  EXPECT_THAT(Segments(bench.log[2].As<InterruptRequest>().ledger), ElementsAre("order_wait 50..90"));
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

TEST(Engine, RequestsCarryTheDescriptorsPasidWhateverTheJobsIs) {
  Bench bench(Config());
  Job& job = bench.DispatchAt(0, JobOp::kMove, 64);
  job.pasid = Pasid(3);
  bench.Run();
  EXPECT_EQ(Lines(bench.log, "memory").size(), 3u) << "read, write, record";
  for (const PeerEvent& event : bench.log) {
    if (event.peer == "memory") {
      EXPECT_EQ(event.tlp.pasid, Pasid(7)) << Line(event);
    }
  }
}

TEST(Engine, TheRecordWaitsUntilAllDataHasLeftAndTheJobFollowsTheLastWrite) {
  Bench bench(Config());
  bench.memory.behaviour.release_after = 40;
  bench.memory.behaviour.answer_after = 0;
  Job& job = bench.DispatchAt(0, JobOp::kMove, 512);
  bench.Run();
  EXPECT_THAT(Lines(bench.log), ElementsAre("memory 20 request read 0x10000", "memory 60 request write 0x20000",
                                            "memory 60 request write 0x20100", "memory 130 request write 0x30000",
                                            "arbiter 170 answer dispatch 0x0"));
  EXPECT_THAT(Segments(job.ledger),
              ElementsAre("engine 0..20", "memory 20..60", "order_wait 60..100", "engine 100..130"));
}

TEST(Engine, Dsa10WithoutARecordTheInterruptWaitsForTheData) {
  Bench bench(Config());
  bench.memory.behaviour.release_after = 40;
  Job& job = bench.DispatchAt(0, JobOp::kFill, 64);
  job.wants_record = false;
  job.wants_interrupt = true;
  bench.Run();
  EXPECT_THAT(Lines(bench.log), ElementsAre("memory 20 request write 0x20000", "arbiter 90 answer dispatch 0x0",
                                            "ims 90 request interrupt_request 0x0"));
}

TEST(Engine, EnginesHaveTheirOwnDataPathsAndShareTheDevices) {
  EngineConfig config = Config();
  config.group_of_engine = {0, 0};
  config.read_buffers = 0;
  config.bytes_per_second = 1e12;
  config.device_bytes_per_second = 2e12;
  Bench bench(config);
  Job& first = bench.DispatchAt(0, JobOp::kRead, 512, 0);
  Job& second = bench.DispatchAt(0, JobOp::kRead, 512, 1);
  bench.Run();
  EXPECT_THAT(Segments(first.ledger),
              ElementsAre("engine 0..20", "memory 20..120", "engine 120..632", "engine 632..662"));
  EXPECT_THAT(Segments(second.ledger), ElementsAre("engine 0..20", "memory 20..120", "engine_wait 120..376",
                                                   "engine 376..888", "engine 888..918"));
  EXPECT_DOUBLE_EQ(bench.Stat("device_data_path") * static_cast<double>(bench.simulation.agenda.now()), 512.0);
  EXPECT_DOUBLE_EQ(bench.Stat("engine_data_path") * 2 * static_cast<double>(bench.simulation.agenda.now()), 1'024.0);
}

TEST(Engine, JobsTakeReadBuffersInTurnAndLittlesLawHoldsOnThem) {
  EngineConfig config = Config();
  config.jobs_per_engine = 2;
  config.read_buffers = 1;
  Bench bench(config);
  Job& first = bench.DispatchAt(0, JobOp::kRead, 1'024, 0);
  Job& second = bench.DispatchAt(0, JobOp::kRead, 1'024, 1);
  second.source = 0x50000;
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "memory"),
              ElementsAre("memory 20 request read 0x10000", "memory 120 request read 0x10200",
                          "memory 220 request read 0x50000", "memory 250 request write 0x30000",
                          "memory 320 request read 0x50200", "memory 450 request write 0x30000"));
  EXPECT_THAT(Segments(first.ledger),
              ElementsAre("engine 0..20", "engine_wait 20..120", "memory 120..220", "engine 220..250"));
  const double elapsed = static_cast<double>(bench.simulation.agenda.now());
  EXPECT_DOUBLE_EQ(bench.Stat("read_buffers") * elapsed, 400.0) << "four reads of 100 each";
  EXPECT_DOUBLE_EQ(bench.Stat("buffer_waiters") * elapsed, 100.0 + 300.0) << "the first job to 120, the second to 320";
}

TEST(Engine, Dsa13AFaultStopsTheJobWhereItIs) {
  Bench bench(Config());
  bench.memory.on_arrival = [&](Tlp& payload) {
    bench.memory.behaviour.status =
        payload.address >= 0x11000 ? CompletionStatus::kCompleterAbort : CompletionStatus::kSuccess;
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

TEST(Engine, ATranslationThatFailsForGoodEndsTheJobToo) {
  Bench bench(Config());
  bench.memory.behaviour.status = CompletionStatus::kUnsupportedRequest;
  Job& job = bench.DispatchAt(0, JobOp::kRead, 512);
  job.wants_record = false;
  job.wants_interrupt = true;
  bench.Run();
  EXPECT_EQ(job.status, JobStatus::kTranslationFailed);
  EXPECT_EQ(job.bytes_completed, 0u);
  EXPECT_EQ(bench.Stat("jobs_translation_failed"), 1);
  EXPECT_THAT(Lines(bench.log, "memory"),
              ElementsAre("memory 20 request read 0x10000", "memory 150 request write 0x30000"))
      << "a record is always written on error (DSA-10)";
}

// A translation cache that hands writes at or above `bad` back, without END_REQ.
class RefusingTarget : public ScriptedPeer {
 public:
  RefusingTarget(const sc_core::sc_module_name& name, Simulation& simulation, PeerLog& log)
      : ScriptedPeer(name, simulation, log), socket("socket", this, &RefusingTarget::Forward) {}
  TargetSocket<RefusingTarget> socket;
  std::uint64_t bad = 0;
  Picoseconds latency = 10;
  Picoseconds write_latency = 10;

 private:
  tlm::tlm_sync_enum Forward(std::uint32_t, Tlp& payload, Picoseconds delay) {
    Due(delay + (payload.kind == TlpKind::kMemoryWrite ? write_latency : latency), 0, &payload);
    return tlm::TLM_ACCEPTED;
  }
  void OnDue(const DueItem& item) override {
    Tlp& payload = PacketOf(item);
    payload.ledger.Mark(Stage::kAtc, now());
    Log(PeerEventKind::kRequest, payload);
    if (payload.kind == TlpKind::kMemoryWrite && payload.address >= bad) {
      payload.status = CompletionStatus::kCompleterAbort;
      return socket.Respond(payload, 0);
    }
    socket.Release(payload);
    if (payload.kind == TlpKind::kMemoryWrite) return GivePacket(payload);
    socket.Respond(payload, 0);
  }
};

struct RefusingBench {
  explicit RefusingBench(const EngineConfig& config)
      : arbiter("arbiter", simulation, log),
        engine("engine", simulation, "dsa0.engine", config, std::vector<Pasid>(16)),
        atc("atc", simulation, log),
        ims("ims", simulation, log) {
    ims.behaviour.buffered = false;
    arbiter.gives_back = true;
    arbiter.socket.bind(engine.from_arbiter);
    engine.to_memory.bind(atc.socket);
    engine.to_ims.bind(ims.socket);
  }
  void DispatchAt(Picoseconds at, Job& job, std::uint32_t slot = 0) {
    job.record_address = 0x10;
    job.ledger.Open(at);
    auto* const dispatch = arbiter.Packet<Dispatch>();
    dispatch->job = &job;
    dispatch->descriptor = {job, Pasid()};
    dispatch->slot = slot;
    arbiter.SendAt(at, *dispatch);
  }
  Simulation simulation{Agenda::Mode::kInStep, 1};
  PeerLog log;
  ScriptedInitiatorOf<Dispatch> arbiter;
  Engine engine;
  RefusingTarget atc;
  ScriptedTargetOf<InterruptRequest> ims;
};

TEST(Engine, AFailedDataWriteStopsTheJob) {
  RefusingBench bench(Config());
  bench.atc.bad = 0x21000;
  Job job;
  job.op = JobOp::kMove;
  job.source = 0x10000;
  job.destination = 0x20E00;  // the second read's data goes to the page that is missing
  job.size_bytes = 8'192;
  bench.DispatchAt(0, job);
  bench.simulation.agenda.RunUntil(kPsPerUs);
  EXPECT_EQ(job.status, JobStatus::kPageFault);
  EXPECT_EQ(job.bytes_completed, 512u);
  EXPECT_EQ(job.fault_address, 0x21000u);
  EXPECT_EQ(bench.log.back().event, PeerEventKind::kAnswer) << "the context is free";
  EXPECT_NO_THROW(job.ledger.Close(job.ledger.cursor()));
  EXPECT_EQ(bench.simulation.packets.in_use(), 0u);
}

// Two reads are handled; while the third waits for the buffer that another job holds, the first's write fails.
TEST(Engine, AJobThatFailsWhileItWaitsForABufferEndsWhenItsWritesHaveEnded) {
  EngineConfig config = Config();
  config.jobs_per_engine = 2;
  config.read_buffers = 1;
  config.max_payload_bytes = 512;
  RefusingBench bench(config);
  bench.atc.latency = 50;
  bench.atc.write_latency = 75;
  bench.atc.bad = 0x20000;
  Job failing;
  failing.op = JobOp::kMove;
  failing.destination = 0x20000;
  failing.size_bytes = 4'096;
  Job other;
  other.op = JobOp::kRead;
  other.size_bytes = 1'024;
  bench.DispatchAt(0, failing, 0);
  bench.DispatchAt(1, other, 1);
  bench.simulation.agenda.RunUntil(kPsPerUs);
  // Its reads were handled at 70 and 120; the other's read holds the buffer from 120 to 170; writes fail at 145 and
  // 195.
  EXPECT_THAT(Segments(failing.ledger),
              ElementsAre("engine 0..20", "engine_wait 20..145", "order_wait 145..195", "engine 195..225"));
  EXPECT_EQ(failing.status, JobStatus::kPageFault);
  EXPECT_EQ(failing.bytes_completed, 0u);
  EXPECT_EQ(other.status, JobStatus::kSuccess);
  EXPECT_EQ(other.bytes_completed, 1'024u);
  EXPECT_EQ(bench.simulation.packets.in_use(), 0u);
}

TEST(Engine, Dsa14ALostRecordIsReportedByTheErrorInterrupt) {
  RefusingBench bench(Config());
  Job job;
  bench.DispatchAt(0, job);
  bench.simulation.agenda.RunUntil(kPsPerUs);
  EXPECT_THAT(Lines(bench.log), ElementsAre("atc 60 request write 0x10", "arbiter 60 answer dispatch 0x0",
                                            "ims 60 request interrupt_request 0x0"));
  EXPECT_EQ(job.status, JobStatus::kPageFault);
  EXPECT_TRUE(job.wants_interrupt);
  EXPECT_TRUE(bench.log[2].As<InterruptRequest>().of_function) << "no message of a tenant's";
  EXPECT_FALSE(job.wants_record) << "nobody needs to wait for it";
}

// --- Jobs that begin in the device ---------------------------------------------------------------------------------

TEST(Engine, AJobOfTheDevicesOwnEndsWithItsDataAndWritesNoRecord) {
  Bench bench(Config());
  Job& job = bench.DispatchAt(0, JobOp::kRead, 64);
  job.from_device = true;
  job.wants_record = false;
  bench.Run();
  EXPECT_THAT(Lines(bench.log), ElementsAre("memory 20 request read 0x10000", "arbiter 150 answer dispatch 0x0"));
  EXPECT_EQ(job.status, JobStatus::kSuccess);
}

// A long read on one context, and a no-op right after it on the other.
EngineConfig TwoContexts(bool in_order) {
  EngineConfig config = Config();
  config.jobs_per_engine = 2;
  config.in_order = in_order;
  return config;
}

TEST(Engine, OutOfOrderALaterJobMayEndFirst) {
  Bench bench(TwoContexts(false));
  bench.DispatchAt(0, JobOp::kRead, 64, 0);
  bench.DispatchAt(10, JobOp::kNoop, 0, 1);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "arbiter"),
              ElementsAre("arbiter 60 answer dispatch 0x1", "arbiter 150 answer dispatch 0x0"));
}

TEST(Engine, InOrderAnEarlierJobKeepsLaterOnesInTheirContexts) {
  Bench bench(TwoContexts(true));
  bench.DispatchAt(0, JobOp::kRead, 64, 0);
  Job& noop = bench.DispatchAt(10, JobOp::kNoop, 0, 1);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "arbiter"),
              ElementsAre("arbiter 150 answer dispatch 0x0", "arbiter 150 answer dispatch 0x1"));
  EXPECT_THAT(Segments(noop.ledger), ElementsAre("engine 10..30", "engine 30..60", "engine_wait 60..150"));
}

PacketShape RingDataNotification() {
  PacketShape shape;
  shape.accesses.resize(3);
  shape.accesses[0] = {0x100000, 16, 64, 16, false, false};
  shape.accesses[1] = {0x200000, 2048, 8192, 1'500, true, true};
  shape.accesses[2] = {0x300000, 0, 1, 64, true, true};
  return shape;
}

TEST(Engine, APacketsAccessesBeginAtOnceWhereItsNumberSays) {
  EngineConfig config = Config();
  config.read_buffers = 0;
  config.max_payload_bytes = 1'024;
  Bench bench(config);
  const PacketShape shape = RingDataNotification();
  Job& job = bench.DispatchAt(0, JobOp::kPacket, 1'580);
  job.packet = &shape;
  job.packet_number = 5;
  job.from_device = true;
  bench.Run();
  // 5 * 16 mod 64 = 16; 5 * 2048 mod 8192 = 2048.
  EXPECT_THAT(Lines(bench.log), ElementsAre("memory 20 request read 0x100010", "memory 20 request write 0x200800",
                                            "memory 20 request write 0x200c00", "memory 20 request write 0x300000",
                                            "arbiter 150 answer dispatch 0x0"));
  EXPECT_FALSE(bench.log[0].tlp.relaxed_ordering);
  EXPECT_TRUE(bench.log[1].tlp.relaxed_ordering);
  EXPECT_EQ(job.bytes_completed, 1'580u);
}

TEST(Engine, AJobBeginsOnlyWhenFewEnoughTranslationsArePending) {
  EngineConfig config = Config();
  config.read_buffers = 0;
  config.jobs_per_engine = 3;
  config.pending_translations = 2;
  Bench bench(config);
  bench.memory.behaviour.release_after = 70;  // translated and gone
  for (std::uint32_t slot = 0; slot < 3; ++slot) bench.DispatchAt(0, JobOp::kRead, 64, slot).from_device = true;
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "memory"),
              ElementsAre("memory 20 request read 0x10000", "memory 20 request read 0x10000",
                          "memory 90 request read 0x10000"));
  EXPECT_EQ(Segments(bench.jobs[2].ledger)[1], "engine_wait 20..90");
}

// Whose request it is says every request the engine sends, whatever it is for.
TEST(Engine, EveryRequestCarriesItsJobsIdentityAndTrafficClass) {
  EngineConfig config = Config();
  config.traffic_class_of_queue = {0, 5};
  Bench bench(config);
  Job& job = bench.DispatchAt(0, JobOp::kMove, 512);
  job.queue = QueueId(1);
  job.tenant = TenantId(3);
  bench.Run();
  std::size_t requests = 0;
  for (const PeerEvent& event : bench.log) {
    if (event.peer != "memory" || event.event != PeerEventKind::kRequest) continue;
    ++requests;
    EXPECT_EQ(event.tlp.traffic_class, 5) << Line(event);
    EXPECT_EQ(event.tlp.pasid, Pasid(7)) << Line(event);
    EXPECT_EQ(event.tlp.virtual_address, event.address) << Line(event);
    EXPECT_EQ(event.tlp.job.OfSoftware(), &job) << Line(event);
    EXPECT_EQ(event.tlp.completes_job, event.address == 0x30000) << Line(event);
  }
  EXPECT_EQ(requests, 1 + 2 + 1u) << "a read, two writes, the record";
}

}  // namespace
}  // namespace siov
