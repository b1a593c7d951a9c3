// SPDX-License-Identifier: Apache-2.0
// What a walk with nothing cached reads and asks, by arithmetic on the formats.
#include <algorithm>
#include <array>

#include "platforms/graph/zero_load.h"

namespace siov {
namespace {

unsigned LevelsOf(TableFormat format) {
  switch (format) {
    case TableFormat::kSv39:
      return 3;
    case TableFormat::kX86FourLevel:
    case TableFormat::kSv48:
      return 4;
    case TableFormat::kX86FiveLevel:
    case TableFormat::kSv57:
      return 5;
    case TableFormat::kNone:
      break;
  }
  return 0;
}

// Entries read from the root down to a leaf of this size.
unsigned ReadsTo(TableFormat format, unsigned leaf_shift) {
  const unsigned skipped = (leaf_shift - kPageShift4K) / 9;
  const unsigned levels = LevelsOf(format);
  return levels > skipped ? levels - skipped : 0;
}

// The levels of a stage are asked at once; the slowest counts.
Picoseconds SlowestLevel(const std::array<WalkerCacheConfig, kMaxTableLevels - 1>& caches, TableFormat format) {
  Picoseconds slowest = 0;
  for (unsigned level = 2; level <= LevelsOf(format); ++level) {
    slowest = std::max(slowest, caches[level - 2].lookup_latency_ps);
  }
  return slowest;
}

// PASID and context cache, the first stage's levels, and for everything that goes through the second stage its levels,
// the nested cache before them unless it is the output.
Picoseconds ColdLookups(const AddressSpaceClass& space, const PageWalkerConfig& walker, unsigned tables_below) {
  const Picoseconds second = SlowestLevel(walker.second_stage_cache, space.second_format);
  Picoseconds sum = walker.pasid_cache.lookup_latency_ps + walker.context_cache.lookup_latency_ps;
  sum += tables_below * (walker.nested_cache.lookup_latency_ps + second);
  if (space.stages == TranslationStages::kFirstOnly || space.stages == TranslationStages::kNested) {
    sum += SlowestLevel(walker.first_stage_cache, space.first_format);
  }
  return space.has_second_stage() ? sum + second : sum;
}

}  // namespace

WalkReads ColdWalk(const AddressSpaceClass& space, const PageWalkerConfig& walker) {
  WalkReads walk;
  const bool riscv = walker.profile == IommuProfile::kRiscv;
  walk.structure = riscv ? walker.device_directory_levels + walker.process_directory_levels : 4u;
  const unsigned first = ReadsTo(space.first_format, space.first_leaf_shift);
  const unsigned second = ReadsTo(space.second_format, space.second_leaf_shift);
  switch (space.stages) {
    case TranslationStages::kFirstOnly:
      walk.table = first;
      break;
    case TranslationStages::kSecondOnly:
      walk.table = second;
      break;
    case TranslationStages::kNested:
      walk.table = (first + 1) * (second + 1) - 1;
      walk.table_in_guest = first;
      break;
    case TranslationStages::kPassThrough:
      break;
  }
  unsigned tables_below = space.stages == TranslationStages::kNested ? first : 0;  // that pass the second stage
  if (riscv && space.has_second_stage()) {  // a process directory lies in guest memory
    walk.table += walker.process_directory_levels * second;
    walk.structure_in_guest = walker.process_directory_levels;
    tables_below += walker.process_directory_levels;
  }
  walk.lookups_ps = ColdLookups(space, walker, tables_below);
  return walk;
}

WalkReads ColdCheck(const AddressSpaceClass& space, const PageWalkerConfig& walker, Containment containment) {
  WalkReads walk;
  if (containment == Containment::kSecondStage) {
    walk.structure = walker.device_directory_levels;
    walk.table = ReadsTo(space.second_format, space.second_leaf_shift);
  } else if (containment == Containment::kPermissionTable) {
    constexpr unsigned kLevels = 4;
    walk.structure = 4;
    walk.table = walk.table_at_iommu = kLevels - (walker.host_permission_shift - kPageShift4K) / 9;
  }
  return walk;
}

}  // namespace siov
