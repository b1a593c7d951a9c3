// SPDX-License-Identifier: Apache-2.0
// Counts that different blocks keep of the same thing agree exactly: every read that memory serves was asked for by
// somebody who counted it, every line that is written back was written before.
#include <gtest/gtest.h>

#include <iterator>
#include <string>
#include <vector>

#include "platforms/resolve/metric_names.h"
#include "platforms/run/run.h"
#include "tests/support/small_platform.h"

namespace siov {
namespace {

double Value(const Results& results, const std::string& block, const std::string& statistic) {
  for (const StructureRow& row : results.structures) {
    if (row.block == block && row.statistic == statistic) return row.value;
  }
  ADD_FAILURE() << "no statistic " << block << "." << statistic;
  return 0;
}

// Table reads of one stage, all levels.
double TableReads(const Results& results, const std::string& stage) {
  double reads = 0;
  for (int level = 1; level <= 5; ++level) {
    reads += Value(results, "iommu0.page_walker", "reads." + stage + ".l" + std::to_string(level));
  }
  return reads;
}

ResolvedExperiment NestedFiveLevels() {
  ResolvedExperiment experiment = testing::SmallExperiment(8, JobOp::kRead, 64);
  experiment.platform.endpoints[0].atc.reset();
  experiment.platform.iommus[0].iotlb.geometry = testing::Cache(0);
  experiment.address_spaces[0].stages = TranslationStages::kNested;
  experiment.address_spaces[0].first_format = TableFormat::kX86FiveLevel;
  experiment.address_spaces[0].second_format = TableFormat::kX86FiveLevel;
  experiment.traffic.classes[0].working_set_bytes = std::uint64_t{1} << 30;
  experiment.traffic.job_limit = 500;
  experiment.run.duration_ps = kNever;
  return experiment;
}

void ExpectEveryReadCounted(const Results& results) {
  const double tables = TableReads(results, "first") + TableReads(results, "second") +
                        Value(results, "iommu0.page_walker", "reads.structures");
  EXPECT_EQ(Value(results, "memory0", "reads"), tables + Value(results, "dsa0.engine", "reads"));
}

TEST(CountingLaw, EveryReadOfMemoryIsATableReadOrADataRead) {
  const Results results = RunExperiment(NestedFiveLevels(), RunOptions{});
  ExpectEveryReadCounted(results);
  // Without caches every walk reads 35 entries, 5 of them of the first stage: one walk a data read, one a record.
  EXPECT_EQ(TableReads(results, "first"), 5 * 1'000);
  EXPECT_EQ(TableReads(results, "second"), 30 * 1'000);
}

TEST(CountingLaw, PagingStructureCachesReplaceTableReads) {
  ResolvedExperiment experiment = NestedFiveLevels();
  PageWalkerConfig& walker = experiment.platform.iommus[0].page_walker;
  walker.first_stage_cache.fill(testing::Cache(64));
  walker.second_stage_cache.fill(testing::Cache(64));
  walker.nested_cache = testing::Cache(64);
  const Results results = RunExperiment(experiment, RunOptions{});
  ExpectEveryReadCounted(results);
  EXPECT_GT(Value(results, "iommu0.page_walker", "second_stage_cache.hits"), 0);
  EXPECT_GT(Value(results, "iommu0.page_walker", "nested_cache.hits"), 0);
  EXPECT_GT(Value(results, "iommu0.page_walker", "reads.first.l5"), 0);
  EXPECT_GT(Value(results, "iommu0.page_walker", "reads.second.l5"), 0);
  EXPECT_LT(TableReads(results, "second"), 30 * 1'000 / 2) << "caches hardly helped";
}

TEST(CountingLaw, OnlyLinesThatWereWrittenAreWrittenBack) {
  ResolvedExperiment experiment = testing::SmallExperiment(4, JobOp::kFill, 4096);
  MemoryConfig& memory = experiment.platform.memories[0].config;
  memory.residency = MemoryResidency::kLlcTags;
  memory.llc = testing::Cache(256, 8);
  memory.llc_bytes_per_second = 100e9;
  experiment.traffic.classes[0].pattern = AddressPattern::kSequential;  // no line of data twice
  experiment.traffic.classes[0].working_set_bytes = 1u << 20;
  experiment.traffic.job_limit = 200;
  experiment.run.duration_ps = kNever;
  const Results results = RunExperiment(experiment, RunOptions{});
  const double data_lines = 200 * 4096 / 64;
  const double record_lines = 200;  // these may be written again while they are in the cache
  EXPECT_LE(Value(results, "memory0", "writebacks"), data_lines + record_lines);
  EXPECT_GE(Value(results, "memory0", "writebacks"), data_lines - 256)
      << "at most a cache full of lines is still there";
  EXPECT_GT(Value(results, "memory0", "llc_busy"), 0);
}

// A target may name exactly the metrics that a run has.
TEST(CountingLaw, MetricsAreThoseATargetMayName) {
  ResolvedExperiment experiment = testing::SmallExperiment();
  experiment.traffic.job_limit = 3;
  const Results results = RunExperiment(experiment, RunOptions{});
  std::vector<std::string> names;
  for (const auto& [name, value] : results.metrics) names.push_back(name);
  EXPECT_EQ(names, MetricNames({"tenants"}));
}

}  // namespace
}  // namespace siov
