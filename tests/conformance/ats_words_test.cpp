// SPDX-License-Identifier: Apache-2.0
// ATS packets in bits (docs/requirements/ats.md, ATS-04, ATS-14, ATS-17).
#include "models/protocol/ats_words.h"

#include <gtest/gtest.h>

#include "models/iommu/invalidation_queue/itag_table.h"

namespace siov {
namespace {

TEST(Conformance, ATS_04_SizesAreTheLowestZero) {
  const AtsRange range = DecodeAtsRange((std::uint64_t{0x1FF} << 12) | kAtsSizeBit);
  EXPECT_EQ(range.address, 0u);
  EXPECT_EQ(range.shift, 22u) << "4 MiB";
  EXPECT_EQ(EncodeAtsRange(0x20'0000, kPageShift2M), 0x20'0000u | 0xF'F000u | kAtsSizeBit);
  EXPECT_EQ(DecodeAtsRange(0x7FFF'FFFF'FFFF'F800).shift, kWholeAddressSpace);
  EXPECT_EQ(EncodeAtsRange(0, kWholeAddressSpace), 0x7FFF'FFFF'FFFF'F800u);
  for (unsigned shift = kPageShift4K; shift <= kWholeAddressSpace; ++shift) {
    const std::uint64_t address = shift < 64 ? 0xDEAD'BEEF'CAFE'F000u >> shift << shift : 0;
    const AtsRange back = DecodeAtsRange(EncodeAtsRange(0xDEAD'BEEF'CAFE'F000, shift));
    EXPECT_EQ(back.shift, shift);
    EXPECT_EQ(back.address, address) << "of 2^" << shift;
  }
}

TEST(Conformance, ATS_14_BodyOfAnInvalidateRequest) {
  EXPECT_EQ(EncodeInvalidateBody(0x1234'5678, kPageShift4K, false), 0x1234'5000u);
  EXPECT_EQ(EncodeInvalidateBody(0x5000, 13, true), 0x4000u | kAtsSizeBit | 1);
  TlpHeader request;
  request.virtual_address = EncodeInvalidateBody(0x5000, 13, true);
  EXPECT_TRUE(ReadInvalidateRequest(request).what.global);
  EXPECT_EQ(ReadInvalidateRequest(request).what.kind, InvalidationKind::kDeviceTlb);
  EXPECT_EQ(ReadInvalidateRequest(request).address, 0x4000u);
  EXPECT_EQ(ReadInvalidateRequest(request).what.page_shift, 13);
  request.virtual_address = EncodeInvalidateBody(0, kWholeAddressSpace, false);
  request.pasid = Pasid(7);
  EXPECT_FALSE(ReadInvalidateRequest(request).what.global);
  EXPECT_EQ(ReadInvalidateRequest(request).what.kind, InvalidationKind::kPasidDeviceTlb);
  EXPECT_EQ(ReadInvalidateRequest(request).what.page_shift, 64);
}

TEST(Conformance, ATS_17_ACountOfZeroMeansEight) {
  ItagTable tags(32, kPsPerMs);
  ASSERT_EQ(tags.Take(0x0100, 0, 5, 0), 0);
  std::uint32_t slot = 0;
  for (int i = 0; i < 7; ++i) EXPECT_EQ(tags.Complete(0x0100, 0, 0, &slot), ItagTable::Outcome::kMore) << i;
  EXPECT_EQ(tags.Complete(0x0100, 0, 0, &slot), ItagTable::Outcome::kDone);
  EXPECT_EQ(slot, 5u);
}

}  // namespace
}  // namespace siov
