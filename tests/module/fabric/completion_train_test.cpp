// SPDX-License-Identifier: Apache-2.0
// Completions of reads on a link, each a packet of its own, against an oracle that decides packet by packet.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <utility>

#include "models/fabric/link/link.h"
#include "tests/support/socket_peers.h"

namespace siov {
namespace {

constexpr Picoseconds kPropagation = 5'000;

// What wants the wire downstream: packets one after the other, the first of which is ready at `ready`.
struct Sent {
  std::uint64_t name = 0;
  Picoseconds ready = 0;
  std::vector<std::uint32_t> packets;  // bytes on the wire
  std::uint64_t since = 0;             // since when it has so many left
};

// When each has its last packet on the wire: one decision a packet, among all that is there, written from the README of
// the link. Packets alone leave first come, first served; else the read with the fewest packets left, of several the
// one that has had so few for longest; the oldest read before the ninth packet that would go before it.
std::map<std::uint64_t, Picoseconds> Oracle(std::vector<Sent> sent, const LinkFormat& format) {
  std::stable_sort(sent.begin(), sent.end(), [](const Sent& a, const Sent& b) { return a.ready < b.ready; });
  std::map<std::uint64_t, Picoseconds> done;
  std::deque<std::pair<std::uint32_t, std::uint64_t>> next_up;  // bytes, and who is done with them; 0: nobody
  std::vector<Sent> reads;                                      // the oldest first
  std::uint64_t clock = 0;
  std::uint32_t ahead = 0;
  const auto choose = [&](std::vector<Sent>::iterator read) {
    ahead = read == reads.begin() ? 0 : ahead + 1;
    next_up.push_back({read->packets.front(), read->packets.size() == 1 ? read->name : 0});
    read->packets.erase(read->packets.begin());
    read->since = ++clock;
    if (read->packets.empty()) reads.erase(read);
  };
  std::size_t next = 0;
  for (Picoseconds free = 0; done.size() < sent.size();) {
    if (next_up.empty() && reads.empty()) free = std::max(free, sent[next].ready);
    for (; next < sent.size() && sent[next].ready <= free; ++next) {
      Sent& one = sent[next];
      one.since = ++clock;
      if (one.packets.size() > 1) {
        if (reads.empty()) ahead = 0;
        reads.push_back(one);
        continue;
      }
      if (ahead >= 8 && !reads.empty()) choose(reads.begin());
      if (!reads.empty()) ++ahead;
      next_up.push_back({one.packets.front(), one.name});
    }
    if (next_up.empty()) {
      choose(ahead >= 8 ? reads.begin()
                        : std::min_element(reads.begin(), reads.end(), [](const Sent& a, const Sent& b) {
                            return std::pair(a.packets.size(), a.since) < std::pair(b.packets.size(), b.since);
                          }));
    }
    free += format.rate().TimeFor(next_up.front().first);
    if (next_up.front().second != 0) done[next_up.front().second] = free;
    next_up.pop_front();
  }
  return done;
}

std::vector<std::uint32_t> PacketsOf(std::uint64_t address, std::uint32_t length, std::uint32_t payload,
                                     std::uint32_t boundary) {
  std::vector<std::uint32_t> packets;
  const std::uint64_t end = AlignDown(address + length + 3, 4);
  for (std::uint64_t at = AlignDown(address, 4); at < end;) {
    const std::uint64_t next = end - at > payload ? AlignDown(at + payload, boundary) : end;
    packets.push_back(static_cast<std::uint32_t>(next - at) + 20);
    at = next;
  }
  return packets;
}

class CompletionTrainTest : public ::testing::Test {
 protected:
  CompletionTrainTest() {
    config_.generation = 3;
    config_.lanes = 4;
    config_.propagation_ps = kPropagation;
    config_.credit_return_ps = 700;
    config_.max_read_request_bytes = 4'096;
  }
  void Build() {
    link_ = std::make_unique<Link>("link", simulation_, "link", config_);
    device_.socket.bind(link_->upstream_in);
    link_->upstream_out.bind(root_.socket);
    host_.socket.bind(link_->downstream_in);
    link_->downstream_out.bind(portal_.socket);
    root_.behaviour.answer_after = 1'000;
  }
  void Run() { simulation_.agenda.RunUntil(100 * kPsPerMs); }
  Picoseconds Wire(std::uint32_t bytes) const { return LinkFormat(config_).rate().TimeFor(bytes); }
  std::map<std::uint64_t, Picoseconds> Arrivals() const {
    std::map<std::uint64_t, Picoseconds> at;
    for (const PeerEvent& event : log_) {
      if (event.peer == "device" || event.peer == "portal") at[event.address] = event.time;
    }
    return at;
  }

  LinkConfig config_;
  Simulation simulation_{Agenda::Mode::kAhead, 1};
  PeerLog log_;
  ScriptedInitiator device_{"device", simulation_, log_};
  ScriptedTarget root_{"root", simulation_, log_};
  ScriptedInitiator host_{"host", simulation_, log_};
  ScriptedTarget portal_{"portal", simulation_, log_};
  std::unique_ptr<Link> link_;
};

// Reads of all sizes and offsets, and writes to the device, at loads from idle to far beyond what the wire takes.
class RandomTrains : public CompletionTrainTest, public ::testing::WithParamInterface<Picoseconds> {};

TEST_P(RandomTrains, EveryReadEndsWhenTheOracleSaysSo) {
  Build();
  std::mt19937_64 random(GetParam());
  const auto below = [&random](std::uint64_t limit) { return random() % limit; };
  std::vector<Sent> sent;
  root_.on_arrival = [&](Tlp& read) {
    root_.behaviour.answer_after = 1 + below(3'000'000);
    sent.push_back({read.address, simulation_.agenda.now() + *root_.behaviour.answer_after,
                    PacketsOf(read.address, read.length_bytes, 256, 64)});
  };
  Picoseconds at = 0;
  for (std::uint64_t page = 1; page <= 600; ++page) {
    at += below(GetParam());
    const std::uint64_t address = page * 4'096 + below(4) * 16;
    const std::uint64_t kind = below(4);
    if (kind == 0) {
      host_.SendAt(at, TlpKind::kMemoryWrite, address, 64);
      sent.push_back({address, at, {88}});
    } else {
      static constexpr std::uint32_t kSizes[] = {64, 500, 4'032};
      device_.SendAt(at, TlpKind::kMemoryRead, address, kSizes[kind - 1]);
    }
  }
  Run();
  const auto arrivals = Arrivals();
  ASSERT_EQ(arrivals.size(), 600u);
  for (const auto& [name, done] : Oracle(sent, LinkFormat(config_))) {
    ASSERT_EQ(arrivals.at(name), done + kPropagation) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Loads, RandomTrains, ::testing::Values(100'000, 400'000, 700'000, 1'500'000, 9'000'000));

// The completion of the small read waits for the one packet that is being sent when it comes.
TEST_F(CompletionTrainTest, ASmallReadWaitsForOnePacketOfALargeOne) {
  Build();
  const Picoseconds asked = Wire(24) + kPropagation + 1'000;
  device_.SendAt(0, TlpKind::kMemoryRead, 0x1000, 4'096);
  Tlp* const small = device_.SendAt(Wire(276) * 5 / 2, TlpKind::kMemoryRead, 0x2000, 64);
  Run();
  const auto arrivals = Arrivals();
  EXPECT_EQ(arrivals.at(0x2000), asked + 3 * Wire(276) + Wire(84) + kPropagation);
  EXPECT_EQ(arrivals.at(0x1000), asked + 16 * Wire(276) + Wire(84) + kPropagation);
  Picoseconds waited = 0;
  small->ledger.ForEach([&](Stage stage, Picoseconds from, Picoseconds to) {
    if (stage == Stage::kLinkWait) waited += to - from;
  });
  EXPECT_LE(waited, Wire(276));
}

// Behind a switch every one is a packet: what the first link passes on of them arrives in order, one after the other.
TEST_F(CompletionTrainTest, ASwitchGetsEachCompletionWhenTheWireHasItWhole) {
  config_.switch_below = true;
  Build();
  device_.SendAt(0, TlpKind::kMemoryRead, 0x1010, 512);
  device_.on_answer = [](Tlp& completion) { ASSERT_NE(completion.completed_read, nullptr); };
  Run();
  const Picoseconds asked = Wire(24) + kPropagation + 1'000;
  std::vector<std::pair<std::uint64_t, Picoseconds>> came;
  for (const PeerEvent& event : log_) {
    if (event.peer == "device" && event.event == PeerEventKind::kAnswer) came.push_back({event.address, event.time});
  }
  const std::vector<std::pair<std::uint64_t, Picoseconds>> expected = {
      {0x1010, asked + Wire(260) + kPropagation},
      {0x1100, asked + Wire(260) + Wire(276) + kPropagation},
      {0x1200, asked + Wire(260) + Wire(276) + Wire(36) + kPropagation}};
  EXPECT_EQ(came, expected);
}

// One completion at a time is under way: the next leaves when its credit is back, whatever read it is of.
TEST_F(CompletionTrainTest, EveryCompletionTakesACreditOfItsOwn) {
  config_.downstream.completion_header = 1;
  Build();
  device_.SendAt(0, TlpKind::kMemoryRead, 0x1000, 512);
  device_.SendAt(0, TlpKind::kMemoryRead, 0x2000, 512);
  Run();
  const Picoseconds asked = Wire(24) + kPropagation + 1'000;
  const Picoseconds each = Wire(276) + kPropagation + 700;
  const auto arrivals = Arrivals();
  EXPECT_EQ(arrivals.at(0x1000), asked + 2 * each - 700);
  EXPECT_EQ(arrivals.at(0x2000), asked + 4 * each - 700);
}

// A read of two completions is done before a longer one that came first goes on.
TEST_F(CompletionTrainTest, TheShorterReadOvertakesTheTailOfTheLongerOne) {
  Build();
  const Picoseconds asked = Wire(24) + kPropagation + 1'000;
  device_.SendAt(0, TlpKind::kMemoryRead, 0x1000, 4'096);
  device_.SendAt(Wire(276) / 2, TlpKind::kMemoryRead, 0x2000, 512);
  Run();
  const auto arrivals = Arrivals();
  EXPECT_EQ(arrivals.at(0x2000), asked + 3 * Wire(276) + kPropagation);
  EXPECT_EQ(arrivals.at(0x1000), asked + 18 * Wire(276) + kPropagation);
}

}  // namespace
}  // namespace siov
