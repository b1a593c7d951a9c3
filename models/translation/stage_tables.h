// SPDX-License-Identifier: Apache-2.0
// One stage of an address space as a walk goes through it: where its tables and pages lie, and what their entries say
// where they follow the rule. Set up once a walk by AddressSpaces, so that a level costs one hash of its address. Pure.
#ifndef SIOV_MODELS_TRANSLATION_STAGE_TABLES_H_
#define SIOV_MODELS_TRANSLATION_STAGE_TABLES_H_

#include <cstdint>

#include "models/base/random.h"
#include "models/translation/table_entry.h"
#include "models/translation/table_layout.h"

namespace siov {

struct StageTables {
  // A part of a memory, as large as a power of two.
  struct Part {
    std::uint64_t base = 0;
    std::uint64_t limit = 0;  // largest offset

    std::uint64_t Place(std::uint64_t hash, std::uint64_t alignment) const {
      return base + (hash & limit & ~(alignment - 1));
    }
  };

  TableLayout layout;
  // Every entry says what Entry() says, unless software has changed one by hand: nothing is mapped page by page or
  // absent at the start, leaves are of one size, and nobody tracks accessed and dirty bits.
  bool regular = false;
  bool leaf_write = true;
  std::uint8_t leaf_level = 0;   // where regular
  std::uint64_t table_seed = 0;  // hashes of all that tells these tables (pages) from others of the same address
  std::uint64_t frame_seed = 0;
  Part tables;
  Part frames;

  // The table of `level` that translates `address`.
  std::uint64_t Table(unsigned level, std::uint64_t address) const {
    const std::uint64_t prefix = (layout.TablePrefix(level, address) << 3) | level;
    const unsigned index_bits = level == layout.levels ? unsigned{layout.root_index_bits} : kTableIndexBits;
    return tables.Place(Mix64(table_seed ^ prefix), std::uint64_t{kTableEntryBytes} << index_bits);
  }
  // The page that a leaf of `level` maps.
  std::uint64_t Frame(unsigned level, std::uint64_t address) const {
    return frames.Place(Mix64(frame_seed ^ layout.EntryPrefix(level, address)), std::uint64_t{1} << LevelShift(level));
  }
  // REQUIRES regular.
  TableEntry Entry(unsigned level, std::uint64_t address) const {
    if (level == leaf_level) return {TableEntry::Kind::kLeaf, true, leaf_write, Frame(level, address)};
    return {TableEntry::Kind::kTable, true, true, Table(level - 1, address)};
  }
};

}  // namespace siov

#endif  // SIOV_MODELS_TRANSLATION_STAGE_TABLES_H_
