// SPDX-License-Identifier: Apache-2.0
// A cache in partitions: equal shares, each a SetAssociativeCache of its own, so that what one partition's users do
// never evicts what another's hold. Who uses which partition is said with every key (models/translation/
// cache_partitions.h); numbers beyond the last partition wrap. With one partition it is the plain cache at its cost.
//
// It models way- or set-partitioned hardware whose shares are fixed; not shares that move at run time. Pure.
#ifndef SIOV_MODELS_BASE_PARTITIONED_CACHE_H_
#define SIOV_MODELS_BASE_PARTITIONED_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "models/base/set_associative.h"

namespace siov {

template <class Key, class Value, class Hash = std::hash<Key>>
class PartitionedCache {
 public:
  using Share = SetAssociativeCache<Key, Value, Hash>;
  using Evicted = typename Share::Evicted;

  // Throws std::invalid_argument unless geometry.Validate() finds no fault.
  explicit PartitionedCache(const CacheGeometry& geometry, Hash hash = Hash())
      : partitions_(Checked(geometry).partitions), first_(ShareOf(geometry, 0), hash) {
    others_.reserve(partitions_ - 1);
    for (std::uint32_t i = 1; i < partitions_; ++i) others_.emplace_back(ShareOf(geometry, i), hash);
  }

  Value* Lookup(std::uint32_t partition, const Key& key) { return Of(partition).Lookup(key); }
  const Value* Peek(std::uint32_t partition, const Key& key) const { return Of(partition).Peek(key); }
  std::optional<Evicted> Insert(std::uint32_t partition, const Key& key, Value value) {
    return Of(partition).Insert(key, std::move(value));
  }
  bool Erase(std::uint32_t partition, const Key& key) { return Of(partition).Erase(key); }
  // Wherever it is held; returns how many partitions held it. Asks every partition.
  std::size_t EraseInAll(const Key& key) {
    std::size_t erased = first_.Erase(key) ? 1u : 0u;
    for (Share& share : others_) erased += share.Erase(key) ? 1u : 0u;
    return erased;
  }

  // In all partitions; returns how many. Visits every entry.
  template <class Pred>
  std::size_t EraseIf(Pred pred) {
    std::size_t erased = first_.EraseIf(pred);
    for (Share& share : others_) erased += share.EraseIf(pred);
    return erased;
  }
  template <class Fn>
  void ForEach(Fn fn) const {
    first_.ForEach(fn);
    for (const Share& share : others_) share.ForEach(fn);
  }
  void Clear() {
    EraseIf([](const Key&, const Value&) { return true; });
  }

  std::uint32_t partitions() const { return partitions_; }
  std::size_t size() const {
    std::size_t entries = first_.size();
    for (const Share& share : others_) entries += share.size();
    return entries;
  }
  std::size_t capacity() const { return first_.capacity() * partitions_; }

 private:
  static const CacheGeometry& Checked(const CacheGeometry& geometry) {
    const ConfigFaults faults = geometry.Validate("");
    if (faults.empty()) return geometry;
    throw std::invalid_argument("cache: " + faults.front().field + " is " + faults.front().value +
                                "; allowed: " + faults.front().allowed);
  }
  // Partitions draw their random victims apart.
  static CacheGeometry ShareOf(const CacheGeometry& geometry, std::uint32_t index) {
    CacheGeometry share = geometry.Share();
    share.seed += index;
    return share;
  }
  Share& Of(std::uint32_t partition) {
    if (partitions_ == 1) return first_;
    const std::uint32_t index = partition % partitions_;
    return index == 0 ? first_ : others_[index - 1];
  }
  const Share& Of(std::uint32_t partition) const { return const_cast<PartitionedCache*>(this)->Of(partition); }

  std::uint32_t partitions_;
  Share first_;  // in place: one partition costs no indirection
  std::vector<Share> others_;
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_PARTITIONED_CACHE_H_
