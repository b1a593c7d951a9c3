// SPDX-License-Identifier: Apache-2.0
// What came up a link in one traffic class, as long as order may hold something back: posted requests that have not
// left the IOTLB, and all that waits in the root port behind posted requests. Pure.
//
// Requests part ways in a root port: untranslated ones go through the IOTLB, which keeps the order among them, all
// others past it. So what goes past the IOTLB waits for older posted requests wherever they are; what goes to the IOTLB
// waits for those that wait here. Who may pass whom is said in models/protocol/ordering.h.
#ifndef SIOV_MODELS_FABRIC_ROOT_PORT_UPSTREAM_ORDER_H_
#define SIOV_MODELS_FABRIC_ROOT_PORT_UPSTREAM_ORDER_H_

#include <cstddef>
#include <cstdint>

#include "models/base/ring_queue.h"
#include "models/protocol/ordering.h"

namespace siov {

class UpstreamOrder {
 public:
  // True: it may go on at once. False: it waits until TakeNext() yields it. A posted request that goes to the IOTLB has
  // to be reported by Left().
  bool Admit(Tlp& tlp, const OrderAttributes& order, bool to_iotlb) {
    const Entry entry{&tlp, order, to_iotlb, Entry::kWaits};
    const bool stays = to_iotlb && order.credit_class == CreditClass::kPosted;
    const bool held = IsHeld(entry, entries_.size());
    if (!held && !stays) return true;
    entries_.PushBack(entry);
    if (held) {
      ++waiting_;
    } else {
      entries_.back().state = Entry::kInIotlb;
    }
    return !held;
  }
  // The IOTLB has passed it on, or dropped it.
  void Left(const Tlp& tlp) {
    std::size_t i = 0;
    while (entries_[i].tlp != &tlp || entries_[i].state != Entry::kInIotlb) ++i;
    entries_[i].state = Entry::kGone;
    PopGone();
  }
  struct Next {
    Tlp* tlp = nullptr;  // null: there is none
    CreditClass credit_class = CreditClass::kPosted;
  };
  // The oldest that waits and may go on now.
  Next TakeNext() {
    for (std::size_t i = 0; waiting_ != 0 && i < entries_.size(); ++i) {
      Entry& entry = entries_[i];
      if (entry.state != Entry::kWaits || IsHeld(entry, i)) continue;
      --waiting_;
      const bool stays = entry.to_iotlb && entry.order.credit_class == CreditClass::kPosted;
      entry.state = stays ? Entry::kInIotlb : Entry::kGone;
      const Next next{entry.tlp, entry.order.credit_class};
      PopGone();
      return next;
    }
    return {};
  }
  bool empty() const { return entries_.empty(); }
  std::size_t waiting() const { return waiting_; }

 private:
  struct Entry {
    enum State : std::uint8_t { kWaits, kInIotlb, kGone };
    Tlp* tlp = nullptr;
    OrderAttributes order;
    bool to_iotlb = false;
    State state = kGone;
  };

  // By one of the first `older` entries.
  bool IsHeld(const Entry& entry, std::size_t older) const {
    if (entry.to_iotlb && waiting_ == 0) return false;
    for (std::size_t i = 0; i < older; ++i) {
      const Entry& other = entries_[i];
      if (other.state == Entry::kGone || other.order.credit_class != CreditClass::kPosted) continue;
      if (entry.to_iotlb && other.state == Entry::kInIotlb) continue;
      if (!MayPassPosted(entry.order, other.order)) return true;
    }
    return false;
  }
  void PopGone() {
    while (!entries_.empty() && entries_.front().state == Entry::kGone) entries_.PopFront();
  }

  RingQueue<Entry> entries_;  // in order of arrival
  std::size_t waiting_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_ROOT_PORT_UPSTREAM_ORDER_H_
