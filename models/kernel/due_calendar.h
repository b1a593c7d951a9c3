// SPDX-License-Identifier: Apache-2.0
// The ordered store beneath the due queue: a calendar of 1 ns buckets over the next 4 us, a heap for what is later.
//
// Nearly every delay in a platform is shorter than the calendar, so a push puts a node into a bucket's list. Buckets
// are narrow: most hold one item or none, and a list of few is kept in order as it grows. One that grows long is not;
// it is ordered as a heap when its turn comes, so the cost per item hardly grows with the number in flight. The lists
// share one store of nodes, which stays in the cache because the node given back last is taken first. Pure; the agenda
// that gives it SystemC time is models/kernel/due_queue.h.
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
  std::size_t size() const { return in_buckets_ + current_.size() + later_.size(); }
  bool empty() const { return size() == 0; }

  void Push(const DueEntry& entry) {
    const std::uint64_t day = DayOf(entry);
    if (day - done_ - 1 < kBuckets - 1) {
      PutIntoBucket(day % kBuckets, entry);
    } else {
      PutElsewhere(day, entry);
    }
  }

  // REQUIRES: !empty().
  const DueEntry& top() {
    if (!current_.empty()) return current_.top();
    if (in_buckets_ == 0) GoOnTo(later_day_ - 1);
    const std::uint64_t day = NextOccupiedDay();
    if (!IsDisordered(day % kBuckets)) return nodes_[first_[day % kBuckets]].entry;
    MakeHeap(day);
    return current_.top();
  }
  // The next entry, if it is due by `limit`.
  bool PopUntil(Picoseconds limit, DueEntry* entry) {
    if (unusual_ || in_buckets_ == 0) return PopUnusual(limit, entry);
    return PopFromBucket(limit, entry);
  }

 private:
  static constexpr unsigned kDayShift = 10;  // 1,024 ps
  static constexpr std::size_t kBuckets = 4'096;
  static constexpr std::size_t kWords = kBuckets / 64;
  static constexpr unsigned kMostSteps = 8;
  static constexpr std::uint64_t kNoDay = ~std::uint64_t{0};

  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  struct Node {
    DueEntry entry;
    std::uint32_t next;
  };

  // From 1 on, so that there is one before the first.
  static std::uint64_t DayOf(const DueEntry& entry) { return (entry.time >> kDayShift) + 1; }
  static std::uint64_t BitOf(std::size_t index) { return std::uint64_t{1} << (index % 64); }

  // --- What nearly every entry meets: a bucket of its own. Kept free of what is rare, so that it stays short. ---

  void PutIntoBucket(std::size_t index, const DueEntry& entry) {
    if (free_ == kNone) AddNode();
    const std::uint32_t node = free_;
    Node& taken = nodes_[node];
    free_ = taken.next;
    taken.entry = entry;
    ++in_buckets_;
    if (first_[index] != kNone) return PutAmongOthers(index, node);
    occupied_[index / 64] |= BitOf(index);
    taken.next = kNone;
    first_[index] = node;
  }
  // REQUIRES: in_buckets_ > 0, all lists are in order, current_ is empty.
  bool PopFromBucket(Picoseconds limit, DueEntry* entry) {
    const std::uint64_t day = NextOccupiedDay();
    const std::size_t index = day % kBuckets;
    const std::uint32_t node = first_[index];
    Node& next = nodes_[node];
    if (next.entry.time > limit) return false;
    *entry = next.entry;
    first_[index] = next.next;
    if (next.next == kNone) occupied_[index / 64] &= ~BitOf(index);
    next.next = std::exchange(free_, node);
    --in_buckets_;
    GoOnTo(day - 1);  // more may come on the same day
    return true;
  }
  // Nothing is left in the buckets of `day` and before.
  void GoOnTo(std::uint64_t day) {
    done_ = day;
    if (later_day_ < day + kBuckets) FetchLater();
  }

  // --- What is rare --------------------------------------------------------------------------------------------------

  // Beyond the calendar; of the day that is worked off as a heap; or earlier than what was looked at ahead of time.
  [[gnu::noinline]] void PutElsewhere(std::uint64_t day, const DueEntry& entry) {
    if (day <= done_) {
      current_.Push(entry);
      unusual_ = true;
    } else {
      later_.Push(entry);
      later_day_ = DayOf(later_.top());
    }
  }
  // In order, if that takes a few steps only.
  [[gnu::noinline]] void PutAmongOthers(std::size_t index, std::uint32_t node) {
    std::uint32_t* place = &first_[index];
    unsigned steps = IsDisordered(index) ? kMostSteps : 0;
    while (steps < kMostSteps && *place != kNone && Before(nodes_[*place].entry, nodes_[node].entry)) {
      place = &nodes_[*place].next;
      if (++steps < kMostSteps) continue;
      disordered_[index / 64] |= BitOf(index);
      ++disordered_buckets_;
      unusual_ = true;
    }
    nodes_[node].next = std::exchange(*place, node);
  }
  bool IsDisordered(std::size_t index) const { return (disordered_[index / 64] & BitOf(index)) != 0; }

  [[gnu::noinline]] bool PopUnusual(Picoseconds limit, DueEntry* entry) {
    if (empty()) return false;
    if (top().time > limit) return false;
    if (current_.empty()) return PopFromBucket(limit, entry);
    current_.Pop(entry);
    NoteUnusual();
    return true;
  }
  void NoteUnusual() { unusual_ = disordered_buckets_ != 0 || !current_.empty(); }

  [[gnu::noinline]] void FetchLater() {
    while (later_day_ < done_ + kBuckets) {
      DueEntry entry;
      later_.Pop(&entry);
      PutIntoBucket(DayOf(entry) % kBuckets, entry);
      later_day_ = later_.empty() ? kNoDay : DayOf(later_.top());
    }
  }

  // Its list is not in order.
  void MakeHeap(std::uint64_t day) {
    GoOnTo(day);
    const std::size_t index = day % kBuckets;
    std::uint32_t node = std::exchange(first_[index], kNone);
    occupied_[index / 64] &= ~BitOf(index);
    disordered_[index / 64] &= ~BitOf(index);
    --disordered_buckets_;
    while (node != kNone) {
      Node& left = nodes_[node];
      current_.Append(left.entry);
      --in_buckets_;
      node = std::exchange(left.next, std::exchange(free_, node));
    }
    current_.Order();
    NoteUnusual();
  }

  [[gnu::noinline]] void AddNode() {
    free_ = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back({DueEntry{}, kNone});
  }

  // The first day whose bucket is not empty. REQUIRES: in_buckets_ > 0.
  std::uint64_t NextOccupiedDay() const {
    const std::uint64_t from = done_ + 1;
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
  std::array<std::uint32_t, kBuckets> first_{};  // of each bucket: days (done_, done_ + kBuckets)
  std::array<std::uint64_t, kWords> occupied_{};
  std::array<std::uint64_t, kWords> disordered_{};
  std::size_t disordered_buckets_ = 0;
  DueHeap current_;                   // entries of days that are done
  DueHeap later_;                     // beyond the calendar
  std::uint64_t later_day_ = kNoDay;  // of the first of those
  std::uint64_t done_ = 0;            // the day up to which nothing is in a bucket
  std::size_t in_buckets_ = 0;
  bool unusual_ = false;  // there are entries in current_, or lists that are not in order
};

}  // namespace siov

#endif  // SIOV_MODELS_KERNEL_DUE_CALENDAR_H_
