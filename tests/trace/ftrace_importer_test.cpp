// SPDX-License-Identifier: Apache-2.0
#include "models/workload/importers/ftrace_importer.h"

#include <gmock/gmock.h>

#include "tests/trace/trace_support.h"

namespace siov {
namespace {

using ::testing::HasSubstr;

// A line as the kernel prints it: task fio-191 on CPU 0 in task context unless said otherwise.
std::string Line(const std::string& event, const std::string& time = "5.000010", const std::string& context = ".....",
                 const std::string& task = "fio-191") {
  return "             " + task + "     [000] " + context + "     " + time + ": " + event + "\n";
}

const std::string kAttach =
    Line("attach: (intel_iommu_attach_device+0x4/0x230) dom=0xff47 dev=\"0000:00:04.0\"", "1.000000") +
    Line("cache_tag_assign: dmar0/dmar0 type iotlb did 3 pasid 0 ref 1", "1.000001");
const std::string kAttachOther =
    Line("attach: (intel_iommu_attach_device+0x4/0x230) dom=0xff48 dev=\"0000:00:05.0\"", "1.000002") +
    Line("cache_tag_assign: dmar0/dmar0 type iotlb did 4 pasid 0 ref 1", "1.000003");
constexpr char kPageMap[] =
    "pgmap: (intel_iommu_map_pages+0x4/0x750) dom=0xff47 iova=0xffffc000 pa=0x1180cf000 pgsz=0x1000 n=1";
constexpr char kMap[] = "map: IOMMU: iova=0x00000000ffffc000 - 0x00000000ffffd000 paddr=0x00000001180cf000 size=4096";
constexpr char kDmaMap[] =
    "dmap: (dma_map_page_attrs+0x245/0x340 <- iommu_dma_map_page) iova=0xffffc200 dev=\"0000:00:04.0\" off=0x200 "
    "size=512 dir=2";
constexpr char kPageUnmap[] = "pgunmap: (intel_iommu_unmap_pages+0x4/0x190) dom=0xff47 iova=0xffffc000 pgsz=0x1000 n=1";
constexpr char kUnmap[] = "unmap: IOMMU: iova=0x00000000ffffc000 - 0x00000000ffffd000 size=4096 unmapped_size=4096";

Imported FromFtrace(const std::string& text, const ImportOptions& options = {}) {
  return Import<FtraceImporter>(text, options);
}

TEST(FtraceImporter, MapTakesDomainFromBeforeAndDirectionFromAfter) {
  const Imported result =
      FromFtrace("# tracer: nop\n#\n" + kAttach + Line(kPageMap) + Line(kMap) + Line(kDmaMap, "5.000012"));
  ASSERT_EQ(result.records.size(), 1u);
  const TraceRecord& map = result.records[0];
  EXPECT_EQ(map.kind, TraceKind::kMap);
  EXPECT_EQ(map.domain, 3u);
  EXPECT_EQ(result.info.streams[map.stream].name, "00:04.0");
  EXPECT_EQ(map.iova, 0xffffc000u);
  EXPECT_EQ(map.pa, 0x1180cf000u);
  EXPECT_EQ(map.size_bytes, 4096u);
  EXPECT_EQ(map.page_shift, 12);
  EXPECT_EQ(map.permissions, kPermissionWrite);
  EXPECT_EQ(map.buffer_offset, 0x200u);
  EXPECT_EQ(map.buffer_bytes, 512u);
}

TEST(FtraceImporter, InterruptBetweenPageMapAndMapDoesNotConfuseThem) {
  const std::string other_map =
      "map: IOMMU: iova=0x0000000000010000 - 0x0000000000011000 paddr=0x0000000000900000 size=4096";
  const Imported result =
      FromFtrace(kAttach + kAttachOther + Line(kPageMap) +
                 Line("pgmap: (intel_iommu_map_pages+0x4/0x750) dom=0xff48 iova=0x10000 pa=0x900000 pgsz=0x1000 n=1",
                      "5.000011", "d.h1.") +
                 Line(other_map, "5.000012", "d.h1.") + Line(kMap, "5.000013"));
  ASSERT_EQ(result.records.size(), 2u);
  EXPECT_EQ(result.records[0].domain, 4u);
  EXPECT_EQ(result.records[1].domain, 3u);
}

TEST(FtraceImporter, ScatterListGivesAllItsMapsTheDirection) {
  const Imported result = FromFtrace(
      kAttach + Line(kPageMap) + Line(kMap) +
      Line("pgmap: (intel_iommu_map_pages+0x4/0x750) dom=0xff47 iova=0xffffd000 pa=0x1000 pgsz=0x1000 n=1") +
      Line("map: IOMMU: iova=0x00000000ffffd000 - 0x00000000ffffe000 paddr=0x0000000000001000 size=4096") +
      Line("dmapsg: (__dma_map_sg_attrs+0x117/0x190 <- iommu_dma_map_sg) n=1 dev=\"0000:00:04.0\" nents=2 dir=1"));
  ASSERT_EQ(result.records.size(), 2u);
  EXPECT_EQ(result.records[0].permissions, kPermissionRead);
  EXPECT_EQ(result.records[1].permissions, kPermissionRead);
}

TEST(FtraceImporter, RingMemoryIsReadAndWritten) {
  const Imported result =
      FromFtrace(kAttach + Line("dalloc: (iommu_dma_alloc+0x4/0x290) dev=\"0000:00:04.0\" size=512") + Line(kPageMap) +
                 Line(kMap));
  ASSERT_EQ(result.records.size(), 1u);
  EXPECT_EQ(result.records[0].permissions, kPermissionRead | kPermissionWrite);
}

TEST(FtraceImporter, OnlyTheIdentityMapOfBootIsLeftOutAndCounted) {
  const std::string map =
      "map: IOMMU: iova=0x0000000000000000 - 0x0000000001000000 paddr=0x0000000000000000 size=16777216";
  const Imported boot = FromFtrace(kAttach + Line(map, "2.600000", ".....", "swapper/0-1"));
  EXPECT_TRUE(boot.records.empty());
  EXPECT_EQ(boot.info.boot_identity_maps, 1u);
  const Imported program = FromFtrace(kAttach + Line(map, "2.600000", ".....", "dpdk-testpmd-900"));
  EXPECT_EQ(program.records.size(), 1u) << "a program may map its memory onto itself";
  EXPECT_EQ(program.info.boot_identity_maps, 0u);
}

TEST(FtraceImporter, UnmapTakesTheDomainOfItsPageCall) {
  const Imported result =
      FromFtrace(kAttach + Line(kPageMap) + Line(kMap) + Line(kDmaMap) + Line(kPageUnmap) + Line(kUnmap));
  ASSERT_EQ(result.records.size(), 2u);
  EXPECT_EQ(result.records[1].kind, TraceKind::kUnmap);
  EXPECT_EQ(result.records[1].domain, 3u);
  EXPECT_EQ(result.records[1].size_bytes, 4096u);
}

TEST(FtraceImporter, UnmapWithoutPageCallBelongsToTheOnlyDomainThatHasIt) {
  const Imported result =
      FromFtrace(kAttach + Line(kPageMap) + Line(kMap) + Line(kDmaMap) + Line(kUnmap, "5.000020", "d.h1."));
  ASSERT_EQ(result.records.size(), 2u);
  EXPECT_EQ(result.records[1].domain, 3u);
  EXPECT_EQ(result.records[1].stream, result.records[0].stream);
}

TEST(FtraceImporter, UnmapOfAnAddressTwoDomainsHaveBelongsToTheFlushedOne) {
  const std::string same_in_other =
      Line("pgmap: (intel_iommu_map_pages+0x4/0x750) dom=0xff48 iova=0xffffc000 pa=0x2000 pgsz=0x1000 n=1") +
      Line("map: IOMMU: iova=0x00000000ffffc000 - 0x00000000ffffd000 paddr=0x0000000000002000 size=4096");
  const Imported result = FromFtrace(
      kAttach + kAttachOther + Line(kPageMap) + Line(kMap) + same_in_other + Line(kUnmap, "5.000020", "d.h1.") +
      Line("qi_submit: iotlb_inv dmar0: 0x400f2 0xffffc040 0x0 0x0", "5.000021", "d.h2."));
  ASSERT_EQ(result.records.size(), 4u);
  EXPECT_EQ(result.records[2].kind, TraceKind::kUnmap);
  EXPECT_EQ(result.records[2].domain, 4u);
  EXPECT_EQ(result.records[3].kind, TraceKind::kInvalidateIotlb);
}

TEST(FtraceImporter, CommandsOfNvmeAndBlockLayer) {
  const Imported result = FromFtrace(
      Line("nvme_setup_cmd: nvme0: disk=nvme0n1, qid=1, cmdid=263, nsid=1, flags=0x0, meta=0x0, cmd=(nvme_cmd_write "
           "slba=11862184, len=7, ctrl=0x0, dsmgmt=0, reftag=0)") +
      Line("nvme_setup_cmd: nvme0: qid=0, cmdid=28, nsid=0, flags=0x0, meta=0x0, cmd=(nvme_admin_identify cns=1, "
           "ctrlid=0)") +
      Line("block_rq_issue: 259,0 WS 4096 () 11862184 + 8 be,0,4 [fio]") +
      Line("nvme_complete_rq: nvme0: disk=nvme0n1, qid=1, cmdid=263, res=0x0, retries=0, flags=0x0, status=0x0") +
      Line("block_rq_complete: 259,0 WS () 11862184 + 8 be,0,4 [0]"));
  ASSERT_EQ(result.records.size(), 4u);
  EXPECT_EQ(result.records[0].layer, CommandLayer::kNvme);
  EXPECT_EQ(result.records[0].opcode, kOpcodeWrite);
  EXPECT_EQ(result.records[0].size_bytes, 4096u);
  EXPECT_EQ(result.records[2].phase, CommandPhase::kComplete);
  EXPECT_EQ(result.records[2].tag, result.records[0].tag);
  EXPECT_EQ(result.records[1].layer, CommandLayer::kBlock);
  EXPECT_EQ(result.records[3].size_bytes, 4096u);
  EXPECT_EQ(result.records[3].tag, result.records[1].tag);
  EXPECT_EQ(result.info.ignored_lines, 1u);
}

TEST(FtraceImporter, OddTaskNamesAndOtherReportersAreUnderstood) {
  const Imported result = FromFtrace(
      Line("tracing_mark_write: MARK A", "5.000010", ".....", "kworker/u16:3-45") +
      Line("tracing_mark_write: MARK B", "5.000011", "d.h1.", "my [001] task-with-dash-77") +
      "          <idle>-0       (-----) [003] d..2.     5.000012: tracing_mark_write: MARK C\n"
      "             fio-191   [000]     5.000013: print: MARK D\n"  // trace-cmd report
      "     fio   191 [000]     5.000014: iommu:map: IOMMU: iova=0x1000 - 0x2000 paddr=0x9000 size=4096\n");  // perf
                                                                                                              // script
  ASSERT_EQ(result.records.size(), 5u);
  EXPECT_EQ(result.records[3].mark, "D");
  EXPECT_EQ(result.records[4].kind, TraceKind::kMap);
  EXPECT_EQ(result.records[4].time_ps, 4 * kPsPerUs);
}

TEST(FtraceImporter, LostEventsAreCounted) {
  const Imported result = FromFtrace(Line("tracing_mark_write: MARK A") + "CPU:2 [LOST 123 EVENTS]\n");
  EXPECT_EQ(result.info.lost_events, 123u);
}

TEST(FtraceImporter, UnknownEventsAreIgnoredNotDamage) {
  const Imported result = FromFtrace(kAttach + Line("net_dev_xmit: dev=eth1 skbaddr=00000000cf3379a1 len=1442 rc=0") +
                                     Line("tracing_mark_write: MARK A"));
  EXPECT_EQ(result.info.ignored_lines, 1u);
  EXPECT_EQ(result.info.skipped_lines, 0u);
}

TEST(FtraceImporter, DamagedLinesAreRefusedOrCounted) {
  const std::string damaged[] = {
      Line("map: IOMMU: iova=0x00000000ffffc000 - 0x00000000ffffd000 paddr=0x00000001180cf000 size=40"),
      Line("unmap: IOMMU: iova=0x00000000ffffc000 - 0x00000000ffffd000 size=4096"),
      Line("qi_submit: iotlb_inv dmar0: 0x2 0x0 0x0 0x0"),
      Line("dmap: (dma_map_page_attrs+0x245) iova=0xffffc200 dev=\"0000:00:04.0\" off=0x200 size=512 dir=3"),
      Line("attach: (intel_iommu_attach_device+0x4/0x230) dom=0xff47 dev=\"0000:00:44.0\""),
      Line("map: IOMMU: iova=0x0", "5.0000100000001"),
      "fio-191 000 5.000010: map\n",
  };
  for (const std::string& line : damaged) {
    EXPECT_THAT(ErrorOf([&] { FromFtrace(kAttach + line); }), HasSubstr("log:3: damaged line of an ftrace text"))
        << line;
    ImportOptions options;
    options.lenient = true;
    const Imported result = FromFtrace(kAttach + line + Line("tracing_mark_write: MARK A"), options);
    EXPECT_EQ(result.info.skipped_lines, 1u) << line;
    EXPECT_EQ(result.records.size(), 1u) << line;
  }
}

TEST(FtraceImporter, MapThatNobodyCompletesIsPassedOnInOrder) {
  std::string text = kAttach + Line(kPageMap) + Line(kMap);
  for (int i = 0; i < 6000; ++i) text += Line("tracing_mark_write: MARK A", "6.000000", ".....", "other-5");
  const Imported result = FromFtrace(text);
  ASSERT_EQ(result.records.size(), 6001u);
  EXPECT_EQ(result.records[0].kind, TraceKind::kMap);
  EXPECT_EQ(result.records[0].permissions, 0);
}

}  // namespace
}  // namespace siov
