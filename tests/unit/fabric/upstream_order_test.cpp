// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/root_port/upstream_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "models/base/random.h"

namespace siov {
namespace {

// A plain list of what is there, and the rules as they are said.
class PlainOrder {
 public:
  struct Entry {
    Tlp* tlp;
    OrderAttributes order;
    bool to_iotlb;
    bool waits;
  };

  bool Held(const Entry& entry) const {
    for (const Entry& older : entries_) {
      if (older.tlp == entry.tlp) return false;
      if (older.order.credit_class != CreditClass::kPosted) continue;
      if (entry.to_iotlb && !older.waits) continue;  // the IOTLB keeps their order
      const bool relaxed = entry.order.relaxed && !entry.order.is_read;
      const bool by_id = entry.order.id_based && entry.order.requester != older.order.requester;
      if (!relaxed && !by_id) return true;
    }
    return false;
  }
  bool Admit(Entry entry) {
    entry.waits = Held(entry);
    const bool stays = entry.to_iotlb && entry.order.credit_class == CreditClass::kPosted;
    if (entry.waits || stays) entries_.push_back(entry);
    return !entry.waits;
  }
  Tlp* TakeNext() {
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      if (!entry->waits || Held(*entry)) continue;
      entry->waits = false;
      Tlp* const tlp = entry->tlp;
      if (!entry->to_iotlb || entry->order.credit_class != CreditClass::kPosted) entries_.erase(entry);
      return tlp;
    }
    return nullptr;
  }
  std::vector<Tlp*> InIotlb() const {
    std::vector<Tlp*> there;
    for (const Entry& entry : entries_) {
      if (!entry.waits) there.push_back(entry.tlp);
    }
    return there;
  }
  void Left(const Tlp* tlp) {
    entries_.erase(std::find_if(entries_.begin(), entries_.end(), [tlp](const Entry& one) { return one.tlp == tlp; }));
  }
  std::size_t waiting() const {
    return static_cast<std::size_t>(
        std::count_if(entries_.begin(), entries_.end(), [](const Entry& one) { return one.waits; }));
  }
  bool empty() const { return entries_.empty(); }

 private:
  std::vector<Entry> entries_;
};

TEST(UpstreamOrder, DoesWhatAPlainListDoes) {
  RandomStream random(3);
  UpstreamOrder order;
  PlainOrder plain;
  std::deque<Tlp> packets;
  std::size_t most = 0;
  for (int call = 0; call < 30'000; ++call) {
    if (plain.InIotlb().size() < 6 || random.Bernoulli(0.4)) {
      OrderAttributes attributes;
      attributes.credit_class = static_cast<CreditClass>(random.Below(3));
      attributes.is_read = attributes.credit_class == CreditClass::kNonPosted;
      attributes.relaxed = random.Bernoulli(0.2);
      attributes.id_based = random.Bernoulli(0.2);
      attributes.requester = static_cast<RequesterId>(random.Below(3));
      const bool to_iotlb = attributes.credit_class != CreditClass::kCompletion && random.Bernoulli(0.6);
      Tlp& tlp = packets.emplace_back();
      ASSERT_EQ(order.Admit(tlp, attributes, to_iotlb), plain.Admit({&tlp, attributes, to_iotlb, false})) << call;
    } else {
      const std::vector<Tlp*> there = plain.InIotlb();
      Tlp* const left = there[random.Below(there.size())];
      order.Left(*left);
      plain.Left(left);
      for (;;) {
        const UpstreamOrder::Next next = order.TakeNext();
        ASSERT_EQ(next.tlp, plain.TakeNext()) << call;
        if (next.tlp == nullptr) break;
      }
    }
    ASSERT_EQ(order.waiting(), plain.waiting()) << call;
    ASSERT_EQ(order.empty(), plain.empty()) << call;
    most = std::max(most, order.waiting());
  }
  EXPECT_GT(most, 3u);
}

}  // namespace
}  // namespace siov
