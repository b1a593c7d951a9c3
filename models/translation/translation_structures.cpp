// SPDX-License-Identifier: Apache-2.0
#include "models/translation/translation_structures.h"

#include "models/translation/memory_map.h"

namespace siov {

using memory_map::Hash;
using memory_map::kQuarter;
using memory_map::kStructureBase;

namespace {

// Among the structures of a memory.
std::uint64_t Place(std::uint64_t home_base, std::uint64_t hash, std::uint64_t alignment) {
  return home_base + memory_map::Place(hash, kStructureBase, kQuarter, alignment);
}

}  // namespace

std::uint64_t TranslationStructures::RootEntryAddress(RequesterId requester) const {
  const std::uint64_t bus = requester >> 8;
  const std::uint64_t upper_half = (requester >> 7) & 1;
  const std::uint64_t hash = Hash(seed_, memory_map::kRootTable, 0, 0);
  return Place(BaseOf(requester), hash, kPage4K) + bus * 16 + upper_half * 8;
}

std::uint64_t TranslationStructures::ContextEntryAddress(RequesterId requester) const {
  const std::uint64_t entry = requester & 0x7F;
  const std::uint64_t hash = Hash(seed_, memory_map::kContextTable, requester >> 7, 0);
  return Place(BaseOf(requester), hash, kPage4K) + entry * 32;
}

std::uint64_t TranslationStructures::DirectoryEntryAddress(RequesterId requester, std::uint32_t pasid) const {
  constexpr std::uint64_t kDirectoryBytes = std::uint64_t{kMaxPasids >> 6} * 8;
  const std::uint64_t hash = Hash(seed_, memory_map::kPasidDirectory, requester, 0);
  return Place(BaseOf(requester), hash, kDirectoryBytes) + std::uint64_t{pasid >> 6} * 8;
}

std::uint64_t TranslationStructures::PasidEntryAddress(RequesterId requester, std::uint32_t pasid) const {
  const std::uint64_t hash = Hash(seed_, memory_map::kPasidTable, requester, pasid >> 6);
  return Place(BaseOf(requester), hash, kPage4K) + std::uint64_t{pasid & 0x3F} * 64;
}

bool TranslationStructures::DeviceDirectoryReaches(unsigned levels, RequesterId requester) {
  return levels >= 2 || requester < 128;
}

bool TranslationStructures::ProcessDirectoryReaches(unsigned levels, std::uint32_t process) {
  constexpr unsigned kBits[] = {0, 8, 17, 20};
  return process >> kBits[levels] == 0;
}

// Index bits of the levels: 7, 9, 8.
std::uint64_t TranslationStructures::DeviceDirectoryEntryAddress(unsigned level, RequesterId requester) const {
  const unsigned shift = level == 1 ? 0 : level == 2 ? 7 : 16;
  const std::uint64_t table = level == 1 ? requester >> 7 : 0;
  const std::uint64_t index = level == 1 ? requester & 0x7Fu : static_cast<unsigned>(requester) >> shift;
  const std::uint64_t hash = Hash(seed_, memory_map::kDeviceDirectory, level, table);
  return Place(BaseOf(requester), hash, kPage4K) + index * (level == 1 ? 32 : 8);
}

// Index bits of the levels: 8, 9, 3.
std::uint64_t TranslationStructures::ProcessDirectoryEntryAddress(RequesterId requester, unsigned level,
                                                                  std::uint32_t process, unsigned guest_bits) const {
  constexpr unsigned kShift[] = {0, 0, 8, 17};
  constexpr std::uint32_t kMask[] = {0, 0xFF, 0x1FF, 0x7};
  const std::uint64_t table = level == 3 ? 0 : process >> kShift[level + 1];
  const std::uint64_t index = (process >> kShift[level]) & kMask[level];
  const std::uint64_t owner = (std::uint64_t{requester} << 2) | level;
  const std::uint64_t hash = Hash(seed_, memory_map::kProcessDirectory, owner, table);
  const std::uint64_t offset = index * (level == 1 ? 16 : 8);
  if (guest_bits == 0) return Place(BaseOf(requester), hash, kPage4K) + offset;
  const std::uint64_t size = std::uint64_t{1} << (guest_bits - memory_map::kGuestTableShare);
  return memory_map::Place(hash, (std::uint64_t{1} << guest_bits) - size, size, kPage4K) + offset;
}

}  // namespace siov
