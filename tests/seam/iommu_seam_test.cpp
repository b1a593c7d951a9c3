// SPDX-License-Identifier: Apache-2.0
// Tables, caches and faults of the IOMMU (docs/requirements/iom.md), as requests of a device find them.
#include <gmock/gmock.h>

#include "tests/seam/seam_run.h"

namespace siov::seam {
namespace {

// One job of a device without ATS, everything cold: the page of its buffer and that of its record.
SeamRun OneJob(Overrides more = {}) {
  more.push_back("run.job_limit=1");
  return SeamRun(more, kNoAts);
}

TEST(Conformance, IOM_01_AColdWalkReadsFourStructuresAndFourTables) {
  const SeamRun run = OneJob();
  EXPECT_EQ(run.walker("reads.structures"), 4) << "root, context, directory, PASID entry: cached afterwards";
  EXPECT_EQ(run.table_reads(), 2 * 4);
  EXPECT_EQ(run.walker("context_cache.misses"), 1);
  EXPECT_EQ(run.walker("pasid_cache.hits"), 1) << "the second walk";
}

TEST(Conformance, IOM_03_TheTranslationTypeDecidesWhichTablesAreRead) {
  for (const auto& [stages, first, second] :
       {std::tuple("FIRST", 8, 0), std::tuple("SECOND", 0, 8), std::tuple("PASS_THROUGH", 0, 0)}) {
    const SeamRun run = OneJob({Space(std::string("stages=") + stages)});
    run.ExpectJobs(1);
    EXPECT_EQ(run.walker("reads.structures"), 4) << stages;
    EXPECT_EQ(run.walker("reads.first.l1") * 4, first) << stages;
    EXPECT_EQ(run.walker("reads.second.l1") * 4, second) << stages;
    EXPECT_EQ(run.table_reads(), first + second) << stages;
  }
}

TEST(Conformance, IOM_04_LargePagesAndFiveLevelsChangeTheWalk) {
  EXPECT_EQ(OneJob({Space("first_page=PAGE_2M")}).table_reads(), 2 * 3);
  EXPECT_EQ(OneJob({Space("first_page=PAGE_1G")}).table_reads(), 2) << "buffer and record lie in one page";
  EXPECT_EQ(OneJob({Space("first_format=X86_5_LEVEL")}).table_reads(), 2 * 5);
}

TEST(Conformance, IOM_05_AReadOnlyPageOfTheFirstStageRefusesWrites) {
  const SeamRun run({Space("read_only=true")}, kNoAts);
  run.ExpectJobs(16, 16);
  EXPECT_EQ(run["dsa0.engine.bytes_read"], 16 * 64);
  EXPECT_EQ(run.iotlb("dropped_writes"), 16) << "completion records";
  EXPECT_EQ(run.faults("recorded"), 16);
}

TEST(Conformance, IOM_06_AReadOnlyPageOfTheSecondStageRefusesWrites) {
  const SeamRun run({Space("read_only=true"), Space("stages=SECOND")}, kNoAts);
  run.ExpectJobs(16, 16);
  EXPECT_EQ(run["dsa0.engine.bytes_read"], 16 * 64);
  EXPECT_EQ(run.iotlb("dropped_writes"), 16);
  EXPECT_EQ(run.faults("recorded"), 16);
}

// (n+1)(m+1)-1 reads for n first-stage and m second-stage levels.
TEST(Conformance, IOM_07_NestedWalkReads) {
  for (const auto& [first, second, reads] :
       {std::tuple("X86_4_LEVEL", "X86_4_LEVEL", 24), std::tuple("X86_5_LEVEL", "X86_4_LEVEL", 29),
        std::tuple("X86_4_LEVEL", "X86_5_LEVEL", 29), std::tuple("X86_5_LEVEL", "X86_5_LEVEL", 35)}) {
    const SeamRun run = OneJob({Space("stages=NESTED"), Space(std::string("first_format=") + first),
                                Space(std::string("second_format=") + second)});
    EXPECT_EQ(run.table_reads(), 2 * reads) << first << " over " << second;
  }
}

TEST(Conformance, IOM_09_AccessedAndDirtyBitsAreSetOnce) {
  const SeamRun untracked({}, kNoAts);
  EXPECT_EQ(untracked.walker("updates"), 0);
  const SeamRun tracked({Space("first_accessed_dirty=true")}, kNoAts);
  const SeamRun longer({Space("first_accessed_dirty=true"), "run.job_limit=64"}, kNoAts);
  EXPECT_GT(tracked.walker("updates"), 4);
  EXPECT_EQ(longer.walker("updates"), tracked.walker("updates")) << "sticky: later accesses find them set";
  const SeamRun second({Space("stages=SECOND"), Space("second_accessed_dirty=true")}, kNoAts);
  EXPECT_GT(second.walker("updates"), 0);
}

// No cache changes what is read and written, only what it costs.
TEST(Conformance, IOM_11_WithoutAnyCacheTheSameIsDone) {
  const SeamRun cached({}, kNoAts);
  const SeamRun bare({Iommu("iotlb.entries=0"), Iommu("page_walker.context_cache={entries:0}"),
                      Iommu("page_walker.pasid_cache={entries:0}")},
                     kNoAts);
  for (const SeamRun* run : {&cached, &bare}) {
    run->ExpectJobs(16);
    EXPECT_EQ((*run)["dsa0.engine.bytes_read"], 16 * 64);
    EXPECT_EQ((*run)["mem0.records"], 16);
    EXPECT_EQ(run->faults("faults"), 0);
  }
  EXPECT_EQ(bare.iotlb("misses"), 32);
  EXPECT_EQ(bare.table_reads(), 32 * 4);
  EXPECT_EQ(bare.walker("reads.structures"), 32 * 4);
  EXPECT_EQ(cached.iotlb("misses"), 2);
}

TEST(Conformance, IOM_12_TwoDevicesHoldEntriesOfTheirOwn) {
  const SeamRun run({}, kTwoDevices);
  run.ExpectJobs(32);
  EXPECT_EQ(run.iotlb("misses"), 4) << "a buffer and a record page of each device";
  EXPECT_EQ(run.walker("context_cache.misses"), 2) << "one requester each";
  EXPECT_EQ(run.walker("pasid_cache.misses"), 2);
}

TEST(Conformance, IOM_13_WhatFaultedIsNotCachedOnAPlatform) {
  const SeamRun run({Space("resident_fraction=0")});
  run.ExpectJobs(16);
  EXPECT_EQ(run.iotlb("translation_requests"), 4) << "two holes, and the same two pages when they are there";
  EXPECT_EQ(run.iotlb("hits"), 0);
  EXPECT_EQ(run.queue("commands"), run.queue("page_responses")) << "no invalidation was needed";
}

TEST(Conformance, IOM_14_APagingStructureCacheShortensWalksToOneRead) {
  const Overrides pages = {Jobs("size_bytes=4096"), Tenants("working_set_bytes=65536")};
  const SeamRun without(pages, kNoAts);
  Overrides cached = pages;
  cached.push_back(Iommu("page_walker.first_stage_caches=[{level:2 entries:16}]"));
  const SeamRun with(cached, kNoAts);
  EXPECT_EQ(without.table_reads(), 17 * 4);
  EXPECT_EQ(with.walker("reads.first.l1"), 17) << "leaves live in the IOTLB only";
  EXPECT_EQ(with.walker("first_stage_cache.hits"), 15) << "all but the first of the buffer and that of records";
  EXPECT_EQ(with.table_reads(), 17 + 2 * 3);
}

TEST(Conformance, IOM_26_RequestsAreRefusedAndRecordedTranslationRequestsAnswered) {
  const Overrides absent = {Space("resident_fraction=0")};
  const SeamRun untranslated(absent, kNoAts);
  untranslated.ExpectJobs(16, 16);
  EXPECT_EQ(untranslated.iotlb("refused_reads"), 16) << "Unsupported Request";
  EXPECT_GE(untranslated.faults("recorded"), 16);
  Overrides device = absent;
  device.push_back(Atc("page_requests=false"));
  const SeamRun translation(device);
  translation.ExpectJobs(16, 16);
  EXPECT_EQ(translation.iotlb("no_access_answers"), 32) << "Success without rights";
  EXPECT_EQ(translation.faults("faults"), 0) << "and not recorded";
}

// Writes and their records fault in pairs; one register holds one fault.
TEST(Conformance, IOM_27_OneRegisterHoldsOneFaultAndTheRestIsLost) {
  const Overrides faulting = {Space("read_only=true"), Jobs("op=WRITE"), Host("job_timeout_ns=50000")};
  Overrides one = faulting;
  one.push_back(Iommu("fault_recording.records=1"));
  const SeamRun many(faulting, kNoAts);
  const SeamRun single(one, kNoAts);
  for (const SeamRun* run : {&many, &single}) {
    EXPECT_EQ(run->faults("faults"), 32);
    EXPECT_EQ(run->faults("recorded") + run->faults("lost"), 32);
    run->ExpectJobs(16, 16);
  }
  EXPECT_EQ(many.faults("lost"), 0);
  EXPECT_EQ(single.faults("pending.max"), 1);
  EXPECT_GT(single.faults("lost"), 0);
}

TEST(Conformance, IOM_28_NoSecondEventWhileOneIsPendingOnAPlatform) {
  const SeamRun run({Space("read_only=true"), Jobs("op=WRITE")}, kNoAts);
  EXPECT_EQ(run.faults("recorded"), 32);
  EXPECT_EQ(run.faults("events"), 16) << "the write's and its record's are one event";
  EXPECT_EQ(run.faults("served"), 32);
}

// The process directory passes the second stage: three levels more than a PASID directory of VT-d.
TEST(Conformance, IOM_29_RiscvProcessDirectoryPassesTheSecondStageOnAPlatform) {
  const Overrides nested = {Space("stages=NESTED"), Space("first_format=SV48"), Space("second_format=SV48")};
  Overrides riscv = nested;
  riscv.push_back(Iommu("profile=RISCV"));
  for (const int levels : {2, 3}) {
    Overrides with = riscv;
    with.push_back(Iommu("process_directory_levels=" + std::to_string(levels)));
    const SeamRun run = OneJob(with);
    run.ExpectJobs(1);
    EXPECT_EQ(run.table_reads(), 2 * 24 + levels * 4) << levels;
  }
}

}  // namespace
}  // namespace siov::seam
