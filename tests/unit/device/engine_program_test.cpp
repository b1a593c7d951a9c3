// SPDX-License-Identifier: Apache-2.0
// The program of an engine's jobs, step by step: what follows what, without time.
#include "models/device/engine/engine_program.h"

#include <gtest/gtest.h>

#include <vector>

namespace siov {
namespace {

using Step = EngineProgram::Step;

constexpr Pasid kPasid{7};

EngineConfig Config(std::uint32_t contexts = 1, bool in_order = false) {
  EngineConfig config;
  config.jobs_per_engine = contexts;
  config.in_order = in_order;
  config.read_buffers = 1;
  return config;
}

struct Bench {
  explicit Bench(const EngineConfig& config = Config())
      : core(config), program(config, std::vector<Pasid>(4, kPasid), core) {}
  Step Begin(JobOp op, std::uint32_t size_bytes, std::uint32_t slot = 0) {
    job.op = op;
    job.size_bytes = size_bytes;
    job.source = 0x10000;
    job.destination = 0x20000;
    return program.Begin(slot, {job, kPasid}, own);
  }
  EngineCore core;
  EngineProgram program;
  Work job;
  bool own = false;
};

TEST(EngineProgram, TheOperationSaysHowDataMoves) {
  EXPECT_EQ(Bench().Begin(JobOp::kNoop, 4096), Step::kComplete);
  EXPECT_EQ(Bench().Begin(JobOp::kRead, 4096), Step::kRead);
  EXPECT_EQ(Bench().Begin(JobOp::kMove, 4096), Step::kRead);
  EXPECT_EQ(Bench().Begin(JobOp::kFill, 4096), Step::kGenerate);
  EXPECT_EQ(Bench().Begin(JobOp::kWrite, 0), Step::kComplete);
  EXPECT_EQ(Bench().Begin(JobOp::kPacket, 64), Step::kPacket);
}

TEST(EngineProgram, WhatWasWrittenIsReadBackWhenItHasLeft) {
  Bench bench;
  EXPECT_EQ(bench.Begin(JobOp::kWriteRead, 1'024), Step::kGenerate);
  Piece piece;
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(bench.core.NextGenerated(0, &piece));
    bench.program.WriteIssued(0);
  }
  EXPECT_EQ(bench.program.DataDone(0), Step::kWait);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(bench.program.WriteEnded(0), Step::kWait);
  EXPECT_EQ(bench.program.WriteEnded(0), Step::kRead);
  EXPECT_EQ(bench.program.In(0).source, 0x20000u) << "from where it was written to";
  ASSERT_TRUE(bench.core.NextRead(0, &piece));
  EXPECT_EQ(piece.address, 0x20000u);
  bench.core.ReadFinished(0, 512);
  ASSERT_TRUE(bench.core.NextRead(0, &piece));
  bench.core.ReadFinished(0, 512);
  EXPECT_EQ(bench.program.DataDone(0), Step::kComplete);
  EXPECT_EQ(bench.program.Conclude(0), Step::kRecord);
  EXPECT_EQ(bench.program.Record(0).bytes_completed, 1'024u);
}

TEST(EngineProgram, WhatCouldNotBeWrittenIsNotReadBack) {
  Bench bench;
  bench.Begin(JobOp::kWriteRead, 256);
  Piece piece;
  ASSERT_TRUE(bench.core.NextGenerated(0, &piece));
  bench.program.WriteIssued(0);
  EXPECT_EQ(bench.program.DataDone(0), Step::kWait);
  bench.program.Fail(0, 0, JobStatus::kPageFault, 0x20000);
  EXPECT_EQ(bench.program.WriteEnded(0), Step::kComplete);
  EXPECT_EQ(bench.program.Conclude(0), Step::kRecord);
  EXPECT_EQ(bench.program.Record(0).status, JobStatus::kPageFault);
}

TEST(EngineProgram, AJobWhoseHandleNamesNoMessageIsNotExecutedAndGetsNoInterrupt) {
  Bench bench;
  bench.job.wants_interrupt = true;
  bench.job.interrupt_handle = 4;
  EXPECT_EQ(bench.Begin(JobOp::kRead, 4096), Step::kComplete);
  EXPECT_FALSE(bench.program.interrupts(0));
  EXPECT_EQ(bench.program.Conclude(0), Step::kRecord);
  EXPECT_EQ(bench.program.Record(0).status, JobStatus::kInvalidHandle);
  EXPECT_EQ(bench.program.Record(0).bytes_completed, 0u);
}

// The negative control of SIOV-20: the handle exists, and is another's.
TEST(EngineProgram, Int02AJobMayAskForMessagesOfItsOwnPasidOnly) {
  for (const bool own : {false, true}) {
    EngineCore core{Config()};
    EngineProgram program(Config(), {Pasid(8), kPasid}, core);
    Work job;
    job.op = JobOp::kRead;
    job.size_bytes = 64;
    job.wants_interrupt = true;
    job.interrupt_handle = own ? 1 : 0;
    EXPECT_EQ(program.Begin(0, {job, kPasid}), own ? Step::kRead : Step::kComplete);
    EXPECT_EQ(program.interrupts(0), own);
  }
}

TEST(EngineProgram, TheRecordIsDueWhenTheDataIsDoneAndAllWritesHaveLeft) {
  Bench bench;
  bench.Begin(JobOp::kFill, 512);
  bench.program.WriteIssued(0);
  bench.program.WriteIssued(0);
  EXPECT_EQ(bench.program.WriteEnded(0), Step::kWait) << "there may be more";
  EXPECT_EQ(bench.program.DataDone(0), Step::kWait);
  EXPECT_EQ(bench.program.WriteEnded(0), Step::kComplete);
  EXPECT_EQ(bench.program.Conclude(0), Step::kRecord);
  bench.program.WriteIssued(0);
  EXPECT_EQ(bench.program.WriteEnded(0), Step::kFinish);
}

TEST(EngineProgram, WithoutWritesTheRecordIsDueWithTheData) {
  Bench bench;
  bench.Begin(JobOp::kRead, 64);
  EXPECT_EQ(bench.program.DataDone(0), Step::kComplete);
}

// Its other reads were never issued, so no read's end notices that all is over.
TEST(EngineProgram, AFailedWriteEndsAJobThatWaitsForAReadBuffer) {
  EngineConfig config = Config(2);
  Bench bench(config);
  Work other;
  other.op = JobOp::kRead;
  other.size_bytes = 4096;
  bench.program.Begin(1, {other, kPasid});
  Piece piece;
  ASSERT_TRUE(bench.core.NextRead(1, &piece)) << "takes the only buffer";
  bench.Begin(JobOp::kMove, 4096);
  ASSERT_FALSE(bench.core.NextRead(0, &piece));
  bench.program.WriteIssued(0);
  bench.program.WriteIssued(0);
  EXPECT_EQ(bench.program.WriteEnded(0), Step::kWait);
  bench.program.Fail(0, 0, JobStatus::kPageFault, 0x20000);
  EXPECT_EQ(bench.program.WriteEnded(0), Step::kDataDone);
}

TEST(EngineProgram, OfSeveralFailuresTheLowestAddressCounts) {
  Bench bench;
  bench.Begin(JobOp::kFill, 4096);
  const auto fail = [&bench](std::uint32_t offset, JobStatus why) {
    bench.program.Fail(0, offset, why, 0x20000 + offset);
  };
  fail(1024, JobStatus::kTranslationFailed);
  fail(512, JobStatus::kPageFault);
  fail(2048, JobStatus::kTranslationFailed);
  bench.program.Conclude(0);
  EXPECT_EQ(bench.program.Record(0).status, JobStatus::kPageFault);
  EXPECT_EQ(bench.program.Record(0).fault_address, 0x20200u);
  EXPECT_EQ(bench.program.Record(0).bytes_completed, 512u);
}

TEST(EngineProgram, WhoWantsNoRecordGetsOneOfAnErrorOnly) {
  Bench good;
  good.job.wants_record = false;
  good.Begin(JobOp::kNoop, 0);
  EXPECT_EQ(good.program.Conclude(0), Step::kFinish);
  Bench bad;
  bad.job.wants_record = false;
  bad.Begin(JobOp::kFill, 64);
  bad.program.Fail(0, 0, JobStatus::kPageFault, 0x20000);
  EXPECT_EQ(bad.program.Conclude(0), Step::kRecord);
  Bench own;
  own.own = true;
  own.Begin(JobOp::kRead, 64);
  EXPECT_EQ(own.program.Conclude(0), Step::kFinish);
}

TEST(EngineProgram, ALostRecordIsToldByTheErrorMessageUnlessTheJobHasOneOfItsOwn) {
  Bench polled;
  polled.job.interrupt_handle = 3;
  polled.Begin(JobOp::kNoop, 0);
  polled.program.Conclude(0);
  polled.program.RecordFailed(0, JobStatus::kTranslationFailed, 0x30000);
  EXPECT_TRUE(polled.program.interrupts(0));
  EXPECT_TRUE(polled.program.function_reports(0));
  EXPECT_EQ(polled.program.Record(0).fault_address, 0x30000u);
  Bench interrupted;
  interrupted.job.interrupt_handle = 3;
  interrupted.job.wants_interrupt = true;
  interrupted.Begin(JobOp::kNoop, 0);
  interrupted.program.RecordFailed(0, JobStatus::kTranslationFailed, 0x30000);
  EXPECT_FALSE(interrupted.program.function_reports(0));
}

TEST(EngineProgram, InOrderJobsEndFromTheOldestOn) {
  for (const bool in_order : {false, true}) {
    Bench bench(Config(3, in_order));
    for (const std::uint32_t slot : {2u, 0u, 1u}) bench.program.Begin(slot, {Work(), kPasid});
    std::vector<std::uint32_t> ended;
    const auto note = [&ended](std::uint32_t slot) { ended.push_back(slot); };
    bench.program.End(0, note);
    bench.program.End(2, note);
    bench.program.End(1, note);
    const std::vector<std::uint32_t> oldest_first = {2, 0, 1};
    const std::vector<std::uint32_t> as_they_came = {0, 2, 1};
    EXPECT_EQ(ended, in_order ? oldest_first : as_they_came);
  }
}

}  // namespace
}  // namespace siov
