// SPDX-License-Identifier: Apache-2.0
// The invalidation queue and the driver that feeds it.
#include "platforms/resolve/resolve_blocks.h"
#include "platforms/resolve/translate.h"

namespace siov {
namespace {

UnmapPolicy UnmapPolicyOf(siovsim::Driver::UnmapPolicy policy) {
  return Translate<siovsim::Driver::UnmapPolicy, UnmapPolicy>(policy,
                                                              {
                                                                  {siovsim::Driver::STRICT, UnmapPolicy::kStrict},
                                                                  {siovsim::Driver::DEFERRED, UnmapPolicy::kDeferred},
                                                                  {siovsim::Driver::BATCHED, UnmapPolicy::kBatched},
                                                              });
}

RecipeOmission OmissionOf(siovsim::Driver::RecipeFault fault) {
  return Translate<siovsim::Driver::RecipeFault, RecipeOmission>(
      fault, {
                 {siovsim::Driver::NONE, RecipeOmission::kNone},
                 {siovsim::Driver::NO_IOTLB, RecipeOmission::kIotlb},
                 {siovsim::Driver::NO_DEVICE_TLB, RecipeOmission::kDeviceTlb},
                 {siovsim::Driver::NO_WAIT, RecipeOmission::kWait},
                 {siovsim::Driver::DEVICE_TLB_FIRST, RecipeOmission::kOrder},
             });
}

}  // namespace

DriverConfig ResolveDriver(const NodeScope& scope, const siovsim::Driver& driver, std::uint32_t cpus) {
  const BlockReader reader = Reader(scope, driver, "host.driver");
  DriverConfig config;
  config.policy = UnmapPolicyOf(driver.unmap_policy());
  config.omission = OmissionOf(driver.recipe_fault());
  config.map_latency_ps = reader.Time("map_latency");
  config.unmap_latency_ps = reader.Time("unmap_latency");
  config.descriptor_latency_ps = reader.Time("descriptor_latency");
  config.doorbell_latency_ps = reader.Time("doorbell_latency");
  config.poll_latency_ps = reader.Time("wait_poll_latency");
  config.event_latency_ps = reader.Time("event_latency");
  config.retry_limit = driver.retry_limit();
  if (config.policy == UnmapPolicy::kDeferred) {
    config.flush_entries = driver.flush_entries();
    config.flush_timeout_ps = reader.Time("flush_timeout");
    config.flush_queues = cpus == 0 ? 1 : cpus;
  }
  if (config.policy == UnmapPolicy::kBatched) {
    config.batch_jobs = driver.batch_jobs();
    config.batch_timeout_ps = reader.Time("batch_timeout");
  }
  return config;
}

InvalidationQueueConfig ResolveInvalidationQueue(const NodeScope& scope, const siovsim::InvalidationQueue& queue,
                                                 IommuProfile profile) {
  const BlockReader reader = Reader(scope, queue, "iommu.invalidation_queue");
  InvalidationQueueConfig config;
  config.entries = queue.entries();
  config.descriptor_bytes = profile == IommuProfile::kRiscv ? 16 : 32;
  config.execute_latency_ps = reader.Time("execute_latency");
  config.completion_timeout_ps = reader.Time("completion_timeout");
  config.outstanding_per_device = queue.outstanding_per_device();
  config.max_address_mask = queue.max_address_mask();
  reader.Report(config.Validate());
  return config;
}

}  // namespace siov
