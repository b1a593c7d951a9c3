// SPDX-License-Identifier: Apache-2.0
// The page walker and its caches, from configuration to parameters.
#include <google/protobuf/repeated_ptr_field.h>

#include "platforms/resolve/read_parameters.h"
#include "platforms/resolve/resolve_blocks.h"
#include "platforms/resolve/translate.h"

namespace siov {
namespace {

using LevelCaches = google::protobuf::RepeatedPtrField<siovsim::WalkerCache>;

WalkerCacheConfig ResolveWalkerCache(const NodeScope& scope, const std::string& field,
                                     const siovsim::WalkerCache& cache) {
  const BlockReader reader(scope.context, cache, scope.node + ".iommu.page_walker." + field, scope.clock);
  WalkerCacheConfig config;
  config.entries = cache.entries();
  config.ways = cache.ways();
  config.policy = ModelOf(cache.policy());
  config.partitions = cache.has_partitions() ? cache.partitions() : 1;  // of an optional cache that is not there
  config.lookup_latency_ps = reader.Time("lookup_latency");
  config.slots = cache.slots();
  reader.Report(config.Validate(""));
  return config;
}

WalkerCacheConfig ResolveOneCache(const NodeScope& scope, const std::string& field, const siovsim::WalkerCache& cache) {
  if (cache.has_level()) {
    scope.context.Add(scope.node + ".iommu.page_walker." + field + ".level", std::to_string(cache.level()),
                      "only paging-structure caches have a level");
  }
  return ResolveWalkerCache(scope, field, cache);
}

void ResolveLevelCaches(const NodeScope& scope, const std::string& list, const LevelCaches& caches,
                        std::array<WalkerCacheConfig, kMaxTableLevels - 1>* resolved) {
  for (int i = 0; i < caches.size(); ++i) {
    const siovsim::WalkerCache& cache = caches.Get(i);
    const std::string field = list + "[" + std::to_string(i) + "]";
    const std::string path = scope.node + ".iommu.page_walker." + field;
    if (!cache.has_level()) {
      scope.context.Add(path + ".level", "", "is required", "2 to 5");
      continue;
    }
    WalkerCacheConfig& level = (*resolved)[cache.level() - 2];
    if (level.entries != 0) {
      scope.context.Add(path + ".level", std::to_string(cache.level()), "level has a cache already");
    }
    level = ResolveWalkerCache(scope, field, cache);
  }
}

WalkOrder OrderOf(siovsim::PageWalker::Order order) {
  return Translate<siovsim::PageWalker::Order, WalkOrder>(
      order, {
                 {siovsim::PageWalker::ARRIVAL, WalkOrder::kArrival},
                 {siovsim::PageWalker::TRANSLATION_REQUESTS_FIRST, WalkOrder::kTranslationRequestsFirst},
                 {siovsim::PageWalker::TRAFFIC_CLASS, WalkOrder::kTrafficClass},
                 {siovsim::PageWalker::ROUND_ROBIN, WalkOrder::kRoundRobin},
             });
}

}  // namespace

PageWalkerConfig ResolvePageWalker(const NodeScope& scope, const siovsim::PageWalker& walker) {
  const BlockReader reader = Reader(scope, walker, "iommu.page_walker");
  PageWalkerConfig config;
  config.walkers = walker.walkers();
  config.queue_entries = walker.queue_entries();
  config.order = OrderOf(walker.order());
  config.setup_latency_ps = reader.Time("setup_latency");
  config.step_latency_ps = reader.Time("step_latency");
  config.cache_latency_ps = reader.Time("cache_latency");
  // Caches are validated one by one, where their own place is known; Validate() sees none of them.
  reader.Report(config.Validate());
  config.context_cache = ResolveOneCache(scope, "context_cache", walker.context_cache());
  config.pasid_cache = ResolveOneCache(scope, "pasid_cache", walker.pasid_cache());
  config.nested_cache = ResolveOneCache(scope, "nested_cache", walker.nested_cache());
  ResolveLevelCaches(scope, "first_stage_caches", walker.first_stage_caches(), &config.first_stage_cache);
  ResolveLevelCaches(scope, "second_stage_caches", walker.second_stage_caches(), &config.second_stage_cache);
  return config;
}

}  // namespace siov
