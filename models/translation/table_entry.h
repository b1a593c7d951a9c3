// SPDX-License-Identifier: Apache-2.0
// One page-table entry as data: what it says about an address below it, what tells it from all others, and what may be
// set apart from the tables' rule: a defect, rights taken away, accessed and dirty bits. Pure.
#ifndef SIOV_MODELS_TRANSLATION_TABLE_ENTRY_H_
#define SIOV_MODELS_TRANSLATION_TABLE_ENTRY_H_

#include <cstdint>
#include <unordered_map>

#include "models/base/random.h"
#include "models/translation/structure_entries.h"

namespace siov {

struct TableEntry {
  enum class Kind : std::uint8_t { kNotPresent, kTable, kLeaf };
  Kind kind = Kind::kNotPresent;
  bool read = false;
  bool write = false;
  std::uint64_t address = 0;  // of the next table, or of the page
  bool user = true;           // U/S: user requests may pass
  bool accessed = true;       // true as well where nobody tracks it
  bool dirty = true;
  EntryDefect defect = EntryDefect::kNone;
};

// An entry of one owner's tables. Leaves and references of one level have the same keys.
struct EntryKey {
  std::uint64_t prefix = 0;
  std::uint32_t owner = 0;
  std::uint8_t level = 0;
  std::uint8_t stage = 0;
  bool operator==(const EntryKey& other) const {
    return prefix == other.prefix && owner == other.owner && level == other.level && stage == other.stage;
  }
};

struct EntryKeyHash {
  std::size_t operator()(const EntryKey& key) const {
    const std::uint64_t tag = (std::uint64_t{key.owner} << 16) | (std::uint64_t{key.level} << 8) | key.stage;
    return static_cast<std::size_t>(Mix64(Mix64(key.prefix + 1) ^ tag));
  }
};

// What an entry says differently from the rule of its table.
struct EntryOverride {
  EntryDefect defect = EntryDefect::kNone;
  bool not_present = false;
  bool no_read = false;
  bool no_write = false;
  bool supervisor = false;  // U/S = 0
};

// The entries somebody changed; nothing is stored for the others.
class EntryStates {
 public:
  void Set(const EntryKey& key, const EntryOverride& change) { overrides_[key] = change; }
  void Reset(const EntryKey& key) { overrides_.erase(key); }
  // Sticky. `dirty` sets both bits.
  void Use(const EntryKey& key, bool dirty) { used_[key] |= dirty ? kAccessed | kDirty : kAccessed; }
  void ClearUse(const EntryKey& key) { used_.erase(key); }

  void Apply(const EntryKey& key, bool tracked, TableEntry* entry) const {
    if (tracked) {
      const auto use = used_.find(key);
      entry->accessed = use != used_.end();
      entry->dirty = use != used_.end() && (use->second & kDirty) != 0;
    }
    if (overrides_.empty()) return;
    const auto found = overrides_.find(key);
    if (found == overrides_.end()) return;
    const EntryOverride& change = found->second;
    entry->defect = change.defect;
    if (change.not_present) entry->kind = TableEntry::Kind::kNotPresent;
    entry->read = entry->read && !change.no_read;
    entry->write = entry->write && !change.no_write;
    entry->user = entry->user && !change.supervisor;
  }
  bool any_override() const { return !overrides_.empty(); }
  std::size_t size() const { return overrides_.size() + used_.size(); }

 private:
  static constexpr std::uint8_t kAccessed = 1;
  static constexpr std::uint8_t kDirty = 2;
  std::unordered_map<EntryKey, EntryOverride, EntryKeyHash> overrides_;
  std::unordered_map<EntryKey, std::uint8_t, EntryKeyHash> used_;
};

}  // namespace siov

#endif  // SIOV_MODELS_TRANSLATION_TABLE_ENTRY_H_
