// SPDX-License-Identifier: Apache-2.0
// The width of PASIDs (docs/requirements/pas.md).
#include <gtest/gtest.h>

#include "tests/support/device_fabric.h"

namespace siov {
namespace {

TEST(Conformance, PAS_02_APasidBeyondTheWidthNeverLeavesTheDevice) {
  testing::DeviceFabric::Config config;
  config.port.pasid_width = 16;
  testing::DeviceFabric fabric(config);
  fabric.RequestAt(1'000, TlpKind::kMemoryRead, Pasid(0x10000), 0x5000);
  fabric.RequestAt(2'000, TlpKind::kMemoryRead, Pasid(0xFFFF), 0x6000);
  fabric.Run();
  const PeerLog requests = fabric.Seen("iotlb");
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].tlp.pasid, Pasid(0xFFFF));
}

}  // namespace
}  // namespace siov
