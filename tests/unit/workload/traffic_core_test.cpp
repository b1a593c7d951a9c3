// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/workload/tenants/address_pattern.h"
#include "models/workload/tenants/arrivals.h"
#include "models/workload/tenants/job_factory.h"

namespace siov {
namespace {

TenantClassConfig Config(AddressPattern pattern) {
  TenantClassConfig config;
  config.name = "class";
  config.tenants = 4;
  config.queues = {QueueId(0), QueueId(1)};
  config.pattern = pattern;
  config.working_set_bytes = 1 << 20;
  return config;
}

TEST(AddressPattern, EveryPatternStaysAlignedInsideTheWorkingSet) {
  for (const AddressPattern pattern :
       {AddressPattern::kSequential, AddressPattern::kUniform, AddressPattern::kZipf, AddressPattern::kHotCold}) {
    for (const std::uint32_t size : {1u, 64u, 100u, 4096u, 5000u, 65536u}) {
      for (const std::uint64_t working_set : {std::uint64_t{655'360}, std::uint64_t{1'000'000}}) {
        TenantClassConfig config = Config(pattern);
        config.working_set_bytes = working_set;
        const AddressPatternSampler sampler(config, size);
        RandomStream random(3);
        std::uint64_t cursor = 0;
        for (int i = 0; i < 2000; ++i) {
          const std::uint64_t offset = sampler.Draw(&cursor, random);
          ASSERT_EQ(offset % 64, 0u);
          ASSERT_LE(offset + size, working_set) << "pattern " << static_cast<int>(pattern) << " size " << size;
        }
      }
    }
  }
}

TEST(AddressPattern, SequentialCoversTheWorkingSetAndGoesRound) {
  TenantClassConfig config = Config(AddressPattern::kSequential);
  config.working_set_bytes = 1000;
  const AddressPatternSampler sampler(config, 300);  // 300 bytes take 320 with alignment 64
  RandomStream random(1);
  std::uint64_t cursor = 0;
  std::vector<std::uint64_t> offsets;
  for (int i = 0; i < 5; ++i) offsets.push_back(sampler.Draw(&cursor, random));
  EXPECT_EQ(offsets, (std::vector<std::uint64_t>{0, 320, 640, 0, 320}));
}

TEST(AddressPattern, UniformReachesFirstAndLastStart) {
  TenantClassConfig config = Config(AddressPattern::kUniform);
  config.working_set_bytes = 1024;
  const AddressPatternSampler sampler(config, 256);
  RandomStream random(1);
  std::map<std::uint64_t, int> hits;
  for (int i = 0; i < 13'000; ++i) ++hits[sampler.Draw(nullptr, random)];
  ASSERT_EQ(hits.size(), 13u);  // 0, 64, ..., 768
  EXPECT_EQ(hits.rbegin()->first, 768u);
  for (const auto& [offset, count] : hits) EXPECT_NEAR(count, 1000, 150) << offset;
}

TEST(AddressPattern, ZipfFollowsItsLawOverPagesAndSpreadsThem) {
  TenantClassConfig config = Config(AddressPattern::kZipf);
  config.zipf_exponent = 1.0;
  const AddressPatternSampler sampler(config, 64);
  RandomStream random(1);
  std::map<std::uint64_t, int> pages;
  std::set<std::uint64_t> starts;
  constexpr int kDraws = 200'000;
  for (int i = 0; i < kDraws; ++i) {
    const std::uint64_t offset = sampler.Draw(nullptr, random);
    ++pages[offset / kPage4K];
    starts.insert(offset % kPage4K);
  }
  EXPECT_EQ(pages.size(), 256u);
  EXPECT_EQ(starts.size(), 64u);
  std::vector<std::pair<int, std::uint64_t>> ranked;
  for (const auto& [page, count] : pages) ranked.push_back({count, page});
  std::sort(ranked.rbegin(), ranked.rend());
  double harmonic = 0;
  for (int k = 1; k <= 256; ++k) harmonic += 1.0 / k;
  EXPECT_NEAR(ranked[0].first, kDraws / harmonic, 4 * std::sqrt(kDraws / harmonic));
  EXPECT_NEAR(ranked[1].first, kDraws / harmonic / 2, 4 * std::sqrt(kDraws / harmonic / 2));
  EXPECT_GT(std::llabs(static_cast<long long>(ranked[0].second) - static_cast<long long>(ranked[1].second)), 16);
}

TEST(AddressPattern, HotPartGetsItsShare) {
  TenantClassConfig config = Config(AddressPattern::kHotCold);
  config.hot_fraction = 0.25;
  config.hot_probability = 0.8;
  const AddressPatternSampler sampler(config, 64);
  RandomStream random(1);
  int hot = 0;
  for (int i = 0; i < 100'000; ++i) hot += sampler.Draw(nullptr, random) < (1 << 18);
  EXPECT_NEAR(hot, 80'000, 4 * 126.5);
}

TEST(AddressMap, RangesNeverShareALargePage) {
  const AddressMap map(0x10000000, (2 << 20) + 1);
  EXPECT_EQ(map.source, 0x10000000u);
  EXPECT_EQ(map.destination, 0x10400000u);
  EXPECT_EQ(map.records, 0x10800000u);
  EXPECT_EQ(AddressMap::RecordAt(map.records, 127), map.records + 4064);
  EXPECT_EQ(AddressMap::RecordAt(map.records, 128), map.records);
}

TEST(JobFactory, FillsInWhoTheTenantIs) {
  JobFactory factory(Config(AddressPattern::kSequential), 2, 1'048'574);
  RandomStream random(1);
  Job job;
  factory.Fill(1, random, &job);
  EXPECT_EQ(job.tenant, TenantId(1'048'575));
  EXPECT_EQ(job.pasid, Pasid(0));
  EXPECT_EQ(job.queue, QueueId(1));
  EXPECT_EQ(job.tenant_class, 2);
  EXPECT_TRUE(job.wants_record);
}

TEST(JobFactory, TenantsHaveCursorsOfTheirOwn) {
  JobFactory factory(Config(AddressPattern::kSequential), 0, 0);
  RandomStream random(1);
  Job job;
  for (int i = 0; i < 3; ++i) factory.Fill(0, random, &job);
  EXPECT_EQ(job.source, 0x10000000u + 2 * 4096u);
  EXPECT_EQ(job.record_address % 4096, 64u);
  factory.Fill(1, random, &job);
  EXPECT_EQ(job.source, 0x10000000u);
}

TEST(JobFactory, MixHasItsWeightsAndEachOperationItsRanges) {
  TenantClassConfig config = Config(AddressPattern::kUniform);
  config.jobs = {{JobOp::kRead, 512, 1.0}, {JobOp::kWrite, 1024, 3.0}, {JobOp::kNoop, 0, 1.0}, {JobOp::kFill, 64, 0.0}};
  JobFactory factory(config, 0, 0);
  RandomStream random(1);
  std::map<JobOp, int> counts;
  for (int i = 0; i < 50'000; ++i) {
    Job job;
    factory.Fill(0, random, &job);
    ++counts[job.op];
    ASSERT_EQ(job.source != 0, job.op == JobOp::kRead);
    ASSERT_EQ(job.destination != 0, job.op == JobOp::kWrite);
    ASSERT_EQ(job.size_bytes, job.op == JobOp::kRead ? 512u : job.op == JobOp::kWrite ? 1024u : 0u);
  }
  EXPECT_NEAR(counts[JobOp::kRead], 10'000, 400);
  EXPECT_NEAR(counts[JobOp::kWrite], 30'000, 450);
  EXPECT_EQ(counts[JobOp::kFill], 0);
}

TEST(Arrivals, FixedRateNeverDrifts) {
  FixedRateArrivals arrivals(3e6, 1);  // every 333,333.33 ps
  Picoseconds last = 0;
  for (int i = 0; i < 3'000'001; ++i) last = arrivals.NextTime();
  EXPECT_EQ(last, kPsPerSecond);
}

TEST(Arrivals, ThoseLeftOutAreCounted) {
  FixedRateArrivals fixed(1e9, 2);  // every 500 ps
  fixed.NextTime();
  std::uint64_t skipped = 0;
  EXPECT_EQ(fixed.SkipTo(10'250, &skipped), 10'500u);
  EXPECT_EQ(skipped, 20u);  // 500 to 10,000
  EXPECT_EQ(fixed.Tenant(), 1u) << "tenants keep their turns";
  EXPECT_EQ(fixed.SkipTo(11'000, &skipped), 11'000u) << "one that comes just now is not left out";
  EXPECT_EQ(skipped, 20u);
  PoissonArrivals poisson(1e9, 1);
  RandomStream random(5);
  skipped = 0;
  EXPECT_GE(poisson.SkipTo(10'000'000, random, &skipped), 10'000'000u);
  EXPECT_NEAR(static_cast<double>(skipped), 10'000.0, 400.0);
}

TEST(Arrivals, PoissonTenantsAreEquallyLikely) {
  PoissonArrivals arrivals(1e3, 4);
  RandomStream random(5);
  std::vector<int> counts(4);
  for (int i = 0; i < 40'000; ++i) ++counts[arrivals.Tenant(random)];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 350);
  Picoseconds last = 0;
  for (int i = 0; i < 40'000; ++i) last = arrivals.NextTime(random);
  EXPECT_NEAR(static_cast<double>(last), 10e12, 4 * 10e12 / 200);
}

TEST(TrafficConfig, NamesEveryFault) {
  TrafficConfig config;
  ASSERT_EQ(config.Validate().size(), 1u);
  EXPECT_EQ(config.Validate()[0].field, "classes");
  TenantClassConfig bad = Config(AddressPattern::kHotCold);
  bad.hot_fraction = 0.001;  // 1,048 bytes: no job of 4 KiB fits
  bad.queue_depth = 0;
  bad.base_address = 4096;
  config.classes = {Config(AddressPattern::kUniform), bad};
  std::set<std::string> fields;
  for (const ConfigFault& fault : config.Validate()) fields.insert(fault.field);
  EXPECT_EQ(fields,
            (std::set<std::string>{"classes[1].hot_fraction", "classes[1].queue_depth", "classes[1].base_address"}));
}

TEST(TrafficConfig, OnePasidForEachTenant) {
  TrafficConfig config;
  config.classes = {Config(AddressPattern::kUniform)};
  config.classes[0].tenants = kMaxPasids;
  EXPECT_TRUE(config.Validate().empty());
  config.replay.trace_file = "x";
  config.replay.queues = {QueueId(0)};
  ASSERT_EQ(config.Validate().size(), 1u);
  EXPECT_EQ(config.Validate()[0].field, "tenants");
}

TEST(JobFactory, EachOfTwoKindsHasItsShare) {
  TenantClassConfig config = Config(AddressPattern::kUniform);
  config.jobs = {{JobOp::kRead, 512, 1.0}, {JobOp::kWrite, 1024, 1.0}};
  JobFactory factory(config, 0, 0);
  RandomStream random(1);
  int reads = 0;
  for (int i = 0; i < 1'000; ++i) {
    Job job;
    factory.Fill(0, random, &job);
    reads += job.op == JobOp::kRead;
  }
  EXPECT_NEAR(reads, 500, 80);
}

}  // namespace
}  // namespace siov
