// SPDX-License-Identifier: Apache-2.0
// When page request groups are closed (docs/requirements/pri.md, PRI-02, PRI-03): survivors of mutations.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "models/device/atc/page_request_interface.h"
#include "tests/support/atc_invalidations.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr Picoseconds kWindow = 5'000;

AtcConfig Groups(std::uint32_t pages, std::uint32_t credits) {
  AtcConfig config = SmallAtc(64);
  config.pri.group_pages = pages;
  config.pri.group_window_ps = kWindow;
  config.pri.capacity = config.pri.allocation = credits;
  return config;
}

// Every page is absent the first time.
struct AbsentOnce {
  explicit AbsentOnce(AtcBench& bench) {
    bench.translate = [this](Tlp& request) {
      const std::uint64_t page = (std::uint64_t{request.pasid.value()} << 40) | request.virtual_address;
      const bool there = seen[page]++ > 0;
      return Answer(there, there);
    };
  }
  std::map<std::uint64_t, std::uint32_t> seen;
};

PeerLog PageRequests(const AtcBench& bench) {
  PeerLog requests;
  for (const PeerEvent& event : bench.log) {
    if (event.kind == TlpKind::kPageRequest) requests.push_back(event);
  }
  return requests;
}

// Two credits, two PASIDs: when the second has taken the last one, nobody can join the first's group any more.
TEST(Conformance, PRI_02_GroupsThatNobodyCanJoinAreClosedWhenCreditsEnd) {
  AtcBench bench(Groups(8, 2));
  AbsentOnce absent(bench);
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(100, TlpKind::kMemoryRead, 4, 0x5000);
  bench.Run();
  const PeerLog requests = PageRequests(bench);
  ASSERT_THAT(requests, SizeIs(2));
  for (const PeerEvent& request : requests) {
    EXPECT_EQ(request.time, 410u) << "when the second fault arises, not a window later";
    EXPECT_TRUE(request.tlp.last_in_group);
  }
}

// All 512 indices are used once; the timers of those groups, which closed early, run out while the first index serves a
// newer group.
TEST(Conformance, PRI_03_ATimerOfAnOlderGroupDoesNotCloseANewerOneOfItsIndex) {
  AtcBench bench(Groups(2, 2'048));
  AbsentOnce absent(bench);
  for (std::uint32_t group = 0; group < PageRequestInterface::kIndices; ++group) {
    for (std::uint64_t page = 0; page < 2; ++page) {
      bench.At(2 * group + page, TlpKind::kMemoryRead, 10 + group, 0x5000 + 0x1000 * page);
    }
  }
  bench.At(3'000, TlpKind::kMemoryRead, 5, 0x5000);  // its fault arises at 3310; old timers run out from 5310 on
  bench.Run();
  const PeerLog requests = PageRequests(bench);
  ASSERT_THAT(requests, SizeIs(2 * PageRequestInterface::kIndices + 1));
  EXPECT_EQ(requests.back().tlp.pasid, Pasid(5));
  EXPECT_EQ(requests.back().tlp.page_group, requests.front().tlp.page_group) << "or the test shows nothing";
  EXPECT_EQ(requests.back().time, 3'310u + kWindow);
}

// An index whose answer is still due is the last to be taken: those that are free come first, the longest free
// foremost.
TEST(Conformance, PRI_01_AnIndexWhoseAnswerIsDueIsTakenLast) {
  PageRequestConfig config;
  config.capacity = config.allocation = 1024;
  PageRequestInterface interface(config);
  ASSERT_TRUE(interface.Enable());
  const auto send = [&](std::uint32_t pasid) {
    const auto group = interface.Join(0x100, Pasid(pasid), pasid);
    interface.Close(*group);
    return *group;
  };
  const auto first = send(1);
  interface.CancelAll();  // its answer is due
  for (std::uint32_t i = 1; i < PageRequestInterface::kIndices; ++i) {
    const auto group = send(1 + i);
    ASSERT_NE(group, first);
    ASSERT_EQ(interface.Receive(group, Pasid(1 + i), PageResponseCode::kSuccess),
              PageRequestInterface::Answer::kExpected);
    interface.Release(group);
  }
  for (std::uint32_t i = 1; i < PageRequestInterface::kIndices; ++i) ASSERT_NE(send(1000 + i), first);
  EXPECT_EQ(send(5000), first) << "there is no other";
  EXPECT_EQ(interface.Receive(first, Pasid(1), PageResponseCode::kSuccess), PageRequestInterface::Answer::kStale);
  EXPECT_FALSE(interface.Join(0x100, Pasid(6000), 0).has_value()) << "all are sent";
  EXPECT_EQ(interface.Receive(first, Pasid(5000), PageResponseCode::kSuccess), PageRequestInterface::Answer::kExpected);
}

}  // namespace
}  // namespace siov
