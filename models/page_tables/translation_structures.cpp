// SPDX-License-Identifier: Apache-2.0
#include "models/page_tables/translation_structures.h"

#include "models/page_tables/memory_map.h"

namespace siov {

using memory_map::Hash;
using memory_map::kQuarter;
using memory_map::kStructureBase;
using memory_map::Place;

std::uint64_t TranslationStructures::RootEntryAddress(RequesterId requester) const {
  const std::uint64_t bus = requester >> 8;
  const std::uint64_t upper_half = (requester >> 7) & 1;
  const std::uint64_t hash = Hash(seed_, memory_map::kRootTable, 0, 0);
  return Place(hash, kStructureBase, kQuarter, kPage4K) + bus * 16 + upper_half * 8;
}

std::uint64_t TranslationStructures::ContextEntryAddress(RequesterId requester) const {
  const std::uint64_t entry = requester & 0x7F;
  const std::uint64_t hash = Hash(seed_, memory_map::kContextTable, requester >> 7, 0);
  return Place(hash, kStructureBase, kQuarter, kPage4K) + entry * 32;
}

std::uint64_t TranslationStructures::DirectoryEntryAddress(RequesterId requester, std::uint32_t pasid) const {
  constexpr std::uint64_t kDirectoryBytes = std::uint64_t{kMaxPasids >> 6} * 8;
  const std::uint64_t hash = Hash(seed_, memory_map::kPasidDirectory, requester, 0);
  return Place(hash, kStructureBase, kQuarter, kDirectoryBytes) + std::uint64_t{pasid >> 6} * 8;
}

std::uint64_t TranslationStructures::PasidEntryAddress(RequesterId requester, std::uint32_t pasid) const {
  const std::uint64_t hash = Hash(seed_, memory_map::kPasidTable, requester, pasid >> 6);
  return Place(hash, kStructureBase, kQuarter, kPage4K) + std::uint64_t{pasid & 0x3F} * 64;
}

}  // namespace siov
