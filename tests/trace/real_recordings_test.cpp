// SPDX-License-Identifier: Apache-2.0
// Recordings that are displaced, empty or damaged.
#include <gmock/gmock.h>

#include "models/workload/importers/ftrace_importer.h"
#include "models/workload/importers/qemu_importer.h"
#include "models/workload/trace/trace_merge.h"
#include "tests/trace/small_recordings.h"

namespace siov {
namespace {

using ::testing::HasSubstr;

TEST(RealRecordings, TwoRecordingsWhoseDescriptorsAreDisplacedAreOfOneRun) {
  const std::unique_ptr<TraceSource> guest = OpenTrace("tests/trace/recordings/displaced.guest.txt");
  const std::unique_ptr<TraceSource> qemu = OpenTrace("tests/trace/recordings/displaced.qemu.log");
  MergedTrace merged(*guest, *qemu, "pair");
  EXPECT_EQ(ReadAll(merged).size(), 2u);
  EXPECT_EQ(merged.displacement(), 1u);
}

std::vector<TraceRecord> InvalidationsWith(std::uint64_t first, std::uint64_t places) {
  std::vector<TraceRecord> records;
  for (std::uint64_t i = 0; i < 200; ++i) records.push_back(PageInvalidation(3, (100 + i) * kPage4K, 0, i + 1));
  std::swap(records[first].iova, records[first + places].iova);
  return records;
}

TEST(RealRecordings, DescriptorsAreMatchedWithinAWindowAndNotBeyond) {
  const auto merge = [](std::uint64_t places) {
    VectorSource guest(InvalidationsWith(0, 0));
    VectorSource qemu(InvalidationsWith(40, places));
    MergedTrace merged(guest, qemu, "pair");
    ReadAll(merged);
    return merged.displacement();
  };
  EXPECT_EQ(merge(27), 27u);
  EXPECT_EQ(merge(64), 64u);
  EXPECT_THAT(ErrorOf([&] { merge(65); }), HasSubstr("invalidation 41 of the first is none of those within 64 places"));
}

TEST(RealRecordings, EmptyResultOfANonEmptyFileIsAnError) {
  EXPECT_THAT(
      ErrorOf([] { Import<QemuImporter>("7@1.000001:vtd_inv_qi_tail write tail 3\n7@1.0:amdvi_iotlb_hit hit\n"); }),
      ::testing::AllOf(HasSubstr("only events that are not read: amdvi_iotlb_hit (1 time), vtd_inv_qi_tail"),
                       HasSubstr("vtd_iotlb_page_hit")));
  EXPECT_THAT(ErrorOf([] { Import<FtraceImporter>(Event("net_dev_xmit: dev=eth1 len=1442 rc=0")); }),
              HasSubstr("holds nothing that could become a record"));
  EXPECT_THAT(ErrorOf([] {
                Import<FtraceImporter>(Event(
                    "pgmap: (intel_iommu_map_pages+0x4/0x750) dom=0xff47 iova=0xffffc000 pa=0x1 pgsz=0x1000 n=1"));
              }),
              HasSubstr("holds nothing"));
}

TEST(RealRecordings, AllDamagedLinesAreCountedAndTheFirstAreShown) {
  std::string text = Event("print: MARK A");
  for (int i = 0; i < 7; ++i) text += Event("map: IOMMU: iova=0x" + std::to_string(i)) + Event("print: MARK B");
  const std::string message = ErrorOf([&] { Import<FtraceImporter>(text); });
  EXPECT_THAT(message, HasSubstr("log:2: damaged line of an ftrace text"));
  EXPECT_THAT(message, HasSubstr("also line 4: "));
  EXPECT_THAT(message, HasSubstr("line 10: "));
  EXPECT_THAT(message, ::testing::Not(HasSubstr("line 12: ")));
  EXPECT_THAT(message, HasSubstr("7 damaged lines in all"));
  EXPECT_THAT(message, HasSubstr("siovsim trace convert log OUT.siovtrace --lenient")) << "run has no such option";
}

}  // namespace
}  // namespace siov
