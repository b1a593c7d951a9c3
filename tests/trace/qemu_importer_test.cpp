// SPDX-License-Identifier: Apache-2.0
#include "models/workload/importers/qemu_importer.h"

#include <gmock/gmock.h>

#include "tests/trace/trace_support.h"

namespace siov {
namespace {

using ::testing::HasSubstr;

constexpr char kAccess[] =
    "7@100.000010:vtd_iotlb_page_hit IOTLB page hit sid 0x20 iova 0xffff7008 slpte 0x112319003 domain 0x3\n"
    "7@100.000012:vtd_dmar_translate dev 00:04.00 iova 0xffff7000 -> gpa 0x112319000 mask 0xfff\n";

Imported FromQemu(const std::string& text, const ImportOptions& options = {}) {
  return Import<QemuImporter>(text, options);
}

TEST(QemuImporter, AccessIsAPageLineAndTheNextTranslateOfItsThread) {
  const Imported result = FromQemu(
      "7@100.000010:vtd_iotlb_page_hit IOTLB page hit sid 0x20 iova 0xffff7008 slpte 0x112319003 domain 0x3\n"
      "8@100.000011:vtd_iotlb_page_update IOTLB page update sid 0x100 iova 0xfff5a010 slpte 0x118086001 domain 0x6\n"
      "7@100.000012:vtd_dmar_translate dev 00:04.00 iova 0xffff7000 -> gpa 0x112319000 mask 0xfff\n"
      "8@100.000014:vtd_dmar_translate dev 01:00.00 iova 0xfff5a000 -> gpa 0x118086000 mask 0xfff\n");
  ASSERT_EQ(result.records.size(), 2u);
  const TraceRecord& first = result.records[0];
  EXPECT_EQ(first.kind, TraceKind::kAccess);
  EXPECT_EQ(first.time_ps, 2 * kPsPerUs);
  EXPECT_EQ(first.iova, 0xffff7008u);
  EXPECT_EQ(first.pa, 0x112319008u);
  EXPECT_EQ(first.domain, 3u);
  EXPECT_EQ(first.page_shift, 12);
  EXPECT_EQ(first.permissions, 3);
  EXPECT_EQ(result.info.streams[first.stream].name, "00:04.0");
  EXPECT_EQ(result.info.streams[first.stream].requester_id, 0x20);
  EXPECT_EQ(result.records[1].kind, TraceKind::kRead);  // the entry grants reads alone
  EXPECT_EQ(result.info.streams[result.records[1].stream].name, "01:00.0");
  EXPECT_EQ(result.info.time_unit_ps, kPsPerUs);
}

TEST(QemuImporter, LargePageComesFromTheMask) {
  const Imported result = FromQemu(
      "7@100.000010:vtd_iotlb_page_hit IOTLB page hit sid 0x28 iova 0x100245678 slpte 0x111800083 domain 0x3\n"
      "7@100.000012:vtd_dmar_translate dev 00:05.00 iova 0x100200000 -> gpa 0x111800000 mask 0x1fffff\n");
  ASSERT_EQ(result.records.size(), 1u);
  EXPECT_EQ(result.records[0].page_shift, 21);
  EXPECT_EQ(result.records[0].pa, 0x111845678u);
}

TEST(QemuImporter, TranslateWithMaskZeroIsAnInterrupt) {
  const Imported result =
      FromQemu("7@100.000012:vtd_dmar_translate dev 00:05.00 iova 0xfee00000 -> gpa 0xfee00000 mask 0x0\n");
  ASSERT_EQ(result.records.size(), 1u);
  EXPECT_EQ(result.records[0].kind, TraceKind::kInterrupt);
}

TEST(QemuImporter, InvalidationDescriptorsAreDecodedFromTheirQuadwords) {
  const Imported result = FromQemu(
      "7@100.000010:vtd_inv_desc invalidate desc type iotlb high 0xfff20043 low 0x300f2\n"
      "7@100.000011:vtd_inv_desc_iotlb_pages iotlb invalidate domain 0x3 addr 0xfff20000 mask 0x3\n"
      "7@100.000012:vtd_inv_desc invalidate desc type device high 0xffeb9000 low 0x10000000003\n"
      "7@100.000013:vtd_inv_desc invalidate desc type wait high 0x100042dfc low 0x200000025\n");
  ASSERT_EQ(result.records.size(), 3u);
  EXPECT_EQ(result.records[0].mask_order, 3);
  EXPECT_EQ(result.info.streams[result.records[1].stream].name, "01:00.0");
  EXPECT_EQ(result.records[2].kind, TraceKind::kWait);
  EXPECT_EQ(result.info.ignored_lines, 1u);
}

TEST(QemuImporter, NvmeCommandTakesItsSizeFromTheNextLineAndItsDeviceFromTheFetchBefore) {
  const Imported result = FromQemu(std::string(kAccess) +
                                   "7@100.000020:pci_nvme_io_cmd cid 67 nsid 0x1 sqid 3 opc 0x2 opname 'READ'\n"
                                   "8@100.000020:vtd_inv_desc invalidate desc type wait high 0x0 low 0x200000025\n"
                                   "7@100.000021:pci_nvme_read cid 67 nsid 1 nlb 8 count 4096 lba 0x142268\n"
                                   "7@100.000030:pci_nvme_enqueue_req_completion cid 67 cqid 3 dw0 0x0 dw1 0x0\n"
                                   "7@100.000031:pci_nvme_enqueue_req_completion cid 5 cqid 0 dw0 0x0 dw1 0x0\n");
  ASSERT_EQ(result.records.size(), 4u);
  const TraceRecord& start = result.records[1];
  EXPECT_EQ(start.kind, TraceKind::kCommand);
  EXPECT_EQ(start.phase, CommandPhase::kStart);
  EXPECT_EQ(start.opcode, kOpcodeRead);
  EXPECT_EQ(start.size_bytes, 4096u);
  EXPECT_EQ(start.stream, result.records[0].stream);
  EXPECT_EQ(result.records[2].kind, TraceKind::kWait);  // order is kept although the command had to wait
  const TraceRecord& complete = result.records[3];
  EXPECT_EQ(complete.phase, CommandPhase::kComplete);
  EXPECT_EQ(complete.tag, start.tag);
  EXPECT_EQ(complete.stream, start.stream);
  EXPECT_EQ(complete.opcode, kOpcodeRead);
}

TEST(QemuImporter, CommandWithoutASizeLineIsNotHeldBack) {
  const Imported result = FromQemu(
      "7@100.000020:pci_nvme_io_cmd cid 67 nsid 0x1 sqid 3 opc 0x2 opname 'READ'\n"
      "7@100.000021:pci_nvme_mmio_doorbell_sq sqid 1 new_tail 32\n"
      "7@100.000022:pci_nvme_read cid 67 nsid 1 nlb 8 count 4096 lba 0x142268\n");
  ASSERT_EQ(result.records.size(), 1u);
  EXPECT_EQ(result.records[0].size_bytes, 0u);
  EXPECT_EQ(result.records[0].stream, TraceRecord::kNoStream);
}

TEST(QemuImporter, RingsGiveTheirAccessesDirectionAndSize) {
  const std::string ring_access =
      "7@100.000030:vtd_iotlb_page_hit IOTLB page hit sid 0x20 iova 0xffff0040 slpte 0x111f5e003 domain 0x3\n"
      "7@100.000031:vtd_dmar_translate dev 00:04.00 iova 0xffff0000 -> gpa 0x111f5e000 mask 0xfff\n";
  const Imported submission = FromQemu(
      std::string(kAccess) +
      "7@100.000020:pci_nvme_create_sq create submission queue, addr=0xffff0000, sqid=1, cqid=1, qsize=63, qflags=1\n" +
      ring_access);
  ASSERT_EQ(submission.records.size(), 2u);
  EXPECT_EQ(submission.records[1].kind, TraceKind::kRead);
  EXPECT_EQ(submission.records[1].size_bytes, 64u);
  const Imported completion = FromQemu(
      std::string(kAccess) +
      "7@100.000020:pci_nvme_create_cq create completion queue, addr=0xffff0000, cqid=1, vector=0, qsize=4, qflags=1, "
      "ien=0\n" +
      ring_access);
  ASSERT_EQ(completion.records.size(), 2u);
  EXPECT_EQ(completion.records[1].kind, TraceKind::kWrite);  // 5 entries of 16 bytes reach to 0x4f
  EXPECT_EQ(completion.records[1].size_bytes, 16u);
}

TEST(QemuImporter, ShadowDoorbellsOfThatControllerAreDroppedOnRequest) {
  const std::string text =
      std::string(kAccess) + "7@100.000020:pci_nvme_dbbuf_config dbs_addr=0xffff8000 eis_addr=0xffff7000\n" + kAccess +
      "7@100.000010:vtd_iotlb_page_hit IOTLB page hit sid 0x28 iova 0xffff7008 slpte 0x112319003 domain 0x4\n"
      "7@100.000012:vtd_dmar_translate dev 00:05.00 iova 0xffff7000 -> gpa 0x112319000 mask 0xfff\n";
  EXPECT_EQ(FromQemu(text).records.size(), 3u);
  ImportOptions options;
  options.drop_shadow_doorbells = true;
  const Imported dropped = FromQemu(text, options);
  EXPECT_EQ(dropped.records.size(), 2u);
  EXPECT_EQ(dropped.info.dropped_shadow_doorbells, 1u);
}

TEST(QemuImporter, VirtioCommandsAreJoinedByTheirRequest) {
  const Imported result = FromQemu(
      "7@100.000020:virtio_blk_handle_write vdev 0x56542cf87be0 req 0x56542bdf6ac0 sector 7069736 nsectors 32\n"
      "7@100.000040:virtio_blk_req_complete vdev 0x56542cf87be0 req 0x56542bdf6ac0 status 0\n");
  ASSERT_EQ(result.records.size(), 2u);
  EXPECT_EQ(result.records[0].size_bytes, 32u * 512u);
  EXPECT_EQ(result.records[0].opcode, kOpcodeWrite);
  EXPECT_EQ(result.records[1].tag, result.records[0].tag);
  EXPECT_EQ(result.records[1].opcode, kOpcodeWrite);
}

TEST(QemuImporter, MarksAndCutsAreKept) {
  const Imported result = FromQemu(
      "#MARK 100.000005 WL_START\n#CUT 1746388 lines removed here, more follow\n"
      "# any other remark\n#MARK 100.000105 WL_END\n");
  ASSERT_EQ(result.records.size(), 2u);
  EXPECT_EQ(result.records[0].mark, "WL_START");
  EXPECT_EQ(result.records[1].time_ps, 100 * kPsPerUs);
  EXPECT_TRUE(result.info.cut);
  EXPECT_EQ(result.info.cut_lines, 1746388u);
}

TEST(QemuImporter, TimeNeverStepsBack) {
  const Imported result = FromQemu("#MARK 100.000005 A\n#MARK 100.000009 B\n#MARK 99.000001 C\n#MARK 100.000008 D\n");
  ASSERT_EQ(result.records.size(), 4u);
  EXPECT_EQ(result.records[2].time_ps, 4 * kPsPerUs);
  EXPECT_EQ(result.records[3].time_ps, 4 * kPsPerUs);
  EXPECT_EQ(result.info.clamped_times, 2u);
}

TEST(QemuImporter, DamagedLineIsRefusedWithItsNumber) {
  const std::string text =
      std::string(kAccess) + "7@100.000020:vtd_inv_desc invalidate desc type iotlb high 0xff low\n";
  const std::string message = ErrorOf([&] { FromQemu(text); });
  EXPECT_THAT(message, HasSubstr("log:3: damaged line of a QEMU trace log"));
}

TEST(QemuImporter, LenientImportSkipsAndCountsDamagedLines) {
  ImportOptions options;
  options.lenient = true;
  const Imported result = FromQemu(
      std::string(kAccess) +
          "7@100.000020:vtd_inv_desc invalidate desc type iotlb high 0xff low\n"
          "7@10\n"
          "7@100.000021:vtd_dmar_translate dev 00:04.00 iova 0xffff7000 -> gpa 0x112319000 mask 0xfff\n"  // no page
                                                                                                          // line
          "7@100.000022:vtd_iotlb_page_hit IOTLB page hit sid 0x20 iova 0xff\xff\n" +
          kAccess,
      options);
  EXPECT_EQ(result.records.size(), 2u);
  EXPECT_EQ(result.info.skipped_lines, 4u);
}

TEST(QemuImporter, TranslateOfAnotherPageThanAnnouncedIsDamage) {
  const std::string message = ErrorOf([] {
    FromQemu(
        "7@100.000010:vtd_iotlb_page_hit IOTLB page hit sid 0x20 iova 0xffff7008 slpte 0x112319003 domain 0x3\n"
        "7@100.000012:vtd_dmar_translate dev 00:04.00 iova 0xffff6000 -> gpa 0x112319000 mask 0xfff\n");
  });
  EXPECT_THAT(message, HasSubstr("log:2:"));
}

TEST(QemuImporter, EmptyAndForeignFilesAreRefused) {
  EXPECT_EQ(ErrorOf([] { FromQemu(""); }), "log: the file is empty.");
  ImportOptions lenient;
  lenient.lenient = true;
  EXPECT_THAT(ErrorOf([&] { FromQemu("hello\nworld\n", lenient); }),
              HasSubstr("none of its 2 lines is a line of a QEMU trace log"));
  EXPECT_THAT(ErrorOf([&] { FromQemu(std::string(200'000, 'x'), lenient); }), HasSubstr("longer than 65536 bytes"));
}

TEST(QemuImporter, RewindGivesTheSameRecordsAgain) {
  const std::string text = std::string(kAccess) + "7@100.000020:pci_nvme_irq_msix raising MSI-X IRQ vector 3\n";
  MemoryByteSource bytes("log", text);
  QemuImporter importer(bytes);
  const std::vector<TraceRecord> first = ReadAll(importer);
  importer.Rewind();
  EXPECT_EQ(ReadAll(importer), first);
  EXPECT_EQ(first.back().tag, 3u);
  EXPECT_EQ(importer.info().streams.size(), 1u);
}

}  // namespace
}  // namespace siov
