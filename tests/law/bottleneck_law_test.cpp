// SPDX-License-Identifier: Apache-2.0
// What the verdict blames is what limits: on platforms with one known bottleneck the verdict names it, and twice as
// much of it helps more than twice as much of anything else.
#include <gtest/gtest.h>

#include <string>

#include "platforms/run/run.h"
#include "tests/law/doublings.h"
#include "tests/support/small_platform.h"

namespace siov {
namespace {

using testing::Device;
using testing::ExpectBlamed;
using testing::RunApart;

// 64 tenants that read a cache line of four pages of their own, one at a time, on a device with room for all of them.
ResolvedExperiment Roomy() {
  ResolvedExperiment experiment = testing::SmallExperiment(64);
  experiment.traffic.classes[0].working_set_bytes = 4 * kPage4K;
  ResolvedEndpoint& device = Device(&experiment);
  device.engine.jobs_per_engine = 64;
  device.engine.read_buffers = 128;
  device.atc->geometry = testing::Cache(4'096);
  device.atc->outstanding_requests = 32;
  testing::LinkOf(&experiment).lanes = 8;
  experiment.platform.iommus[0].iotlb.geometry = testing::Cache(4'096);
  experiment.platform.host.config.faults.handlers = 4;
  experiment.run.warmup_ps = 200 * kPsPerUs;
  experiment.run.duration_ps = 2 * kPsPerMs;
  return experiment;
}

TEST(BottleneckLaw, Contexts) {
  ResolvedExperiment experiment = Roomy();
  Device(&experiment).engine.jobs_per_engine = 4;
  ExpectBlamed(experiment, "dsa0.engine.contexts");
}

// Full contexts are not the bottleneck when their jobs wait for walks.
TEST(BottleneckLaw, WalkersBehindFullContexts) {
  ResolvedExperiment experiment = Roomy();
  Device(&experiment).engine.jobs_per_engine = 16;
  testing::ReadNewPages(&experiment);
  experiment.platform.iommus[0].page_walker.walkers = 2;
  ExpectBlamed(experiment, "iommu0.page_walker.walkers");
}

TEST(BottleneckLaw, Link) {
  ResolvedExperiment experiment = Roomy();
  experiment.traffic.classes[0].jobs = {JobKind{JobOp::kRead, 4096, 1.0}};
  testing::LinkOf(&experiment).lanes = 1;
  ExpectBlamed(experiment, "link0.downstream_busy");
}

// 64 tenants use 5 pages each; 256 entries lose them in turn, 512 hold them all.
TEST(BottleneckLaw, EntriesOfTheAtc) {
  ResolvedExperiment experiment = Roomy();
  Device(&experiment).engine.jobs_per_engine = 16;
  experiment.traffic.classes[0].pattern = AddressPattern::kSequential;
  experiment.traffic.classes[0].alignment_bytes = kPage4K;
  Device(&experiment).atc->geometry = testing::Cache(256);
  Device(&experiment).atc->outstanding_requests = 4;
  ExpectBlamed(experiment, "dsa0.atc.entries");
}

// New pages again and again: no size of the cache would help.
TEST(BottleneckLaw, TranslationsInFlight) {
  ResolvedExperiment experiment = Roomy();
  Device(&experiment).engine.jobs_per_engine = 16;
  testing::ReadNewPages(&experiment);
  Device(&experiment).atc->outstanding_requests = 2;
  ExpectBlamed(experiment, "dsa0.atc.translations");
}

TEST(BottleneckLaw, FaultService) {
  ResolvedExperiment experiment = Roomy();
  testing::ReadNewPages(&experiment);
  experiment.address_spaces[0].resident_fraction = 0.5;
  experiment.platform.host.config.faults.handlers = 1;
  ExpectBlamed(experiment, "host0.fault_service.handlers");
}

// A busy fault service is not blamed for a class that does not wait for it: here hardly a page faults, but the
// contexts are few.
TEST(BottleneckLaw, ABusyFaultServiceIsNotAlwaysBlamed) {
  ResolvedExperiment experiment = Roomy();
  Device(&experiment).engine.jobs_per_engine = 4;
  experiment.platform.host.config.faults.handlers = 1;
  TenantClassConfig faulting = experiment.traffic.classes[0];
  faulting.name = "faulting";
  faulting.tenants = 1;
  faulting.working_set_bytes = std::uint64_t{1} << 36;
  faulting.pattern = AddressPattern::kSequential;
  faulting.alignment_bytes = kPage4K;
  experiment.traffic.classes.push_back(faulting);
  AddressSpaceClass space = experiment.address_spaces[0];
  space.first_pasid += space.count;
  space.count = 1;
  space.resident_fraction = 0;
  experiment.address_spaces.push_back(space);
  EXPECT_EQ(RunApart(experiment).bottleneck, "dsa0.engine.contexts");
}

// CPUs that all wait for the lock of the one invalidation queue are busy, but more of them would only wait as well.
TEST(BottleneckLaw, LockBehindBusyCpus) {
  ResolvedExperiment experiment = Roomy();
  experiment.traffic.classes[0].mapping = BufferMapping::kStreaming;
  experiment.platform.host.config.cpus = 8;
  DriverConfig& driver = experiment.platform.host.config.driver;
  driver.policy = UnmapPolicy::kStrict;
  driver.descriptor_latency_ps = 100 * kPsPerNs;
  driver.doorbell_latency_ps = 150 * kPsPerNs;
  ExpectBlamed(experiment, "host0.driver.queue_locks");
}

// Who is turned away comes back after 50 µs, with all others: each time the queue takes as many as it has places, and
// the engine idles when they are done.
// A full queue whose submitters back off for 50 us is full because the contexts behind it are: places in it change
// nothing.
TEST(BottleneckLaw, ContextsBehindAFullQueue) {
  ResolvedExperiment experiment = Roomy();
  Device(&experiment).arbiter.queues[0].size = 8;
  Device(&experiment).arbiter.queues[0].threshold = 8;
  Device(&experiment).engine.jobs_per_engine = 1;
  Device(&experiment).engine.compute_time = Distribution::Constant(1e6);
  experiment.platform.host.config.retry_backoff_ps = 50 * kPsPerUs;
  experiment.platform.host.config.retry_backoff_max_ps = 50 * kPsPerUs;
  ExpectBlamed(experiment, "dsa0.engine.contexts");
}

}  // namespace
}  // namespace siov
