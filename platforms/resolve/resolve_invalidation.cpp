// SPDX-License-Identifier: Apache-2.0
// The invalidation queue and the driver that feeds it.
#include "platforms/resolve/read_parameters.h"
#include "platforms/resolve/resolve_blocks.h"

namespace siov {
DriverConfig ResolveDriver(const NodeScope& scope, const siovsim::Driver& driver, std::uint32_t cpus) {
  const BlockReader reader = Reader(scope, driver, "host.driver");
  DriverConfig config;
  Read(reader, driver, &config);
  if (config.policy == UnmapPolicy::kDeferred && cpus != 0) config.flush_queues = cpus;
  return config;
}

InvalidationQueueConfig ResolveInvalidationQueue(const NodeScope& scope, const siovsim::InvalidationQueue& queue,
                                                 IommuProfile profile) {
  const BlockReader reader = Reader(scope, queue, "iommu.invalidation_queue");
  InvalidationQueueConfig config;
  Read(reader, queue, &config);
  config.descriptor_bytes = profile == IommuProfile::kRiscv ? 16 : 32;
  reader.Report(config.Validate());
  return config;
}

}  // namespace siov
