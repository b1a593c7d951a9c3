// SPDX-License-Identifier: Apache-2.0
// Page-table formats as data: how many levels, how many index bits each, how wide an input address may be.
//
// x86-64 first stage and VT-d second stage: 4 levels (48 bits) or 5 (57 bits) of 512 entries. RISC-V Sv39, Sv48 and
// Sv57: 3, 4 and 5 levels of 512 entries; as a second stage ("x4") the root is four pages with two more index bits.
// Every entry is 8 bytes. Level 1 is the lowest (4 KiB leaves), `levels` the root. Pure.
#ifndef SIOV_MODELS_TRANSLATION_TABLE_LAYOUT_H_
#define SIOV_MODELS_TRANSLATION_TABLE_LAYOUT_H_

#include <cstdint>

#include "models/base/units.h"
#include "models/translation/table_format.h"

namespace siov {

enum class TableStage : std::uint8_t { kFirst, kSecond };

inline constexpr unsigned kTableIndexBits = 9;
inline constexpr unsigned kTableEntryBytes = 8;

// Lowest address bit an entry of `level` covers: 12, 21, 30, 39, 48.
constexpr unsigned LevelShift(unsigned level) { return kPageShift4K + kTableIndexBits * (level - 1); }
// Level whose entries are leaves of this size. REQUIRES a shift of 12, 21, 30...
constexpr unsigned LevelOfLeaf(unsigned page_shift) { return (page_shift - kPageShift4K) / kTableIndexBits + 1; }

constexpr std::uint64_t PageBase(std::uint64_t address, unsigned page_shift) { return address & ~LowBits(page_shift); }

struct TableLayout {
  std::uint8_t levels = 0;  // 0: no table
  std::uint8_t input_bits = 0;
  std::uint8_t root_index_bits = 0;
  bool sign_extended = false;           // addresses are canonical: the bits above copy the highest input bit
  std::uint8_t largest_leaf_level = 3;  // 1 GiB; RISC-V has leaves on every level

  constexpr bool Accepts(std::uint64_t address) const {
    if (!sign_extended) return input_bits >= 64 || (address >> input_bits) == 0;
    const std::uint64_t above = address >> (input_bits - 1);
    return above == 0 || above == (~std::uint64_t{0} >> (input_bits - 1));
  }
  constexpr std::uint64_t Index(unsigned level, std::uint64_t address) const {
    const unsigned bits = level == levels ? root_index_bits : kTableIndexBits;
    return (address >> LevelShift(level)) & ((std::uint64_t{1} << bits) - 1);
  }
  // What tells the tables of one level apart: the address bits above those the table itself indexes.
  constexpr std::uint64_t TablePrefix(unsigned level, std::uint64_t address) const {
    return level == levels ? 0 : EntryPrefix(level + 1, address);
  }
  // What tells the entries of one level apart.
  constexpr std::uint64_t EntryPrefix(unsigned level, std::uint64_t address) const {
    return (address & ((std::uint64_t{1} << input_bits) - 1)) >> LevelShift(level);
  }
};

constexpr TableLayout LayoutOf(TableFormat format, TableStage stage) {
  const bool first = stage == TableStage::kFirst;
  constexpr unsigned kX4Bits = 2;
  const auto riscv = [first](unsigned levels) {
    const unsigned extra = first ? 0 : kX4Bits;
    const unsigned bits = kPageShift4K + kTableIndexBits * levels + extra;
    return TableLayout{static_cast<std::uint8_t>(levels), static_cast<std::uint8_t>(bits),
                       static_cast<std::uint8_t>(kTableIndexBits + extra), first, static_cast<std::uint8_t>(levels)};
  };
  switch (format) {
    case TableFormat::kX86FourLevel:
      return {4, 48, kTableIndexBits, first};
    case TableFormat::kX86FiveLevel:
      return {5, 57, kTableIndexBits, first};
    case TableFormat::kSv39:
      return riscv(3);
    case TableFormat::kSv48:
      return riscv(4);
    case TableFormat::kSv57:
      return riscv(5);
    case TableFormat::kNone:
      break;
  }
  return {};
}

}  // namespace siov

#endif  // SIOV_MODELS_TRANSLATION_TABLE_LAYOUT_H_
