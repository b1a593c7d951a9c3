// SPDX-License-Identifier: Apache-2.0
// Logs as other versions of QEMU, and other ways to collect them, make them.
#include <gmock/gmock.h>

#include "models/workload/importers/qemu_importer.h"
#include "tests/trace/small_recordings.h"

namespace siov {
namespace {

using ::testing::HasSubstr;

TEST(RealRecordings, PagesAloneAreAccessesWhereTranslationsWereNotRecorded) {
  const Imported imported = Recording("without_dmar_translate.log");
  ASSERT_EQ(imported.records.size(), 3u);
  EXPECT_EQ(imported.records[0].pa, 0x230000000u);
  EXPECT_EQ(imported.records[1].pa, 0x230000040u);
  for (int i = 0; i < 2; ++i) {
    const TraceRecord& access = imported.records[static_cast<std::size_t>(i)];
    EXPECT_TRUE(access.is_access());
    EXPECT_EQ(access.domain, 5u);
    EXPECT_EQ(access.page_shift, 12);
    EXPECT_EQ(imported.info.streams[access.stream].name, "00:03.0");
  }
  const TraceRecord& invalidation = imported.records[2];
  EXPECT_EQ(invalidation.kind, TraceKind::kInvalidateIotlb);
  EXPECT_EQ(invalidation.scope, InvalidationScope::kPage);
  EXPECT_EQ(invalidation.domain, 5u);
  EXPECT_EQ(invalidation.iova, 0xfef10000u);
}

TEST(RealRecordings, TranslationsAloneAreAccessesWherePagesWereNotRecorded) {
  const Imported imported = Import<QemuImporter>(
      "7@100.000012:vtd_dmar_translate dev 00:04.00 iova 0xffff7000 -> gpa 0x112319000 mask 0xfff\n"
      "7@100.000014:vtd_dmar_translate dev 00:05.00 iova 0x100200000 -> gpa 0x111800000 mask 0x1fffff\n");
  ASSERT_EQ(imported.records.size(), 2u);
  EXPECT_EQ(imported.records[0].iova, 0xffff7000u);
  EXPECT_EQ(imported.records[0].domain, TraceRecord::kNoDomain);
  EXPECT_EQ(imported.records[1].page_shift, 21);
}

TEST(RealRecordings, TranslationWhosePageLineWasCutOffIsNoAccess) {
  const Imported imported = Import<QemuImporter>(
      "7@100.000012:vtd_dmar_translate dev 00:04.00 iova 0xffff7000 -> gpa 0x112319000 mask 0xfff\n"
      "7@100.000020:vtd_iotlb_page_hit IOTLB page hit sid 0x20 iova 0xffff8008 slpte 0x112319003 domain 0x3\n"
      "7@100.000022:vtd_dmar_translate dev 00:04.00 iova 0xffff8000 -> gpa 0x112319000 mask 0xfff\n");
  ASSERT_EQ(imported.records.size(), 1u);
  EXPECT_EQ(imported.records[0].iova, 0xffff8008u);
}

TEST(RealRecordings, LogsWithoutTimesGiveTheirOrder) {
  const Imported imported = Import<QemuImporter>(
      "vtd_iotlb_page_hit IOTLB page hit sid 0x20 iova 0xffff7008 slpte 0x112319003 domain 0x3\n"
      "vtd_iotlb_page_update IOTLB page update sid 0x100 iova 0xfff5a010 slpte 0x118086001 domain 0x6\n"
      "vtd_dmar_translate dev 00:04.00 iova 0xffff7000 -> gpa 0x112319000 mask 0xfff\n"
      "vtd_dmar_translate dev 01:00.00 iova 0xfff5a000 -> gpa 0x118086000 mask 0xfff\n"
      "vtd_inv_desc invalidate desc type iotlb high 0xfff20043 low 0x300f2\n");
  ASSERT_EQ(imported.records.size(), 3u) << "threads are told apart by requester";
  EXPECT_EQ(imported.records[0].iova, 0xffff7008u);
  EXPECT_EQ(imported.records[1].iova, 0xfff5a010u);
  EXPECT_LT(imported.records[0].time_ps, imported.records[2].time_ps);
  EXPECT_THAT(imported.info.clock, HasSubstr("no times"));
}

TEST(RealRecordings, ForeignLinesAndPrefixesOfALog) {
  const std::string line = "vtd_iotlb_page_hit IOTLB page hit sid 0x20 iova 0xffff7008 slpte 0x112319003 domain 0x3\n";
  const std::string prefixes[] = {"7@100.000010:",
                                  "",
                                  "2025-06-20T07:24:17.123456Z ",
                                  "7@2025-06-20T07:24:17.123456Z:",
                                  "2025-06-20T07:24:17.123456Z [main|7] ",
                                  "(7|main): ",
                                  "Jun 20 07:24:17 host qemu-system-x86_64[71]: ",
                                  "Jun 20 07:24:17 host libvirtd[71]: 7@100.000010:"};
  for (const std::string& prefix : prefixes) {
    const Imported imported = Import<QemuImporter>(
        "qemu-system-x86_64: warning: TCG does not support requested feature\nchar device redirected to /dev/pts/2 "
        "(label serial0)\n" +
        prefix + line);
    EXPECT_EQ(imported.records.size(), 1u) << prefix;
    EXPECT_EQ(imported.info.foreign_lines, 2u) << prefix;
    EXPECT_EQ(imported.info.skipped_lines, 0u) << prefix;
  }
}

TEST(RealRecordings, IsoTimesAreTimes) {
  const std::string event = " pci_nvme_irq_msix raising MSI-X IRQ vector 3\n";
  const Imported imported =
      Import<QemuImporter>("2024-02-29T23:59:59.999999Z" + event + "2024-03-01T00:00:00.000001Z" + event);
  ASSERT_EQ(imported.records.size(), 2u);
  EXPECT_EQ(imported.records[1].time_ps, 2 * kPsPerUs);
}

TEST(RealRecordings, PrintedDescriptorsCountOnlyWithoutTheDescriptorsThemselves) {
  const std::string printed =
      "7@1.000011:vtd_inv_desc_iotlb_pasid_pages iotlb invalidate domain 0x3 addr 0x7f0000000000 "
      "mask 0x9 pasid 0x7\n"
      "7@1.000012:vtd_inv_desc_iotlb_global iotlb invalidate global\n"
      "7@1.000013:vtd_inv_desc_cc_devices context invalidate devices sid 0x20 fmask 0x0\n"
      "7@1.000014:vtd_inv_desc_pasid_cache_psi PASID selective PC invalidation domain 0x3 pasid 0x7\n"
      "7@1.000015:vtd_inv_desc_iec granularity 0x1 index 0x5 mask 0x0\n"
      "7@1.000016:vtd_inv_desc_wait_sw wait invalidate status write addr 0x1000 data 0x2\n";
  const Imported alone = Import<QemuImporter>(printed);
  ASSERT_EQ(alone.records.size(), 6u);
  EXPECT_EQ(alone.records[0].pasid, 7u);
  EXPECT_EQ(alone.records[0].mask_order, 9);
  EXPECT_EQ(alone.records[2].scope, InvalidationScope::kDevice);
  EXPECT_EQ(alone.records[4].tag, 5u);
  EXPECT_EQ(
      Import<QemuImporter>("7@1.000010:vtd_inv_desc invalidate desc type wait high 0x0 low 0x200000025\n" + printed)
          .records.size(),
      1u);
}

TEST(RealRecordings, CompletionBelongsToTheControllerWhoseDriveMovedTheData) {
  const auto fetch = [](const char* device, const char* source) {
    return std::string("7@1.000001:vtd_iotlb_page_hit IOTLB page hit sid ") + source +
           " iova 0xffff7000 slpte 0x112319003 domain 0x3\n7@1.000001:vtd_dmar_translate dev " + device +
           " iova 0xffff7000 -> gpa 0x112319000 mask 0xfff\n" +
           "7@1.000002:pci_nvme_io_cmd cid 67 nsid 0x1 sqid 3 opc 0x2 opname 'READ'\n";
  };
  const auto done = [](const char* drive) {
    return std::string("7@1.000003:pci_nvme_rw_cb cid 67 blk '") + drive +
           "'\n7@1.000004:pci_nvme_enqueue_req_completion cid 67 cqid 3 dw0 0x0 dw1 0x0 status 0x0\n";
  };
  const std::string a = fetch("00:04.00", "0x20");
  const std::string b = fetch("00:05.00", "0x28");
  const Imported imported = Import<QemuImporter>(a + done("a") + b + done("b") + a + b + done("b") + done("a"));
  std::vector<std::string> completed;
  for (const TraceRecord& record : Of(imported, TraceKind::kCommand)) {
    if (record.phase == CommandPhase::kComplete) completed.push_back(imported.info.streams[record.stream].name);
  }
  EXPECT_THAT(completed, ::testing::ElementsAre("00:04.0", "00:05.0", "00:05.0", "00:04.0"));
}

TEST(RealRecordings, LinesOfADeviceGiveItsAccessesDirections) {
  const auto access = [](const char* iova, const char* page) {
    return std::string("7@1.000001:vtd_iotlb_page_hit IOTLB page hit sid 0x58 iova ") + iova +
           " slpte 0x12065a003 domain 0x7\n7@1.000002:vtd_dmar_translate dev 00:0b.00 iova " + page +
           " -> gpa 0x12065a000 mask 0xfff\n";
  };
  const Imported imported =
      Import<QemuImporter>(access("0xffffc730", "0xffffc000") +
                           "7@1.000003:e1000e_rx_descr Next RX descriptor: ring #0, PA: 0xffffc730, length: 16\n"
                           "7@1.000004:e1000e_rx_desc_buff_write buffer #0, addr: 0xfff89840, offset: 14, from: "
                           "0x56542d16d2c6, length: 20\n" +
                           access("0xfff8984e", "0xfff89000") + access("0xffffc730", "0xffffc000") +
                           access("0xfffff780", "0xfffff000") + "7@1.000005:e1000e_tx_descr 0xfff89002 : 8b0005a2 0\n" +
                           "7@1.000005:e1000e_tx_descr 0xffe00002 : 27100042 0\n" + access("0xfff89002", "0xfff89000"));
  ASSERT_EQ(imported.records.size(), 5u);
  EXPECT_EQ(imported.records[0].kind, TraceKind::kRead);
  EXPECT_EQ(imported.records[0].size_bytes, 16u);
  EXPECT_EQ(imported.records[1].kind, TraceKind::kWrite);
  EXPECT_EQ(imported.records[1].size_bytes, 20u);
  EXPECT_EQ(imported.records[2].kind, TraceKind::kWrite) << "the descriptor is written back";
  EXPECT_EQ(imported.records[3].kind, TraceKind::kRead);
  EXPECT_EQ(imported.records[4].kind, TraceKind::kRead);
}

TEST(RealRecordings, AddressesOfNvmeCommandsGiveTheirDataADirection) {
  const Imported imported = Import<QemuImporter>(
      "7@1.000001:pci_nvme_io_cmd cid 67 nsid 1 sqid 3 opc 0x2\n"
      "7@1.000002:pci_nvme_read cid 67 nsid 1 nlb 1 count 4096 lba 0x142268\n"
      "7@1.000003:pci_nvme_map_addr addr 0xfff10000 len 4096\n"
      "7@1.000004:vtd_iotlb_page_hit IOTLB page hit sid 0x20 iova 0xfff10000 slpte 0x112319003 domain 0x3\n"
      "7@1.000005:vtd_dmar_translate dev 00:04.00 iova 0xfff10000 -> gpa 0x112319000 mask 0xfff\n");
  ASSERT_EQ(imported.records.size(), 2u);
  EXPECT_EQ(imported.records[1].kind, TraceKind::kWrite);
  EXPECT_EQ(imported.records[1].size_bytes, 4096u);
}

}  // namespace
}  // namespace siov
