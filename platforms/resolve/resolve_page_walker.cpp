// SPDX-License-Identifier: Apache-2.0
// The page walker and its caches, from configuration to parameters.
#include <google/protobuf/repeated_ptr_field.h>

#include "platforms/resolve/read_parameters.h"
#include "platforms/resolve/resolve_blocks.h"

namespace siov {
namespace {

using LevelCaches = google::protobuf::RepeatedPtrField<siovsim::WalkerCache>;

WalkerCacheConfig ResolveWalkerCache(const NodeScope& scope, const std::string& field,
                                     const siovsim::WalkerCache& cache) {
  const BlockReader reader(scope.context, cache, scope.node + ".iommu.page_walker." + field, scope.clock);
  WalkerCacheConfig config;
  if (cache.has_entries()) Read(reader, cache, &config);  // a cache may not be there
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

}  // namespace

PageWalkerConfig ResolvePageWalker(const NodeScope& scope, const siovsim::PageWalker& walker) {
  const BlockReader reader = Reader(scope, walker, "iommu.page_walker");
  PageWalkerConfig config;
  Read(reader, walker, &config);
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
