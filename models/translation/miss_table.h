// SPDX-License-Identifier: Apache-2.0
// Misses in progress: one entry a page, and the requests that wait for it in order of arrival. What IOTLB, ATC and page
// walker merge by. Grows to what is ever in flight at once and never shrinks. Pure.
#ifndef SIOV_MODELS_TRANSLATION_MISS_TABLE_H_
#define SIOV_MODELS_TRANSLATION_MISS_TABLE_H_

#include <cstdint>
#include <vector>

#include "models/base/ids.h"
#include "models/base/random.h"
#include "models/base/slot_finder.h"
#include "models/base/units.h"

namespace siov {

// Misses merge by 4 KiB page: before it is translated, nobody knows how large the page is.
struct MissKey {
  std::uint64_t page = 0;
  std::uint32_t pasid = 0;
  RequesterId requester = 0;
  static MissKey Of(RequesterId requester, Pasid pasid, std::uint64_t address) {
    return {address >> kPageShift4K, pasid.value(), requester};
  }
  std::uint64_t address() const { return page << kPageShift4K; }
  bool operator==(const MissKey& other) const {
    return page == other.page && pasid == other.pasid && requester == other.requester;
  }
  std::uint64_t Hash() const { return Mix64(Mix64((std::uint64_t{pasid} << 16) | requester) ^ page); }
};

// `State` is the owner's per miss, `Waiter` what it knows of a waiting request; both are small and copyable.
template <class State, class Waiter>
class MissTable {
 public:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFFu;
  // A queue of waiters, in an entry or detached from it.
  struct Chain {
    std::uint32_t head = kNone;
    std::uint32_t tail = kNone;
    bool empty() const { return head == kNone; }
  };

  MissTable() : index_(kInitialEntries) {}

  std::uint32_t Find(const MissKey& key) const {
    return index_.Find(key.Hash(), [&](std::uint32_t slot) { return entries_[slot].key == key; });
  }
  // REQUIRES that no entry has this key.
  std::uint32_t Open(const MissKey& key, const State& state) {
    if (free_entries_.empty()) Grow();
    const std::uint32_t entry = free_entries_.back();
    free_entries_.pop_back();
    entries_[entry] = {key, state, {}};
    index_.Add(key.Hash(), entry);
    ++open_;
    return entry;
  }
  // REQUIRES that nobody waits any more.
  void Close(std::uint32_t entry) {
    index_.Remove(entries_[entry].key.Hash(), entry);
    free_entries_.push_back(entry);
    --open_;
  }

  const MissKey& key(std::uint32_t entry) const { return entries_[entry].key; }
  State& state(std::uint32_t entry) { return entries_[entry].state; }
  bool HasWaiters(std::uint32_t entry) const { return !entries_[entry].waiters.empty(); }
  // The request the miss is worked on for. REQUIRES HasWaiters.
  Waiter& first(std::uint32_t entry) { return nodes_[entries_[entry].waiters.head].waiter; }
  std::uint32_t open() const { return open_; }

  void Wait(std::uint32_t entry, const Waiter& waiter) {
    Chain chain = entries_[entry].waiters;
    Append(chain, waiter);
    entries_[entry].waiters = chain;
  }
  Chain TakeWaiters(std::uint32_t entry) {
    const Chain chain = entries_[entry].waiters;
    entries_[entry].waiters = {};
    return chain;
  }
  void Append(Chain& chain, const Waiter& waiter) {
    if (free_nodes_.empty()) {
      free_nodes_.push_back(static_cast<std::uint32_t>(nodes_.size()));
      nodes_.emplace_back();
    }
    const std::uint32_t node = free_nodes_.back();
    free_nodes_.pop_back();
    nodes_[node] = {waiter, kNone};
    if (chain.empty()) {
      chain.head = node;
    } else {
      nodes_[chain.tail].next = node;
    }
    chain.tail = node;
  }
  // False if the chain is empty. Safe while new requests arrive in between.
  bool Pop(Chain& chain, Waiter* waiter) {
    if (chain.empty()) return false;
    const std::uint32_t node = chain.head;
    *waiter = nodes_[node].waiter;
    chain.head = nodes_[node].next;
    free_nodes_.push_back(node);
    return true;
  }
  // fn(entry) for every open entry whose predicate holds is the owner's business: it walks by index.
  std::uint32_t size() const { return static_cast<std::uint32_t>(entries_.size()); }
  bool IsOpen(std::uint32_t entry) const { return Find(entries_[entry].key) == entry; }

 private:
  static constexpr std::uint32_t kInitialEntries = 64;
  struct Entry {
    MissKey key;
    State state;
    Chain waiters;
  };
  struct Node {
    Waiter waiter;
    std::uint32_t next;
  };

  // REQUIRES that every entry is open (only then is there none to take).
  void Grow() {
    const auto before = static_cast<std::uint32_t>(entries_.size());
    const std::uint32_t after = before == 0 ? kInitialEntries : 2 * before;
    entries_.resize(after);
    index_ = HashIndex(after);
    for (std::uint32_t entry = 0; entry < before; ++entry) index_.Add(entries_[entry].key.Hash(), entry);
    for (std::uint32_t entry = after; entry > before; --entry) free_entries_.push_back(entry - 1);
  }

  HashIndex index_;
  std::vector<Entry> entries_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> free_entries_;
  std::vector<std::uint32_t> free_nodes_;
  std::uint32_t open_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_TRANSLATION_MISS_TABLE_H_
