// SPDX-License-Identifier: Apache-2.0
// Replay in recorded order: what waits for what, and what reaches the host.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "models/workload/tenants/traffic.h"
#include "tests/support/trace_list.h"

namespace siov {
namespace {

using ::siov::testing::AccessOf;
using ::siov::testing::InvalidationOf;
using ::siov::testing::MapOf;
using ::siov::testing::OpenList;
using ::siov::testing::UnmapOf;
using ::testing::ElementsAre;

constexpr Picoseconds kService = 1000;  // of a job
constexpr Picoseconds kChange = 10;     // of a change of mappings

// Answers jobs and changes after fixed times and writes down what came when.
class RecordingHost : public Block {
 public:
  RecordingHost(const sc_core::sc_module_name& name, Simulation& simulation)
      : Block(name, simulation, "host"),
        jobs("jobs", this, &RecordingHost::OnJob),
        changes("changes", this, &RecordingHost::OnChange) {}
  TargetSocket<RecordingHost, Submission> jobs;
  TargetSocket<RecordingHost, MappingRequest> changes;
  std::vector<std::string> seen;
  std::vector<Invalidation> invalidations;
  MappingRequest::Page last_map;
  Picoseconds change = kChange;

 private:
  tlm::tlm_sync_enum OnChange(std::uint32_t, MappingRequest& request, Picoseconds) {
    Write(NameOf(request.action), request.pasid, request.address);
    if (request.action == MappingAction::kInvalidate) invalidations.push_back(request.invalidation);
    if (request.action == MappingAction::kMap) last_map = request.page;
    changes.Respond(request, change);
    return tlm::TLM_UPDATED;
  }
  tlm::tlm_sync_enum OnJob(std::uint32_t, Submission& submission, Picoseconds) {
    Job& job = *submission.job;
    EXPECT_FALSE(job.wants_record);
    EXPECT_TRUE(job.wants_interrupt);
    Write(job.op == JobOp::kRead ? "read" : "write", job.pasid, job.op == JobOp::kRead ? job.source : job.destination);
    job.status = JobStatus::kSuccess;
    job.ledger.Mark(Stage::kEngine, now() + kService);
    submission.ledger.Open(now() + kService);
    jobs.Respond(submission, kService);
    return tlm::TLM_UPDATED;
  }
  void Write(const std::string& what, Pasid pasid, std::uint64_t address) {
    if (address == ReplayConfig().record_address) return;
    seen.push_back(std::to_string(now()) + " " + what + " " + (pasid.valid() ? std::to_string(pasid.value()) : "-") +
                   ":" + std::to_string(address / kPage4K));
  }
  static std::string NameOf(MappingAction action) {
    switch (action) {
      case MappingAction::kMap:
        return "map";
      case MappingAction::kUnmap:
        return "unmap";
      case MappingAction::kUnmapTable:
        return "unmap_table";
      case MappingAction::kInvalidate:
        break;
    }
    return "invalidate";
  }
  void OnDue(const DueItem&) override {}
};

TrafficConfig Config(std::uint32_t tenants = 1, std::uint32_t outstanding = 1) {
  TrafficConfig config;
  config.replay.trace_file = "t.siovtrace";
  config.replay.queues = {QueueId(0)};
  config.replay.order = ReplayOrder::kAsRecorded;
  config.replay.tenants = tenants;
  config.replay.outstanding = outstanding;
  return config;
}

struct Bench {
  Bench(const TrafficConfig& config, const std::vector<TraceRecord>& records)
      : simulation(Agenda::Mode::kAhead, 1),
        traffic("traffic", simulation, "traffic", config, OpenList(records)),
        host("host", simulation) {
    traffic.to_host.bind(host.jobs);
    traffic.to_driver.bind(host.changes);
  }
  void Run() { simulation.agenda.RunUntil(kPsPerMs); }
  std::uint64_t Counted(const std::string& name) {
    for (const Statistic* one : traffic.statistics().members()) {
      if (one->name() == name) return static_cast<const Counter*>(one)->value();
    }
    return ~std::uint64_t{0};
  }
  Simulation simulation;
  Traffic traffic;
  RecordingHost host;
};

std::vector<TraceRecord> StrictRound() {
  return {MapOf(1, 0x10000, 0x70000, 0x1000, kPermissionRead), AccessOf(0, 1, 0x10000, 0x70000),
          UnmapOf(1, 0x10000, 0x1000),
          InvalidationOf(TraceKind::kInvalidateIotlb, InvalidationScope::kPage, 1, 0x10000),
          InvalidationOf(TraceKind::kWait, InvalidationScope::kNone, TraceRecord::kNoDomain, 0)};
}

TEST(TrafficOrdered, OneAfterAnother) {
  Bench bench(Config(), StrictRound());
  bench.Run();
  // The page for completion records took the first 10 ps.
  EXPECT_THAT(bench.host.seen, ElementsAre("10 map 1:16", "20 read 1:16", "1020 unmap_table 1:16",
                                           "1030 invalidate 1:16", "1040 invalidate -:0"));
  EXPECT_EQ(bench.host.last_map.address, 0x70000u);
  EXPECT_TRUE(bench.host.last_map.read);
  EXPECT_FALSE(bench.host.last_map.write);
  ASSERT_EQ(bench.host.invalidations.size(), 2u);
  EXPECT_EQ(bench.host.invalidations[0].kind, InvalidationKind::kPasidIotlb);
  EXPECT_EQ(bench.host.invalidations[1].kind, InvalidationKind::kWait);
  EXPECT_TRUE(bench.traffic.done());
  EXPECT_EQ(bench.simulation.agenda.now(), 1050u);
}

TEST(TrafficOrdered, CountsWhatItReplays) {
  std::vector<TraceRecord> records = StrictRound();
  records.push_back(AccessOf(0, 1, 0x20000, 0x90000));  // its mapping is not recorded
  Bench bench(Config(), records);
  bench.Run();
  EXPECT_EQ(bench.Counted("maps"), 1u);
  EXPECT_EQ(bench.Counted("unmaps"), 1u);
  EXPECT_EQ(bench.Counted("recorded_invalidations"), 2u);
  EXPECT_EQ(bench.Counted("implied_maps"), 1u);
  EXPECT_EQ(bench.Counted("change_time"), 6 * kChange);
  EXPECT_EQ(bench.Counted("succeeded"), 2u);
}

TEST(TrafficOrdered, AccessesBetweenChangesOverlapAndChangesWaitForThem) {
  TrafficConfig config = Config(1, 2);
  config.replay.pages = ReplayPages::kProcedural;
  const TraceRecord wait = InvalidationOf(TraceKind::kWait, InvalidationScope::kNone, TraceRecord::kNoDomain, 0);
  Bench bench(config, {AccessOf(0, 1, 0x1000, 0), AccessOf(0, 1, 0x2000, 0), AccessOf(0, 1, 0x3000, 0), wait,
                       AccessOf(0, 1, 0x4000, 0)});
  bench.Run();
  EXPECT_THAT(bench.host.seen,
              ElementsAre("0 read 1:1", "0 read 1:2", "1000 read 1:3", "2000 invalidate -:0", "2010 read 1:4"));
}

TEST(TrafficOrdered, AnswersInTheSameInstantDoNotPileUp) {
  std::vector<TraceRecord> records;
  for (std::uint64_t i = 0; i < 200'000; ++i) records.push_back(UnmapOf(1, i * kPage4K, kPage4K));
  records.push_back(AccessOf(0, 1, 0, 0));
  Bench bench(Config(), records);
  bench.host.change = 0;
  bench.Run();
  EXPECT_TRUE(bench.traffic.done());
  EXPECT_EQ(bench.Counted("unmaps"), 200'000u);
}

TEST(TrafficOrdered, EveryCopyHasTenantsAndPagesOfItsOwn) {
  TrafficConfig config = Config(4);
  config.replay.pages = ReplayPages::kProcedural;
  // Devices 0 and 1 share domain 5: one address space.
  Bench bench(config, {AccessOf(0, 5, 0x1000, 0), AccessOf(1, 5, 0x2000, 0, TraceKind::kWrite)});
  bench.Run();
  EXPECT_THAT(bench.host.seen, ElementsAre("0 read 1:1", "0 read 3:1", "1000 write 1:2", "1000 write 3:2"));
}

TEST(TrafficOrdered, RecordedTimesAreKeptUnlessWhatCameBeforeTakesLonger) {
  TrafficConfig config = Config();
  config.replay.pages = ReplayPages::kProcedural;
  config.replay.timing = ReplayTiming::kRecorded;
  std::vector<TraceRecord> records = {AccessOf(0, 1, 0x1000, 0), AccessOf(0, 1, 0x2000, 0), AccessOf(0, 1, 0x3000, 0)};
  records[0].time_ps = 500;
  records[1].time_ps = 600;
  records[2].time_ps = 9000;
  Bench bench(config, records);
  bench.Run();
  EXPECT_THAT(bench.host.seen, ElementsAre("500 read 1:1", "1500 read 1:2", "9000 read 1:3"));
}

TEST(TrafficOrdered, TheUnmapPolicyGetsUnmapsAndNoDescriptors) {
  TrafficConfig config = Config();
  config.replay.invalidations = ReplayInvalidations::kByHost;
  Bench bench(config, StrictRound());
  bench.Run();
  EXPECT_THAT(bench.host.seen, ElementsAre("10 map 1:16", "20 read 1:16", "1020 unmap 1:16"));
}

TEST(TrafficOrdered, StopsAtTheJobLimit) {
  TrafficConfig config = Config();
  config.job_limit = 1;
  Bench bench(config, StrictRound());
  bench.Run();
  EXPECT_THAT(bench.host.seen, ElementsAre("10 map 1:16", "20 read 1:16"));
  EXPECT_TRUE(bench.traffic.done());
}

}  // namespace
}  // namespace siov
