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
    memory_.emplace("memory", simulation_, "memory", config_, 2);
    port_.socket.bind(*memory_->in[0]);
    walker_.socket.bind(*memory_->in[1]);
    memory_->to_host.bind(host_.socket);
    host_.behaviour.buffered = false;
    host_.behaviour.gives_back_posted = false;
  }
  void Run(Picoseconds until = kPsPerMs) { simulation_.agenda.RunUntil(until); }

  MemoryConfig config_;
  Simulation simulation_{Agenda::Mode::kAhead, 1};
  PeerLog log_;
  ScriptedInitiator port_{"port", simulation_, log_};
  ScriptedInitiator walker_{"walker", simulation_, log_};
  ScriptedTargetOf<ObservedWrite> host_{"host", simulation_, log_};
  std::optional<Memory> memory_;
};

TEST_F(MemoryTest, ReadsAreAnsweredTheWayTheyCame) {
  Tlp* first = port_.SendAt(0, TlpKind::kMemoryRead, 0x1000, 64);
  Tlp* second = walker_.SendAt(0, TlpKind::kMemoryRead, 0x1008, 8);
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
  std::string RecordSeen(bool data_relaxed, bool record_relaxed, RequesterId record_requester) {
    for (int i = 0; i < 30; ++i) walker_.SendAt(0, TlpKind::kMemoryRead, 0x1000, 64);
    port_.WriteAt(10, 0x1000, 0x100, data_relaxed, false);
    record_ = port_.WriteAt(20, 0x1040, record_requester, record_relaxed, true);
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

TEST_F(MemoryOrderTest, OtherRequestersDoNotWait) {
  EXPECT_EQ(RecordSeen(false, false, 0x200), "host 5020 request observed_write 0x1040");
}

class MemoryCountTest : public MemoryTest {};

TEST_F(MemoryCountTest, CountsWhatItServed) {
  walker_.SendAt(0, TlpKind::kMemoryRead, 0x1000, 64);
  walker_.SendAt(0, TlpKind::kMemoryRead, 0x1000, 64);
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
