// SPDX-License-Identifier: Apache-2.0
// Page requests, the device's side: groups, credits, retries, response codes, Stop Markers, terminal conditions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "models/device/atc/page_request_interface.h"
#include "models/protocol/page_request_words.h"
#include "tests/support/atc_invalidations.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Picoseconds kWindow = 5000;

AtcConfig Groups(std::uint32_t pages, std::uint32_t credits) {
  AtcConfig config = SmallAtc(64);
  config.pri.group_pages = pages;
  config.pri.group_window_ps = kWindow;
  config.pri.allocation = credits;
  return config;
}

// Pages are absent until they have been asked for `faults` times.
struct AbsentPages {
  explicit AbsentPages(AtcBench& bench, std::uint32_t faults = 1) {
    bench.translate = [this, faults](Tlp& request) {
      const std::uint64_t page = (std::uint64_t{request.pasid.value()} << 40) | request.virtual_address;
      const bool there = seen[page]++ >= faults;
      return Answer(there, there);
    };
  }
  std::map<std::uint64_t, std::uint32_t> seen;
};

std::vector<bool> LastFlags(const AtcBench& bench) {
  std::vector<bool> flags;
  for (const TlpHeader& request : bench.asked) flags.push_back(request.last_in_group);
  return flags;
}

PageRequestFields FieldsOf(const TlpHeader& tlp) {
  PageRequestFields fields;
  fields.page = tlp.virtual_address;
  fields.read = tlp.wants_read;
  fields.write = tlp.wants_write;
  fields.last = tlp.last_in_group;
  fields.index = tlp.page_group;
  fields.requester = tlp.requester;
  fields.pasid = tlp.pasid;
  return fields;
}

TEST(Conformance, PRI_01_EveryIndexAndFieldSurvivesItsWords) {
  AtcConfig config = Groups(1, 1000);
  config.outstanding_requests = 0;
  AtcBench bench(config);
  AbsentPages absent(bench);
  bench.respond = false;
  for (std::uint32_t i = 0; i < 513; ++i) bench.At(0, TlpKind::kMemoryWrite, 1 + i, 0x7000'0000'5000 + 0x1000 * i);
  bench.Run();
  ASSERT_EQ(bench.asked.size(), 512u);  // the 513th has a credit, but there is no index for it
  std::set<std::uint16_t> indices;
  for (const TlpHeader& request : bench.asked) {
    const PageRequestFields sent = FieldsOf(request);
    PageRequestFields body;
    ReadPageRequestBody(PageRequestBody(sent), &body);
    const PageRequestFields vtd = ReadVtdPageRequest(VtdPageRequest(sent));
    const PageRequestFields riscv = ReadRiscvPageRequest(RiscvPageRequest(sent));
    for (const PageRequestFields& read : {body, vtd, riscv}) {
      EXPECT_EQ(read.index, request.page_group);
      EXPECT_EQ(read.page, request.virtual_address);
      EXPECT_TRUE(read.write && read.last && !read.read);
    }
    EXPECT_EQ(vtd.pasid, request.pasid);
    EXPECT_EQ(riscv.pasid, request.pasid);
    indices.insert(request.page_group);
  }
  EXPECT_EQ(indices.size(), 512u);
  EXPECT_EQ(*indices.rbegin(), 511u);
}

// Four credits, five faults: the fourth closes the group although its limit is higher; the fifth waits for the
// response.
TEST(Conformance, PRI_02_GroupClosesWithItsLastCredit) {
  AtcBench bench(Groups(8, 4));
  AbsentPages absent(bench);
  for (std::uint64_t i = 0; i < 5; ++i) bench.At(i, TlpKind::kMemoryRead, 3, 0x5000 + 0x1000 * i);
  bench.Run();
  EXPECT_THAT(LastFlags(bench), ElementsAre(false, false, false, true, true));
  EXPECT_EQ(bench.asked[3].page_group, bench.asked[0].page_group);
  EXPECT_NE(bench.asked[4].page_group, bench.asked[0].page_group);
  EXPECT_EQ(bench.Stat("page_responses.success"), 2u);
  std::vector<Picoseconds> times;
  for (const PeerEvent& event : bench.log) {
    if (event.kind == TlpKind::kPageRequest) times.push_back(event.time);
  }
  ASSERT_EQ(times.size(), 5u);
  EXPECT_LT(times[3], kWindow);                    // nobody waited for the window
  EXPECT_EQ(times[4], times[3] + 1000 + kWindow);  // after the response, and it has a credit to wait for others with
  EXPECT_EQ(Lines(bench.log, "engine").size(), 10u);
  EXPECT_EQ(bench.atc.page_request_interface().outstanding_requests(), 0u);
}

TEST(Conformance, PRI_02_AllocationIsCutToTheCapacity) {
  AtcConfig config = Groups(1, 8);
  config.pri.capacity = 3;
  AtcBench bench(config);
  AbsentPages absent(bench);
  bench.respond = false;
  for (std::uint64_t i = 0; i < 5; ++i) bench.At(i, TlpKind::kMemoryRead, 3, 0x5000 + 0x1000 * i);
  bench.Run();
  EXPECT_EQ(bench.asked.size(), 3u);
  EXPECT_EQ(bench.atc.page_request_interface().allocation(), 3u);
}

TEST(Conformance, PRI_03_FaultsThatAriseTogetherShareAGroupAndItsOneResponse) {
  AtcBench bench(Groups(8, 32));
  AbsentPages absent(bench);
  std::vector<Tlp*> reads;
  for (std::uint64_t i = 0; i < 3; ++i) {
    reads.push_back(bench.At(1000 * i, TlpKind::kMemoryRead, 3, 0x5000 + 0x1000 * i));
  }
  bench.Run();
  EXPECT_THAT(LastFlags(bench), ElementsAre(false, false, true));
  EXPECT_EQ(bench.Stat("page_groups"), 1u);
  EXPECT_EQ(bench.Stat("page_responses.success"), 1u);
  // The first fault arises at 310 and the group leaves a window later; each page's own story is whole.
  EXPECT_EQ(Segments(reads[0]->ledger)[2], "page_fault_wait 310..5310");
  EXPECT_EQ(Segments(reads[2]->ledger)[2], "page_fault_wait 2310..5310");
  for (const Tlp* read : reads) {
    EXPECT_EQ(Segments((*const_cast<Tlp*>(read)).ledger)[3], "page_fault 5310..6310");
  }
}

TEST(Conformance, PRI_03_GroupsNeverMixPasidsAndIndicesAreNotReusedBeforeTheirResponse) {
  AtcBench bench(Groups(4, 64));
  AbsentPages absent(bench, 2);
  for (std::uint64_t i = 0; i < 24; ++i) {
    bench.At(100 * i, TlpKind::kMemoryRead, 3 + static_cast<std::uint32_t>(i % 3), 0x5000 + 0x1000 * i);
  }
  bench.Run();
  EXPECT_EQ(bench.asked.size(), 48u);
  std::map<std::uint16_t, Pasid> open;          // groups whose last request has not been sent
  std::map<std::uint16_t, Picoseconds> closed;  // when it was: the response comes 1,000 later
  for (const PeerEvent& event : bench.log) {
    if (event.kind != TlpKind::kPageRequest) continue;
    const std::uint16_t index = event.tlp.page_group;
    const auto before = closed.find(index);
    if (before != closed.end()) {
      EXPECT_GE(event.time, before->second + 1000);
    }
    EXPECT_EQ(open.emplace(index, event.tlp.pasid).first->second, event.tlp.pasid);
    if (!event.tlp.last_in_group) continue;
    open.erase(index);
    closed[index] = event.time;
  }
  EXPECT_THAT(open, IsEmpty());
}

// The response promises nothing: asked again, still absent, until the limit.
TEST(Conformance, PRI_04_SuccessWithoutAMappingIsRetriedABoundedNumberOfTimes) {
  AtcConfig config = SmallAtc();
  config.pri.retry_limit = 3;
  AtcBench bench(config);
  bench.translate = [](Tlp&) { return Answer(false, false); };
  bench.At(0, TlpKind::kMemoryWrite, 3, 0x5000);
  bench.Run();
  EXPECT_EQ(bench.Stat("translation_requests"), 4u);
  EXPECT_EQ(bench.Stat("page_requests"), 3u);
  EXPECT_EQ(bench.Stat("retries_exhausted"), 1u);
  for (const TlpHeader& request : bench.asked) EXPECT_TRUE(request.wants_write && !request.wants_read);
  EXPECT_EQ(Lines(bench.log, "engine").back(), "engine 4210 answer write 0x5000 status=1");
}

TEST(Conformance, PRI_05_UnknownResponseCodeCountsAsFailure) {
  AtcBench bench(SmallAtc());
  bench.translate = [](Tlp&) { return Answer(false, false); };
  bench.code = static_cast<PageResponseCode>(3);
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.Run();
  EXPECT_EQ(bench.Stat("page_responses.failure"), 1u);
  EXPECT_TRUE(bench.atc.page_request_interface().response_failure());
  EXPECT_EQ(Lines(bench.log, "engine").back(), "engine 1310 answer read 0x5000 status=1");
}

TEST(Conformance, PRI_05_InvalidRequestEndsTheOperationOnly) {
  AtcBench bench(SmallAtc());
  bench.translate = [](Tlp& request) {
    const bool there = request.pasid == Pasid(4);
    return Answer(there, there);
  };
  bench.code = PageResponseCode::kInvalidRequest;
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(5000, TlpKind::kMemoryRead, 4, 0x5000);
  bench.Run();
  EXPECT_EQ(bench.Stat("failed_requests"), 1u);
  EXPECT_FALSE(bench.atc.page_request_interface().response_failure());
  EXPECT_EQ(Lines(bench.log, "engine").back(), "engine 5610 answer read 0x10000005000");
}

// Function 1 gets Failure while function 2 waits for a response: neither asks again, the late response is ignored.
TEST(Conformance, PRI_06_FailureStopsAllFunctions) {
  AtcBench bench(SmallAtc());
  bench.translate = [](Tlp&) { return Answer(false, false); };
  bench.code = PageResponseCode::kFailure;
  const auto of_function = [&](Picoseconds at, RequesterId function, std::uint64_t page) {
    (*bench.At(at, TlpKind::kMemoryRead, 3, page)).requester = function;
  };
  of_function(0, 0x101, 0x5000);
  of_function(200, 0x102, 0x5000);
  of_function(5000, 0x102, 0x6000);
  bench.Run();
  EXPECT_EQ(bench.Stat("page_requests"), 2u);
  EXPECT_EQ(bench.Stat("page_responses.failure"), 1u);
  EXPECT_EQ(bench.Stat("page_responses.stale"), 1u);
  EXPECT_EQ(bench.Stat("page_responses.unexpected"), 0u);
  EXPECT_EQ(bench.Stat("failed_requests"), 3u);
  EXPECT_TRUE(bench.atc.page_request_interface().response_failure());
  EXPECT_TRUE(bench.atc.page_request_interface().stopped());
}

TEST(Conformance, PRI_07_ControlWritesFollowTheRules) {
  PageRequestConfig config;
  config.capacity = 16;
  PageRequestInterface interface(config);
  EXPECT_TRUE(interface.stopped());
  EXPECT_FALSE(interface.SetAllocation(0));
  EXPECT_TRUE(interface.SetAllocation(100));
  EXPECT_EQ(interface.allocation(), 16u);
  EXPECT_TRUE(interface.Enable());
  EXPECT_FALSE(interface.Enable());
  EXPECT_FALSE(interface.SetAllocation(4));  // static while enabled
  EXPECT_FALSE(interface.Reset());           // only while disabled
  const auto group = interface.Join(0x100, Pasid(9), 1);
  ASSERT_TRUE(group);
  interface.Close(*group);
  EXPECT_TRUE(interface.Disable());
  EXPECT_FALSE(interface.stopped());  // a group is not answered yet
  EXPECT_FALSE(interface.Enable());   // only while stopped
  EXPECT_TRUE(interface.Reset());
  EXPECT_TRUE(interface.stopped());
  EXPECT_TRUE(interface.Enable());
  EXPECT_EQ(interface.Receive(*group, Pasid(9), PageResponseCode::kSuccess), PageRequestInterface::Answer::kStale);
}

TEST(Conformance, PRI_07_ResponseToAnIndexNotOutstandingSetsUprgi) {
  AtcBench bench(SmallAtc());
  Tlp* response = bench.messages.Packet(TlpKind::kPageGroupResponse, 0, 0);
  response->page_group = 7;
  bench.messages.SendAt(100, *response);
  bench.At(1000, TlpKind::kMemoryRead, 3, 0x5000);
  bench.Run();
  EXPECT_TRUE(bench.atc.page_request_interface().unexpected_index());
  EXPECT_EQ(bench.Stat("page_responses.unexpected"), 1u);
  EXPECT_EQ(Lines(bench.log, "engine").back(), "engine 1610 answer read 0x10000005000");
}

TEST(Conformance, PRI_08_PasidOfTheResponseMustFit) {
  for (const bool required : {true, false}) {
    PageRequestConfig config;
    config.response_pasid_required = required;
    PageRequestInterface interface(config);
    interface.Enable();
    const auto group = interface.Join(0x100, Pasid(9), 1);
    ASSERT_TRUE(group);
    interface.Close(*group);
    const Pasid right = required ? Pasid(9) : Pasid();
    const Pasid wrong = required ? Pasid() : Pasid(9);
    EXPECT_EQ(interface.Receive(*group, wrong, PageResponseCode::kSuccess), PageRequestInterface::Answer::kUnexpected);
    EXPECT_EQ(interface.Receive(*group, right, PageResponseCode::kSuccess), PageRequestInterface::Answer::kExpected);
  }
}

// PAS-05 by Stop Marker: it follows the requests, takes no credit, and the PASID is stopped at once.
TEST(Conformance, PRI_09_StopMarkerTakesNoCreditAndEndsThePasid) {
  AtcBench bench(Groups(1, 4));
  bench.translate = [](Tlp&) { return Answer(false, false); };
  bench.respond = false;
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(0, TlpKind::kMemoryRead, 4, 0x5000);
  bench.simulation.agenda.RunUntil(10'000);
  const Picoseconds asked = bench.simulation.agenda.now();
  bench.StopPasid(3, true);
  bench.Run();
  EXPECT_EQ(bench.stopped_at, asked);
  ASSERT_EQ(bench.asked.size(), 3u);
  EXPECT_TRUE(FieldsOf(bench.asked[2]).IsStopMarker());
  EXPECT_EQ(bench.asked[2].pasid, Pasid(3));
  EXPECT_EQ(bench.atc.page_request_interface().outstanding_requests(), 2u);
  EXPECT_EQ(bench.Stat("stop_markers"), 1u);
  EXPECT_EQ(bench.Stat("failed_requests"), 1u);  // the other PASID goes on waiting
}

// Without a Stop Marker the stop is complete when every response has arrived.
TEST(Conformance, PAS_05_StoppingAPasidWaitsForItsPageResponses) {
  AtcBench bench(Groups(1, 4));
  AbsentPages absent(bench);
  bench.response_after = 20'000;
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(0, TlpKind::kMemoryRead, 4, 0x5000);
  bench.simulation.agenda.RunUntil(10'000);
  bench.StopPasid(3, false);
  EXPECT_EQ(bench.stopped_at, 0u);
  bench.Run();
  EXPECT_EQ(bench.stopped_at, 20'310u);
  EXPECT_EQ(bench.Stat("stop_markers"), 0u);
  EXPECT_EQ(bench.Stat("page_responses.stale"), 1u);
  EXPECT_EQ(bench.Stat("page_responses.success"), 1u);
  EXPECT_EQ(bench.atc.page_request_interface().outstanding_requests(), 0u);
}

TEST(Conformance, PRI_17_ResetRestoresCreditsAndIgnoresLateResponses) {
  AtcBench bench(Groups(1, 3));
  AbsentPages absent(bench);
  bench.response_after = 20'000;
  for (std::uint64_t i = 0; i < 5; ++i) bench.At(0, TlpKind::kMemoryRead, 3, 0x5000 + 0x1000 * i);
  bench.simulation.agenda.RunUntil(10'000);
  EXPECT_EQ(bench.atc.page_request_interface().outstanding_requests(), 3u);
  bench.atc.ResetPageRequests();
  EXPECT_EQ(bench.atc.page_request_interface().outstanding_requests(), 0u);
  EXPECT_EQ(bench.Stat("failed_requests"), 5u);
  InvalidateAt(bench, 10'500, {Pasid(3), 0, 64});     // completed, whatever is pending
  bench.At(11'000, TlpKind::kMemoryRead, 3, 0xF000);  // a new fault, before the late responses
  bench.Run();
  EXPECT_EQ(bench.Stat("page_responses.stale"), 3u);
  EXPECT_EQ(bench.Stat("page_responses.unexpected"), 0u);
  EXPECT_EQ(bench.Stat("page_responses.success"), 1u);
  EXPECT_EQ(Lines(bench.log, "engine").back(), "engine 31910 answer read 0x1000000f000");
  ASSERT_EQ(Completions(bench).size(), 1u);
  EXPECT_EQ(Completions(bench)[0].time, 10'500u);
}

}  // namespace
}  // namespace siov
