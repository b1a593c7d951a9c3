// SPDX-License-Identifier: Apache-2.0
// ATS packets in bits (docs/requirements/ats.md, ATS-01, ATS-03, ATS-04, ATS-14, ATS-17).
#include "models/tlm/ats_words.h"

#include <gtest/gtest.h>

namespace siov {
namespace {

TEST(Conformance, ATS_01_ShapesOfTranslationRequests) {
  EXPECT_TRUE(IsWellFormed({2, true}, 64));
  EXPECT_TRUE(IsWellFormed({16, true}, 64));
  EXPECT_FALSE(IsWellFormed({20, true}, 64)) << "longer than the read completion boundary";
  EXPECT_FALSE(IsWellFormed({3, true}, 64)) << "odd";
  EXPECT_FALSE(IsWellFormed({0, true}, 64));
  EXPECT_FALSE(IsWellFormed({2, false}, 64)) << "partial byte enables";
  EXPECT_EQ(MaxTranslations(64), 8u);
  EXPECT_EQ(MaxTranslations(128), 16u);
  EXPECT_EQ(ImpliedRange(8, 0), 32u * 1024);
  EXPECT_EQ(ImpliedRange(2, 4), 128u * 1024);
  EXPECT_EQ(LastAddressWord(0x1'2345'6789, true), 0x2345'6001u);
  EXPECT_EQ(LastAddressWord(0x1'2345'6789, false), 0x2345'6000u);
}

TEST(Conformance, ATS_03_EntryBits) {
  const AtsTranslationWord entry = DecodeTranslation(0x8000'0000 | 1 | 2 | (1u << 11));
  EXPECT_TRUE(entry.read);
  EXPECT_TRUE(entry.write);
  EXPECT_EQ(entry.page_shift, 13u) << "S: two pages of 4 KiB";
  EXPECT_EQ(entry.address, 0x8000'0000u);
  EXPECT_FALSE(entry.untranslated_only || entry.execute || entry.privileged || entry.global || entry.cxl_io ||
               entry.clear_no_snoop);
  EXPECT_EQ(entry.memory_attributes, 0);
}

TEST(Conformance, ATS_03_EveryBitHasItsPlace) {
  for (unsigned bit = 0; bit < 11; ++bit) {
    const std::uint64_t word = 0x1234'5000 | (std::uint64_t{1} << bit);
    EXPECT_EQ(EncodeTranslation(DecodeTranslation(word)), word) << "bit " << bit;
  }
  AtsTranslationWord entry;
  entry.untranslated_only = true;
  EXPECT_EQ(EncodeTranslation(entry), 1u << 2);
  entry = {};
  entry.global = true;
  EXPECT_EQ(EncodeTranslation(entry), 1u << 5);
  entry = {};
  entry.memory_attributes = 7;
  entry.clear_no_snoop = true;
  EXPECT_EQ(EncodeTranslation(entry), (7u << 6) | (1u << 10));
}

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
  EXPECT_TRUE(IsGlobalInvalidate(EncodeInvalidateBody(0, kWholeAddressSpace, true)));
  EXPECT_FALSE(IsGlobalInvalidate(EncodeInvalidateBody(0, kWholeAddressSpace, false)));
}

TEST(Conformance, ATS_17_ACountOfZeroMeansEight) {
  EXPECT_EQ(EncodeInvalidateCompletion(1u << 31, 2), 0x2'8000'0000u);
  EXPECT_EQ(EncodeInvalidateCompletion(1, 8), 1u);
  EXPECT_EQ(CompletionCountOf(EncodeInvalidateCompletion(1, 8)), 8u);
  EXPECT_EQ(CompletionCountOf(EncodeInvalidateCompletion(1, 3)), 3u);
}

}  // namespace
}  // namespace siov
