// SPDX-License-Identifier: Apache-2.0
// Replay of the shipped traces: what is played is what was recorded, held in memory or streamed.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "models/workload/replay/replay.h"
#include "models/workload/trace/trace_facts.h"
#include "platforms/trace/open_trace.h"

namespace siov {
namespace {

std::string PathOf(const std::string& name) { return "traces/" + name + ".siovtrace"; }

TraceOpener Opener(const std::string& name) {
  return [name] { return OpenTrace(PathOf(name)); };
}

ReplayConfig Config(const std::string& name, std::uint32_t tenants) {
  ReplayConfig config;
  config.trace_file = PathOf(name);
  config.tenants = tenants;
  config.timing = ReplayTiming::kRecorded;
  return config;
}

class ReplayShipped : public testing::TestWithParam<const char*> {};

TEST_P(ReplayShipped, CountsAgreeWithTheTracesFacts) {
  TraceFacts facts;
  facts.SeeAll(*OpenTrace(PathOf(GetParam())));
  const ReplayCore core(Config(GetParam(), 1), Opener(GetParam()));
  EXPECT_EQ(core.facts().accesses, facts.whole().accesses());
  EXPECT_EQ(core.facts().streams, facts.whole().accesses_by_stream.size());
  EXPECT_EQ(core.facts().unknown_direction, facts.whole().of(TraceKind::kAccess));
}

TEST_P(ReplayShipped, StreamedEqualsHeld) {
  const std::uint32_t streams = ReplayCore(Config(GetParam(), 1), Opener(GetParam())).facts().streams;
  ReplayConfig config = Config(GetParam(), streams);
  ReplayCore held(config, Opener(GetParam()));
  config.memory_bytes = 1024;
  ReplayCore streamed(config, Opener(GetParam()));
  ASSERT_FALSE(held.facts().streamed);
  ASSERT_TRUE(streamed.facts().streamed);
  std::uint64_t played = 0;
  for (std::uint32_t player = 0; player < streams; ++player) {
    for (; !held.Finished(player); ++played) {
      ASSERT_FALSE(streamed.Finished(player));
      ASSERT_EQ(streamed.NextTime(player), held.NextTime(player));
      const ReplayAccess a = held.Next(player);
      const ReplayAccess b = streamed.Next(player);
      ASSERT_EQ(a.iova, b.iova);
      ASSERT_EQ(a.size_bytes, b.size_bytes);
      ASSERT_EQ(a.op, b.op);
    }
  }
  EXPECT_EQ(played, held.facts().accesses) << "every stream once";
}

INSTANTIATE_TEST_SUITE_P(Traces, ReplayShipped,
                         testing::Values("boot", "nvme_randread4k_strict", "nvme_mixed8_strict", "hetero5_strict",
                                         "vfio_dpdk_e1000e_2m"));

}  // namespace
}  // namespace siov
