// SPDX-License-Identifier: Apache-2.0
#include "models/base/belady.h"

#include <set>
#include <unordered_map>
#include <utility>

namespace siov {
namespace {

constexpr std::uint64_t kNeverAgain = ~std::uint64_t{0};

// By position: when the key is looked up next, or never if it is invalidated before.
std::vector<std::uint64_t> NextUses(const std::vector<CacheEvent>& stream) {
  std::vector<std::uint64_t> next(stream.size(), kNeverAgain);
  std::unordered_map<std::uint64_t, std::uint64_t> later;
  for (std::size_t i = stream.size(); i-- > 0;) {
    if (stream[i].invalidates) {
      later.erase(stream[i].key);
      continue;
    }
    const auto [entry, is_last] = later.try_emplace(stream[i].key, i);
    if (is_last) continue;
    next[i] = entry->second;
    entry->second = i;
  }
  return next;
}

}  // namespace

OracleCounts CountBelady(const std::vector<CacheEvent>& stream, std::uint32_t entries) {
  OracleCounts counts;
  const std::vector<std::uint64_t> next = NextUses(stream);
  std::unordered_map<std::uint64_t, std::uint64_t> held;          // key -> its next use
  std::set<std::pair<std::uint64_t, std::uint64_t>> by_next_use;  // the latest at the end
  const auto forget = [&](std::uint64_t key) {
    const auto entry = held.find(key);
    if (entry == held.end()) return false;
    by_next_use.erase({entry->second, key});
    held.erase(entry);
    return true;
  };
  for (std::size_t i = 0; i < stream.size(); ++i) {
    const std::uint64_t key = stream[i].key;
    if (stream[i].invalidates) {
      forget(key);
      continue;
    }
    ++counts.lookups;
    if (!forget(key)) {
      ++counts.misses;
      if (entries == 0) continue;
      if (held.size() == entries) forget(by_next_use.rbegin()->second);
    }
    held[key] = next[i];
    by_next_use.insert({next[i], key});
  }
  return counts;
}

}  // namespace siov
