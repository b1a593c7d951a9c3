// SPDX-License-Identifier: Apache-2.0
// PASID rules (docs/requirements/pas.md), seen from where a device's packets leave the link.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/device_fabric.h"

namespace siov {
namespace {

using testing::DeviceFabric;

constexpr Pasid kLargestPasid{0xFFFFF};

TEST(Conformance, PAS_01_PasidArrivesWholeAndMessagesOfInterruptsCarryNone) {
  DeviceFabric fabric{DeviceFabric::Config{}};
  fabric.RequestAt(1'000, TlpKind::kMemoryRead, kLargestPasid, 0x5010);
  fabric.job.pasid = kLargestPasid;
  fabric.InterruptAt(1'000);
  fabric.Run();

  const PeerLog requests = fabric.Seen("iotlb");
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].kind, TlpKind::kTranslationRequest);
  EXPECT_EQ(requests[0].tlp.at, AddressType::kTranslationRequest);
  ASSERT_TRUE(requests[0].tlp.pasid.valid());
  EXPECT_EQ(requests[0].tlp.pasid.value(), 0xFFFFFu);

  const PeerLog messages = fabric.Seen("interrupts");
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].kind, TlpKind::kMemoryWrite);
  EXPECT_TRUE(IsInterruptAddress(messages[0].address));
  EXPECT_FALSE(messages[0].tlp.pasid.valid());
  EXPECT_EQ(fabric.simulation.packets.in_use(), 1u) << "the engine's read, answered";
}

}  // namespace
}  // namespace siov
