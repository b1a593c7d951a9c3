// SPDX-License-Identifier: Apache-2.0
// The ordered store beneath the due queue: a calendar of 1 ns buckets over the next 4 us, a heap for what is later.
//
// Nearly every delay in a platform is shorter than the calendar, so a push puts a node into a bucket's list. Only the
// bucket that is being worked off is ordered (as a small heap), so the cost per item hardly grows with the number in
// flight. Buckets are narrow, so that most hold one item or none; their lists share one store of nodes, which stays in
// the cache because the node given back last is taken first.
// Pure; the agenda that gives it SystemC time is models/kernel/due_queue.h.
#ifndef SIOV_MODELS_KERNEL_DUE_CALENDAR_H_
#define SIOV_MODELS_KERNEL_DUE_CALENDAR_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "models/kernel/due_heap.h"

namespace siov {

class DueCalendar {
 public:
  DueCalendar() { first_.fill(kNone); }
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  void Push(const DueEntry& entry) {
    ++size_;
    const std::uint64_t day = entry.time >> kDayShift;
    if (day <= today_) {  // today, or earlier than a day that was looked at ahead of time
      current_.Push(entry);
    } else if (day < today_ + kBuckets) {
      PutIntoBucket(day, entry);
    } else {
      PutAside(entry);
    }
  }

  // REQUIRES: !empty().
  const DueEntry& top() {
    if (current_.empty()) Advance();
    return current_.top();
  }
  // The next entry, if it is due by `limit`.
  bool PopUntil(Picoseconds limit, DueEntry* entry) {
    if (current_.empty()) {
      if (in_buckets_ != 0) {  // mostly there is but one in the next bucket, which needs no order
        const std::uint64_t day = NextOccupiedDay();
        const std::size_t index = day % kBuckets;
        const std::uint32_t node = first_[index];
        if (nodes_[node].next == kNone && day + kBuckets <= later_day_) return PopOnly(day, node, limit, entry);
      } else if (size_ == 0) {
        return false;
      }
      Advance();
    }
    if (current_.top().time > limit) return false;
    --size_;
    current_.Pop(entry);
    return true;
  }

 private:
  static constexpr unsigned kDayShift = 10;  // 1,024 ps
  static constexpr std::size_t kBuckets = 4'096;
  static constexpr std::size_t kWords = kBuckets / 64;
  static constexpr std::uint64_t kNoDay = ~std::uint64_t{0};

  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  struct Node {
    DueEntry entry;
    std::uint32_t next;
  };

  void PutIntoBucket(std::uint64_t day, const DueEntry& entry) {
    const std::size_t index = day % kBuckets;
    if (free_ == kNone) AddNode();
    const std::uint32_t node = free_;
    Node& taken = nodes_[node];
    free_ = taken.next;
    taken.entry = entry;
    taken.next = first_[index];
    first_[index] = node;
    occupied_[index / 64] |= std::uint64_t{1} << (index % 64);
    ++in_buckets_;
  }

  // `node` is the only one of its bucket, and the next.
  bool PopOnly(std::uint64_t day, std::uint32_t node, Picoseconds limit, DueEntry* entry) {
    Node& only = nodes_[node];
    if (only.entry.time > limit) return false;
    *entry = only.entry;
    only.next = std::exchange(free_, node);
    today_ = day;
    Empty(day % kBuckets);
    --in_buckets_;
    --size_;
    return true;
  }

  void Empty(std::size_t index) {
    first_[index] = kNone;
    occupied_[index / 64] &= ~(std::uint64_t{1} << (index % 64));
  }

  void PutAside(const DueEntry& entry) {
    later_.Push(entry);
    later_day_ = later_.top().time >> kDayShift;
  }

  void AddNode() {
    free_ = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back({DueEntry{}, kNone});
  }

  // Moves on to the next day that has entries. REQUIRES: current_ is empty, something is pending.
  void Advance() {
    today_ = in_buckets_ > 0 ? NextOccupiedDay() : later_day_;
    while (later_day_ < today_ + kBuckets) {
      DueEntry entry;
      later_.Pop(&entry);
      PutIntoBucket(entry.time >> kDayShift, entry);
      later_day_ = later_.empty() ? kNoDay : later_.top().time >> kDayShift;
    }
    const std::size_t index = today_ % kBuckets;
    std::uint32_t node = first_[index];
    Empty(index);
    while (node != kNone) {
      Node& left = nodes_[node];
      current_.Append(left.entry);
      --in_buckets_;
      const std::uint32_t next = left.next;
      left.next = std::exchange(free_, node);
      node = next;
    }
    current_.Order();
  }

  // The first day after today whose bucket is not empty. REQUIRES: in_buckets_ > 0.
  std::uint64_t NextOccupiedDay() const {
    const std::uint64_t from = today_ + 1;
    const std::size_t start = from % kBuckets;
    std::size_t word = start / 64;
    std::uint64_t bits = occupied_[word] & (~std::uint64_t{0} << (start % 64));
    while (bits == 0) {
      word = (word + 1) % kWords;
      bits = occupied_[word];
    }
    const std::size_t index = word * 64 + static_cast<std::size_t>(__builtin_ctzll(bits));
    return from + (index + kBuckets - start) % kBuckets;
  }

  std::vector<Node> nodes_;
  std::uint32_t free_ = kNone;                   // nodes nobody uses
  std::array<std::uint32_t, kBuckets> first_{};  // of each bucket: days (today, today + kBuckets), without order
  std::array<std::uint64_t, kWords> occupied_{};
  DueHeap current_;                   // today's entries
  DueHeap later_;                     // beyond the calendar
  std::uint64_t later_day_ = kNoDay;  // of the first of those
  std::uint64_t today_ = 0;
  std::size_t in_buckets_ = 0;
  std::size_t size_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_KERNEL_DUE_CALENDAR_H_
