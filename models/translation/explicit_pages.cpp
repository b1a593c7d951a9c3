// SPDX-License-Identifier: Apache-2.0
#include "models/translation/explicit_pages.h"

namespace siov {

bool ExplicitPages::Map(const Table& table, std::uint64_t address, unsigned page_shift, const Leaf& leaf) {
  const unsigned leaf_level = LevelOfLeaf(page_shift);
  const EntryKey key = table.Key(leaf_level, address);
  if (const auto known = leaves_.find(key); known != leaves_.end()) {
    known->second = leaf;
    return true;
  }
  if (tables_.find(key) != tables_.end()) return false;
  for (unsigned level = leaf_level + 1; level <= table.layout.levels; ++level) {
    if (leaves_.find(table.Key(level, address)) != leaves_.end()) return false;
  }
  leaves_.emplace(key, leaf);
  for (unsigned level = leaf_level + 1; level <= table.layout.levels; ++level) ++tables_[table.Key(level, address)];
  return true;
}

bool ExplicitPages::Unmap(const Table& table, std::uint64_t address) {
  const unsigned levels = table.layout.levels;
  for (unsigned leaf_level = 1; leaf_level <= levels; ++leaf_level) {
    if (leaves_.erase(table.Key(leaf_level, address)) == 0) continue;
    for (unsigned level = leaf_level + 1; level <= levels; ++level) {
      const auto references = tables_.find(table.Key(level, address));
      if (--references->second == 0) tables_.erase(references);
    }
    return true;
  }
  return false;
}

}  // namespace siov
