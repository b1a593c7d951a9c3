// SPDX-License-Identifier: Apache-2.0
// Items of several classes that wait for one server: classes take turns, within a class it is first come, first served.
// A class that has nothing waiting has no turn and costs no memory; one that comes back waits behind those that are
// there. With one class it is a plain queue. So whoever floods a server gets at most every (n + 1)th place while n
// others have something waiting (Nagle, "On packet switches with infinite storage", RFC 970, 1985).
//
// Every operation takes constant time, whatever the number of classes. Memory grows to what ever waits at once. Pure.
#ifndef SIOV_MODELS_BASE_ROUND_ROBIN_QUEUE_H_
#define SIOV_MODELS_BASE_ROUND_ROBIN_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/base/random.h"
#include "models/base/ring_queue.h"
#include "models/base/slot_finder.h"

namespace siov {

// Item must be default-constructible and is best small.
template <class Item>
class RoundRobinQueue {
 public:
  RoundRobinQueue() : index_(0) {}

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  void Push(std::uint64_t of_class, const Item& item) {
    const std::uint32_t node = TakeNode();
    nodes_[node] = {item, kNone};
    const std::uint32_t known = Find(of_class);
    if (known == kNone) {
      const std::uint32_t added = TakeClass();
      classes_[added] = {of_class, node, node};
      index_.Add(Mix64(of_class), added);
      turns_.PushBack(added);
    } else {
      nodes_[classes_[known].last].next = node;
      classes_[known].last = node;
    }
    ++size_;
  }

  // REQUIRES !empty().
  Item Pop() {
    const std::uint32_t turn = turns_.PopFront();
    Class& of_class = classes_[turn];
    const std::uint32_t node = of_class.first;
    const Item item = nodes_[node].item;
    of_class.first = nodes_[node].next;
    free_nodes_.push_back(node);
    --size_;
    if (of_class.first != kNone) {
      turns_.PushBack(turn);
    } else {
      index_.Remove(Mix64(of_class.name), turn);
      free_classes_.push_back(turn);
    }
    return item;
  }

 private:
  static constexpr std::uint32_t kNone = HashIndex::kNoSlot;
  struct Node {
    Item item;
    std::uint32_t next;
  };
  struct Class {
    std::uint64_t name;
    std::uint32_t first;  // nodes
    std::uint32_t last;
  };

  std::uint32_t Find(std::uint64_t name) const {
    return index_.Find(Mix64(name), [&](std::uint32_t slot) { return classes_[slot].name == name; });
  }
  std::uint32_t TakeNode() {
    if (free_nodes_.empty()) {
      free_nodes_.push_back(static_cast<std::uint32_t>(nodes_.size()));
      nodes_.emplace_back();
    }
    const std::uint32_t node = free_nodes_.back();
    free_nodes_.pop_back();
    return node;
  }
  std::uint32_t TakeClass() {
    if (free_classes_.empty()) Grow();
    const std::uint32_t slot = free_classes_.back();
    free_classes_.pop_back();
    return slot;
  }
  // REQUIRES that every class has something waiting (only then is there none to take).
  void Grow() {
    constexpr std::uint32_t kInitialClasses = 8;
    const auto before = static_cast<std::uint32_t>(classes_.size());
    const std::uint32_t after = before == 0 ? kInitialClasses : 2 * before;
    classes_.resize(after);
    index_ = HashIndex(after);
    for (std::uint32_t slot = 0; slot < before; ++slot) index_.Add(Mix64(classes_[slot].name), slot);
    for (std::uint32_t slot = after; slot > before; --slot) free_classes_.push_back(slot - 1);
  }

  std::size_t size_ = 0;
  HashIndex index_;
  std::vector<Node> nodes_;
  std::vector<Class> classes_;
  std::vector<std::uint32_t> free_nodes_;
  std::vector<std::uint32_t> free_classes_;
  RingQueue<std::uint32_t> turns_;  // classes with something waiting
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_ROUND_ROBIN_QUEUE_H_
