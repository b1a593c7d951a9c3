// SPDX-License-Identifier: Apache-2.0
#include "models/workload/replay/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ListSource : public TraceSource {
 public:
  explicit ListSource(const std::vector<TraceRecord>& records) : records_(records) {}
  bool Next(TraceRecord* record) override {
    if (next_ == records_.size()) return false;
    *record = records_[next_++];
    return true;
  }
  void Rewind() override { next_ = 0; }
  const TraceInfo& info() const override { return info_; }

 private:
  std::vector<TraceRecord> records_;
  std::size_t next_ = 0;
  TraceInfo info_;
};

TraceRecord Record(TraceKind kind, std::uint32_t stream, Picoseconds time, std::uint64_t iova, Bytes size = 512) {
  TraceRecord record;
  record.kind = kind;
  record.stream = stream;
  record.time_ps = time;
  record.iova = iova;
  record.size_bytes = size;
  return record;
}

TraceOpener Open(const std::vector<TraceRecord>& records) {
  return [records] { return std::make_unique<ListSource>(records); };
}

ReplayConfig Config(std::uint32_t tenants) {
  ReplayConfig config;
  config.trace_file = "t.siovtrace";
  config.tenants = tenants;
  return config;
}

// Streams 3 and 5; the recording ends at 10 us.
std::vector<TraceRecord> TwoStreams() {
  return {Record(TraceKind::kMap, 3, 0, 0xA000),
          Record(TraceKind::kRead, 3, kPsPerUs, 0xA000),
          Record(TraceKind::kWrite, 5, 2 * kPsPerUs, 0x1'0000'0B40, 64),
          Record(TraceKind::kAccess, 3, 4 * kPsPerUs, 0xC000, 0),
          Record(TraceKind::kUnmap, 3, 5 * kPsPerUs, 0xA000),
          Record(TraceKind::kInvalidateIotlb, 3, 5 * kPsPerUs, 0xA000),
          Record(TraceKind::kInterrupt, 3, 6 * kPsPerUs, 0),
          Record(TraceKind::kRead, 3, 8 * kPsPerUs, 0xD000),
          Record(TraceKind::kMark, 3, 10 * kPsPerUs, 0)};
}

std::vector<std::pair<Picoseconds, std::uint64_t>> PlayAll(ReplayCore& core, std::uint32_t player) {
  std::vector<std::pair<Picoseconds, std::uint64_t>> played;
  while (!core.Finished(player)) {
    const Picoseconds time = core.NextTime(player);
    played.push_back({time / kPsPerUs, core.Next(player).iova});
  }
  return played;
}

TEST(Replay, CountsWhatItDoesNotReplay) {
  ReplayCore core(Config(1), Open(TwoStreams()));
  EXPECT_EQ(core.facts().accesses, 4u);
  EXPECT_EQ(core.facts().streams, 2u);
  EXPECT_EQ(core.facts().unknown_direction, 1u);
  EXPECT_EQ(core.facts().unknown_size, 1u);
  EXPECT_EQ(core.facts().mapping_events_skipped, 3u);
  EXPECT_FALSE(core.facts().streamed);
}

TEST(Replay, AccessesKeepAddressSizeAndDirection) {
  ReplayCore core(Config(2), Open(TwoStreams()));
  const ReplayAccess write = core.Next(1);
  EXPECT_EQ(write.iova, 0x1'0000'0B40u);
  EXPECT_EQ(write.size_bytes, 64u);
  EXPECT_EQ(write.op, JobOp::kWrite);
  EXPECT_TRUE(core.Finished(1)) << "the whole stream once";
  core.Next(0);
  const ReplayAccess unknown = core.Next(0);
  EXPECT_EQ(unknown.op, JobOp::kRead);
  EXPECT_EQ(unknown.size_bytes, 64u);
}

TEST(Replay, RecordedTimesGoRoundWithTheWholeRecording) {
  ReplayConfig config = Config(1);
  config.timing = ReplayTiming::kRecorded;
  config.jobs_per_tenant = 5;
  ReplayCore core(config, Open(TwoStreams()));
  EXPECT_THAT(PlayAll(core, 0), ElementsAre(std::pair(1u, 0xA000u), std::pair(4u, 0xC000u), std::pair(8u, 0xD000u),
                                            std::pair(11u, 0xA000u), std::pair(14u, 0xC000u)));
}

TEST(Replay, StaggerIsAFractionOfTheStreamsTime) {
  ReplayConfig config = Config(5);  // tenants 0, 2 and 4 play stream 3
  config.timing = ReplayTiming::kRecorded;
  config.stagger = 0.45;
  ReplayCore core(config, Open(TwoStreams()));
  // Tenant 2 starts at 4.5 us of 10, tenant 4 at 9 us.
  EXPECT_EQ(core.NextTime(2), 3'500'000u);
  EXPECT_EQ(core.Next(2).iova, 0xD000u);
  EXPECT_EQ(core.NextTime(2), 6'500'000u);
  EXPECT_EQ(core.NextTime(4), 2'000'000u);
  EXPECT_EQ(core.Next(4).iova, 0xA000u);
}

TEST(Replay, StaggerAsFastAsPossibleIsAFractionOfTheAccesses) {
  ReplayConfig config = Config(5);
  config.stagger = 0.5;
  ReplayCore core(config, Open(TwoStreams()));
  EXPECT_EQ(core.Next(0).iova, 0xA000u);
  EXPECT_EQ(core.Next(2).iova, 0xC000u);
  EXPECT_EQ(core.Next(4).iova, 0xA000u) << "a whole stream on: at its start again";
}

TEST(Replay, OddGapsAreExact) {
  const std::vector<TraceRecord> records = {Record(TraceKind::kRead, 0, 0, 1), Record(TraceKind::kRead, 0, 1, 2),
                                            Record(TraceKind::kRead, 0, 10 * kPsPerSecond + 1, 3)};
  ReplayConfig config = Config(1);
  config.timing = ReplayTiming::kRecorded;
  ReplayCore core(config, Open(records));
  core.Next(0);
  EXPECT_EQ(core.NextTime(0), 1u);
  core.Next(0);
  EXPECT_EQ(core.NextTime(0), 10 * kPsPerSecond + 1);
}

// Streaming a trace that does not fit gives what holding it gives.
TEST(Replay, StreamedEqualsHeld) {
  for (const std::uint32_t tenants : {1u, 2u, 6u}) {
    ReplayConfig config = Config(tenants);
    config.timing = ReplayTiming::kRecorded;
    config.jobs_per_tenant = 8;
    config.time_scale = 1.5;
    ReplayCore held(config, Open(TwoStreams()));
    config.memory_bytes = 32;
    ReplayCore streamed(config, Open(TwoStreams()));
    ASSERT_TRUE(streamed.facts().streamed);
    ASSERT_EQ(streamed.players(), std::min(tenants, 2u));
    for (std::uint32_t player = 0; player < streamed.players(); ++player) {
      EXPECT_EQ(PlayAll(streamed, player), PlayAll(held, player)) << player;
    }
  }
}

TEST(Replay, RefusesATraceTooLargeForItsFanOut) {
  ReplayConfig config = Config(3);
  config.memory_bytes = 32;
  try {
    ReplayCore core(config, Open(TwoStreams()));
    FAIL() << "accepted";
  } catch (const TraceError& error) {
    EXPECT_THAT(error.what(), HasSubstr("4 accesses need 64 bytes but replay.memory_mib is 0"));
  }
  config.timing = ReplayTiming::kRecorded;
  EXPECT_NO_THROW(ReplayCore(config, Open(TwoStreams())));
  config.stagger = 0.1;
  EXPECT_THROW(ReplayCore(config, Open(TwoStreams())), TraceError);
}

TEST(Replay, RefusesATraceWithoutAccesses) {
  EXPECT_THROW(ReplayCore(Config(1), Open({Record(TraceKind::kMap, 0, 0, 0)})), TraceError);
}

TEST(Replay, AMillionTenantsShareOneArray) {
  ReplayConfig config = Config(kMaxPasids);
  config.stagger = 0.000'001;
  ReplayCore core(config, Open(TwoStreams()));
  EXPECT_EQ(core.players(), kMaxPasids);
  EXPECT_EQ(core.Next(kMaxPasids - 2).iova, 0xC000u);  // tenant 2^20-2 is half a stream on
}

}  // namespace
}  // namespace siov
