// SPDX-License-Identifier: Apache-2.0
// Assignable device interfaces (docs/requirements/siov.md): what they are made of, whose a page is, which PASID.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "models/base/units.h"
#include "tests/support/adi_bench.h"
#include "tests/support/function_bench.h"

namespace siov {
namespace {

using namespace testing;

TEST(Conformance, SIOV_01_FourQueuesBelongToTwoAdis) {
  const AdiConfig config = PortalConfig();
  const AdiMap map(config, kPage4K);
  AdiCore core(config, map);
  const std::uint32_t three = core.Allocate(1).adi;
  const std::uint32_t one = core.Allocate(0).adi;
  std::map<std::uint32_t, int> queues_of;
  for (std::uint32_t queue = 0; queue < 8; ++queue) ++queues_of[core.OwnerOf("queues", queue)];
  EXPECT_EQ(queues_of[three], 3);
  EXPECT_EQ(queues_of[one], 1);
  EXPECT_EQ(queues_of[AdiCore::kNone], 4);
}

TEST(Conformance, SIOV_04_AnAdiWithItsOwnQueueNeedsAPasidBeforeItIsActive) {
  AdiConfig config = PortalConfig();
  config.types.push_back(PortalType("shared", 4, 0));
  config.types[2].offset_bytes = 0x2'0000;
  config.types[2].shared_queue_only = true;
  const AdiMap map(config, kPage4K);
  AdiCore core(config, map);
  const std::uint32_t dedicated = core.Allocate(0).adi;
  ASSERT_TRUE(core.Step(dedicated, AdiStep::kConfigure).done());
  EXPECT_EQ(core.Step(dedicated, AdiStep::kActivate).refusal, AdiRefusal::kNoPasid);
  EXPECT_EQ(core.state(dedicated), AdiState::kConfigured);
  ASSERT_TRUE(core.SetPasid(dedicated, AdiAccess::kData, Pasid(7)).done());
  EXPECT_TRUE(core.Step(dedicated, AdiStep::kActivate).done());
  const std::uint32_t shared = core.Allocate(2).adi;
  ASSERT_TRUE(core.Step(shared, AdiStep::kConfigure).done());
  EXPECT_TRUE(core.Step(shared, AdiStep::kActivate).done()) << "its PASIDs arrive with its submissions";
}

TEST(Conformance, SIOV_08_SecondaryPasidsAreForTheirAccesses) {
  const AdiConfig config = PortalConfig();
  const AdiMap map(config, kPage4K);
  AdiCore core(config, map);
  const std::uint32_t adi = core.Allocate(0).adi;
  core.SetPasid(adi, AdiAccess::kData, Pasid(5));
  core.SetPasid(adi, AdiAccess::kCompletion, Pasid(9));
  EXPECT_EQ(core.PasidOf(adi, AdiAccess::kData), Pasid(5));
  EXPECT_EQ(core.PasidOf(adi, AdiAccess::kCompletion), Pasid(9));
  EXPECT_EQ(core.PasidOf(adi, AdiAccess::kDescriptor), Pasid(5)) << "the primary, unless there is one";
  core.Step(adi, AdiStep::kConfigure);
  core.Step(adi, AdiStep::kActivate);
  EXPECT_EQ(core.SetPasid(adi, AdiAccess::kData, Pasid(6)).refusal, AdiRefusal::kActive);
  EXPECT_EQ(core.PasidOf(adi, AdiAccess::kData), Pasid(5));
}

TEST(Conformance, PAS_02_PasidsBeyondTheFunctionsWidthAreRefused) {
  AdiConfig config = PortalConfig();
  config.pasid_width = 16;
  const AdiMap map(config, kPage4K);
  AdiCore core(config, map);
  const std::uint32_t adi = core.Allocate(0).adi;
  EXPECT_EQ(core.SetPasid(adi, AdiAccess::kData, Pasid(0x1'0000)).refusal, AdiRefusal::kWidePasid);
  EXPECT_TRUE(core.SetPasid(adi, AdiAccess::kData, Pasid(0xFFFF)).done());
}

// Owners by system page, as a VMM would find them.
std::map<std::uint64_t, std::set<std::string>> OwnersOfPages(const AdiMap& map, std::uint64_t bar_bytes) {
  std::map<std::uint64_t, std::set<std::string>> owners;
  for (std::uint64_t offset = 0; offset < bar_bytes; offset += 16) {
    const AdiMap::Place place = map.Find(2, offset);
    if (place.owner == AdiMap::Owner::kFunction) owners[offset / map.page_bytes()].insert("function");
    if (place.owner != AdiMap::Owner::kAdi || place.reserved) continue;
    owners[offset / map.page_bytes()].insert(std::to_string(place.type) + "." + std::to_string(place.index) + "." +
                                             std::to_string(static_cast<int>(place.path)));
  }
  return owners;
}

TEST(Conformance, SIOV_12_ASystemPageHasOneOwner) {
  for (const std::uint64_t page : {kPage4K, std::uint64_t{0x1'0000}}) {
    const AdiMap map(PortalConfig(), page);
    ASSERT_TRUE(map.faults().empty());
    const auto owners = OwnersOfPages(map, 0x10'0000);
    EXPECT_GE(owners.size(), 13u) << "two pages of six ADIs each, and the function's";
    for (const auto& [number, who] : owners) EXPECT_EQ(who.size(), 1u) << "page " << number;
  }
}

TEST(Conformance, SIOV_12_TwoAdisInOnePageAreRefused) {
  AdiConfig config = PortalConfig();
  config.types[0].stride_bytes = 0x1800;
  const AdiMap map(config, kPage4K);
  ASSERT_EQ(map.faults().size(), 1u);
  EXPECT_EQ(map.faults()[0].field, "types[0].stride_bytes");
  EXPECT_EQ(map.faults()[0].value, "6144");
  EXPECT_NE(map.faults()[0].allowed.find("SIOV-12): ADI 0 (control) and ADI 1 (portal) share one"), std::string::npos)
      << map.faults()[0].allowed;
}

TEST(Conformance, SIOV_13_DirectAndInterceptedRegistersInOnePageAreRefused) {
  AdiConfig config = PortalConfig();
  config.types[0].regions[0].size_bytes = 0x800;
  config.types[0].regions[1].offset_bytes = 0x800;
  for (const std::uint64_t page : {kPage4K, std::uint64_t{0x1'0000}}) {
    const AdiMap map(config, page);
    ASSERT_EQ(map.faults().size(), 1u);
    EXPECT_EQ(map.faults()[0].field, "types[0].regions[1].offset_bytes");
    EXPECT_NE(map.faults()[0].allowed.find("\"portal\""), std::string::npos);
  }
  config.types[0].regions[1].path = RegisterPath::kDirect;
  EXPECT_TRUE(AdiMap(config, kPage4K).faults().empty()) << "of one kind, they may";
}

TEST(Conformance, SIOV_14_ASmallNarrowBarLimitsTheAdisByName) {
  AdiConfig config;
  config.apertures = {{2, 0x10'0000, 0, false, false}};
  config.types = {PortalType("adi", 100, 0)};
  config.messages = 100;
  config.types[0].regions[1] = {"control", 0x3000, 0x40, RegisterPath::kIntercepted};
  const AdiMap map(config, kPage4K);
  EXPECT_EQ(map.Limit(0), 64u);
  AdiCore core(config, map);
  for (int granted = 0; granted < 64; ++granted) ASSERT_TRUE(core.Allocate(0).done()) << granted;
  const AdiResult refused = core.Allocate(0);
  EXPECT_EQ(refused.refusal, AdiRefusal::kNoPages);
  EXPECT_EQ(refused.reason,
            "all 64 ADIs of type \"adi\" are taken: BAR 2 of 1024 KiB has room for 64 of 100 ADIs of type \"adi\" with "
            "system pages of 4 KiB; of 32 bits, it has to lie below 4 GiB");
  EXPECT_EQ(AdiMap(config, 0x1'0000).Limit(0), 4u);
}

TEST(Conformance, DVS_04_AdisAreRealignedToTheSystemPageSize) {
  FunctionCore function(FullFunction());
  ASSERT_EQ(SetPageSize(function, 0x10).status, ConfigOutcome::Status::kTaken);
  function.Write(0x04, 0x2, 2);
  const AdiMap map(PortalConfig(), function.system_page_bytes());
  ASSERT_TRUE(map.faults().empty());
  std::set<std::uint64_t> pages;
  for (std::uint32_t type = 0; type < 2; ++type) {
    for (std::uint32_t adi = 0; adi < map.Limit(type); ++adi) {
      for (std::uint32_t region = 0; region < 2; ++region) {
        const std::uint64_t offset = map.OffsetOf(type, adi, region);
        EXPECT_EQ(offset % 0x1'0000, 0u);
        EXPECT_TRUE(pages.insert(offset / 0x1'0000).second);
      }
    }
  }
  EXPECT_EQ(pages.size(), 12u);
}

}  // namespace
}  // namespace siov
