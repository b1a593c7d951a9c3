// SPDX-License-Identifier: Apache-2.0
#include "models/workload/trace/trace_merge.h"

#include <gmock/gmock.h>

#include "tests/trace/trace_support.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint64_t kPage = 0xfff00000;
constexpr std::uint64_t kFrame = 0x123000;

TraceInfo OneStream() {
  TraceInfo info;
  info.streams = {{"00:04.0", 0x20}};
  return info;
}

std::vector<TraceRecord> Merge(std::vector<TraceRecord> guest, std::vector<TraceRecord> qemu) {
  VectorSource guest_source(std::move(guest), OneStream());
  VectorSource qemu_source(std::move(qemu), OneStream());
  MergedTrace merged(guest_source, qemu_source, "pair");
  std::vector<TraceRecord> records = ReadAll(merged);
  EXPECT_EQ(merged.unmapped_accesses(), 0u);
  merged.Rewind();
  EXPECT_EQ(ReadAll(merged), records);
  for (std::size_t i = 1; i < records.size(); ++i) EXPECT_GE(records[i].time_ps, records[i - 1].time_ps);
  return records;
}

std::vector<TraceKind> Kinds(const std::vector<TraceRecord>& records) {
  std::vector<TraceKind> kinds;
  for (const TraceRecord& record : records) kinds.push_back(record.kind);
  return kinds;
}

TEST(MergedTrace, GuestTimesAreInterpolatedBetweenInvalidations) {
  // The guest's clock runs at half the speed of the emulator's and starts elsewhere.
  const std::vector<TraceRecord> records =
      Merge({PageInvalidation(3, 0, 0, 100), Mapping(3, kPage, kFrame, kPage4K, 105), PageInvalidation(3, 0, 0, 110)},
            {PageInvalidation(3, 0, 0, 1000), PageInvalidation(3, 0, 0, 1020)});
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[1].kind, TraceKind::kMap);
  EXPECT_EQ(records[1].time_ps, 1010 * kPsPerUs);
}

TEST(MergedTrace, OutsideTheInvalidationsTheNearestOneSetsTheClock) {
  const std::vector<TraceRecord> records =
      Merge({Mapping(3, kPage, kFrame, kPage4K, 90), PageInvalidation(3, 0, 0, 100), Mapping(3, 0, 0, kPage4K, 130)},
            {PageInvalidation(3, 0, 0, 1000)});
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].time_ps, 990 * kPsPerUs);
  EXPECT_EQ(records[2].time_ps, 1030 * kPsPerUs);
}

TEST(MergedTrace, MappingComesBeforeTheAccessItTranslates) {
  const std::vector<TraceRecord> records =
      Merge({PageInvalidation(3, 0, 0, 100), Mapping(3, kPage, kFrame, kPage4K, 109), PageInvalidation(3, 0, 0, 110)},
            {PageInvalidation(3, 0, 0, 1000), Access(3, kPage, kFrame, 1002), PageInvalidation(3, 0, 0, 1010)});
  EXPECT_THAT(Kinds(records), ElementsAre(TraceKind::kInvalidateIotlb, TraceKind::kMap, TraceKind::kAccess,
                                          TraceKind::kInvalidateIotlb));
  EXPECT_EQ(records[1].time_ps, 1002 * kPsPerUs);
}

TEST(MergedTrace, UnmappingComesAfterTheLastAccessOfTheOldMapping) {
  const std::vector<TraceRecord> records =
      Merge({Mapping(3, kPage, kFrame, kPage4K, 90), PageInvalidation(3, 0, 0, 100), Unmapping(3, kPage, kPage4K, 101),
             PageInvalidation(3, kPage, 0, 110), Mapping(3, kPage, kFrame + kPage4K, kPage4K, 111)},
            {PageInvalidation(3, 0, 0, 1000), Access(3, kPage, kFrame, 1005), PageInvalidation(3, kPage, 0, 1010),
             Access(3, kPage, kFrame + kPage4K, 1015)});
  EXPECT_THAT(Kinds(records),
              ElementsAre(TraceKind::kMap, TraceKind::kInvalidateIotlb, TraceKind::kAccess, TraceKind::kUnmap,
                          TraceKind::kInvalidateIotlb, TraceKind::kMap, TraceKind::kAccess));
}

TEST(MergedTrace, AccessTakesDirectionAndSizeFromItsMapping) {
  TraceRecord mapping = Mapping(3, kPage, kFrame, 2 * kPage4K, 90);
  mapping.permissions = kPermissionWrite;
  mapping.buffer_offset = 0x200;
  mapping.buffer_bytes = 0x1000;
  const std::vector<TraceRecord> records =
      Merge({mapping, PageInvalidation(3, 0, 0, 100)},
            {PageInvalidation(3, 0, 0, 1000), Access(3, kPage + 0x200, kFrame + 0x200, 1001),
             Access(3, kPage + 0x1000, kFrame + 0x1000, 1002), Access(3, kPage + 0x100, kFrame + 0x100, 1003)});
  ASSERT_EQ(records.size(), 5u);
  EXPECT_EQ(records[2].kind, TraceKind::kWrite);
  EXPECT_EQ(records[2].size_bytes, 0xe00u);  // to the end of the page
  EXPECT_EQ(records[3].size_bytes, 0x200u);  // to the end of the buffer
  EXPECT_EQ(records[4].size_bytes, 0u);      // before the buffer: unknown
}

TEST(MergedTrace, AccessWithoutAnyMappingIsKeptAndCounted) {
  VectorSource guest({PageInvalidation(3, 0, 0, 100)}, OneStream());
  VectorSource qemu({PageInvalidation(3, 0, 0, 1000), Access(3, kPage, kFrame, 1001)}, OneStream());
  MergedTrace merged(guest, qemu, "pair");
  EXPECT_EQ(ReadAll(merged).size(), 2u);
  EXPECT_EQ(merged.unmapped_accesses(), 1u);
  EXPECT_EQ(merged.info().source, "ftrace+qemu");
}

TEST(MergedTrace, RecordingsOfDifferentRunsAreRefused) {
  const auto error = [](std::vector<TraceRecord> guest, std::vector<TraceRecord> qemu) {
    VectorSource guest_source(std::move(guest), OneStream());
    VectorSource qemu_source(std::move(qemu), OneStream());
    MergedTrace merged(guest_source, qemu_source, "pair");
    return ErrorOf([&] { ReadAll(merged); });
  };
  EXPECT_THAT(error({PageInvalidation(3, 0, 0, 1)}, {PageInvalidation(3, 0x1000, 0, 1)}),
              HasSubstr("pair: invalidation 1 of the first is none of those within 64 places"));
  EXPECT_THAT(error({PageInvalidation(3, 0, 0, 1)}, {PageInvalidation(3, 0, 0, 1), PageInvalidation(3, 0, 0, 2)}),
              HasSubstr("different numbers of invalidations (they agree on 1)"));
  EXPECT_THAT(error({}, {}), HasSubstr("without any invalidation"));
}

}  // namespace
}  // namespace siov
