// SPDX-License-Identifier: Apache-2.0
// TLPs of one stream that wait to be sent, and which of them may go next by the ordering rules of PCIe (base
// specification 2.4, one virtual channel). Pure.
//
// Each class is first in, first out. Posted requests pass waiting non-posted requests and completions; completions and
// non-posted requests pass each other; neither passes an older posted request, unless relaxed ordering (completions,
// writes), ID-based ordering or another traffic class permits (models/protocol/ordering.h). Permission to let a posted
// request pass another is not used.
#ifndef SIOV_MODELS_FABRIC_LINK_WAITING_TLPS_H_
#define SIOV_MODELS_FABRIC_LINK_WAITING_TLPS_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "models/base/ring_queue.h"
#include "models/protocol/ordering.h"
#include "models/protocol/tlp.h"

namespace siov {

// One TLP, or all completions of one read.
struct LinkCost {
  CreditClass credit_class = CreditClass::kPosted;
  std::uint32_t tlps = 1;          // also header credits
  std::uint32_t data_credits = 0;  // of 16 bytes
  std::uint32_t data_bytes = 0;    // payload, in whole double words
  std::uint32_t wire_bytes = 0;
};

// What is to be sent. `object` is the caller's.
struct LinkItem {
  void* object = nullptr;
  LinkCost cost;
  RequesterId requester = 0;
  bool relaxed_ordering = false;
  bool id_based_ordering = false;
  std::uint8_t traffic_class = 0;
  Pasid pasid{};

  OrderAttributes order() const {
    const bool is_read = cost.credit_class == CreditClass::kNonPosted && cost.data_bytes == 0;
    return {cost.credit_class, is_read, relaxed_ordering, id_based_ordering, traffic_class, requester, pasid};
  }
};

// A request, or what answers it: relaxed as its request was, never id-based, as no completer here makes it so.
inline LinkItem ItemOf(Tlp& tlp, const LinkCost& cost) {
  const bool id_based = tlp.id_based_ordering && cost.credit_class != CreditClass::kCompletion;
  return {&tlp, cost, tlp.requester, tlp.relaxed_ordering, id_based, tlp.traffic_class, tlp.pasid};
}

class WaitingTlps {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  // Behind others of its class, or behind a posted request that it may not pass.
  bool MustWait(const LinkItem& item) const {
    return !QueueOf(item.cost.credit_class).empty() || (size_ != 0 && Held(HeldBefore(item)));
  }
  void Push(const LinkItem& item) {
    const std::uint64_t held_before = HeldBefore(item);
    queues_[IndexOf(item.cost.credit_class)].PushBack({item, sequence_++, held_before});
    ++size_;
  }
  // The oldest one that order and `may_leave(cost)` permit; false: there is none.
  template <class MayLeave>
  bool TakeNext(const MayLeave& may_leave, LinkItem& item) {
    std::array<bool, kClasses> tried{};
    for (std::size_t attempt = 0; attempt < kClasses; ++attempt) {
      const std::size_t oldest = Oldest(tried);
      if (oldest == kClasses) return false;
      tried[oldest] = true;
      const Waiting& head = queues_[oldest].front();
      if (Held(head.held_before) || !may_leave(head.item.cost)) continue;
      item = queues_[oldest].PopFront().item;
      --size_;
      return true;
    }
    return false;
  }
  // The first of a class, unless order holds it back; null: there is none.
  const LinkItem* HeadOf(CreditClass credit_class) const {
    const Queue& queue = QueueOf(credit_class);
    return queue.empty() || Held(queue.front().held_before) ? nullptr : &queue.front().item;
  }

 private:
  static constexpr std::size_t kClasses = 3;
  struct Waiting {
    LinkItem item;
    std::uint64_t sequence = 0;
    std::uint64_t held_before = 0;  // stays while a posted request with a smaller sequence waits
  };
  using Queue = RingQueue<Waiting>;

  static constexpr std::size_t IndexOf(CreditClass credit_class) { return static_cast<std::size_t>(credit_class); }
  const Queue& QueueOf(CreditClass credit_class) const { return queues_[IndexOf(credit_class)]; }
  // Of the classes that have not been tried; kClasses: nothing waits in any of them.
  std::size_t Oldest(const std::array<bool, kClasses>& tried) const {
    std::size_t oldest = kClasses;
    for (std::size_t i = 0; i < kClasses; ++i) {
      if (tried[i] || queues_[i].empty()) continue;
      if (oldest == kClasses || queues_[i].front().sequence < queues_[oldest].front().sequence) oldest = i;
    }
    return oldest;
  }
  // All posted requests that wait now are older than `item`. The youngest of those it may not pass decides.
  std::uint64_t HeldBefore(const LinkItem& item) const {
    if (item.cost.credit_class == CreditClass::kPosted) return 0;
    const OrderAttributes order = item.order();
    const Queue& posted = QueueOf(CreditClass::kPosted);
    for (std::size_t i = posted.size(); i-- > 0;) {
      if (!MayPassPosted(order, posted[i].item.order())) return posted[i].sequence + 1;
    }
    return 0;
  }
  bool Held(std::uint64_t held_before) const {  // by an older posted request
    const Queue& posted = QueueOf(CreditClass::kPosted);
    return !posted.empty() && posted.front().sequence < held_before;
  }

  std::array<Queue, kClasses> queues_;
  std::uint64_t sequence_ = 0;
  std::size_t size_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_LINK_WAITING_TLPS_H_
