// SPDX-License-Identifier: Apache-2.0
// A function's configuration space as software finds it (docs/requirements/dvs.md, siov.md): capability enumeration,
// modes, the order of enabling, and what is undefined.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/base/units.h"
#include "models/device/function/function_group.h"
#include "tests/support/function_bench.h"

namespace siov {
namespace {

using namespace testing;
using Status = ConfigOutcome::Status;
using ::testing::ElementsAre;

FunctionConfig Dependent(std::uint32_t number, std::uint32_t link, bool homogeneous) {
  FunctionConfig config = FullFunction();
  config.number = number;
  config.siov->dependency_link = link;
  config.siov->homogeneous = homogeneous;
  return config;
}

// Functions 0, 2 and 5 depend on each other; 1 is alone.
std::vector<FunctionConfig> Ring(bool homogeneous) {
  return {Dependent(5, 0, homogeneous), Dependent(0, 2, homogeneous), Dependent(2, 5, homogeneous),
          Dependent(1, 1, homogeneous)};
}

TEST(Conformance, DVS_01_HeaderIsFoundByWalkingTheExtendedList) {
  const FunctionCore core(FullFunction());
  const auto dvsec = FindExtended(ReaderOf(core), 0x0023);
  ASSERT_TRUE(dvsec.has_value());
  const auto at = [&](unsigned offset) { return core.Read(static_cast<ConfigOffset>(*dvsec + offset)); };
  EXPECT_EQ(at(0x00), 0x0001'0023u) << "version 1, the last of the list";
  EXPECT_EQ(at(0x04), 0x0180'8086u) << "length 018h, revision 0, vendor 8086h";
  EXPECT_EQ(at(0x08) & 0xFFFF, 0x0005u);
  ASSERT_TRUE(FindSiov(ReaderOf(core)).has_value());
  // Readers accept revision 1 as well, and no other.
  for (const std::uint32_t revision : {1u, 2u}) {
    const ConfigReader newer = [&](ConfigOffset offset) {
      return core.Read(offset) | (offset == *dvsec + 4 ? revision << 16 : 0);
    };
    EXPECT_EQ(FindSiov(newer).has_value(), revision == 1);
  }
}

TEST(Conformance, DVS_02_LinksOfDependentFunctionsMakeARing) {
  const std::vector<FunctionConfig> functions = Ring(false);
  ASSERT_TRUE(ValidateFunctions(functions).empty());
  FunctionGroup group(functions);
  std::vector<unsigned> followed;
  std::uint32_t at = 2;
  for (int step = 0; step < 3; ++step) {
    at = FindSiov(ReaderOf(*group.Find(at)))->dependency_link;
    followed.push_back(at);
  }
  EXPECT_THAT(followed, ElementsAre(5u, 0u, 2u));
  EXPECT_THAT(group.Dependents(2), ElementsAre(2u, 5u, 0u));
  EXPECT_EQ(FindSiov(ReaderOf(*group.Find(1)))->dependency_link, 1u) << "alone: its own number";
  // Read only.
  FunctionCore& one = *group.Find(2);
  one.Write(Place(one, 0x0023, 0x0A), 7, 1);
  EXPECT_EQ(one.Read(Place(one, 0x0023, 0x0A), 1), 5u);
}

TEST(Conformance, DVS_02_LinksThatMakeNoRingAreRefused) {
  std::vector<FunctionConfig> functions = Ring(false);
  functions[0].siov->dependency_link = 2;  // 5 and 0 both name 2
  ASSERT_EQ(ValidateFunctions(functions).size(), 1u);
  EXPECT_EQ(ValidateFunctions(functions)[0].field, "functions[1].siov.dependency_link") << "the second to name 2";
  functions[1].siov->dependency_link = 3;
  ASSERT_EQ(ValidateFunctions(functions).size(), 1u);
  EXPECT_EQ(ValidateFunctions(functions)[0].allowed, "a function of the device with siov");
}

TEST(Conformance, DVS_03_MixedModesOfARingAreUndefinedOnlyWithFlagH) {
  for (const bool homogeneous : {true, false}) {
    FunctionGroup group(Ring(homogeneous));
    EXPECT_EQ(group.Find(0)->Read(Place(*group.Find(0), 0x0023, 0x0B), 1), homogeneous ? 1u : 0u);
    const auto enable_adis = [&group](std::uint32_t number) {
      SetPasid(*group.Find(number), kPasidOn);
      return group.EnableAdis(number);
    };
    EXPECT_EQ(enable_adis(0).status, Status::kTaken);
    EXPECT_EQ(enable_adis(5).status, Status::kTaken) << "the same mode";
    const auto enable_vfs = [&group](std::uint32_t number) {
      return group.Write(number, Place(*group.Find(number), 0x0010, 8), 1, 2);
    };
    EXPECT_EQ(enable_vfs(1).status, Status::kTaken) << "depends on nobody";
    const ConfigOutcome mixed = enable_vfs(2);
    EXPECT_EQ(mixed.status, homogeneous ? Status::kUndefined : Status::kTaken);
    EXPECT_EQ(mixed.undefined, homogeneous ? Undefined::kMixedModes : Undefined::kNone);
    EXPECT_EQ(group.Find(2)->undefined_count(), homogeneous ? 1u : 0u);
  }
}

TEST(Conformance, DVS_04_SystemPageSizeIsOneSupportedBitBeforeMemorySpace) {
  FunctionCore core(FullFunction());  // 4 KiB, 8 KiB, 64 KiB
  const ConfigOffset supported = Place(core, 0x0023, 0x0C);
  const ConfigOffset system = Place(core, 0x0023, 0x10);
  EXPECT_EQ(core.Read(supported), 0x13u);
  core.Write(supported, 0xFFFF'FFFF);
  EXPECT_EQ(core.Read(supported), 0x13u) << "read only";
  EXPECT_EQ(core.Read(system), 1u);
  EXPECT_EQ(SetPageSize(core, 0x10).status, Status::kTaken);
  EXPECT_EQ(core.system_page_bytes(), 0x1'0000u);
  for (const auto& [value, what] : {std::pair{0u, Undefined::kPageSizeNone},
                                    {0x3u, Undefined::kPageSizeSeveral},
                                    {0x4u, Undefined::kPageSizeUnsupported}}) {
    const ConfigOutcome outcome = SetPageSize(core, value);
    EXPECT_EQ(outcome.status, Status::kUndefined);
    EXPECT_EQ(outcome.undefined, what);
    EXPECT_EQ(core.Read(system), 0x10u);
  }
}

TEST(Conformance, DVS_05_CapabilityBitSaysWhetherThereIsAMessageStore) {
  for (const bool store : {true, false}) {
    FunctionConfig config = FullFunction();
    config.siov->message_store = store;
    FunctionCore core(config);
    const ConfigOffset at = Place(core, 0x0023, 0x14);
    EXPECT_EQ(core.Read(at), store ? 1u : 0u);
    core.Write(at, 0xFFFF'FFFF);
    EXPECT_EQ(core.Read(at), store ? 1u : 0u);
  }
}

TEST(Conformance, GEN_02_PageSizeAfterMemorySpaceIsRecordedOnceAndChangesNothing) {
  for (const bool strict : {false, true}) {
    FunctionConfig config = FullFunction();
    config.strict = strict;
    FunctionCore core(config);
    core.Write(0x04, 0x2, 2);
    const ConfigOutcome outcome = SetPageSize(core, 0x10);
    EXPECT_EQ(outcome.status, strict ? Status::kError : Status::kUndefined);
    EXPECT_EQ(core.system_page_bytes(), kPage4K);
    ASSERT_EQ(core.undefined().size(), 1u);
    EXPECT_EQ(core.undefined()[0].what, Undefined::kPageSizeAfterMemorySpace);
    EXPECT_EQ(core.undefined()[0].offset, Place(core, 0x0023, 0x10));
    EXPECT_EQ(core.undefined()[0].value, 0x10u);
    EXPECT_STRNE(Describe(core.undefined()[0].what), "");
  }
}

TEST(Conformance, SIOV_04_AdisNeedAnEnabledPasidCapability) {
  FunctionCore core(FullFunction());
  EXPECT_EQ(core.EnableAdis().refusal, Refusal::kPasidDisabled);
  EXPECT_EQ(core.mode(), FunctionMode::kNone);
  SetPasid(core, kPasidOn);
  EXPECT_EQ(core.EnableAdis().status, Status::kTaken);
  EXPECT_EQ(core.mode(), FunctionMode::kSiov);
  EXPECT_EQ(SetPasid(core, 0).undefined, Undefined::kPasidOffWhileAdis);
  EXPECT_TRUE(core.pasid_enabled());
  FunctionConfig none = FullFunction();
  none.siov.reset();
  EXPECT_EQ(FunctionCore(none).EnableAdis().refusal, Refusal::kNoCapability);
}

TEST(Conformance, SIOV_25_VfsAndAdisExcludeEachOther) {
  FunctionCore core(FullFunction());
  SetPasid(core, kPasidOn);
  SetVfs(core, 1);
  EXPECT_EQ(core.EnableAdis().refusal, Refusal::kOtherMode);
  EXPECT_EQ(core.mode(), FunctionMode::kSriov);
  SetVfs(core, 0);
  EXPECT_EQ(core.EnableAdis().status, Status::kTaken);
  EXPECT_EQ(SetVfs(core, 1).refusal, Refusal::kOtherMode);
  EXPECT_EQ(core.mode(), FunctionMode::kSiov);
  EXPECT_EQ(core.Read(Place(core, 0x0010, 8), 2), 0u) << "VF Enable stays clear";
  core.DisableAdis();
  EXPECT_EQ(SetVfs(core, 1).status, Status::kTaken);
}

TEST(Conformance, PAS_03_ChangeOfThePasidControlWhileAtsIsOnHaltsTheFunction) {
  for (const std::uint32_t control : {0u, 3u}) {  // enable cleared; execute set beside it
    FunctionCore core(FullFunction());
    SetPasid(core, kPasidOn);
    SetAts(core, kAtsOn);
    EXPECT_EQ(SetPasid(core, kPasidOn).status, Status::kTaken) << "no change";
    EXPECT_EQ(SetPasid(core, control).undefined, Undefined::kPasidWhileAts);
    EXPECT_TRUE(core.halted());
    EXPECT_EQ(core.Read(Place(core, capability::kPasid, 6), 2), 1u);
    EXPECT_EQ(SetAts(core, 0).refusal, Refusal::kHalted);
    core.Reset();
    EXPECT_FALSE(core.halted());
    EXPECT_EQ(SetPasid(core, kPasidOn).status, Status::kTaken);
  }
}

}  // namespace
}  // namespace siov
