// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/switch/switch_core.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/base/invariant.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

SwitchConfig Config() {
  SwitchConfig config;
  config.ports.resize(2);
  config.ports[0] = {{0x1000, 0x2000, 0, 0, 1, 3, false}, "a", {}};
  config.ports[1] = {{0x2000, 0x8000, 0, 0, 5, 5, true}, "b", {}};
  return config;
}

TEST(SwitchRoutesTest, MemoryGoesByAddressMessagesAndCompletionsByBus) {
  const SwitchRoutes routes(Config());
  for (const TlpKind kind : {TlpKind::kMemoryWrite, TlpKind::kDeferrableWrite}) {
    EXPECT_EQ(routes.OfRequest(kind, 0x1000, 0x0500), 0u) << "whatever the id";
    EXPECT_EQ(routes.OfRequest(kind, 0x1FFF, 0), 0u);
    EXPECT_EQ(routes.OfRequest(kind, 0x2000, 0), 1u);
    EXPECT_THROW(routes.OfRequest(kind, 0x8000, 0x0500), InvariantError);
    EXPECT_THROW(routes.OfRequest(kind, 0x0FFF, 0x0500), InvariantError);
  }
  for (const TlpKind kind : {TlpKind::kPageGroupResponse, TlpKind::kInvalidateRequest}) {
    EXPECT_EQ(routes.OfRequest(kind, 0x2000, 0x0100), 0u) << "whatever the address";
    EXPECT_EQ(routes.OfRequest(kind, 0x1000, 0x05FF), 1u);
  }
  EXPECT_EQ(routes.OfCompletion(0x0310), 0u);
  EXPECT_EQ(routes.OfCompletion(0x02FF), 0u) << "a bus between those of its devices";
  EXPECT_THROW(routes.OfCompletion(0x0400), InvariantError);
  EXPECT_THROW(routes.OfRequest(TlpKind::kMemoryRead, 0x1000, 0x0100), InvariantError);
}

TEST(SwitchRoutesTest, AccessesGoByBusOrAddressAndMayMeanNobody) {
  const SwitchRoutes routes(Config());
  TlpHeader access;
  access.kind = TlpKind::kConfigRead;
  access.address = 0x2000;  // an offset, whatever memory lies there
  access.completer = 0x0301;
  EXPECT_EQ(routes.OfAccess(access), 0u);
  access.completer = 0x0507;
  EXPECT_EQ(routes.OfAccess(access), 1u);
  access.completer = 0x0400;
  EXPECT_EQ(routes.OfAccess(access), SwitchRoutes::kNobody);
  for (const TlpKind kind : {TlpKind::kRegisterRead, TlpKind::kRegisterWrite}) {
    access.kind = kind;
    access.address = 0x1FF8;
    EXPECT_EQ(routes.OfAccess(access), 0u);
    access.address = 0x2000;
    EXPECT_EQ(routes.OfAccess(access), 1u);
    access.address = 0x8000;
    EXPECT_EQ(routes.OfAccess(access), SwitchRoutes::kNobody);
  }
  EXPECT_FALSE(routes.EndsAtDevice(0));
  EXPECT_TRUE(routes.EndsAtDevice(1));
}

TEST(SwitchConfigTest, BusesOfPortsMustNotOverlap) {
  SwitchConfig config = Config();
  EXPECT_THAT(config.Validate(), IsEmpty());
  config.ports[1].first_bus = 3;
  ASSERT_EQ(config.Validate().size(), 1u);
  EXPECT_THAT(config.Validate()[0].allowed, HasSubstr("a and b must have requester ids on different buses"));
  config.ports[1].first_bus = 0;
  config.ports[1].last_bus = 9;
  EXPECT_EQ(config.Validate().size(), 1u) << "one around the other";
  config.ports[1].last_bus = 0;
  EXPECT_THAT(config.Validate(), IsEmpty());
}

class SwitchEgressTest : public ::testing::Test {
 protected:
  void Push(std::uint32_t ingress, CreditClass credit_class, int number) {
    LinkItem item;
    item.object = reinterpret_cast<void*>(static_cast<std::uintptr_t>(number));
    item.cost.credit_class = credit_class;
    egress_.Push(ingress, item);
  }
  // All that may leave now, in order; what is given to the link leaves it at once.
  std::vector<int> Taken() {
    std::vector<int> taken;
    LinkItem item;
    std::uint32_t ingress = 0;
    while (egress_.TakeNext(item, ingress)) {
      taken.push_back(static_cast<int>(reinterpret_cast<std::uintptr_t>(item.object)));
    }
    return taken;
  }

  SwitchEgress egress_{3};
};

TEST_F(SwitchEgressTest, PortsTakeTurns) {
  for (int i = 0; i < 4; ++i) Push(0, CreditClass::kPosted, 10 + i);
  Push(2, CreditClass::kPosted, 30);
  Push(2, CreditClass::kPosted, 31);
  EXPECT_EQ(egress_.waiting(), 6u);
  EXPECT_THAT(Taken(), ElementsAre(10, 30, 11, 31, 12, 13));
  Push(1, CreditClass::kPosted, 20);
  Push(0, CreditClass::kPosted, 14);
  EXPECT_THAT(Taken(), ElementsAre(20, 14)) << "the port after the one that went last";
  EXPECT_EQ(egress_.waiting(), 0u);
}

TEST_F(SwitchEgressTest, OrderHoldsWithinAPortAndNotBetweenPorts) {
  egress_.Given(CreditClass::kPosted);  // no credits
  Push(0, CreditClass::kPosted, 1);
  Push(0, CreditClass::kNonPosted, 2);
  Push(1, CreditClass::kCompletion, 3);
  EXPECT_THAT(Taken(), IsEmpty()) << "what the link holds is before all else in its order";
  egress_.Left(CreditClass::kPosted);
  EXPECT_THAT(Taken(), ElementsAre(1, 3, 2));
}

TEST_F(SwitchEgressTest, PostedRequestsAndCompletionsPassReadsThatLackCredits) {
  egress_.Given(CreditClass::kNonPosted);
  Push(0, CreditClass::kNonPosted, 1);
  Push(0, CreditClass::kPosted, 2);
  Push(0, CreditClass::kCompletion, 3);
  Push(0, CreditClass::kPosted, 4);
  EXPECT_THAT(Taken(), ElementsAre(2, 3, 4));
  egress_.Left(CreditClass::kNonPosted);
  EXPECT_THAT(Taken(), ElementsAre(1));
}

TEST_F(SwitchEgressTest, NothingPassesAnOlderPostedRequest) {
  Push(0, CreditClass::kPosted, 1);
  Push(0, CreditClass::kCompletion, 2);
  Push(0, CreditClass::kNonPosted, 3);
  Push(0, CreditClass::kPosted, 4);
  EXPECT_THAT(Taken(), ElementsAre(1, 2, 3, 4));
}

}  // namespace
}  // namespace siov
