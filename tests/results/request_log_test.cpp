// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/request_log.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/results/hdf5_reader.h"
#include "tests/results/temporary_folder.h"

namespace siov {
namespace {

using testing::Hdf5Reader;
using testing::TemporaryFolder;
using Words = std::vector<std::uint64_t>;

// A job that came at 100 * id and spent id in the engine, 5 in memory, and id again in the engine.
Job MakeJob(std::uint64_t id) {
  Job job;
  job.id = id;
  job.tenant = TenantId(static_cast<std::uint32_t>(id % 7));
  job.tenant_class = static_cast<std::uint16_t>(id % 3);
  job.op = JobOp::kMove;
  job.status = id % 2 == 0 ? JobStatus::kSuccess : JobStatus::kPageFault;
  job.size_bytes = 4096;
  job.retries = 2;
  job.faults = 1;
  job.ledger.Open(100 * id);
  job.ledger.Mark(Stage::kEngine, 101 * id);
  job.ledger.Mark(Stage::kMemory, 101 * id + 5);
  job.ledger.Mark(Stage::kEngine, 102 * id + 5);
  return job;
}

TEST(RequestLog, OneRowAJobWithItsLedgerSummedByStage) {
  TemporaryFolder place;
  const std::string path = (place.path() / "requests.h5").string();
  constexpr std::uint64_t kJobs = 20'000;  // more than one flush
  RequestLog log(path);
  for (std::uint64_t id = 1; id <= kJobs; ++id) log.Add(MakeJob(id));
  log.Close();

  const Hdf5Reader reader(path);
  const auto column = [&](const char* name) { return reader.Column<std::uint64_t>(name); };
  const Words ids = column("/id");
  ASSERT_EQ(ids.size(), kJobs);
  const Words tenant = column("/tenant");
  const Words tenant_class = column("/class");
  const Words status = column("/status");
  const Words submit = column("/submit");
  const Words latency = column("/latency");
  const Words engine = column("/stages/engine");
  const Words memory = column("/stages/memory");
  for (std::uint64_t i = 0; i < kJobs; ++i) {
    const std::uint64_t id = i + 1;
    ASSERT_EQ(ids[i], id);
    ASSERT_EQ(tenant[i], id % 7);
    ASSERT_EQ(tenant_class[i], id % 3);
    ASSERT_EQ(status[i], id % 2 == 0 ? 1u : 2u);
    ASSERT_EQ(submit[i], 100 * id);
    ASSERT_EQ(latency[i], 2 * id + 5);
    ASSERT_EQ(engine[i], 2 * id);
    ASSERT_EQ(memory[i], 5u);
  }
  EXPECT_EQ(column("/op"), Words(kJobs, 3));
  EXPECT_EQ(column("/size"), Words(kJobs, 4096));
  EXPECT_EQ(column("/retries"), Words(kJobs, 2));
  EXPECT_EQ(column("/faults"), Words(kJobs, 1));
  EXPECT_EQ(reader.Unit("/latency"), "ps");
  EXPECT_EQ(reader.Unit("/size"), "bytes");
}

TEST(RequestLog, StagesOfARowSumToItsLatency) {
  TemporaryFolder place;
  const std::string path = (place.path() / "requests.h5").string();
  RequestLog log(path);
  for (std::uint64_t id = 1; id <= 10; ++id) log.Add(MakeJob(id));
  log.Close();
  const Hdf5Reader reader(path);
  Words sums(10);
  for (std::size_t i = 0; i < kStageCount; ++i) {
    const Words stage = reader.Column<std::uint64_t>(std::string("/stages/") + Describe(static_cast<Stage>(i)).name);
    ASSERT_EQ(stage.size(), sums.size());
    for (std::size_t row = 0; row < sums.size(); ++row) sums[row] += stage[row];
  }
  EXPECT_EQ(sums, reader.Column<std::uint64_t>("/latency"));
}

TEST(RequestLog, WithoutJobsTheColumnsAreThereAndEmpty) {
  TemporaryFolder place;
  const std::string path = (place.path() / "requests.h5").string();
  RequestLog log(path);
  log.Close();
  EXPECT_TRUE(Hdf5Reader(path).Column<std::uint64_t>("/id").empty());
  EXPECT_TRUE(Hdf5Reader(path).Column<std::uint64_t>("/stages/walk_memory").empty());
}

}  // namespace
}  // namespace siov
