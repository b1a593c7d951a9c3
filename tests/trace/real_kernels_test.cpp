// SPDX-License-Identifier: Apache-2.0
// Recordings as other kernels and other recorders make them.
#include <gmock/gmock.h>

#include "models/workload/importers/ftrace_importer.h"
#include "tests/trace/small_recordings.h"

namespace siov {
namespace {

using ::testing::HasSubstr;

void ExpectMapAndUnmap(const Imported& imported) {
  ASSERT_EQ(imported.records.size(), 2u);
  const TraceRecord& map = imported.records[0];
  EXPECT_EQ(map.kind, TraceKind::kMap);
  EXPECT_EQ(map.iova, 0xfefd1000u);
  EXPECT_EQ(map.size_bytes, 4096u);
  EXPECT_EQ(map.pa, 0x1a2b3c000u);
  EXPECT_EQ(imported.records[1].kind, TraceKind::kUnmap);
  EXPECT_EQ(imported.records[1].size_bytes, 4096u);
  EXPECT_EQ(imported.info.skipped_lines, 0u);
}

TEST(RealRecordings, MapsOfOlderKernelsHaveNoEndAddress) {
  ExpectMapAndUnmap(Recording("old_kernel_map.txt"));
  // Before Linux 3.19 sizes are hexadecimal and an unmap does not say what was unmapped.
  ExpectMapAndUnmap(
      Import<FtraceImporter>(Event("map: IOMMU: iova=0x00000000fefd1000 paddr=0x00000001a2b3c000 size=0x1000") +
                             Event("unmap: IOMMU: iova=0x00000000fefd1000 size=0x1000")));
  // trace-cmd without the event's format prints its fields.
  ExpectMapAndUnmap(Import<FtraceImporter>(
      Event("map:                  [FAILED TO PARSE] iova=4277997568 paddr=7024656384 size=4096") +
      Event("unmap:                iova=4277997568 size=4096 unmapped_size=4096")));
}

TEST(RealRecordings, EndAddressThatContradictsTheSizeIsStillDamage) {
  EXPECT_THAT(ErrorOf([] { Import<FtraceImporter>(Event("map: IOMMU: iova=0x1000 - 0x3000 paddr=0x9000 size=4096")); }),
              HasSubstr("log:1: damaged line"));
}

TEST(RealRecordings, DmaMappingsOfKernels5_3To5_10AreTheDriversOwnEvents) {
  const Imported imported = Import<FtraceImporter>(
      Event("map_single: dev=0000:00:04.0 dev_addr=0xffffc200 phys_addr=0x1180cf200 size=4096") +
      Event("map_sg: dev=0000:00:04.0 [1/2] dev_addr=0xffffe000 phys_addr=0x1180d0000 size=8192") +
      Event("unmap_single: dev=0000:00:04.0 dev_addr=0xffffc200 size=512"));
  ASSERT_EQ(imported.records.size(), 3u);
  EXPECT_EQ(imported.records[0].iova, 0xffffc000u);
  EXPECT_EQ(imported.records[0].pa, 0x1180cf000u);
  EXPECT_EQ(imported.records[0].size_bytes, 4096u);
  EXPECT_EQ(imported.info.streams[imported.records[0].stream].name, "00:04.0");
  EXPECT_EQ(imported.records[1].size_bytes, 8192u);
  EXPECT_EQ(imported.records[2].iova, 0xffffc000u);
  EXPECT_EQ(imported.records[2].size_bytes, 4096u);
}

TEST(RealRecordings, HeadingOfTraceCmdIsNoDamage) {
  const Imported imported = Recording("tracecmd_report.txt");
  ExpectMapAndUnmap(imported);
  EXPECT_EQ(imported.info.foreign_lines, 1u);
  EXPECT_EQ(Import<FtraceImporter>("version = 6\nCPU 0 is empty\ncpus=2\n" + Event("print: MARK A")).records.size(),
            1u);
}

TEST(RealRecordings, CallChainsOfPerfScriptAreLeftOut) {
  const Imported imported = Import<FtraceImporter>(
      "fio   191/192 [000]     5.000014: iommu:map: IOMMU: iova=0x1000 - 0x2000 paddr=0x9000 size=4096\n"
      "\tffffffff8160a3c1 iommu_map+0x41 ([kernel.kallsyms])\n\n"
      "fio   191 [000]     5.000015: PERF_RECORD_LOST lost 12\n");
  EXPECT_EQ(imported.records.size(), 1u);
  EXPECT_EQ(imported.info.lost_events, 12u);
}

TEST(RealRecordings, LostEventsOfTraceCmdAndTheKernelAreCounted) {
  const Imported imported = Recording("lost_markers.txt");
  ExpectMapAndUnmap(imported);
  EXPECT_EQ(imported.info.lost_events, 204'600u);
  EXPECT_EQ(imported.info.lost_gaps, 1u) << "a loss of unknown size is not no loss";
  const Imported overwritten =
      Import<FtraceImporter>("# entries-in-buffer/entries-written: 140080/250280   #P:4\nCPU:3 [EVENTS DROPPED]\n" +
                             Event("print: MARK A") + "CPU:1 [LOST 7 EVENTS]\n");
  EXPECT_EQ(overwritten.info.lost_events, 110'200u + 7u);
  EXPECT_EQ(overwritten.info.lost_gaps, 1u);
}

TEST(RealRecordings, DescriptorsOfScalableModeAreDecoded) {
  const Imported imported = Recording("scalable_mode.txt");
  ASSERT_EQ(imported.records.size(), 4u);
  const TraceRecord& iotlb = imported.records[0];
  EXPECT_EQ(iotlb.kind, TraceKind::kInvalidatePasidIotlb);
  EXPECT_EQ(iotlb.scope, InvalidationScope::kPage);
  EXPECT_EQ(iotlb.domain, 0x2au);
  EXPECT_EQ(iotlb.pasid, 7u);
  EXPECT_EQ(iotlb.iova, 0x7f1234560000u);
  EXPECT_EQ(iotlb.mask_order, 9);
  const TraceRecord& cache = imported.records[1];
  EXPECT_EQ(cache.kind, TraceKind::kInvalidatePasidCache);
  EXPECT_EQ(cache.scope, InvalidationScope::kPasid);
  EXPECT_EQ(cache.pasid, 7u);
  const TraceRecord& device = imported.records[2];
  EXPECT_EQ(device.kind, TraceKind::kInvalidatePasidDevtlb);
  EXPECT_EQ(imported.info.streams[device.stream].name, "6a:01.0");
  EXPECT_EQ(device.pasid, 7u);
  const TraceRecord& response = imported.records[3];
  EXPECT_EQ(response.kind, TraceKind::kPageResponse);
  EXPECT_EQ(imported.info.streams[response.stream].name, "6a:01.0");
  EXPECT_EQ(response.pasid, 7u);
  EXPECT_EQ(response.tag, 5u);
}

TEST(RealRecordings, MapsOntoThemselvesByAProgramAreMaps) {
  const Imported imported = Recording("identity_maps.txt");
  EXPECT_EQ(Of(imported, TraceKind::kMap).size(), 5u);
  EXPECT_EQ(Of(imported, TraceKind::kUnmap).size(), 1u);
  EXPECT_EQ(imported.info.boot_identity_maps, 0u);
}

TEST(RealRecordings, UnmapOfNothingIsNoDamage) {
  const Imported imported = Recording("nothing_unmapped.txt");
  EXPECT_TRUE(imported.records.empty());
  EXPECT_EQ(imported.info.skipped_lines, 0u);
}

TEST(RealRecordings, CommandsOfDrivesOf4KiBBlocksAreAsLargeAsTheirBlockRequests) {
  const Imported imported = Recording("nvme_4k_blocks.txt");
  ASSERT_EQ(imported.records.size(), 3u);
  EXPECT_EQ(imported.records[0].layer, CommandLayer::kNvme);
  EXPECT_EQ(imported.records[0].opcode, kOpcodeRead);
  EXPECT_EQ(imported.records[0].size_bytes, 4096u);
  EXPECT_EQ(imported.records[1].size_bytes, 4096u);
  const auto nvme = [](const char* disk, int slba, int len) {
    return Event(std::string("nvme_setup_cmd: ") + std::string(disk).substr(0, 5) + ": disk=" + disk +
                 ", qid=2, cmdid=9, nsid=1, flags=0x0, meta=0x0, cmd=(nvme_cmd_write slba=" + std::to_string(slba) +
                 ", len=" + std::to_string(len) + ", ctrl=0x0, dsmgmt=0, reftag=0)");
  };
  const Imported two = Import<FtraceImporter>(nvme("nvme1n1", 1000, 1) + nvme("nvme0n1", 4096, 7) +
                                              Event("block_rq_issue: 259,0 W 4096 () 4096 + 8 none,0,0 [fio]") +
                                              Event("block_rq_issue: 259,3 WS 8192 () 8000 + 16 [fio]") +
                                              nvme("nvme1n1", 5, 0) + nvme("nvme0n1", 5, 0));
  ASSERT_EQ(two.records.size(), 6u);
  EXPECT_EQ(two.records[0].size_bytes, 8192u);
  EXPECT_EQ(two.records[1].size_bytes, 4096u);
  EXPECT_EQ(two.records[4].size_bytes, 4096u) << "once known, a drive's blocks stay what they are";
  EXPECT_EQ(two.records[5].size_bytes, 512u);
}

TEST(RealRecordings, CommandsOfSeveralControllersHaveTagsOfTheirOwn) {
  const auto start = [](int controller) {
    return Event("nvme_setup_cmd: nvme" + std::to_string(controller) +
                 ": qid=2, cmdid=9, nsid=1, flags=0x0, meta=0x0, cmd=(nvme_cmd_flush nsid=1)");
  };
  const Imported imported =
      Import<FtraceImporter>(start(0) + start(1) + Event("nvme_complete_rq: nvme1: cmdid=9, qid=2, res=0, retries=0"));
  ASSERT_EQ(imported.records.size(), 3u);
  EXPECT_NE(imported.records[0].tag, imported.records[1].tag);
  EXPECT_EQ(imported.records[2].tag, imported.records[1].tag);
}

TEST(RealRecordings, ProbeOnEntryIsNoDamageAndGivesTheNextMapItsDirection) {
  EXPECT_EQ(Recording("probe_on_entry.txt").info.skipped_lines, 0u);
  const std::string map =
      Event("map: IOMMU: iova=0x00000000ffffc000 - 0x00000000ffffd000 paddr=0x00000001180cf000 size=4096");
  const Imported imported = Import<FtraceImporter>(
      Event("dmap: (iommu_dma_map_page+0x0/0x260) dev=\"0000:00:04.0\" off=0x200 size=0x200 dir=2") + map + map);
  ASSERT_EQ(imported.records.size(), 2u);
  EXPECT_EQ(imported.records[0].permissions, kPermissionWrite);
  EXPECT_EQ(imported.records[0].buffer_offset, 0x200u);
  EXPECT_EQ(imported.records[0].buffer_bytes, 512u);
  EXPECT_EQ(imported.info.streams[imported.records[0].stream].name, "00:04.0");
  EXPECT_EQ(imported.records[1].permissions, 0) << "one probe, one map";
  const Imported list = Import<FtraceImporter>(
      Event("dmapsg: (iommu_dma_map_sg+0x0/0x4a0) dev=\"0000:00:05.0\" nents=2 dir=1") + map + map);
  EXPECT_EQ(list.records[1].permissions, kPermissionRead);
}

TEST(RealRecordings, ProbesWithoutTheArgumentsNeededAreNotRead) {
  const Imported imported =
      Import<FtraceImporter>(Event("attach: (intel_iommu_attach_device+0x4/0x230) arg1=0xff47") +
                             Event("dmap: (iommu_dma_map_page+0x0/0x260) arg1=0x1 arg2=0x2") +
                             Event("pgmap: (intel_iommu_map_pages+0x4/0x750) arg1=0x7") + Event("print: MARK A"));
  EXPECT_EQ(imported.info.skipped_lines, 0u);
  EXPECT_EQ(imported.info.ignored_lines, 3u);
}

TEST(RealRecordings, KernelsOwnDmaEventsGiveDirections) {
  const std::string map =
      Event("map: IOMMU: iova=0x00000000ffffc000 - 0x00000000ffffd000 paddr=0x00000001180cf000 size=4096");
  const Imported imported = Import<FtraceImporter>(
      map + Event("dma_map_page: 0000:00:04.0 dir=FROM_DEVICE dma_addr=ffffc200 size=512 phys_addr=1180cf200 attrs=") +
      map + Event("dma_alloc: 10000:e1:00.0 dma_addr=ffffc000 size=4096 virt_addr=1 flags=GFP_KERNEL attrs="));
  ASSERT_EQ(imported.records.size(), 2u);
  EXPECT_EQ(imported.records[0].permissions, kPermissionWrite);
  EXPECT_EQ(imported.records[0].buffer_bytes, 512u);
  EXPECT_EQ(imported.records[1].permissions, kPermissionRead | kPermissionWrite);
  EXPECT_EQ(imported.info.streams[imported.records[1].stream].name, "10000:e1:00.0") << "another PCI segment";
}

}  // namespace
}  // namespace siov
