// SPDX-License-Identifier: Apache-2.0
#include "models/workload/tenants/tenant_histograms.h"

#include <gtest/gtest.h>

namespace siov {
namespace {

// More tenants than share a chunk, in an order that is not theirs, against what each was given.
TEST(TenantHistograms, EveryTenantHasItsOwn) {
  constexpr std::uint32_t kTenants = 1'000;
  TenantHistograms histograms(kTenants);
  const CompactHistogram& first = histograms.of(7);
  EXPECT_EQ(first.count(), 0u);
  for (std::uint32_t i = 0; i < kTenants; ++i) {
    const std::uint32_t tenant = i * 7 % kTenants;
    if (tenant % 3 == 0) continue;
    for (std::uint32_t job = 0; job < tenant % 5 + 1; ++job) histograms.Record(tenant, 1'000'000 + tenant * 100'000);
  }
  for (std::uint32_t tenant = 0; tenant < kTenants; ++tenant) {
    EXPECT_EQ(histograms.of(tenant).count(), tenant % 3 == 0 ? 0 : tenant % 5 + 1) << tenant;
    if (tenant % 3 == 0) continue;
    const double quantile = static_cast<double>(histograms.of(tenant).Quantile(0.5));
    EXPECT_NEAR(quantile / (1e6 + tenant * 1e5), 1.0, 0.25) << tenant;
  }
}

TEST(TenantHistograms, ResetForgetsAndBeginsAnew) {
  TenantHistograms histograms(2);
  histograms.Record(1, 20'000);
  histograms.Reset();
  EXPECT_EQ(histograms.of(1).count(), 0u);
  histograms.Record(0, 20'000);
  EXPECT_EQ(histograms.of(0).count(), 1u);
  EXPECT_EQ(histograms.of(1).count(), 0u);
}

TEST(TenantHistograms, OfNoTenantsNoneAreKept) { EXPECT_FALSE(TenantHistograms(0).kept()); }

}  // namespace
}  // namespace siov
