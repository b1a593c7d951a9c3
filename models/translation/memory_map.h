// SPDX-License-Identifier: Apache-2.0
// Where the simulated host keeps things: each memory is 2^48 bytes in four quarters, so that structures, tables and
// data never meet and nothing lies in the interrupt window FEEx_xxxxh. Addresses are hashes of what lies there. Bits
// 51:48 of an address name its home, the memory it lies in, as hosts of several sockets decode high address bits. Pure.
#ifndef SIOV_MODELS_TRANSLATION_MEMORY_MAP_H_
#define SIOV_MODELS_TRANSLATION_MEMORY_MAP_H_

#include <cstdint>

#include "models/base/random.h"
#include "models/base/units.h"

namespace siov::memory_map {

inline constexpr unsigned kHostAddressBits = 48;
// What a pass-through address may have.
inline constexpr unsigned kHostAddressWidth = 52;
inline constexpr std::uint32_t kMostMemories = 1u << (kHostAddressWidth - kHostAddressBits);

// Which memory an address lies in, and where that one begins.
inline constexpr std::uint64_t HomeOf(std::uint64_t address) { return address >> kHostAddressBits; }
inline constexpr std::uint64_t BaseOf(std::uint32_t memory) { return std::uint64_t{memory} << kHostAddressBits; }
inline constexpr std::uint64_t kQuarter = std::uint64_t{1} << (kHostAddressBits - 2);
inline constexpr std::uint64_t kDataBase = kQuarter;
inline constexpr std::uint64_t kTableBase = 2 * kQuarter;
inline constexpr std::uint64_t kStructureBase = 3 * kQuarter;
// A guest keeps its page tables in the top 64th of its memory.
inline constexpr unsigned kGuestTableShare = 6;

// What is hashed. Numbers decide where things lie: add at the end.
enum Kind : std::uint64_t {
  kRootTable,
  kContextTable,
  kPasidDirectory,
  kPasidTable,
  kFirstTable,
  kSecondTable,
  kFirstFrame,
  kSecondFrame,
  kResidency,
  kDeviceDirectory,
  kProcessDirectory,
  kHostPermissionTable
};

// What is left to hash is a prefix: Mix64(SeedOf(...) ^ prefix).
inline std::uint64_t SeedOf(std::uint64_t seed, Kind kind, std::uint64_t owner) {
  return Mix64(seed ^ (owner << 8) ^ kind);
}
inline std::uint64_t Hash(std::uint64_t seed, Kind kind, std::uint64_t owner, std::uint64_t prefix) {
  return Mix64(SeedOf(seed, kind, owner) ^ prefix);
}

// `hash` as an address in [base, base + size), aligned; size and alignment are powers of two.
inline std::uint64_t Place(std::uint64_t hash, std::uint64_t base, std::uint64_t size, std::uint64_t alignment) {
  return base + (hash & (size - 1) & ~(alignment - 1));
}

}  // namespace siov::memory_map

#endif  // SIOV_MODELS_TRANSLATION_MEMORY_MAP_H_
