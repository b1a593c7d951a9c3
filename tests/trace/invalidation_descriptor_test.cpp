// SPDX-License-Identifier: Apache-2.0
#include "models/workload/importers/invalidation_descriptor.h"

#include <gtest/gtest.h>

namespace siov {
namespace {

InvalidationDescriptor Decode(std::uint64_t qword0, std::uint64_t qword1) {
  InvalidationDescriptor descriptor;
  EXPECT_TRUE(DecodeInvalidation(qword0, qword1, &descriptor));
  return descriptor;
}

TEST(InvalidationDescriptor, IotlbPagesWithAddressMask) {
  const TraceRecord record = Decode(0x300f2, 0xfff20043).record;
  EXPECT_EQ(record.kind, TraceKind::kInvalidateIotlb);
  EXPECT_EQ(record.scope, InvalidationScope::kPage);
  EXPECT_EQ(record.domain, 3u);
  EXPECT_EQ(record.iova, 0xfff20000u);
  EXPECT_EQ(record.mask_order, 3);
}

TEST(InvalidationDescriptor, IotlbGlobalNamesNoDomain) {
  const TraceRecord record = Decode(0xd2, 0).record;
  EXPECT_EQ(record.scope, InvalidationScope::kGlobal);
  EXPECT_EQ(record.domain, TraceRecord::kNoDomain);
}

TEST(InvalidationDescriptor, IotlbDomain) {
  const TraceRecord record = Decode(0x300e2, 0).record;
  EXPECT_EQ(record.scope, InvalidationScope::kDomain);
  EXPECT_EQ(record.domain, 3u);
}

TEST(InvalidationDescriptor, DeviceTlbOfOnePage) {
  const InvalidationDescriptor descriptor = Decode(0x10000000003, 0xffeb9000);
  EXPECT_EQ(descriptor.record.kind, TraceKind::kInvalidateDevtlb);
  EXPECT_TRUE(descriptor.has_requester);
  EXPECT_EQ(descriptor.requester_id, 0x100);
  EXPECT_EQ(descriptor.record.iova, 0xffeb9000u);
  EXPECT_EQ(descriptor.record.mask_order, 0);
}

TEST(InvalidationDescriptor, DeviceTlbSizeIsTheLowestZeroBit) {
  const TraceRecord two_pages = Decode(0x10000000003, 0xffeb8001).record;
  EXPECT_EQ(two_pages.mask_order, 1);
  EXPECT_EQ(two_pages.iova, 0xffeb8000u);
  const TraceRecord sixteen_pages = Decode(0x10000000003, 0xffeb7001).record;
  EXPECT_EQ(sixteen_pages.mask_order, 4);
  EXPECT_EQ(sixteen_pages.iova, 0xffeb0000u);
}

TEST(InvalidationDescriptor, DeviceTlbOfEveryAddress) {
  const TraceRecord everything = Decode(3, 0xfffffffffffff001).record;
  EXPECT_EQ(everything.scope, InvalidationScope::kGlobal);
  EXPECT_EQ(everything.iova, 0u);
}

TEST(InvalidationDescriptor, ContextOfADevice) {
  const InvalidationDescriptor descriptor = Decode(0x2000030031, 0);
  EXPECT_EQ(descriptor.record.kind, TraceKind::kInvalidateContext);
  EXPECT_EQ(descriptor.record.scope, InvalidationScope::kDevice);
  EXPECT_EQ(descriptor.record.domain, 3u);
  EXPECT_EQ(descriptor.requester_id, 0x20);
}

TEST(InvalidationDescriptor, InterruptEntries) {
  const TraceRecord all = Decode(0x4, 0).record;
  EXPECT_EQ(all.kind, TraceKind::kInvalidateIec);
  EXPECT_EQ(all.scope, InvalidationScope::kGlobal);
  const TraceRecord four = Decode(0x1000014 | 2u << 27u | 0x1a00000000, 0).record;
  EXPECT_EQ(four.scope, InvalidationScope::kPage);
  EXPECT_EQ(four.tag, 0x1au);
  EXPECT_EQ(four.mask_order, 2);
}

TEST(InvalidationDescriptor, Wait) { EXPECT_EQ(Decode(0x200000025, 0x100042dfc).record.kind, TraceKind::kWait); }

TEST(InvalidationDescriptor, UnknownTypesAndReservedGranularitiesAreRefused) {
  InvalidationDescriptor descriptor;
  EXPECT_FALSE(DecodeInvalidation(0x6, 0, &descriptor));
  EXPECT_FALSE(DecodeInvalidation(0x0, 0, &descriptor));
  EXPECT_FALSE(DecodeInvalidation(0x2, 0, &descriptor));  // IOTLB with granularity 0
  EXPECT_FALSE(DecodeInvalidation(0x1, 0, &descriptor));  // context with granularity 0
}

}  // namespace
}  // namespace siov
