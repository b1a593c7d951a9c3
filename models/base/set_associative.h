// SPDX-License-Identifier: Apache-2.0
// The one set-associative array: IOTLB, ATC, PASID cache, paging-structure caches, interrupt-entry cache, IMS cache and
// LLC tags are all this template.
//
// It models what is held and what is replaced (replacement.h), exactly and deterministically. It has no time, ports or
// banks; those belong to the blocks.
//
// Set index: the low bits of Mix64(Hash(key)), so keys that differ anywhere spread over the sets, as hashed-index
// hardware does. To model an index taken straight from address bits (SetIndex::kLowBits of the geometry), give the hash
// functor a second member `std::uint64_t IndexBits(const Key&) const`: its bits from the geometry's index_shift on.
//
// Up to 16 ways a lookup compares one-byte tags; beyond, it asks a hash index, so that large fully associative arrays
// cost the same. Key and Value must be default-constructible.
#ifndef SIOV_MODELS_BASE_SET_ASSOCIATIVE_H_
#define SIOV_MODELS_BASE_SET_ASSOCIATIVE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "models/base/random.h"
#include "models/base/replacement.h"
#include "models/base/slot_finder.h"

namespace siov {

template <class Key, class Value, class Hash = std::hash<Key>>
class SetAssociativeCache {
 public:
  // What Insert pushed out.
  struct Evicted {
    Key key;
    Value value;
  };

  // Throws std::invalid_argument unless geometry.Validate() finds no fault and there is one partition.
  explicit SetAssociativeCache(const CacheGeometry& geometry, Hash hash = Hash())
      : hash_(std::move(hash)),
        ways_(Checked(geometry).WaysPerSet()),
        set_mask_(geometry.entries == 0 ? 0 : geometry.Sets() - 1),
        low_bits_(geometry.index == SetIndex::kLowBits),
        index_shift_(geometry.index_shift),
        few_ways_(ways_ <= TagRows::kMaxWays),
        entries_(geometry.entries),
        state_(geometry) {
    if (low_bits_ && !HasIndexBits<Hash>::value) {
      throw std::invalid_argument("cache: its keys have no address bits to index by");
    }
    if (few_ways_) {
      tags_ = TagRows(geometry.Sets(), ways_);
    } else {
      index_ = HashIndex(geometry.entries);
    }
  }

  // A hit counts as a use; nullptr on a miss. The pointer is good until the next Insert, Erase or Clear.
  Value* Lookup(const Key& key) {
    const Place place = PlaceOf(key);
    const std::uint32_t slot = Find(place, key);
    if (slot == kNoSlot) return nullptr;
    state_.Touch(place.set, slot);
    return &entries_[slot].value;
  }

  // Looks without counting as a use.
  const Value* Peek(const Key& key) const {
    const std::uint32_t slot = Find(PlaceOf(key), key);
    return slot == kNoSlot ? nullptr : &entries_[slot].value;
  }

  // An equal key is overwritten, which counts as a use. Returns the victim if the set was full.
  std::optional<Evicted> Insert(const Key& key, Value value) {
    std::optional<Evicted> victim;
    if (entries_.empty()) return victim;
    const Place place = PlaceOf(key);
    std::uint32_t slot = Find(place, key);
    if (slot != kNoSlot) {
      entries_[slot].value = std::move(value);
      state_.Touch(place.set, slot);
      return victim;
    }
    slot = state_.FirstFree(place.set);
    if (slot == kNoSlot) {
      slot = state_.Victim(place.set);
      Remove(PlaceOf(entries_[slot].key), slot);
      victim.emplace(Evicted{std::move(entries_[slot].key), std::move(entries_[slot].value)});
    }
    Add(place, slot);
    entries_[slot] = {key, std::move(value)};
    return victim;
  }

  bool Erase(const Key& key) {
    const Place place = PlaceOf(key);
    const std::uint32_t slot = Find(place, key);
    if (slot == kNoSlot) return false;
    Remove(place, slot);
    entries_[slot] = {};
    return true;
  }

  // Erases what pred(const Key&, const Value&) selects; returns how many. Visits every entry: an invalidation's cost.
  template <class Pred>
  std::size_t EraseIf(Pred pred) {
    const std::size_t before = size_;
    for (std::uint32_t slot = 0; slot < entries_.size(); ++slot) {
      Entry& entry = entries_[slot];
      if (!state_.Occupied(slot) || !pred(std::as_const(entry.key), std::as_const(entry.value))) continue;
      Remove(PlaceOf(entry.key), slot);
      entry = {};
    }
    return before - size_;
  }

  // fn(const Key&, const Value&) in the order of sets and ways.
  template <class Fn>
  void ForEach(Fn fn) const {
    for (std::uint32_t slot = 0; slot < entries_.size(); ++slot) {
      if (state_.Occupied(slot)) fn(entries_[slot].key, entries_[slot].value);
    }
  }

  void Clear() {
    EraseIf([](const Key&, const Value&) { return true; });
  }

  std::size_t size() const { return size_; }
  std::size_t capacity() const { return entries_.size(); }
  std::uint32_t ways() const { return ways_; }
  std::uint32_t SetOf(const Key& key) const { return PlaceOf(key).set; }

 private:
  struct Entry {
    Key key{};
    Value value{};
  };
  struct Place {
    std::uint64_t hash;
    std::uint32_t set;
  };
  static constexpr std::uint32_t kNoSlot = ReplacementState::kNoSlot;
  static_assert(kNoSlot == TagRows::kNoSlot && kNoSlot == HashIndex::kNoSlot, "one value means no slot");

  template <class H, class = void>
  struct HasIndexBits : std::false_type {};
  template <class H>
  struct HasIndexBits<H, std::void_t<decltype(std::declval<const H&>().IndexBits(std::declval<const Key&>()))>>
      : std::true_type {};

  static const CacheGeometry& Checked(const CacheGeometry& geometry) {
    const ConfigFaults faults = geometry.Validate("");
    if (!faults.empty()) {
      throw std::invalid_argument("cache: " + faults.front().field + " is " + faults.front().value +
                                  "; allowed: " + faults.front().allowed);
    }
    if (geometry.partitions != 1) throw std::invalid_argument("cache: this one has no partitions");
    return geometry;
  }

  Place PlaceOf(const Key& key) const {
    const std::uint64_t hash = Mix64(static_cast<std::uint64_t>(hash_(key)));
    if constexpr (HasIndexBits<Hash>::value) {
      if (low_bits_) return {hash, static_cast<std::uint32_t>(hash_.IndexBits(key) >> index_shift_) & set_mask_};
    }
    return {hash, static_cast<std::uint32_t>(hash) & set_mask_};
  }

  std::uint32_t Find(const Place& place, const Key& key) const {
    const auto equal = [&](std::uint32_t slot) { return entries_[slot].key == key; };
    if (!few_ways_) return index_.Find(place.hash, equal);
    return entries_.empty() ? kNoSlot : tags_.Find(place.hash, place.set, equal);
  }

  void Add(const Place& place, std::uint32_t slot) {
    if (few_ways_) {
      tags_.Add(place.hash, place.set, slot);
    } else {
      index_.Add(place.hash, slot);
    }
    state_.Fill(place.set, slot);
    ++size_;
  }

  void Remove(const Place& place, std::uint32_t slot) {
    if (few_ways_) {
      tags_.Remove(place.set, slot);
    } else {
      index_.Remove(place.hash, slot);
    }
    state_.Vacate(place.set, slot);
    --size_;
  }

  Hash hash_;
  std::uint32_t ways_;
  std::uint32_t set_mask_;
  bool low_bits_;
  std::uint8_t index_shift_;
  bool few_ways_;
  std::size_t size_ = 0;
  std::vector<Entry> entries_;  // by slot
  ReplacementState state_;
  TagRows tags_;     // up to 16 ways
  HashIndex index_;  // beyond
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_SET_ASSOCIATIVE_H_
