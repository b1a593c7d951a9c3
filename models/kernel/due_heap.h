// SPDX-License-Identifier: Apache-2.0
// A 4-ary heap of 32-byte entries keyed by (time, order): the ordered part of the due calendar (due_calendar.h).
//
// Four children share a cache line pair, so a pop touches half as many lines as a binary heap's. Pure.
#ifndef SIOV_MODELS_KERNEL_DUE_HEAP_H_
#define SIOV_MODELS_KERNEL_DUE_HEAP_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/base/units.h"

namespace siov {

struct DueItem {
  void* object = nullptr;  // packet, job, or null: the block knows by kind
  std::uint32_t kind = 0;  // the block's own enumeration
  std::uint32_t argument = 0;
};

// `order` decides between entries due at the same time: phase rank, then block ordinal, then sequence.
struct DueEntry {
  Picoseconds time = 0;
  std::uint64_t order = 0;
  DueItem item;
};

inline bool Before(const DueEntry& a, const DueEntry& b) {
  return a.time != b.time ? a.time < b.time : a.order < b.order;
}

class DueHeap {
 public:
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  const DueEntry& top() const { return entries_.front(); }

  // Entries without order, and then their order, once all are there: cheaper than pushing one by one.
  void Append(const DueEntry& entry) { entries_.push_back(entry); }
  void Order() {
    if (entries_.size() < 2) return;
    for (std::size_t hole = (entries_.size() - 2) / kArity + 1; hole-- > 0;) SiftDown(DueEntry(entries_[hole]), hole);
  }

  void Push(const DueEntry& entry) {
    entries_.push_back(entry);
    std::size_t hole = entries_.size() - 1;
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / kArity;
      if (!Before(entry, entries_[parent])) break;
      entries_[hole] = entries_[parent];
      hole = parent;
    }
    entries_[hole] = entry;
  }

  void Pop(DueEntry* first) {
    *first = entries_.front();
    const DueEntry last = entries_.back();
    entries_.pop_back();
    if (!entries_.empty()) SiftDown(last, 0);
  }

 private:
  static constexpr std::size_t kArity = 4;

  // Moves the hole down until `entry` fits.
  void SiftDown(const DueEntry& entry, std::size_t hole) {
    const std::size_t count = entries_.size();
    for (;;) {
      const std::size_t first = hole * kArity + 1;
      if (first >= count) break;
      std::size_t best = first;
      const std::size_t last = first + kArity < count ? first + kArity : count;
      for (std::size_t child = first + 1; child < last; ++child) {
        if (Before(entries_[child], entries_[best])) best = child;
      }
      if (!Before(entries_[best], entry)) break;
      entries_[hole] = entries_[best];
      hole = best;
    }
    entries_[hole] = entry;
  }

  std::vector<DueEntry> entries_;
};

}  // namespace siov

#endif  // SIOV_MODELS_KERNEL_DUE_HEAP_H_
