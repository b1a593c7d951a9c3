// SPDX-License-Identifier: Apache-2.0
// The bridge to a memory outside, between scripted peers and models that use the base protocol in every way it allows.
#include "models/bridge/memory_bridge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "models/base/invariant.h"
#include "tests/support/outside_models.h"
#include "tests/support/socket_peers.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using testing::FlatMemory;
using ::testing::IsEmpty;
using testing::IsLoose;
using testing::Manner;
using ::testing::StartsWith;

class MemoryBridgeTest : public ::testing::Test {
 protected:
  void Build(Manner manner, Picoseconds latency = 5'000) {
    bridge_.emplace("bridge", simulation_, "mem0", config_, MemoryBridge::Sources{AccessSource::kDevice},
                    MemoryBridge::Sources{AccessSource::kPageWalk});
    model_.emplace("model", manner, latency);
    bridge_->outside.port.bind(model_->socket, IsLoose(manner) ? Timing::kLooselyTimed : Timing::kApproximatelyTimed);
    port_.socket.bind(*bridge_->in[0]);
    walker_.socket.bind(*bridge_->from_agent[0]);
    bridge_->to_host.bind(host_.socket);
    host_.behaviour.buffered = false;
    host_.behaviour.gives_back_posted = false;
  }
  void Run(Picoseconds until = kPsPerMs) { simulation_.agenda.RunUntil(until); }
  Tlp* Flush(Picoseconds at, RequesterId requester, std::uint8_t traffic_class = 0) {
    Tlp* payload = port_.Packet(TlpKind::kMemoryRead, 0, 0);
    payload->requester = requester;
    payload->traffic_class = traffic_class;
    port_.SendAt(at, *payload);
    return payload;
  }
  std::map<std::string, double> Values(const Block& block) {
    std::map<std::string, double> values;
    for (const Statistic* statistic : block.statistics().members()) {
      values[statistic->name()] = statistic->Values(kPsPerMs)[0].value;
    }
    return values;
  }

  MemoryBridgeConfig config_{64, false};
  Simulation simulation_{Agenda::Mode::kInStep, 1};
  PeerLog log_;
  ScriptedInitiator port_{"port", simulation_, log_};
  ScriptedInitiatorOf<TableAccess> walker_{"walker", simulation_, log_};
  ScriptedTargetOf<ObservedWrite> host_{"host", simulation_, log_};
  std::optional<MemoryBridge> bridge_;
  std::optional<FlatMemory> model_;
};

// Two reads that come at once. What accepts the first before it answers serves both together; what does not is busy.
struct Case {
  Manner manner;
  Picoseconds accept_after;
  Picoseconds second;  // when the second is answered
};
class EveryManner : public MemoryBridgeTest, public ::testing::WithParamInterface<Case> {};

TEST_P(EveryManner, IsTakenAsTheBaseProtocolMeansIt) {
  Build(GetParam().manner);
  model_->accept_after = GetParam().accept_after;
  Tlp* first = port_.SendAt(100, TlpKind::kMemoryRead, 0x1000, 64);
  TableAccess* second = walker_.AccessAt(100, TableAccess::Kind::kRead, 0x2000, 8);
  Run();
  EXPECT_THAT(Lines(log_), ElementsAre("port 5100 answer read 0x1000",
                                       "walker " + std::to_string(GetParam().second) + " answer read 0x2000"));
  EXPECT_THAT(Segments(first->ledger), ElementsAre("memory 100..5100"));
  const std::string served = "memory " + std::to_string(GetParam().second - 5'000) + "..";
  EXPECT_THAT(Segments(second->ledger).back(), StartsWith(served));
  EXPECT_EQ(simulation_.agenda.pending(), 0u);
  const auto values = Values(bridge_->outside);
  EXPECT_EQ(values.at("accesses"), 2);
  EXPECT_EQ(values.at("waiting"), static_cast<double>(GetParam().second - 5'100) / 1e9);
}

INSTANTIATE_TEST_SUITE_P(All, EveryManner,
                         ::testing::Values(Case{Manner::kAnnotates, 0, 5'100}, Case{Manner::kWaits, 0, 5'100},
                                           Case{Manner::kUpdates, 0, 5'100}, Case{Manner::kAcceptsLate, 2'000, 7'100},
                                           Case{Manner::kAnnotatesPhases, 3'000, 8'100},
                                           Case{Manner::kCompletes, 0, 10'100}, Case{Manner::kResponds, 0, 10'100},
                                           Case{Manner::kSkipsEndReq, 0, 10'100}),
                         [](const auto& one) { return "Manner" + std::to_string(static_cast<int>(one.param.manner)); });

class ZeroTime : public MemoryBridgeTest, public ::testing::WithParamInterface<Manner> {};

TEST_P(ZeroTime, IsAnAnswerLikeAnyOther) {
  Build(GetParam(), 0);
  for (int i = 0; i < 3; ++i) port_.SendAt(100, TlpKind::kMemoryRead, 0x1000, 256);
  Run();
  EXPECT_THAT(Lines(log_),
              ElementsAre("port 100 answer read 0x1000", "port 100 answer read 0x1000", "port 100 answer read 0x1000"));
}

INSTANTIATE_TEST_SUITE_P(All, ZeroTime,
                         ::testing::Values(Manner::kAnnotates, Manner::kWaits, Manner::kCompletes, Manner::kUpdates,
                                           Manner::kResponds, Manner::kSkipsEndReq),
                         [](const auto& one) { return "Manner" + std::to_string(static_cast<int>(one.param)); });

// What the protocol forbids ends the run with a sentence that names the model.
class Forbidden : public MemoryBridgeTest {
 protected:
  std::string SentenceOf(Manner manner) {
    Build(manner);
    port_.SendAt(0, TlpKind::kMemoryRead, 0x1000, 64);
    try {
      Run();
    } catch (const InvariantError& error) {
      return error.what();
    }
    return "it ran";
  }
  static constexpr char kWho[] = "the model behind model.socket, bound to mem0.outside, ";
};

TEST_F(Forbidden, NoStatus) {
  EXPECT_THAT(SentenceOf(Manner::kForgetsStatus), StartsWith(std::string(kWho) + "answered without a response status"));
}

TEST_F(Forbidden, ASecondAnswer) {
  EXPECT_THAT(SentenceOf(Manner::kAnswersTwice), StartsWith(std::string(kWho) + "sent BEGIN_RESP for a payload that"));
}

TEST_F(MemoryBridgeTest, ARequestIsSplitAndOverWithItsLastPart) {
  Build(Manner::kCompletes, 1'000);  // one at a time
  std::vector<std::string> seen;
  model_->sees = [&seen](const FlatMemory::Access& access) {
    seen.push_back(std::to_string(access.get_address()) + "+" + std::to_string(access.get_data_length()));
  };
  port_.SendAt(0, TlpKind::kMemoryRead, 1'000, 100);
  Run();
  EXPECT_THAT(seen, ElementsAre("1000+24", "1024+64", "1088+12"));
  EXPECT_THAT(Lines(log_), ElementsAre("port 3000 answer read 0x3e8"));
}

TEST_F(MemoryBridgeTest, WholeAccessesAreAligned) {
  config_ = {32, true};
  Build(Manner::kAnnotates);
  std::vector<std::string> seen;
  model_->sees = [&seen](const FlatMemory::Access& access) {
    seen.push_back(std::to_string(access.get_address()) + "+" + std::to_string(access.get_data_length()));
  };
  walker_.AccessAt(0, TableAccess::Kind::kRead, 1'000, 8);
  port_.SendAt(1, TlpKind::kMemoryRead, 1'000, 33);
  Run();
  EXPECT_THAT(seen, ElementsAre("992+32", "992+32", "1024+32"));
}

TEST_F(MemoryBridgeTest, TellsTheModelWhoAsks) {
  Build(Manner::kAnnotates);
  std::vector<std::string> seen;
  model_->sees = [&seen](const FlatMemory::Access& access) {
    const auto* info = access.get_extension<RequestInfo>();
    ASSERT_NE(info, nullptr);
    seen.push_back(std::string(access.is_write() ? "write" : "read") + (info->pasid == RequestInfo::kNone ? "" : " 7") +
                   (info->completion_record ? " record" : "") +
                   (info->source == AccessSource::kPageWalk ? " walk" : " device") + " " +
                   std::to_string(info->requester));
  };
  (*port_.WriteAt(0, 0x40, 0x100, false, true)).pasid = Pasid(7);
  walker_.AccessAt(1, TableAccess::Kind::kWrite, 0x80, 8);
  Run();
  EXPECT_THAT(seen, ElementsAre("write 7 record device 256", "write walk 0"));
}

// The model has done the data at 35010 and the record, which came later, at 5020.
class BridgeOrder : public MemoryBridgeTest {
 protected:
  std::string RecordSeen(bool data_relaxed, bool record_relaxed, RequesterId record_requester,
                         std::uint8_t source_port = 0, std::uint8_t traffic_class = 0) {
    Build(Manner::kUpdates);
    model_->longer = [](const FlatMemory::Access& access) { return access.get_address() == 0x1000 ? 30'000 : 0; };
    port_.WriteAt(10, 0x1000, 0x100, data_relaxed, false);
    record_ = port_.WriteAt(20, 0x1040, record_requester, record_relaxed, true);
    record_->source_port = source_port;
    record_->traffic_class = traffic_class;
    Run();
    return Lines(log_, "host").at(0);
  }
  Tlp* record_ = nullptr;
};

TEST_F(BridgeOrder, ARecordIsNeverVisibleBeforeItsData) {
  EXPECT_EQ(RecordSeen(false, false, 0x100), "host 35010 request observed_write 0x1040");
  EXPECT_THAT(Segments(record_->ledger), ElementsAre("memory 20..5020", "order_wait 5020..35010"));
  EXPECT_EQ(Values(*bridge_)["order_wait"], 29'990);
}

TEST_F(BridgeOrder, NotEvenBeforeRelaxedData) {
  EXPECT_EQ(RecordSeen(true, false, 0x100), "host 35010 request observed_write 0x1040");
}

TEST_F(BridgeOrder, RelaxedWritesDoNotWait) {
  EXPECT_EQ(RecordSeen(false, true, 0x100), "host 5020 request observed_write 0x1040");
}

// Order is the link's and the traffic class's: functions are not unordered where ADIs of one function are ordered.
TEST_F(BridgeOrder, OtherRequestersOfTheLinkWait) {
  EXPECT_EQ(RecordSeen(false, false, 0x200), "host 35010 request observed_write 0x1040");
}

TEST_F(BridgeOrder, OtherLinksDoNotWait) {
  EXPECT_EQ(RecordSeen(false, false, 0x100, 1), "host 5020 request observed_write 0x1040");
}

TEST_F(BridgeOrder, OtherTrafficClassesDoNotWait) {
  EXPECT_EQ(RecordSeen(false, false, 0x100, 0, 1), "host 5020 request observed_write 0x1040");
}

TEST_F(BridgeOrder, NorDoTheHostsOwnAgents) {
  Build(Manner::kUpdates);
  model_->longer = [](const FlatMemory::Access& access) { return access.get_address() == 0x1000 ? 30'000 : 0; };
  walker_.AccessAt(10, TableAccess::Kind::kPostedWrite, 0x1000, 64);
  walker_.AccessAt(20, TableAccess::Kind::kWrite, 0x1040, 64);
  Run();
  EXPECT_THAT(Lines(log_), ElementsAre("walker 5020 answer write 0x1040"));
  EXPECT_EQ(simulation_.packets.in_use(), 1u) << "the posted one is nobody's any more";
}

TEST_F(MemoryBridgeTest, ACompletionRecordIsObservedWhenItIsVisible) {
  Build(Manner::kUpdates);
  Tlp* record = port_.WriteAt(100, 0x3000, 0x100, false, true);
  Run(5'099);
  EXPECT_THAT(log_, IsEmpty());
  Run(5'100);
  EXPECT_THAT(Lines(log_), ElementsAre("host 5100 request observed_write 0x3000"));
  EXPECT_THAT(Segments(record->ledger), ElementsAre("memory 100..5100"));
}

TEST_F(MemoryBridgeTest, FlushesAreAnsweredWhenWhatCameBeforeIsDone) {
  Build(Manner::kWaits);
  Flush(50, 0x100);
  port_.WriteAt(100, 0x1000, 0x100, false, false);
  Flush(200, 0x200);     // behind the write, which is of its link and traffic class
  Flush(200, 0x100, 1);  // another traffic class
  Flush(300, 0);         // behind everything
  port_.SendAt(400, TlpKind::kMemoryRead, 0x2000, 64);
  Run();
  EXPECT_THAT(Lines(log_),
              ElementsAre("port 50 answer read 0x0", "port 200 answer read 0x0", "port 5100 answer read 0x0",
                          "port 5100 answer read 0x0", "port 5400 answer read 0x2000"));
  EXPECT_EQ(Values(*bridge_)["fences"], 4);
}

TEST_F(MemoryBridgeTest, ErrorsReachWhoWaitsAndLosePostedWrites) {
  Build(Manner::kUpdates);
  model_->fails = [](const FlatMemory::Access& access) { return access.get_address() == 0x1040; };
  port_.SendAt(0, TlpKind::kMemoryRead, 0x1000, 128);
  walker_.AccessAt(0, TableAccess::Kind::kWrite, 0x1040, 8);
  port_.WriteAt(0, 0x1040, 0x100, false, false);
  port_.WriteAt(0, 0x1040, 0x100, false, true);
  Run();
  EXPECT_THAT(Lines(log_),
              ElementsAre("port 5000 answer read 0x1000 status=4", "walker 5000 answer write 0x1040 status=4"));
  EXPECT_EQ(simulation_.packets.in_use(), 2u);  // the answered ones, which their senders keep
  const auto values = Values(*bridge_);
  EXPECT_EQ(values.at("failed"), 4);
  EXPECT_EQ(values.at("lost_writes"), 2);
  EXPECT_EQ(values.at("records"), 0);
  EXPECT_EQ(Values(bridge_->outside).at("errors"), 4);
}

TEST_F(MemoryBridgeTest, CountsWhatItPassedOn) {
  Build(Manner::kCompletes, 1'000);
  walker_.AccessAt(0, TableAccess::Kind::kRead, 0x1000, 64);
  walker_.AccessAt(0, TableAccess::Kind::kRead, 0x1000, 64);
  port_.WriteAt(0, 0x1000, 0x100, false, true);
  Run();
  const auto values = Values(*bridge_);
  EXPECT_EQ(values.at("reads"), 2);
  EXPECT_EQ(values.at("read_bytes"), 128);
  EXPECT_EQ(values.at("writes"), 1);
  EXPECT_EQ(values.at("written_bytes"), 64);
  EXPECT_EQ(values.at("records"), 1);
  EXPECT_EQ(values.at("wait"), 1'000 + 2'000);
  EXPECT_DOUBLE_EQ(values.at("open"), 6'000.0 / kPsPerMs);
  EXPECT_EQ(Values(bridge_->outside).at("early_ends"), 3);
}

}  // namespace
}  // namespace siov
