// SPDX-License-Identifier: Apache-2.0
// What the way to a function means for it (docs/requirements/plat.md), in files as users have them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platforms/resolve/load_experiment.h"

namespace siov {
namespace {

constexpr char kSwitched[] = "tests/seam/platform_switched.txtpb";
const std::vector<std::string> kLinks{"rp0-sw0", "rp0-dsa0", "sw0-sw1", "sw1-dsa1"};

std::vector<std::string> WithoutPrefixes() {
  std::vector<std::string> overrides;
  for (const std::string& link : kLinks) overrides.push_back("links[name=" + link + "].pcie.pasid_prefix=false");
  return overrides;
}

TEST(Conformance, PLAT_01_APathWithoutPrefixesKeepsPasidDisabled) {
  for (const bool prefixes : {true, false}) {
    const CheckedFile checked = CheckFile(kSwitched, prefixes ? std::vector<std::string>{} : WithoutPrefixes());
    ASSERT_TRUE(checked.platform.has_value());
    ASSERT_TRUE(checked.faults.empty());
    for (const ResolvedEndpoint& device : checked.platform->endpoints) {
      const auto functions = FunctionsOf(device);
      EXPECT_EQ(functions->Find(0)->pasid_enabled(), prefixes) << device.name;
      EXPECT_EQ(functions->Find(0)->mode(), prefixes ? FunctionMode::kSiov : FunctionMode::kNone);
    }
  }
}

TEST(Conformance, PLAT_01_AdisBelowSuchAPathAreRefused) {
  std::vector<std::string> overrides = WithoutPrefixes();
  overrides.push_back(
      "nodes[name=dsa1].endpoint.functions=[{bars { index: 2 size_bytes: 1048576 } siov { enable: true }}]");
  const CheckedFile checked = CheckFile(kSwitched, overrides);
  ASSERT_EQ(checked.faults.size(), 1u);
  EXPECT_THAT(FormatFault(checked.faults[0]),
              ::testing::HasSubstr("nodes[name=dsa1].endpoint.functions[0].siov.enable = true: the PASID capability is "
                                   "not enabled"));
}

}  // namespace
}  // namespace siov
