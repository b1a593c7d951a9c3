// SPDX-License-Identifier: Apache-2.0
#include "models/root_port/root_port_core.h"

#include <gtest/gtest.h>

#include "models/base/invariant.h"

namespace siov {
namespace {

constexpr std::uint64_t kInterruptAddress = 0xFEE0'1000;

TEST(RootPortRoutes, EveryKindAndAddressType) {
  struct Row {
    TlpKind kind;
    AddressType at;
    std::uint64_t address;
    bool with_pasid;
    UpstreamRoute route;
    UpstreamRoute route_when_blocking;
  };
  constexpr auto kUntranslated = AddressType::kUntranslated;
  constexpr auto kTranslated = AddressType::kTranslated;
  using R = UpstreamRoute;
  const Row rows[] = {
      {TlpKind::kMemoryRead, kTranslated, 0x1000, true, R::kMemory, R::kRefused},
      {TlpKind::kMemoryWrite, kTranslated, 0x1000, true, R::kMemory, R::kRefused},
      {TlpKind::kMemoryWrite, kTranslated, kInterruptAddress, false, R::kRefused, R::kRefused},
      {TlpKind::kMemoryRead, kUntranslated, 0x1000, false, R::kIotlb, R::kIotlb},
      {TlpKind::kMemoryWrite, kUntranslated, 0x1000, true, R::kIotlb, R::kIotlb},
      {TlpKind::kMemoryWrite, kUntranslated, kInterruptAddress, false, R::kInterrupts, R::kInterrupts},
      {TlpKind::kMemoryWrite, kUntranslated, kInterruptAddress, true, R::kIotlb, R::kIotlb},
      {TlpKind::kMemoryRead, kUntranslated, kInterruptAddress, false, R::kRefused, R::kRefused},
      {TlpKind::kMemoryWrite, AddressType::kTranslationRequest, 0x1000, true, R::kRefused, R::kRefused},
      {TlpKind::kTranslationRequest, AddressType::kTranslationRequest, 0x1000, true, R::kIotlb, R::kRefused},
      {TlpKind::kPageRequest, kUntranslated, 0x1000, true, R::kPriQueue, R::kPriQueue},
      {TlpKind::kInvalidateCompletion, kUntranslated, 0, false, R::kInvalidations, R::kInvalidations},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(RouteUpstream(row.kind, row.at, row.address, row.with_pasid, false), row.route)
        << static_cast<int>(row.kind) << " at " << row.address;
    EXPECT_EQ(RouteUpstream(row.kind, row.at, row.address, row.with_pasid, true), row.route_when_blocking)
        << static_cast<int>(row.kind) << " at " << row.address;
  }
  EXPECT_THROW(RouteUpstream(TlpKind::kDeferrableWrite, kUntranslated, 0, true, false), InvariantError);
}

TEST(RootPortConfig, BoundsReads) {
  RootPortConfig config;
  EXPECT_TRUE(config.Validate().empty());
  config.outstanding_reads = (1u << 20) + 1;
  ASSERT_EQ(config.Validate().size(), 1u);
  EXPECT_EQ(config.Validate()[0].field, "outstanding_reads");
}

}  // namespace
}  // namespace siov
