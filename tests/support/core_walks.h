// SPDX-License-Identifier: Apache-2.0
// Walks of a page walker's core without time: one request, and the list of what it read.
#ifndef SIOV_TESTS_SUPPORT_CORE_WALKS_H_
#define SIOV_TESTS_SUPPORT_CORE_WALKS_H_

#include <vector>

#include "models/iommu/page_walker/page_walker_core.h"

namespace siov::walks {

inline constexpr RequesterId kDevice = 0x0100;
inline constexpr std::uint64_t kVa = 0x12'3456'7000;

inline CacheGeometry Entries(std::uint32_t entries) {
  CacheGeometry geometry;
  geometry.entries = entries;
  return geometry;
}

inline AddressSpaceClass Class(TranslationStages stages, TableFormat first, TableFormat second) {
  AddressSpaceClass config;
  config.first_pasid = 1;
  config.count = 1000;
  config.stages = stages;
  config.first_format = first;
  config.second_format = second;
  return config;
}

// All caches on.
inline PageWalkerConfig Cached() {
  PageWalkerConfig config;
  config.context_cache = Entries(16);
  config.pasid_cache = Entries(16);
  config.first_stage_cache.fill(Entries(16));
  config.second_stage_cache.fill(Entries(64));
  return config;
}

struct Outcome {
  std::vector<std::uint64_t> reads;
  Translation result;
  WalkTally tally;
  std::size_t table_reads() const { return reads.size() - tally.structure_reads; }
};

inline Outcome WalkTo(PageWalkerCore& core, Pasid pasid, std::uint64_t address) {
  OngoingWalk walk;
  core.Begin(walk, {kDevice, pasid, address});
  Outcome outcome;
  while (const auto access = core.Next(walk)) {
    if (access.kind != EntryAccess::Kind::kLookUp) outcome.reads.push_back(access.address);
  }
  outcome.result = walk.result();
  outcome.tally = walk.tally();
  return outcome;
}

}  // namespace siov::walks

#endif  // SIOV_TESTS_SUPPORT_CORE_WALKS_H_
