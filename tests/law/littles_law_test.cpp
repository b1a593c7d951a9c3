// SPDX-License-Identifier: Apache-2.0
// Little's law on every queue: the time-weighted mean number waiting, kept by the queue, equals arrival rate times mean
// wait, kept by the ledgers of the jobs. The two are counted by different code at different places.
#include <gtest/gtest.h>

#include <string>

#include "platforms/run/run.h"
#include "tests/support/small_platform.h"

namespace siov {
namespace {

double Structure(const Results& results, const std::string& block, const std::string& statistic) {
  for (const StructureRow& row : results.structures) {
    if (row.block == block && row.statistic == statistic) return row.value;
  }
  ADD_FAILURE() << "no statistic " << block << "." << statistic;
  return 0;
}

// Mean number of jobs in a stage, by the ledgers: rate times mean time.
double MeanInStage(const Results& results, Stage stage) {
  return results.Metric("job.throughput_per_s") * results.bands[0].mean_ns[static_cast<std::size_t>(stage)] * 1e-9;
}

void ExpectWithinOnePercent(double measured, double by_ledger, const std::string& what) {
  EXPECT_GT(by_ledger, 0.5) << what << ": hardly anything waited, the law is not tested";
  EXPECT_NEAR(measured, by_ledger, 0.01 * by_ledger) << what;
}

// 64 tenants with one small read each; nothing is bounded until a test bounds it, so that jobs wait in one place only.
// Completion records hit everywhere: each tenant's record page is translated once.
ResolvedExperiment Crowd(JobOp op, std::uint32_t size_bytes) {
  ResolvedExperiment experiment = testing::SmallExperiment(64, op, size_bytes);
  ResolvedEndpoint& endpoint = experiment.platform.endpoints[0];
  endpoint.engine.jobs_per_engine = 64;
  endpoint.engine.read_buffers = 0;
  endpoint.atc->geometry = testing::Cache(4'096);
  experiment.platform.iommus[0].iotlb.geometry = testing::Cache(4'096);
  experiment.run.warmup_ps = kPsPerMs;
  experiment.run.duration_ps = 5 * kPsPerMs;
  return experiment;
}

// With as many jobs, for a dedicated queue.
void OneTenant(ResolvedExperiment* experiment) {
  TenantClassConfig& tenants = experiment->traffic.classes[0];
  tenants.queue_depth = tenants.tenants;
  tenants.tenants = experiment->address_spaces[0].count = 1;
  testing::HandOut(experiment);
}

void ExpectLittle(const ResolvedExperiment& experiment, const std::string& block, const std::string& statistic,
                  Stage stage) {
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_EQ(results.Metric("job.failed"), 0);
  ExpectWithinOnePercent(Structure(results, block, statistic + ".mean"), MeanInStage(results, stage),
                         block + "." + statistic);
}

TEST(LittlesLaw, WorkQueue) {
  ResolvedExperiment experiment = Crowd(JobOp::kRead, 4096);
  experiment.platform.endpoints[0].engine.jobs_per_engine = 1;
  experiment.platform.endpoints[0].engine.bytes_per_second = 4e9;
  ExpectLittle(experiment, "dsa0.swq_arbiter", "wq0.occupancy", Stage::kQueueWait);
}

TEST(LittlesLaw, SubmittingCpus) {
  ResolvedExperiment experiment = Crowd(JobOp::kNoop, 0);
  experiment.platform.host.config.cpus = 2;
  ExpectLittle(experiment, "host0", "cpu_waiting", Stage::kSubmitWait);
}

TEST(LittlesLaw, CreditsOfADedicatedQueue) {
  ResolvedExperiment experiment = Crowd(JobOp::kRead, 64);
  WorkQueueConfig& queue = experiment.platform.endpoints[0].arbiter.queues[0];
  queue.mode = QueueMode::kDedicated;
  queue.size = queue.threshold = 8;
  OneTenant(&experiment);
  ExpectLittle(experiment, "host0", "credit_waiting", Stage::kSubmitWait);
}

TEST(LittlesLaw, BackOffAfterRetry) {
  ResolvedExperiment experiment = Crowd(JobOp::kRead, 4096);
  ResolvedEndpoint& endpoint = experiment.platform.endpoints[0];
  endpoint.engine.jobs_per_engine = 1;
  endpoint.engine.bytes_per_second = 4e9;
  endpoint.arbiter.queues[0].size = endpoint.arbiter.queues[0].threshold = 4;
  experiment.platform.host.config.retry_jitter = 0.5;
  ExpectLittle(experiment, "host0", "backing_off", Stage::kRetryBackoff);
}

TEST(LittlesLaw, DownstreamSerialiser) {
  ResolvedExperiment experiment = Crowd(JobOp::kNoop, 0);
  ResolvedEndpoint& endpoint = experiment.platform.endpoints[0];
  testing::LinkOf(&experiment).generation = 1;
  testing::LinkOf(&experiment).lanes = 1;
  endpoint.arbiter.queues[0].mode = QueueMode::kDedicated;  // no completions of DMWr upstream
  OneTenant(&experiment);
  ExpectLittle(experiment, "link0", "downstream_serialiser_queue", Stage::kLinkWait);
}

TEST(LittlesLaw, Tags) {
  ResolvedExperiment experiment = Crowd(JobOp::kRead, 64);
  experiment.platform.endpoints[0].port.tags = 32;
  experiment.platform.memories[0].config.dram_latency_ps = 5 * kPsPerUs;
  ExpectLittle(experiment, "dsa0.port", "tag_queue", Stage::kTagWait);
}

TEST(LittlesLaw, TranslationRequestSlots) {
  ResolvedExperiment experiment = Crowd(JobOp::kRead, 64);
  experiment.platform.endpoints[0].atc->outstanding_requests = 2;
  testing::ReadNewPages(&experiment);
  ExpectLittle(experiment, "dsa0.atc", "slot_queue", Stage::kAtcWait);
}

TEST(LittlesLaw, IotlbMissSlots) {
  ResolvedExperiment experiment = Crowd(JobOp::kRead, 64);
  experiment.platform.endpoints[0].atc.reset();
  experiment.platform.iommus[0].iotlb.miss_slots = 2;
  testing::ReadNewPages(&experiment);
  ExpectLittle(experiment, "iommu0.iotlb", "slot_queue", Stage::kIotlbWait);
}

TEST(LittlesLaw, PageWalkers) {
  ResolvedExperiment experiment = Crowd(JobOp::kRead, 64);
  experiment.platform.endpoints[0].atc.reset();
  experiment.platform.iommus[0].page_walker.walkers = 2;
  testing::ReadNewPages(&experiment);
  ExpectLittle(experiment, "iommu0.page_walker", "queue", Stage::kWalkWait);
}

TEST(LittlesLaw, ReadsInTheRootComplex) {
  ResolvedExperiment experiment = Crowd(JobOp::kRead, 64);
  experiment.platform.root_ports[0].config.outstanding_reads = 8;
  experiment.platform.memories[0].config.dram_latency_ps = kPsPerUs;
  ExpectLittle(experiment, "rp0", "read_queue", Stage::kMemoryWait);
}

TEST(LittlesLaw, FaultHandlers) {
  ResolvedExperiment experiment = Crowd(JobOp::kRead, 64);
  experiment.address_spaces[0].resident_fraction = 0.0;
  experiment.platform.endpoints[0].atc->pri.allocation = 512;  // nobody waits for a credit
  experiment.run.duration_ps = 50 * kPsPerMs;
  testing::ReadNewPages(&experiment);
  ExpectLittle(experiment, "host0.fault_service", "waiting", Stage::kPageFaultWait);
}

TEST(LittlesLaw, InterruptHandlers) {
  ResolvedExperiment experiment = Crowd(JobOp::kNoop, 0);
  experiment.traffic.classes[0].wants_interrupt = true;
  experiment.platform.iommus[0].interrupt_remapper.delivery = InterruptDelivery::kRemapped;
  experiment.platform.host.config.interrupt_handler_ps = 2 * kPsPerUs;
  testing::HandOut(&experiment);
  ExpectLittle(experiment, "host0", "interrupts_waiting", Stage::kInterruptWait);
}

}  // namespace
}  // namespace siov
