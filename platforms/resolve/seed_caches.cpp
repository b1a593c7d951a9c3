// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/seed_caches.h"

#include "models/base/random.h"

namespace siov {

void SeedCaches(std::uint64_t seed, ResolvedPlatform* platform) {
  const RandomStream run(seed);
  const auto give = [&run](const std::string& name, CacheGeometry* cache) { cache->seed = run.Split(name).Next(); };
  for (ResolvedMemory& memory : platform->memories) give(memory.name + ".llc", &memory.config.llc);
  for (ResolvedIommu& iommu : platform->iommus) {
    give(iommu.name + ".iotlb", &iommu.iotlb.geometry);
    give(iommu.name + ".interrupt_entries", &iommu.interrupt_remapper.entry_cache);
    PageWalkerConfig& walker = iommu.page_walker;
    give(iommu.name + ".context_cache", &walker.context_cache);
    give(iommu.name + ".pasid_cache", &walker.pasid_cache);
    give(iommu.name + ".nested_cache", &walker.nested_cache);
    for (std::size_t i = 0; i < walker.first_stage_cache.size(); ++i) {
      give(iommu.name + ".first_stage_cache" + std::to_string(i), &walker.first_stage_cache[i]);
      give(iommu.name + ".second_stage_cache" + std::to_string(i), &walker.second_stage_cache[i]);
    }
  }
  for (ResolvedEndpoint& endpoint : platform->endpoints) {
    if (endpoint.atc.has_value()) give(endpoint.name + ".atc", &endpoint.atc->geometry);
    give(endpoint.name + ".ims", &endpoint.ims.cache);
  }
}

}  // namespace siov
