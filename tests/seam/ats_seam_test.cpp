// SPDX-License-Identifier: Apache-2.0
// Translation requests, their answers and what the device keeps of them (docs/requirements/ats.md): the device's ATC
// against the IOMMU's IOTLB and page walker.
#include <gmock/gmock.h>

#include "tests/seam/seam_run.h"

namespace siov::seam {
namespace {

// 16 jobs of four pages each over 64 KiB: 16 pages, and one of completion records.
Overrides FourPages(Overrides more = {}) {
  more.insert(more.end(), {Jobs("size_bytes=16384"), Tenants("working_set_bytes=65536")});
  return more;
}

TEST(Conformance, ATS_01_EachRequestAsksForOneTranslation) {
  const SeamRun run(FourPages());
  run.ExpectJobs(16);
  EXPECT_EQ(run.atc("translation_requests"), 17);
  EXPECT_EQ(run.atc("translations_asked"), 17);
  EXPECT_EQ(run.atc("translations_answered"), 17);
  EXPECT_EQ(run.iotlb("translation_requests"), 17) << "none is lost or merged on the way";
  EXPECT_EQ(run["rp0.malformed"], 0);
}

// Four pages side by side come in one answer, and none of them is asked for again.
TEST(Conformance, ATS_01_OneRequestAsksForThePagesOfItsJob) {
  const SeamRun run(FourPages({Atc("translations_per_request=4")}));
  run.ExpectJobs(16);
  EXPECT_EQ(run.atc("translation_requests"), 4 + 1) << "and the page of records";
  EXPECT_EQ(run.atc("translations_asked"), 17);
  EXPECT_EQ(run.iotlb("further_translations"), 4 * 3);
}

TEST(Conformance, ATS_02_AnAnswerHoldsTheFollowingPagesAndNeverMoreThanThereAre) {
  const SeamRun small(FourPages({Atc("translations_per_request=4")}));
  EXPECT_EQ(small.atc("translations_answered"), 17);
  EXPECT_EQ(small.atc("translation_requests"), 5) << "what was answered is not asked for again";
  const SeamRun absent(FourPages({Atc("translations_per_request=4"), Space("resident_fraction=0")}));
  absent.ExpectJobs(16);
  EXPECT_EQ(absent.atc("translation_requests"), 34) << "a hole ends the answer: each page once before and once after";
  EXPECT_EQ(absent.atc("translations_answered"), 34) << "no filler entries";
}

// Rights are those of the page: reads use the entry, completion records ask again and are answered the same.
TEST(Conformance, ATS_03_ReadAndWriteArriveAsThePageGrantsThem) {
  const SeamRun run({Space("read_only=true"), Atc("page_requests=false")});
  run.ExpectJobs(16, 16);
  EXPECT_EQ(run["dsa0.engine.bytes_read"], 16 * 64) << "R=1 of the read-only page";
  EXPECT_EQ(run.atc("hits"), 15);
  EXPECT_EQ(run["dsa0.engine.records_lost"], 16) << "W=0";
  EXPECT_EQ(run.faults("faults"), 0) << "reduced rights are an answer, not a fault";
}

TEST(Conformance, ATS_04_OneAnswerOfALargePageServesAllOfIt) {
  for (const auto& [page, requests] : {std::pair("PAGE_4K", 17), std::pair("PAGE_2M", 2)}) {
    const SeamRun run(
        {Space(std::string("first_page=") + page), Jobs("size_bytes=4096"), Tenants("working_set_bytes=65536")});
    run.ExpectJobs(16);
    EXPECT_EQ(run.atc("translation_requests"), requests) << page;
  }
}

TEST(Conformance, ATS_05_AnswersSmallerThanTheUnitAreRefused) {
  const SeamRun small({Atc("smallest_translation_unit=4")});
  small.ExpectJobs(16, 16);
  EXPECT_EQ(small.atc("undersized_translations"), 1);
  EXPECT_EQ(small.atc("translation_requests"), 1) << "as after an Unsupported Request: ATS is refused from then on";
  const SeamRun large({Atc("smallest_translation_unit=4"), Space("first_page=PAGE_2M")});
  large.ExpectJobs(16);
  EXPECT_EQ(large.atc("undersized_translations"), 0);
}

TEST(Conformance, ATS_06_HolesAreAskedForEachTime) {
  const SeamRun run({Space("resident_fraction=0"), Atc("page_requests=false")});
  run.ExpectJobs(16, 16);
  EXPECT_EQ(run.atc("translation_requests"), 32) << "a read and a record each";
  EXPECT_EQ(run.atc("no_access_answers"), 32);
  EXPECT_EQ(run.iotlb("no_access_answers"), 32);
  EXPECT_EQ(run.atc("hits"), 0);
  EXPECT_EQ(run.faults("faults"), 0);
}

TEST(Conformance, ATS_07_UnsupportedRequestLastsUntilAtsIsEnabledAgainOnAPlatform) {
  const Overrides blocked = {Port("acs_translation_blocking=true")};
  const SeamRun once(blocked);
  once.ExpectJobs(16, 16);
  EXPECT_EQ(once["rp0.refused"], 1);
  EXPECT_EQ(once.atc("translation_requests"), 1);
  EXPECT_EQ(once.atc("failed_requests"), 32);
  Overrides enabled = blocked;
  enabled.push_back(Atc("events=[{at_us:5 kind:ATS_DISABLE},{at_us:5.01 kind:ATS_ENABLE}]"));
  const SeamRun again(enabled);
  EXPECT_EQ(again.atc("translation_requests"), 2);
  EXPECT_EQ(again["rp0.refused"], 2);
}

// A device of its own that reads a place and writes it: a read with NW leaves the page clean, and the write asks again.
TEST(Conformance, ATS_08_AWriteThroughAnAnswerToNwAsksAgain) {
  const auto run = [](const char* no_write) {
    return SeamRun({Tenants("jobs=[{op:PACKET accesses:[{op:READ size_bytes:64}]},"
                            "{op:PACKET accesses:[{op:WRITE size_bytes:64}]}]"),
                    Jobs("weight=1"), Tenants("pattern=UNIFORM"), Tenants("origin=DEVICE"),
                    Tenants("queues=[\"dedicated\"]"), Device("engine.read_buffers=0"),
                    Space("first_accessed_dirty=true"), Atc(std::string("no_write_requests=") + no_write)});
  };
  const SeamRun with = run("true");
  const SeamRun without = run("false");
  EXPECT_EQ(without.atc("translation_requests"), 1);
  EXPECT_EQ(with.atc("no_write_requests"), 1) << "the first read's";
  EXPECT_EQ(with.atc("rights_misses"), 1) << "the first write's";
  EXPECT_EQ(with.atc("translation_requests"), 2);
  EXPECT_EQ(with.walker("updates"), without.walker("updates") + 1) << "dirty, apart from accessed";
}

TEST(Conformance, ATS_09_RightsAreThoseThereAreWhateverWasAskedForOnAPlatform) {
  const SeamRun run({Space("read_only=true")});
  run.ExpectJobs(16, 16);
  EXPECT_EQ(run.atc("rights_misses"), 15) << "records find the page without W; the first misses";
  EXPECT_EQ(run.atc("page_responses.invalid"), 16);
  EXPECT_EQ(run.faults("faults"), 0);
}

// FEEx_xxxxh with PASID is memory like any other.
TEST(Conformance, ATS_10_WithPasidTheInterruptRangeIsOrdinary) {
  const SeamRun run({Tenants("base_address=4276092928"), Jobs("op=WRITE")});
  run.ExpectJobs(16);
  EXPECT_EQ(run["rp0.interrupts"], 0);
  EXPECT_EQ(run["iommu0.interrupt_remapper.interrupts"], 0);
  EXPECT_EQ(run["dsa0.engine.bytes_written"], 16 * 64);
  EXPECT_EQ(run.faults("faults"), 0);
}

TEST(Conformance, ATS_11_EqualAddressesOfTwoPasidsAreTwoEntries) {
  const SeamRun run({Tenants("tenants=2")});
  run.ExpectJobs(16);
  EXPECT_EQ(run.atc("misses"), 4) << "a buffer and a record page each";
  EXPECT_EQ(run.atc("hits"), 28);
  EXPECT_EQ(run.atc("translation_requests"), 4);
}

TEST(Conformance, ATS_12_HitsLeaveTranslatedAndPassTheIommuBy) {
  const SeamRun run({});
  run.ExpectJobs(16);
  EXPECT_EQ(run["rp0.to_iotlb"], 2) << "the translation requests";
  EXPECT_EQ(run["rp0.to_memory"], 32) << "reads and records, translated";
  EXPECT_EQ(run.iotlb("translated_checked"), 0);
}

TEST(Conformance, ATS_13_HostPermissionsAreCheckedOncePerPage) {
  const SeamRun run({Iommu("translated_requests=PERMISSION_TABLE")});
  run.ExpectJobs(16);
  EXPECT_EQ(run.iotlb("translated_checked"), 32);
  EXPECT_EQ(run.walker("reads.permissions"), 2 * 4) << "two pages, four levels";
}

TEST(Conformance, ATS_13_T2gpaPassesTranslatedRequestsThroughTheSecondStage) {
  const SeamRun run({Iommu("profile=RISCV"), Iommu("translated_requests=GUEST_PHYSICAL"), Space("stages=NESTED")});
  const SeamRun trusted({Iommu("profile=RISCV"), Space("stages=NESTED")});
  run.ExpectJobs(16);
  EXPECT_EQ(run.iotlb("translated_checked"), 32);
  EXPECT_EQ(run.table_reads() - trusted.table_reads(), 2 * 4) << "two guest pages through four levels";
}

TEST(Conformance, ATS_20_EnablingEmptiesTheCacheOnAPlatform) {
  const SeamRun run({Atc("events=[{at_us:5 kind:ATS_DISABLE},{at_us:8 kind:ATS_ENABLE}]"), "run.job_limit=40"});
  EXPECT_EQ(run.atc("dropped_entries"), 2);
  EXPECT_EQ(run.atc("translation_requests"), 4) << "both pages again";
  run.ExpectJobs(40);
}

TEST(Conformance, ATS_21_AfterAPageFaultTheTranslationIsAskedForAgain) {
  const SeamRun run(FourPages({Space("resident_fraction=0")}));
  run.ExpectJobs(16);
  EXPECT_EQ(run.atc("page_requests"), 17);
  EXPECT_EQ(run.atc("no_access_answers"), 17);
  EXPECT_EQ(run.atc("translation_requests"), 34);
}

// ATS is switched off and the IOMMU keeps its entry: requests leave untranslated and are translated there.
TEST(Conformance, ATS_22_AfterDisablingRequestsLeaveUntranslated) {
  const SeamRun run({Atc("events=[{at_us:5 kind:ATS_DISABLE}]"), "run.job_limit=40"});
  run.ExpectJobs(40);
  const double untranslated = run.atc("untranslated_requests");
  EXPECT_GT(untranslated, 60);
  EXPECT_EQ(run["rp0.to_iotlb"], 2 + untranslated);
  EXPECT_EQ(run.atc("hits") + run.atc("misses") + untranslated, 80);
}

}  // namespace
}  // namespace siov::seam
