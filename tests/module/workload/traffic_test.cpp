// SPDX-License-Identifier: Apache-2.0
#include "models/workload/tenants/traffic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/base/invariant.h"
#include "tests/support/socket_peers.h"

namespace siov {
namespace {

using ::testing::ElementsAre;

struct Seen {
  Picoseconds time;
  std::uint32_t tenant;
  std::uint64_t source;
  bool operator==(const Seen& other) const {
    return time == other.time && tenant == other.tenant && source == other.source;
  }
};
std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  return out << "{" << seen.time << ", " << seen.tenant << ", 0x" << std::hex << seen.source << std::dec << "}";
}

// Answers every job after a fixed time, with success.
class FakeHost : public Block {
 public:
  FakeHost(const sc_core::sc_module_name& name, Simulation& simulation, Picoseconds service)
      : Block(name, simulation, "fake_host"), socket("socket", this, &FakeHost::Forward), service_(service) {}
  TargetSocket<FakeHost, Submission> socket;
  std::vector<Seen> seen;
  JobStatus status = JobStatus::kSuccess;
  bool forgets_to_mark = false;

 private:
  tlm::tlm_sync_enum Forward(std::uint32_t, Submission& submission, Picoseconds) {
    Job& job = *submission.job;
    seen.push_back({now(), job.tenant.value(), job.source});
    job.status = status;
    job.bytes_completed = job.size_bytes;
    if (!forgets_to_mark) job.ledger.Mark(Stage::kEngine, now() + service_);
    submission.ledger.Open(now() + service_);
    socket.Respond(submission, service_);
    return tlm::TLM_UPDATED;
  }
  void OnDue(const DueItem&) override {}
  Picoseconds service_;
};

TenantClassConfig Class(ArrivalProcess arrivals, std::uint32_t tenants) {
  TenantClassConfig config;
  config.name = "class";
  config.tenants = tenants;
  config.queues = {QueueId(0)};
  config.arrivals = arrivals;
  config.jobs_per_second = 1e6;
  config.pattern = AddressPattern::kSequential;
  config.working_set_bytes = 16384;
  config.base_address = 0x200000;
  return config;
}

struct Bench {
  explicit Bench(const TrafficConfig& config, Picoseconds service = 1000, const TraceOpener& open = {})
      : simulation(Agenda::Mode::kAhead, 1),
        traffic("traffic", simulation, "traffic", config, open),
        host("host", simulation, service),
        driver("driver", simulation, log) {
    traffic.to_host.bind(host.socket);
    traffic.to_driver.bind(driver.socket);
  }
  Simulation simulation;
  Traffic traffic;
  FakeHost host;
  PeerLog log;
  ScriptedTargetOf<MappingRequest> driver;  // which only replays in recorded order need
};

TEST(Traffic, FixedRateTakesTenantsInTurn) {
  TrafficConfig config;
  config.classes = {Class(ArrivalProcess::kFixedRate, 2)};
  Bench bench(config);
  bench.simulation.agenda.RunUntil(1'600'000);
  EXPECT_THAT(bench.host.seen, ElementsAre(Seen{0, 0, 0x200000}, Seen{500'000, 1, 0x200000},
                                           Seen{1'000'000, 0, 0x201000}, Seen{1'500'000, 1, 0x201000}));
}

// A device with room for one job at a time, which takes 1200 ns; others are sent back at once.
class FullDevice : public Block {
 public:
  FullDevice(const sc_core::sc_module_name& name, Simulation& simulation)
      : Block(name, simulation, "full_device"), socket("socket", this, &FullDevice::Forward) {}
  TargetSocket<FullDevice, Submission> socket;
  std::vector<Seen> taken;

 private:
  tlm::tlm_sync_enum Forward(std::uint32_t, Submission& submission, Picoseconds) {
    Job& job = *submission.job;
    if (now() < free_) {
      submission.refused = true;
      socket.Respond(submission, 0);
      return tlm::TLM_UPDATED;
    }
    taken.push_back({now(), job.tenant.value(), job.source});
    free_ = now() + 1'200'000;
    job.status = JobStatus::kSuccess;
    job.ledger.Mark(Stage::kEngine, free_);
    submission.ledger.Open(free_);
    socket.Respond(submission, free_ - now());
    return tlm::TLM_UPDATED;
  }
  void OnDue(const DueItem&) override {}
  Picoseconds free_ = 0;
};

TEST(Traffic, APacketThatFindsNoRoomInTheDeviceComesAgainInTheNextSlotAndTenantsKeepTheirTurns) {
  TrafficConfig config;
  config.classes = {Class(ArrivalProcess::kFixedRate, 2)};
  config.classes[0].origin = JobOrigin::kDevice;
  Bench bench(config);
  FullDevice device("device", bench.simulation);
  bench.traffic.to_device.at(0)->bind(device.socket);
  bench.simulation.agenda.RunUntil(4'600'000);  // a slot each 500 ns
  EXPECT_THAT(device.taken, ElementsAre(Seen{0, 0, 0x200000}, Seen{1'500'000, 1, 0x200000},
                                        Seen{3'000'000, 0, 0x201000}, Seen{4'500'000, 1, 0x201000}));
  EXPECT_TRUE(bench.host.seen.empty());
  // What waits for its slot comes in even after the end of submission.
  bench.traffic.StopSubmitting();
  bench.simulation.agenda.RunUntil(9'000'000);
  EXPECT_EQ(bench.traffic.in_flight(), 0u);
}

TEST(Traffic, ClosedLoopKeepsItsQueueDepth) {
  TrafficConfig config;
  config.classes = {Class(ArrivalProcess::kClosedLoop, 1)};
  config.classes[0].queue_depth = 2;
  Bench bench(config);
  bench.simulation.agenda.RunUntil(2500);
  EXPECT_THAT(bench.host.seen, ElementsAre(Seen{0, 0, 0x200000}, Seen{0, 0, 0x201000}, Seen{1000, 0, 0x202000},
                                           Seen{1000, 0, 0x203000}, Seen{2000, 0, 0x200000}, Seen{2000, 0, 0x201000}));
  EXPECT_EQ(bench.traffic.in_flight(), 2u);
}

TEST(Traffic, ThinkTimePassesBetweenCompletionAndSubmission) {
  TrafficConfig config;
  config.classes = {Class(ArrivalProcess::kClosedLoop, 1)};
  config.classes[0].think_time = Distribution::Constant(300);
  Bench bench(config);
  bench.simulation.agenda.RunUntil(10'000);
  ASSERT_GE(bench.host.seen.size(), 3u);
  EXPECT_LT(bench.host.seen[0].time, 300u);
  for (std::size_t i = 1; i < bench.host.seen.size(); ++i) {
    EXPECT_EQ(bench.host.seen[i].time - bench.host.seen[i - 1].time, 1300u);
  }
}

TEST(Traffic, PoissonArrivalsHaveTheirRateAndTheirVariance) {
  TrafficConfig config;
  config.classes = {Class(ArrivalProcess::kPoisson, 100)};
  Bench bench(config);
  bench.simulation.agenda.RunUntil(200 * kPsPerUs);  // 100 tenants x 1e6/s x 200 us = 20,000 jobs
  EXPECT_NEAR(static_cast<double>(bench.host.seen.size()), 20'000, 4 * 141.4);
  double squares = 0;
  double sum = 0;
  for (std::size_t i = 1; i < bench.host.seen.size(); ++i) {
    const auto gap = static_cast<double>(bench.host.seen[i].time - bench.host.seen[i - 1].time);
    sum += gap;
    squares += gap * gap;
  }
  const double n = static_cast<double>(bench.host.seen.size() - 1);
  const double mean = sum / n;
  EXPECT_NEAR((squares / n - mean * mean) / (mean * mean), 1.0, 0.06);
}

TEST(Traffic, StopsAtTheJobLimitAndWhenTheLastJobIsBack) {
  TrafficConfig config;
  config.classes = {Class(ArrivalProcess::kClosedLoop, 3)};
  config.job_limit = 7;
  Bench bench(config);
  bench.simulation.agenda.RunUntil(kPsPerMs);
  EXPECT_EQ(bench.traffic.submitted(), 7u);
  EXPECT_TRUE(bench.traffic.done());
  EXPECT_EQ(bench.simulation.agenda.now(), 3000u);
  EXPECT_EQ(bench.simulation.jobs.in_use(), 0u);
  EXPECT_EQ(bench.simulation.packets.in_use(), 0u);
  EXPECT_EQ(bench.traffic.job_statistics().overall().jobs(), 7u);
}

TEST(Traffic, DrainsWhenToldToStop) {
  TrafficConfig config;
  config.classes = {Class(ArrivalProcess::kClosedLoop, 2)};
  Bench bench(config);
  bench.simulation.agenda.RunUntil(1500);
  EXPECT_FALSE(bench.traffic.done());
  bench.traffic.StopSubmitting();
  bench.simulation.agenda.RunUntil(kPsPerMs);
  EXPECT_TRUE(bench.traffic.done());
  EXPECT_EQ(bench.traffic.submitted(), 4u);
}

struct Outcome {
  JobStatus status;
  const char* counter;
};

class TrafficOutcome : public ::testing::TestWithParam<Outcome> {};

TEST_P(TrafficOutcome, IsCountedUnderItsNameAndNoOther) {
  TrafficConfig config;
  config.classes = {Class(ArrivalProcess::kFixedRate, 1)};
  config.job_limit = 1;
  Bench bench(config);
  bench.host.status = GetParam().status;
  bench.simulation.agenda.RunUntil(kPsPerMs);
  const std::uint64_t failed = GetParam().status == JobStatus::kSuccess ? 0 : 1;
  EXPECT_EQ(bench.traffic.job_statistics().overall().failed(), failed);
  EXPECT_EQ(bench.traffic.job_statistics().tenants()[0].failed, failed);
  for (const char* name : {"succeeded", "page_faulted", "translation_failed", "rejected", "invalid_handle"}) {
    for (const Statistic* member : bench.traffic.statistics().members()) {
      if (std::string(name) != member->name()) continue;
      EXPECT_EQ(member->Values(kPsPerMs)[0].value, std::string(name) == GetParam().counter ? 1 : 0) << name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Outcomes, TrafficOutcome,
                         ::testing::Values(Outcome{JobStatus::kSuccess, "succeeded"},
                                           Outcome{JobStatus::kPageFault, "page_faulted"},
                                           Outcome{JobStatus::kTranslationFailed, "translation_failed"},
                                           Outcome{JobStatus::kRejected, "rejected"},
                                           Outcome{JobStatus::kInvalidHandle, "invalid_handle"}),
                         [](const auto& parameter) { return parameter.param.counter; });

TEST(Traffic, AnUnaccountedPicosecondStopsTheRun) {
  TrafficConfig config;
  config.classes = {Class(ArrivalProcess::kFixedRate, 1)};
  Bench bench(config);
  bench.host.forgets_to_mark = true;
  sc_core::sc_report_handler::set_handler(sc_core::sc_report_handler::default_handler);
  EXPECT_THROW(bench.simulation.agenda.RunUntil(kPsPerMs), std::exception);
}

// A trace of stream 0 in memory.
class ListSource : public TraceSource {
 public:
  explicit ListSource(std::vector<TraceRecord> records) : records_(std::move(records)) {}
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

TraceRecord Read(Picoseconds time, std::uint64_t iova) {
  TraceRecord record;
  record.kind = TraceKind::kRead;
  record.time_ps = time;
  record.stream = 0;
  record.iova = iova;
  record.size_bytes = 512;
  return record;
}

TrafficConfig ReplayTwoTenants() {
  TrafficConfig config;
  config.replay.trace_file = "test";
  config.replay.tenants = 2;
  config.replay.queues = {QueueId(0)};
  return config;
}

TraceOpener ThreeReads() {
  return [] {
    return std::make_unique<ListSource>(
        std::vector<TraceRecord>{Read(1000, 0xA000), Read(3000, 0xB000), Read(7000, 0xC000)});
  };
}

TEST(Traffic, ReplayAtRecordedTimesScaled) {
  TrafficConfig config = ReplayTwoTenants();
  config.replay.timing = ReplayTiming::kRecorded;
  config.replay.time_scale = 0.5;
  Bench bench(config, 10'000, ThreeReads());
  bench.simulation.agenda.RunUntil(kPsPerMs);
  EXPECT_THAT(bench.host.seen, ElementsAre(Seen{500, 0, 0xA000}, Seen{500, 1, 0xA000}, Seen{1500, 0, 0xB000},
                                           Seen{1500, 1, 0xB000}, Seen{3500, 0, 0xC000}, Seen{3500, 1, 0xC000}));
  EXPECT_TRUE(bench.traffic.done());
  EXPECT_EQ(bench.simulation.agenda.now(), 13'500u) << "the run ends with the last job";
}

TEST(Traffic, ReplayAsFastAsPossibleIsBoundedByOutstanding) {
  TrafficConfig config = ReplayTwoTenants();
  config.replay.outstanding = 2;
  config.replay.jobs_per_tenant = 4;
  config.replay.stagger = 0.34;
  Bench bench(config, 100, ThreeReads());
  bench.simulation.agenda.RunUntil(kPsPerMs);
  EXPECT_THAT(bench.host.seen,
              ElementsAre(Seen{0, 0, 0xA000}, Seen{0, 0, 0xB000}, Seen{0, 1, 0xB000}, Seen{0, 1, 0xC000},
                          Seen{100, 0, 0xC000}, Seen{100, 0, 0xA000}, Seen{100, 1, 0xA000}, Seen{100, 1, 0xB000}));
  EXPECT_TRUE(bench.traffic.done());
}

}  // namespace
}  // namespace siov
