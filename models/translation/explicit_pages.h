// SPDX-License-Identifier: Apache-2.0
// Tables that hold only what was mapped: leaves, and the entries above them that refer to tables while a mapping needs
// them. Sparse: costs memory for mapped pages alone. Where tables lie is not decided here. Pure.
#ifndef SIOV_MODELS_TRANSLATION_EXPLICIT_PAGES_H_
#define SIOV_MODELS_TRANSLATION_EXPLICIT_PAGES_H_

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "models/translation/table_entry.h"
#include "models/translation/table_layout.h"

namespace siov {

class ExplicitPages {
 public:
  struct Leaf {
    std::uint64_t target = 0;
    bool read = false;
    bool write = false;
    bool user = true;
  };
  // One stage of one owner.
  struct Table {
    const TableLayout& layout;
    std::uint32_t owner;
    TableStage stage;
    EntryKey Key(unsigned level, std::uint64_t address) const {
      return {layout.EntryPrefix(level, address), owner, static_cast<std::uint8_t>(level),
              static_cast<std::uint8_t>(stage)};
    }
  };

  // Replaces an equal page. False, and nothing changes, if it overlaps a page of another size.
  bool Map(const Table& table, std::uint64_t address, unsigned page_shift, const Leaf& leaf);
  // False if nothing is mapped there.
  bool Unmap(const Table& table, std::uint64_t address);

  const Leaf* FindLeaf(const EntryKey& key) const {
    const auto leaf = leaves_.find(key);
    return leaf == leaves_.end() ? nullptr : &leaf->second;
  }
  bool RefersToTable(const EntryKey& key) const { return tables_.find(key) != tables_.end(); }
  std::size_t pages() const { return leaves_.size(); }

 private:
  std::unordered_map<EntryKey, Leaf, EntryKeyHash> leaves_;
  std::unordered_map<EntryKey, std::uint32_t, EntryKeyHash> tables_;  // entries that refer to tables: mappings below
};

}  // namespace siov

#endif  // SIOV_MODELS_TRANSLATION_EXPLICIT_PAGES_H_
