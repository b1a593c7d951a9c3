// SPDX-License-Identifier: Apache-2.0
#include "models/host/cpus/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "models/base/invariant.h"
#include "tests/support/socket_peers.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

HostConfig Config() {
  HostConfig config;
  config.enqcmd_latency_ps = 100;
  config.movdir64b_latency_ps = 60;
  config.retry_backoff_ps = 1000;
  config.retry_backoff_max_ps = 4000;
  config.poll_latency_ps = 70;
  config.interrupt_handler_ps = 500;
  return config;
}

// One endpoint with a shared queue (0) and a dedicated one of two descriptors (1).
HostPeers Peers() {
  HostPeers peers;
  peers.interrupt_remappers = 1;
  peers.endpoints = {{0, {{true, 128}, {false, 2}}}};
  return peers;
}

AddressSpaceClass HalfResident() {
  AddressSpaceClass space;
  space.first_pasid = 1;
  space.count = 8;
  space.resident_fraction = 0.0;
  return space;
}

struct Bench {
  explicit Bench(const HostConfig& config = Config())
      : simulation(Agenda::Mode::kAhead, 1),
        spaces({HalfResident()}, 1),
        host("host", simulation, "host", config, Peers(), spaces),
        traffic("traffic", simulation, log),
        replay("replay", simulation, log),
        port("port", simulation, log),
        memory("memory", simulation, log),
        remapper("remapper", simulation, log) {
    traffic.socket.bind(host.submission().from_traffic);
    replay.socket.bind(host.mappings().from_replay);
    memory.socket.bind(*host.completion().from_memory[0]);
    remapper.socket.bind(*host.completion().from_interrupts[0]);
    host.submission().to_port[0]->bind(port.socket);
    port.behaviour.answer_after = 400;
    port.behaviour.answer_stage = Stage::kPort;
    // As the arbiter does: an accepted job takes over the branch that brought it.
    port.on_arrival = [this](Tlp& write) {
      if (port.behaviour.status == CompletionStatus::kSuccess) write.job->ledger.Append(write.ledger);
    };
  }

  Job& SubmitAt(Picoseconds at, std::uint32_t queue, std::uint32_t tenant = 0) {
    Job& job = owned.emplace_back();
    job.tenant = TenantId(tenant);
    job.pasid = Pasid(tenant + 1);
    job.queue = QueueId(queue);
    job.ledger.Open(at);
    auto* const submission = traffic.Packet<Submission>();
    submission->job = &job;
    submission->thread.pasid_register = job.pasid.value() | kPasidRegisterValid;
    submission->slot = static_cast<std::uint32_t>(owned.size());
    traffic.SendAt(at, *submission);
    return job;
  }
  void RecordAt(Picoseconds at, Job& job) { SendForJobAt(memory, at, job); }
  void NotifyAt(Picoseconds at, Job& job) { SendForJobAt(remapper, at, job); }
  template <class Packet>
  void SendForJobAt(ScriptedInitiatorOf<Packet>& peer, Picoseconds at, Job& job) {
    auto* const packet = peer.template Packet<Packet>();
    packet->job = &job;
    peer.SendAt(at, *packet);
  }
  double Value(const std::string& name) {
    for (const Statistic* statistic : host.statistics().members()) {
      if (statistic->name() == name) return statistic->Values(simulation.agenda.now()).front().value;
    }
    ADD_FAILURE() << "no statistic " << name;
    return -1;
  }
  void Run() { simulation.agenda.RunUntil(kPsPerMs); }

  Simulation simulation;
  PeerLog log;
  AddressSpaces spaces;
  Host host;
  ScriptedInitiatorOf<Submission> traffic;
  ScriptedInitiatorOf<MappingRequest> replay;
  ScriptedTarget port;
  ScriptedInitiatorOf<ObservedWrite> memory;
  ScriptedInitiatorOf<Notification> remapper;
  std::deque<Job> owned;
};

TEST(Host, EnqcmdReachesThePortalAfterItsIssueLatency) {
  Bench bench;
  Job& job = bench.SubmitAt(1000, 0, 3);
  bench.Run();
  EXPECT_THAT(Lines(bench.log), ElementsAre("port 1100 request dmwr 0x3000"));
  EXPECT_EQ(bench.log[0].tlp.pasid, Pasid(4));
  EXPECT_EQ(bench.log[0].length_bytes, 64u);
  EXPECT_THAT(Segments(job.ledger), ElementsAre("submit 1000..1100"));
  EXPECT_EQ(bench.Value("accepted"), 1);
  EXPECT_EQ(bench.Value("enqcmd_round_trip"), 500);
  EXPECT_EQ(bench.simulation.packets.in_use(), 1u) << "only the submission waits for its answer";
}

TEST(Host, RetryBacksOffExponentiallyUpToTheMaximum) {
  Bench bench;
  bench.port.behaviour.status = CompletionStatus::kRetry;
  int attempts = 0;
  bench.port.on_arrival = [&](Tlp& write) {
    if (++attempts < 6) return;
    bench.port.behaviour.status = CompletionStatus::kSuccess;
    write.job->ledger.Append(write.ledger);
  };
  Job& job = bench.SubmitAt(0, 0);
  bench.Run();
  // Each round takes 100 + 400; pauses of 1000, 2000, 4000, 4000, 4000.
  EXPECT_THAT(
      Lines(bench.log, "port"),
      ElementsAre("port 100 request dmwr 0x3000", "port 1600 request dmwr 0x3000", "port 4100 request dmwr 0x3000",
                  "port 8600 request dmwr 0x3000", "port 13100 request dmwr 0x3000", "port 17600 request dmwr 0x3000"));
  EXPECT_EQ(job.retries, 5);
  EXPECT_EQ(bench.Value("retries"), 5);
  EXPECT_EQ(bench.Value("enqcmds"), 6);
  EXPECT_THAT(
      Segments(job.ledger),
      ElementsAre("submit 0..100", "port 100..500", "retry_backoff 500..1500", "submit 1500..1600", "port 1600..2000",
                  "retry_backoff 2000..4000", "submit 4000..4100", "port 4100..4500", "retry_backoff 4500..8500",
                  "submit 8500..8600", "port 8600..9000", "retry_backoff 9000..13000", "submit 13000..13100",
                  "port 13100..13500", "retry_backoff 13500..17500", "submit 17500..17600"));
}

TEST(Host, GivesUpAtTheRetryLimit) {
  HostConfig config = Config();
  config.retry_limit = 2;
  Bench bench(config);
  bench.port.behaviour.status = CompletionStatus::kRetry;
  Job& job = bench.SubmitAt(0, 0);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "traffic"), ElementsAre("traffic 2000 answer submission 0x1"));
  EXPECT_EQ(job.status, JobStatus::kRejected);
  job.ledger.Close(2000);
  EXPECT_EQ(bench.Value("rejected"), 1);
}

// ENQCMD knows accepted or not accepted, never an error.
TEST(Host, AnyErrorIsTriedAgain) {
  Bench bench;
  bench.port.behaviour.status = CompletionStatus::kUnsupportedRequest;
  bench.port.on_arrival = nullptr;
  Job& job = bench.SubmitAt(0, 0);
  bench.simulation.agenda.RunUntil(1700);
  EXPECT_THAT(Lines(bench.log, "port"), ElementsAre("port 100 request dmwr 0x3000", "port 1600 request dmwr 0x3000"));
  EXPECT_EQ(job.retries, 1);
}

TEST(Host, ThousandsOfRetriesKeepTheLedgerSmall) {
  HostConfig config = Config();
  config.retry_limit = 3000;
  Bench bench(config);
  bench.port.behaviour.status = CompletionStatus::kRetry;
  Job& job = bench.SubmitAt(0, 0);
  bench.Run();
  EXPECT_EQ(job.retries, 3000);
  EXPECT_LE(job.ledger.size(), 40u);
  job.ledger.Close(job.ledger.cursor());
  Picoseconds backoff = 0;
  job.ledger.ForEach([&](Stage stage, Picoseconds entered, Picoseconds left) {
    if (stage == Stage::kRetryBackoff) backoff += left - entered;
  });
  EXPECT_EQ(backoff, 1000u + 2000u + 2997u * 4000u);
}

TEST(Host, EnqcmdHoldsItsCpuForTheRoundTrip) {
  HostConfig config = Config();
  config.cpus = 1;
  Bench bench(config);
  bench.SubmitAt(0, 0);
  Job& second = bench.SubmitAt(10, 0);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "port"), ElementsAre("port 100 request dmwr 0x3000", "port 600 request dmwr 0x3000"));
  EXPECT_THAT(Segments(second.ledger), ElementsAre("submit_wait 10..500", "submit 500..600"));
}

TEST(Host, BackingOffFreesTheCpu) {
  HostConfig config = Config();
  config.cpus = 1;
  Bench bench(config);
  bench.port.behaviour.status = CompletionStatus::kRetry;
  bench.port.on_arrival = nullptr;
  bench.SubmitAt(0, 0);
  bench.SubmitAt(0, 0);
  bench.simulation.agenda.RunUntil(1200);
  EXPECT_THAT(Lines(bench.log, "port"), ElementsAre("port 100 request dmwr 0x3000", "port 600 request dmwr 0x3000"));
}

TEST(Host, Movdir64bHoldsItsCpuForTheIssueOnly) {
  HostConfig config = Config();
  config.cpus = 1;
  Bench bench(config);
  bench.SubmitAt(0, 1);
  bench.SubmitAt(0, 1);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "port"), ElementsAre("port 60 request write 0x7000", "port 120 request write 0x7040"));
  EXPECT_EQ(bench.Value("cpu_time"), 120);
}

TEST(Host, DedicatedQueueNeverHoldsMoreThanItsSize) {
  Bench bench;
  Job& first = bench.SubmitAt(0, 1);
  bench.SubmitAt(0, 1);
  Job& third = bench.SubmitAt(5, 1);
  bench.RecordAt(5000, first);
  // The record's branch opens where the job stands: let the device hold it until then.
  bench.port.on_arrival = [&](Tlp& write) {
    write.job->ledger.Append(write.ledger);
    if (write.job == &first) first.ledger.Mark(Stage::kEngine, 5000);
  };
  bench.Run();
  EXPECT_THAT(Lines(bench.log), ElementsAre("port 60 request write 0x7000", "port 60 request write 0x7040",
                                            "traffic 5070 answer submission 0x1", "port 5130 request write 0x7080"));
  EXPECT_THAT(Segments(third.ledger), ElementsAre("submit_wait 5..5070", "submit 5070..5130"));
}

// A job whose ledger stands at `at` when the device reports.
Job& InDevice(Bench& bench, Picoseconds at, bool wants_interrupt, std::uint32_t tenant = 0) {
  Job& job = bench.SubmitAt(0, 0, tenant);
  job.wants_interrupt = wants_interrupt;
  bench.port.on_arrival = [at](Tlp& write) {
    write.job->ledger.Append(write.ledger);
    write.job->ledger.Mark(Stage::kEngine, at);
  };
  return job;
}

TEST(Host, PolledRecordEndsTheJob) {
  Bench bench;
  Job& job = InDevice(bench, 9000, false);
  bench.RecordAt(9000, job);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "traffic"), ElementsAre("traffic 9070 answer submission 0x1"));
  EXPECT_THAT(Segments(job.ledger), ElementsAre("submit 0..100", "engine 100..9000", "completion 9000..9070"));
  EXPECT_EQ(bench.Value("polls"), 1);
  EXPECT_EQ(bench.simulation.packets.in_use(), 1u) << "the record went back, the submission is kept by the log";
}

TEST(Host, HandlersOfOneVcpuRunOneAfterTheOther) {
  Bench bench;
  Job& first = InDevice(bench, 9000, true, 0);
  Job& second = InDevice(bench, 9000, true, 1);
  for (Job* job : {&first, &second}) {
    bench.RecordAt(8000, *job);
    bench.NotifyAt(9000, *job);
  }
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "traffic"),
              ElementsAre("traffic 9500 answer submission 0x1", "traffic 10000 answer submission 0x2"));
  EXPECT_THAT(Segments(second.ledger),
              ElementsAre("submit 0..100", "engine 100..9000", "interrupt_wait 9000..9500", "completion 9500..10000"));
  EXPECT_EQ(bench.Value("notifications"), 2);
}

TEST(Host, HaltedVcpuIsWokenOnce) {
  HostConfig config = Config();
  config.halted_fraction = 1.0;
  config.wakeup_latency_ps = 3000;
  Bench bench(config);
  Job& first = InDevice(bench, 9000, true, 0);
  Job& second = InDevice(bench, 9000, true, 1);
  for (Job* job : {&first, &second}) {
    bench.RecordAt(8000, *job);
    bench.NotifyAt(9000, *job);
  }
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "traffic"),
              ElementsAre("traffic 12500 answer submission 0x1", "traffic 13000 answer submission 0x2"));
  EXPECT_THAT(Segments(first.ledger),
              ElementsAre("submit 0..100", "engine 100..9000", "interrupt 9000..12000", "completion 12000..12500"));
  EXPECT_EQ(bench.Value("wakeups"), 1);
}

TEST(Host, InterruptWaitsForTheRecordItAnnounces) {
  Bench bench;
  Job& job = InDevice(bench, 9000, true);
  bench.NotifyAt(9000, job);
  bench.RecordAt(9400, job);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "traffic"), ElementsAre("traffic 9900 answer submission 0x1"));
  EXPECT_EQ(bench.Value("early_interrupts"), 1);
}

// A job's place is given to another as soon as its end is known, at the latest by the driver's time-out.
TEST(Host, AnInterruptOfAnEarlierJobDoesNotEndTheOneThatHasItsPlace) {
  Bench bench;
  Job& job = InDevice(bench, 9000, true);
  bench.RecordAt(9000, job);
  bench.NotifyAt(9000, job);
  job.id = 1;  // the notification is job 0's
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "traffic"), IsEmpty());
  EXPECT_EQ(bench.Value("notifications"), 0);
  EXPECT_EQ(bench.Value("late_notices"), 1);
}

}  // namespace
}  // namespace siov
