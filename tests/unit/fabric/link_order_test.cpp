// SPDX-License-Identifier: Apache-2.0
// One direction of a link beside a plain one: a list of what waits, a count of credits, the rules of order as they are
// said, and no short cut.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "models/base/random.h"
#include "models/fabric/link/link_core.h"

namespace siov {
namespace {

struct PlainCredits {
  bool limited = false;
  bool counts_headers = false;
  std::int64_t headers = 0;
  std::int64_t data = 0;
  struct Return {
    Picoseconds at;
    std::int64_t headers, data;
  };
  std::vector<Return> returns;

  PlainCredits(std::uint32_t header_pool, std::uint32_t data_pool)
      : limited(header_pool != 0 || data_pool != 0),
        counts_headers(header_pool != 0),
        headers(header_pool == 0 ? INT32_MAX : std::int64_t{header_pool}),
        data(data_pool == 0 ? INT32_MAX : std::int64_t{data_pool}) {}
  bool Cover(Picoseconds now, const LinkCost& cost) const {
    std::int64_t h = headers;
    std::int64_t d = data;
    for (const Return& one : returns) {
      if (one.at <= now) h += one.headers, d += one.data;
    }
    return !limited || (h >= cost.tlps && d >= cost.data_credits);
  }
  void Take(const LinkCost& cost) {
    headers -= cost.tlps;
    data -= cost.data_credits;
  }
};

class PlainDirection {
 public:
  PlainDirection(const LinkCredits& credits, ByteRate rate, Picoseconds credit_return)
      : credits_{PlainCredits(credits.posted_header, credits.posted_data),
                 PlainCredits(credits.nonposted_header, credits.nonposted_data),
                 PlainCredits(credits.completion_header, credits.completion_data)},
        rate_(rate),
        credit_return_(credit_return) {}

  std::optional<LinkSlot> Offer(Picoseconds now, const LinkItem& item) {
    waiting_.push_back(item);
    if (!MayLeave(now, waiting_.size() - 1)) return std::nullopt;
    return Leave(now, waiting_.size() - 1);
  }
  std::optional<LinkSlot> TakeNext(Picoseconds now, LinkItem* item) {
    for (std::size_t at = 0; at < waiting_.size(); ++at) {
      if (!MayLeave(now, at)) continue;
      *item = waiting_[at];
      return Leave(now, at);
    }
    return std::nullopt;
  }
  void Return(Picoseconds freed, const LinkCost& cost) {
    if (!Of(cost).counts_headers && cost.data_credits == 0) return;  // nothing that anybody counts
    Of(cost).returns.push_back({freed + credit_return_, cost.tlps, cost.data_credits});
  }
  // REQUIRES that nothing may leave at `now`.
  Picoseconds NextReturn(Picoseconds now) {
    Picoseconds next = kNever;
    for (std::size_t at = 0; at < waiting_.size(); ++at) {
      if (!FirstOfItsClass(at) || Held(at)) continue;
      for (const auto& one : Of(waiting_[at].cost).returns) {
        if (one.at > now) next = std::min(next, one.at);
      }
    }
    return next;
  }
  std::size_t waiting() const { return waiting_.size(); }

 private:
  PlainCredits& Of(const LinkCost& cost) { return credits_[static_cast<std::size_t>(cost.credit_class)]; }
  bool FirstOfItsClass(std::size_t at) const {
    for (std::size_t i = 0; i < at; ++i) {
      if (waiting_[i].cost.credit_class == waiting_[at].cost.credit_class) return false;
    }
    return true;
  }
  bool Held(std::size_t at) const {
    const LinkItem& item = waiting_[at];
    if (item.cost.credit_class == CreditClass::kPosted) return false;
    const bool has_data = item.cost.credit_class == CreditClass::kCompletion || item.cost.data_bytes != 0;
    if (item.relaxed_ordering && has_data) return false;
    for (std::size_t i = 0; i < at; ++i) {
      const bool others = item.id_based_ordering && waiting_[i].requester != item.requester;
      if (waiting_[i].cost.credit_class == CreditClass::kPosted && !others) return true;
    }
    return false;
  }
  bool MayLeave(Picoseconds now, std::size_t at) {
    return FirstOfItsClass(at) && !Held(at) && Of(waiting_[at].cost).Cover(now, waiting_[at].cost);
  }
  LinkSlot Leave(Picoseconds now, std::size_t at) {
    const LinkItem item = waiting_[at];
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(at));
    Of(item.cost).Take(item.cost);
    LinkSlot slot;
    slot.start = std::max(now, free_at_);
    slot.end = free_at_ = slot.start + rate_.TimeFor(item.cost.wire_bytes);
    return slot;
  }

  std::vector<LinkItem> waiting_;  // oldest first
  PlainCredits credits_[3];
  ByteRate rate_;
  Picoseconds credit_return_;
  Picoseconds free_at_ = 0;
};

LinkItem RandomItem(RandomStream& random, std::uintptr_t name) {
  LinkItem item;
  item.object = reinterpret_cast<void*>(name);  // NOLINT(performance-no-int-to-ptr): a name, never followed
  item.cost.credit_class = static_cast<CreditClass>(random.Below(3));
  item.cost.tlps =
      item.cost.credit_class == CreditClass::kCompletion ? 1 + static_cast<std::uint32_t>(random.Below(2)) : 1;
  item.cost.data_credits = static_cast<std::uint32_t>(random.Below(4));
  item.cost.data_bytes = random.Bernoulli(0.5) ? 4 : 0;
  item.cost.wire_bytes = 10 + static_cast<std::uint32_t>(random.Below(90));
  item.requester = static_cast<RequesterId>(random.Below(3));
  item.relaxed_ordering = random.Bernoulli(0.2);
  item.id_based_ordering = random.Bernoulli(0.4);
  return item;
}

LinkCredits Credits(std::uint32_t ph, std::uint32_t pd, std::uint32_t nh, std::uint32_t nd, std::uint32_t ch,
                    std::uint32_t cd) {
  LinkCredits credits;
  credits.posted_header = ph;
  credits.posted_data = pd;
  credits.nonposted_header = nh;
  credits.nonposted_data = nd;
  credits.completion_header = ch;
  credits.completion_data = cd;
  return credits;
}

TEST(LinkDirection, SendsWhatAPlainListOfWaitingPacketsAndACountOfCreditsSend) {
  for (const LinkCredits& credits : {Credits(1, 3, 1, 3, 2, 0), Credits(2, 0, 0, 4, 0, 0), Credits(0, 3, 2, 0, 3, 5),
                                     Credits(0, 0, 1, 0, 2, 3), Credits(0, 0, 0, 0, 0, 0)}) {
    int held = 0;
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      RandomStream random(seed);
      const ByteRate rate = ByteRate::FromBytesPerSecond(1e12);
      LinkDirection flow(credits, rate, 50);
      PlainDirection plain(credits, rate, 50);
      std::vector<LinkCost> sent;
      Picoseconds now = 0;
      const auto expect_same = [&](bool left, const LinkSlot& slot, const std::optional<LinkSlot>& expected) {
        ASSERT_EQ(left, expected.has_value());
        if (!left) return;
        ASSERT_EQ(slot.start, expected->start);
        ASSERT_EQ(slot.end, expected->end);
      };
      for (std::uintptr_t call = 1; call <= 400; ++call) {
        now += random.Below(40);
        LinkSlot slot;
        LinkItem item = RandomItem(random, call);
        if (plain.waiting() < 12 && random.Bernoulli(0.5)) {
          const bool left = flow.Offer(now, item, slot);
          expect_same(left, slot, plain.Offer(now, item));
          if (left) sent.push_back(item.cost);
          held += left ? 0 : 1;
        } else if (random.Bernoulli(0.6)) {
          LinkItem other;
          const bool left = flow.TakeNext(now, item, slot);
          expect_same(left, slot, plain.TakeNext(now, &other));
          if (left) {
            ASSERT_EQ(item.object, other.object) << "seed " << seed << ", call " << call;
            sent.push_back(item.cost);
          } else {
            ASSERT_EQ(flow.NextReturn(), plain.NextReturn(now)) << "seed " << seed << ", call " << call;
          }
        } else if (!sent.empty()) {
          const std::size_t at = random.Below(sent.size());
          flow.Return(now, sent[at]);
          plain.Return(now, sent[at]);
          sent.erase(sent.begin() + static_cast<std::ptrdiff_t>(at));
        }
        ASSERT_EQ(flow.waiting(), plain.waiting()) << "seed " << seed << ", call " << call;
        if (HasFatalFailure()) return;
      }
    }
    EXPECT_EQ(held > 100, credits.nonposted_header + credits.nonposted_data != 0) << held;
  }
}

}  // namespace
}  // namespace siov
