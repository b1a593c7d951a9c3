// SPDX-License-Identifier: Apache-2.0
#include "models/translation/host_permissions.h"

#include "models/translation/memory_map.h"

namespace siov {
namespace {

constexpr std::uint64_t kEntryBytes = 16;
constexpr unsigned kIndexBits = 8;
constexpr unsigned kLevel1Shift = 17;  // 32 pages of 4 KiB an entry

constexpr unsigned EntryShift(unsigned level) { return kLevel1Shift + kIndexBits * (level - 1); }

std::uint64_t KeyOf(RequesterId requester, std::uint64_t address, unsigned page_shift) {
  return (std::uint64_t{requester} << 48) ^ (std::uint64_t{page_shift} << 42) ^ (address >> page_shift);
}

}  // namespace

void HostPermissions::Set(RequesterId requester, std::uint64_t address, const HostPermission& permission) {
  set_[KeyOf(requester, address, permission.page_shift)] = permission;
}

HostPermission HostPermissions::Find(RequesterId requester, std::uint64_t address, std::uint8_t default_shift) const {
  HostPermission granted;
  granted.page_shift = default_shift;
  if (set_.empty()) return granted;
  for (const unsigned shift : {kPageShift4K, kPageShift2M, kPageShift1G}) {
    const auto found = set_.find(KeyOf(requester, address, shift));
    if (found != set_.end()) return found->second;
  }
  return granted;
}

unsigned HostPermissions::LeafLevel(unsigned page_shift) {
  return page_shift >= kPageShift1G ? 3 : page_shift >= kPageShift2M ? 2 : 1;
}

std::uint64_t HostPermissions::EntryAddress(RequesterId requester, unsigned level, std::uint64_t address) const {
  using memory_map::kQuarter;
  using memory_map::kStructureBase;
  constexpr std::uint64_t kTableBytes = kEntryBytes << kIndexBits;
  const unsigned shift = EntryShift(level);
  const std::uint64_t table = level == kLevels ? 0 : address >> (shift + kIndexBits);
  const std::uint64_t owner = (std::uint64_t{requester} << 3) | level;
  const std::uint64_t hash = memory_map::Hash(seed_, memory_map::kHostPermissionTable, owner, table);
  const std::uint64_t index = (address >> shift) & ((std::uint64_t{1} << kIndexBits) - 1);
  return memory_map::Place(hash, kStructureBase, kQuarter, kTableBytes) + index * kEntryBytes;
}

}  // namespace siov
