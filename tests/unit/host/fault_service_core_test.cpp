// SPDX-License-Identifier: Apache-2.0
#include "models/host/fault_service/fault_service_core.h"

#include <gtest/gtest.h>

namespace siov {
namespace {

PageRequestFields Request(std::uint64_t page, std::uint16_t index, bool last, std::uint32_t pasid = 5) {
  PageRequestFields request;
  request.page = page;
  request.read = true;
  request.last = last;
  request.index = index;
  request.requester = 0x0100;
  request.pasid = Pasid(pasid);
  return request;
}

// PRI-15: what software looks at, in its order.
TEST(PageRequestVerdict, WhatBreaksTheRulesIsInvalidAndMarkersAreDropped) {
  const std::vector<RequesterId> devices = {0x0100, 0x0200};
  EXPECT_EQ(JudgePageRequest(Request(0x1000, 0, true), true, devices), PageRequestVerdict::kServe);
  EXPECT_EQ(JudgePageRequest(Request(0x1000, 0, true), true, {}), PageRequestVerdict::kServe) << "any device";
  EXPECT_EQ(JudgePageRequest(Request(0x1000, 0, true), false, devices), PageRequestVerdict::kInvalid);
  PageRequestFields request = Request(0x1000, 0, true);
  request.requester = 0x0300;
  EXPECT_EQ(JudgePageRequest(request, true, devices), PageRequestVerdict::kInvalid) << "unknown device";
  request = Request(0x1000, 0, true);
  request.pasid = Pasid();
  EXPECT_EQ(JudgePageRequest(request, true, devices), PageRequestVerdict::kInvalid);
  for (const bool write : {false, true}) {
    request = Request(0x1000, 0, true);
    request.privileged = true;
    request.read = !write;
    request.write = write;
    EXPECT_EQ(JudgePageRequest(request, true, devices), PageRequestVerdict::kInvalid) << "privileged";
  }
  request = Request(0x1000, 0, true);
  request.execute = true;
  EXPECT_EQ(JudgePageRequest(request, true, devices), PageRequestVerdict::kInvalid);
  request.read = false;
  request.write = true;
  EXPECT_EQ(JudgePageRequest(request, true, devices), PageRequestVerdict::kServe) << "execute without read";
  request = Request(0x1000, 0, true);
  request.read = false;
  request.requester = 0x0300;
  EXPECT_EQ(JudgePageRequest(request, true, devices), PageRequestVerdict::kDrop) << "a Stop Marker, of whomever";
  request.privileged = true;
  EXPECT_EQ(JudgePageRequest(request, true, devices), PageRequestVerdict::kDrop) << "nothing privileged is asked for";
}

// A group is answered once, with the pages that came before its last; then its index begins anew.
TEST(PageGroupAssembler, AGroupIsTakenOnceAndItsIndexBeginsAnew) {
  PageGroupAssembler groups;
  PageGroupAssembler::Pages pages;
  EXPECT_FALSE(groups.Add(0, Request(0x1000, 7, false), &pages));
  EXPECT_FALSE(groups.Add(0, Request(0x2000, 8, false), &pages));
  EXPECT_FALSE(groups.Add(1, Request(0x3000, 7, false), &pages));
  EXPECT_FALSE(groups.Add(0, Request(0x4000, 7, false, 6), &pages));
  ASSERT_TRUE(groups.Add(0, Request(0x5000, 7, true), &pages));
  ASSERT_EQ(pages.size(), 2u) << "not of another index, queue or PASID";
  EXPECT_EQ(pages[0].page, 0x1000u);
  EXPECT_EQ(pages[1].page, 0x5000u);
  EXPECT_EQ(groups.partial_groups(), 3u) << "of other indices, queues and PASIDs";
  ASSERT_TRUE(groups.Add(0, Request(0x6000, 7, true), &pages));
  ASSERT_EQ(pages.size(), 1u) << "what was answered does not come again";
  EXPECT_EQ(pages[0].page, 0x6000u);
}

TEST(PageGroupAssembler, AfterAnOverflowTheQueuesPartialGroupsAreForgotten) {
  PageGroupAssembler groups;
  PageGroupAssembler::Pages pages;
  groups.Add(0, Request(0x1000, 7, false), &pages);
  groups.Add(0, Request(0x2000, 7, false), &pages);
  groups.Add(0, Request(0x3000, 9, false), &pages);
  groups.Add(1, Request(0x4000, 7, false), &pages);
  EXPECT_EQ(groups.Discard(0), 3u);
  EXPECT_EQ(groups.Discard(0), 0u);
  ASSERT_TRUE(groups.Add(1, Request(0x5000, 7, true), &pages));
  EXPECT_EQ(pages.size(), 2u) << "the other queue's stay";
}

TEST(PageGroupAssembler, OneGroupCanBeForgottenAlone) {
  PageGroupAssembler groups;
  PageGroupAssembler::Pages pages;
  groups.Add(0, Request(0x1000, 7, false), &pages);
  groups.Add(0, Request(0x2000, 8, false), &pages);
  groups.DiscardGroup(0, Request(0x3000, 7, true));
  ASSERT_TRUE(groups.Add(0, Request(0x4000, 7, true), &pages));
  EXPECT_EQ(pages.size(), 1u);
  ASSERT_TRUE(groups.Add(0, Request(0x5000, 8, true), &pages));
  EXPECT_EQ(pages.size(), 2u);
}

}  // namespace
}  // namespace siov
