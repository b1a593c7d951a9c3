// SPDX-License-Identifier: Apache-2.0
#include "models/memory/memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/support/socket_peers.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class MemoryTest : public ::testing::Test {
 protected:
  MemoryTest() {
    config_.residency = MemoryResidency::kAllDram;
    config_.dram_latency_ps = 5'000;
    config_.llc_latency_ps = 1'000;
    config_.dram_bytes_per_second = 64e9;  // 1000 ps a line
    config_.dram_channels = 2;
    memory_.emplace("memory", simulation_, "memory", config_, 1, 1);
    port_.socket.bind(*memory_->in[0]);
    walker_.socket.bind(*memory_->from_agent[0]);
    memory_->to_host.bind(host_.socket);
    host_.behaviour.buffered = false;
    host_.behaviour.gives_back_posted = false;
  }
  void Run(Picoseconds until = kPsPerMs) { simulation_.agenda.RunUntil(until); }

  MemoryConfig config_;
  Simulation simulation_{Agenda::Mode::kAhead, 1};
  PeerLog log_;
  ScriptedInitiator port_{"port", simulation_, log_};
  ScriptedInitiatorOf<TableAccess> walker_{"walker", simulation_, log_};
  ScriptedTargetOf<ObservedWrite> host_{"host", simulation_, log_};
  std::optional<Memory> memory_;
};

TEST_F(MemoryTest, ReadsAreAnsweredTheWayTheyCame) {
  Tlp* first = port_.SendAt(0, TlpKind::kMemoryRead, 0x1000, 64);
  TableAccess* second = walker_.AccessAt(0, TableAccess::Kind::kRead, 0x1008, 8);
  Run();
  EXPECT_THAT(Lines(log_), ElementsAre("port 5000 answer read 0x1000", "walker 6000 answer read 0x1008"));
  EXPECT_THAT(Segments(first->ledger), ElementsAre("memory 0..5000"));
  EXPECT_THAT(Segments(second->ledger), ElementsAre("memory_wait 0..1000", "memory 1000..6000"));
}

TEST_F(MemoryTest, ACompletionRecordIsObservedWhenItIsVisible) {
  Tlp* record = port_.WriteAt(100, 0x3000, 0x100, false, true);
  Run(5'099);
  EXPECT_THAT(log_, IsEmpty());
  Run(5'100);
  EXPECT_THAT(Lines(log_), ElementsAre("host 5100 request observed_write 0x3000"));
  EXPECT_THAT(Segments(record->ledger), ElementsAre("memory 100..5100"));
}

TEST_F(MemoryTest, OtherPostedWritesAreConsumed) {
  port_.WriteAt(0, 0x1000, 0x100, false, false);
  Run();
  EXPECT_EQ(simulation_.packets.in_use(), 0u);
  EXPECT_THAT(log_, IsEmpty());
}

// Data at 0x1000 goes to a channel that is busy until 30000 and is visible at 35000; the record at 0x1040 has the other
// channel to itself, and alone would be visible at 5020.
class MemoryOrderTest : public MemoryTest {
 protected:
  std::string RecordSeen(bool data_relaxed, bool record_relaxed, RequesterId record_requester,
                         std::uint8_t source_port = 0, std::uint8_t traffic_class = 0) {
    for (int i = 0; i < 30; ++i) walker_.AccessAt(0, TableAccess::Kind::kRead, 0x1000, 64);
    port_.WriteAt(10, 0x1000, 0x100, data_relaxed, false);
    record_ = port_.WriteAt(20, 0x1040, record_requester, record_relaxed, true);
    record_->source_port = source_port;
    record_->traffic_class = traffic_class;
    Run();
    return Lines(log_, "host").at(0);
  }
  Tlp* record_ = nullptr;
};

TEST_F(MemoryOrderTest, ARecordIsNeverVisibleBeforeItsData) {
  EXPECT_EQ(RecordSeen(false, false, 0x100), "host 35000 request observed_write 0x1040");
  EXPECT_THAT(Segments(record_->ledger), ElementsAre("memory 20..5020", "order_wait 5020..35000"));
}

TEST_F(MemoryOrderTest, NotEvenBeforeRelaxedData) {
  EXPECT_EQ(RecordSeen(true, false, 0x100), "host 35000 request observed_write 0x1040");
}

TEST_F(MemoryOrderTest, RelaxedWritesDoNotWait) {
  EXPECT_EQ(RecordSeen(false, true, 0x100), "host 5020 request observed_write 0x1040");
}

// Order is the link's and the traffic class's: functions are not unordered where ADIs of one function are ordered.
TEST_F(MemoryOrderTest, OtherRequestersOfTheLinkWait) {
  EXPECT_EQ(RecordSeen(false, false, 0x200), "host 35000 request observed_write 0x1040");
}

TEST_F(MemoryOrderTest, OtherLinksDoNotWait) {
  EXPECT_EQ(RecordSeen(false, false, 0x100, 1), "host 5020 request observed_write 0x1040");
}

TEST_F(MemoryOrderTest, OtherTrafficClassesDoNotWait) {
  EXPECT_EQ(RecordSeen(false, false, 0x100, 0, 1), "host 5020 request observed_write 0x1040");
}

// Neither behind each other's writes nor behind a device's.
TEST_F(MemoryOrderTest, TheHostsOwnAgentsDoNotWait) {
  for (int i = 0; i < 30; ++i) walker_.AccessAt(0, TableAccess::Kind::kPostedWrite, 0x1000, 64);
  TableAccess* write = walker_.AccessAt(20, TableAccess::Kind::kWrite, 0x1040, 64);
  Run();
  EXPECT_THAT(Lines(log_), ElementsAre("walker 5020 answer write 0x1040"));
  EXPECT_THAT(Segments(write->ledger), ElementsAre("memory 20..5020"));
  EXPECT_EQ(simulation_.packets.in_use(), 1u) << "posted ones are consumed";
}

TEST_F(MemoryTest, TablesMayBeInTheCacheWhereDataIsNot) {
  config_.iommu_reads_hit = true;
  Memory cached("cached", simulation_, "cached", config_, 1, 1);
  ScriptedInitiator device("device", simulation_, log_);
  ScriptedInitiatorOf<TableAccess> agent("agent", simulation_, log_);
  device.socket.bind(*cached.in[0]);
  agent.socket.bind(*cached.from_agent[0]);
  ScriptedTargetOf<ObservedWrite> observed("observed", simulation_, log_);
  cached.to_host.bind(observed.socket);
  device.SendAt(0, TlpKind::kMemoryRead, 0x1000, 64);
  agent.AccessAt(0, TableAccess::Kind::kRead, 0x1000, 8);
  Run();
  EXPECT_THAT(Lines(log_), ElementsAre("agent 1000 answer read 0x1000", "device 5000 answer read 0x1000"));
}

class MemoryCountTest : public MemoryTest {};

TEST_F(MemoryCountTest, CountsWhatItServed) {
  walker_.AccessAt(0, TableAccess::Kind::kRead, 0x1000, 64);
  walker_.AccessAt(0, TableAccess::Kind::kRead, 0x1000, 64);
  port_.WriteAt(0, 0x1000, 0x100, false, true);
  Run();
  std::map<std::string, double> values;
  for (const Statistic* statistic : memory_->statistics().members()) {
    values[statistic->name()] = statistic->Values(kPsPerMs)[0].value;
  }
  EXPECT_EQ(values["reads"], 2);
  EXPECT_EQ(values["read_bytes"], 128);
  EXPECT_EQ(values["writes"], 1);
  EXPECT_EQ(values["dram_lines"], 3);
  EXPECT_EQ(values["llc_lines"], 0);
  EXPECT_EQ(values["records"], 1);
  EXPECT_EQ(values["wait"], 1'000 + 2'000);
  EXPECT_DOUBLE_EQ(values["dram_busy"], 3'000.0 / (2 * kPsPerMs));
}

}  // namespace
}  // namespace siov
