// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/fault_recording/fault_recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scripted_tables.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A fault source, the recorder and a host that takes 1000 to read a record.
struct Bench {
  explicit Bench(FaultRecordingConfig config) {
    config.record_latency_ps = 10;
    config.event_latency_ps = 100;
    recording = std::make_unique<FaultRecording>("recording", simulation, "recording", config, 1);
    iotlb.socket.bind(*recording->in[0]);
    recording->to_memory.bind(memory.socket);
    recording->to_host.bind(host.socket);
    recording->to_reader.bind(reader.socket);
    host.behaviour.buffered = false;
    host.behaviour.answer_after = 1000;
    host.behaviour.answer_stage = Stage::kCompletion;
  }
  static FaultRecordingConfig Registers(std::uint32_t records, bool collapse = false) {
    FaultRecordingConfig config;
    config.records = records;
    config.collapse = collapse;
    return config;
  }
  FaultRecord* FaultAt(Picoseconds at, RequesterId source, FaultReason reason = kPasidEntryNotPresent,
                       bool fpd = false) {
    FaultRecord* fault = iotlb.Packet<FaultRecord>();
    fault->requester = source;
    fault->pasid = Pasid(3);
    fault->address = 0x5010;
    fault->reason = reason;
    fault->fpd = fpd;
    iotlb.SendAt(at, *fault);
    return fault;
  }
  void Run(Picoseconds until = kPsPerMs) { simulation.agenda.RunUntil(until); }
  std::uint64_t Stat(const std::string& name) {
    for (const Statistic* member : recording->statistics().members()) {
      if (name == member->name()) return static_cast<std::uint64_t>(member->Values(0).front().value);
    }
    ADD_FAILURE() << "no statistic " << name;
    return 0;
  }

  Simulation simulation{Agenda::Mode::kAhead, 1};
  PeerLog log;
  Job job;
  ScriptedInitiatorOf<FaultRecord> iotlb{"iotlb", simulation, log};
  testing::ScriptedTables memory{"memory", simulation, log};
  ScriptedTargetOf<IommuEvent> host{"host", simulation, log};
  ScriptedTargetOf<FaultRecord> reader{"reader", simulation, log};
  std::unique_ptr<FaultRecording> recording;
};

TEST(FaultRecording, OneEventUntilSoftwareHasReadEverything) {
  Bench bench(Bench::Registers(4));
  bench.FaultAt(0, 1);
  bench.FaultAt(50, 2);
  bench.FaultAt(1500, 3);  // while software reads
  bench.FaultAt(9000, 4);
  bench.Run();
  // Recorded at 10; told at 110; a record every 1000 until none is left; then a new event.
  EXPECT_THAT(Lines(bench.log, "host"), ElementsAre("host 110 request iommu_event", "host 1110 request iommu_event",
                                                    "host 2110 request iommu_event", "host 9110 request iommu_event"));
  EXPECT_EQ(bench.Stat("events"), 2u);
  EXPECT_EQ(bench.Stat("recorded"), 4u);
  EXPECT_EQ(bench.Stat("served"), 4u);
  EXPECT_EQ(bench.simulation.packets.in_use(), 0u);
}

TEST(FaultRecording, LosesWhatDoesNotFitAndRecordsAgainWhenSoftwareHasCleared) {
  Bench bench(Bench::Registers(1));
  for (int i = 0; i < 3; ++i) bench.FaultAt(0, static_cast<RequesterId>(i));
  bench.Run(500);
  EXPECT_TRUE(bench.recording->status().overflow);
  EXPECT_EQ(bench.Stat("recorded"), 1u);
  EXPECT_EQ(bench.Stat("lost"), 2u);
  bench.FaultAt(5000, 1);
  bench.Run();
  EXPECT_EQ(bench.Stat("recorded"), 2u);
  EXPECT_FALSE(bench.recording->status().overflow);
}

TEST(FaultRecording, FpdSuppressesQualifiedFaultsOnly) {
  Bench bench(Bench::Registers(4));
  bench.FaultAt(0, 1, kPasidEntryNotPresent, true);
  bench.Run(1000);
  EXPECT_EQ(bench.Stat("suppressed"), 1u);
  EXPECT_THAT(Lines(bench.log, "host"), IsEmpty());
  bench.FaultAt(2000, 1, kPasidEntryReadError, true);
  bench.Run();
  EXPECT_EQ(bench.Stat("recorded"), 1u);
}

TEST(FaultRecording, MaskedEventIsRememberedAndSentOnUnmask) {
  FaultRecordingConfig config = Bench::Registers(4);
  config.event_masked = true;
  Bench bench(config);
  bench.FaultAt(0, 1);
  bench.Run(1000);
  EXPECT_THAT(Lines(bench.log, "host"), IsEmpty());
  bench.recording->SetMasked(false);
  bench.Run();
  EXPECT_EQ(bench.Stat("events"), 1u);
  EXPECT_EQ(bench.Stat("served"), 1u);
}

TEST(FaultRecording, CollapsesFaultsOfOneDevice) {
  Bench bench(Bench::Registers(4, true));
  for (int i = 0; i < 3; ++i) bench.FaultAt(0, 7);
  bench.Run();
  EXPECT_EQ(bench.Stat("recorded"), 1u);
  EXPECT_EQ(bench.Stat("collapsed"), 2u);
}

// RISC-V: records are memory writes of 32 bytes, side by side, and the event comes behind them.
TEST(FaultRecording, RiscvQueueLiesInMemory) {
  FaultRecordingConfig config = Bench::Registers(4);
  config.profile = IommuProfile::kRiscv;
  Bench bench(config);
  for (int i = 0; i < 5; ++i) bench.FaultAt(0, 1, kRiscvDeviceDirectoryNotValid);
  bench.Run();
  std::vector<std::uint64_t> offsets;
  for (const PeerEvent& event : bench.log) {
    if (event.peer != "memory") continue;
    EXPECT_EQ(event.length_bytes, 32u);
    offsets.push_back(event.address & 0xFFF);
  }
  EXPECT_THAT(offsets, ElementsAre(0u, 32u, 64u));
  EXPECT_EQ(bench.Stat("lost"), 2u);
  EXPECT_EQ(bench.Stat("events"), 1u);
  EXPECT_EQ(bench.Stat("served"), 3u);
}

// A lost completion record: software tells the tenant when it has read the fault; unrecorded, only a time-out does.
TEST(FaultRecording, TellsTheJobWhoseCompletionRecordWasLost) {
  Bench bench(Bench::Registers(1));
  for (int i = 0; i < 2; ++i) {
    FaultRecord* fault = bench.FaultAt(static_cast<Picoseconds>(i), 1);
    fault->job = &bench.job;
    fault->lost_record = true;
  }
  bench.Run();
  std::vector<std::string> told;
  for (const PeerEvent& event : bench.log) {
    if (event.peer == "reader") {
      told.push_back(std::to_string(event.time) + (event.As<FaultRecord>().read ? " read" : " unrecorded"));
    }
  }
  EXPECT_THAT(told, ElementsAre("11 unrecorded", "1110 read"));
  EXPECT_EQ(bench.Stat("jobs_told"), 2u);
}

// What nobody is told of is never read; what somebody is told of will be.
TEST(FaultRecording, RecordsAreNeverReadOnlyWhileTheirEventIsMasked) {
  FaultRecordingConfig config = Bench::Registers(4);
  config.event_masked = true;
  Bench bench(config);
  bench.FaultAt(0, 1);
  bench.FaultAt(0, 2);
  bench.Run(50);
  EXPECT_EQ(bench.recording->never_read(), 2u);
  bench.recording->SetMasked(false);
  EXPECT_EQ(bench.recording->never_read(), 0u);
  bench.recording->SetMasked(true);
  EXPECT_EQ(bench.recording->never_read(), 0u) << "the event is out";
  bench.Run();
  EXPECT_EQ(bench.Stat("served"), 2u);
  EXPECT_EQ(bench.recording->never_read(), 0u);
}

}  // namespace
}  // namespace siov
