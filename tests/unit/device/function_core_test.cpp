// SPDX-License-Identifier: Apache-2.0
// Configuration space of a function: bits as software reads and writes them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/function_bench.h"

namespace siov {
namespace {

using namespace testing;
using Status = ConfigOutcome::Status;
using ::testing::ElementsAre;

TEST(FunctionCore, HeaderIsThatOfTheFunction) {
  FunctionCore core(FullFunction());
  EXPECT_EQ(core.Read(0x00), 0x0B25'8086u);
  EXPECT_EQ(core.Read(0x00, 2), 0x8086u);
  EXPECT_EQ(core.Read(0x02, 2), 0x0B25u);
  EXPECT_EQ(core.Read(0x04), 0x0010'0000u) << "nothing enabled; a list of capabilities";
  EXPECT_EQ(core.Read(0x08), 0x0880'0003u);
  EXPECT_EQ(core.Read(0x0E, 1), 0x00u);
  EXPECT_EQ(core.Read(0x34), 0x40u);
  EXPECT_EQ(core.Read(0x3D, 1), 0u) << "no legacy interrupt";
  FunctionConfig one_of_several = FullFunction();
  one_of_several.multi_function = true;
  EXPECT_EQ(FunctionCore(one_of_several).Read(0x0E, 1), 0x80u);
}

TEST(FunctionCore, CommandTakesWhatAFunctionHas) {
  FunctionCore core(FullFunction());
  core.Write(0x04, 0xFFFF, 2);
  EXPECT_EQ(core.Read(0x04, 2), 0x0146u) << "memory space, bus master, parity response, SERR#; no I/O, no INTx";
  EXPECT_TRUE(core.memory_space());
  EXPECT_TRUE(core.bus_master());
  core.Write(0x04, 0x02, 1);
  EXPECT_EQ(core.Read(0x04, 2), 0x0102u) << "the upper byte was not written";
  EXPECT_FALSE(core.bus_master());
  core.Write(0x06, 0xFFFF, 2);
  EXPECT_EQ(core.Read(0x06, 2), 0x0010u) << "errors are cleared by 1, and there were none";
}

TEST(FunctionCore, BarsTellTheirSizeAndClaimTheirMemory) {
  FunctionConfig config = FullFunction();
  config.bars = {{0, 0x4000, false, false}, {1, 0x1'0000, true, true}, {4, std::uint64_t{1} << 34, true, true}};
  config.msix.reset();
  FunctionCore core(config);
  EXPECT_EQ(core.Read(0x10), 0x0u);
  EXPECT_EQ(core.Read(0x14), 0xCu) << "64-bit, prefetchable";
  core.Write(0x10, 0xFFFF'FFFF);
  EXPECT_EQ(core.Read(0x10), 0xFFFF'C000u);
  core.Write(0x14, 0xFFFF'FFFF);
  core.Write(0x18, 0xFFFF'FFFF);
  EXPECT_EQ(core.Read(0x14), 0xFFFF'000Cu);
  EXPECT_EQ(core.Read(0x18), 0xFFFF'FFFFu);
  core.Write(0x1C, 0xFFFF'FFFF);
  EXPECT_EQ(core.Read(0x1C), 0u) << "no BAR there";
  core.Write(0x20, 0xFFFF'FFFF);
  core.Write(0x24, 0xFFFF'FFFF);
  EXPECT_EQ(core.Read(0x20), 0xCu);
  EXPECT_EQ(core.Read(0x24), 0xFFFF'FFFCu) << "16 GiB";

  core.Write(0x10, 0xE000'1234);
  EXPECT_EQ(core.Read(0x10), 0xE000'0000u);
  core.Write(0x14, 0x0001'0000);
  core.Write(0x18, 0x0000'4000);
  EXPECT_FALSE(core.Decode(0xE000'0000).has_value()) << "memory space is disabled";
  core.Write(0x04, 0x2, 2);
  const auto first = core.Decode(0xE000'3FFF);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->bar, 0u);
  EXPECT_EQ(first->offset, 0x3FFFu);
  EXPECT_FALSE(core.Decode(0xE000'4000).has_value());
  const auto second = core.Decode(0x4000'0001'0010);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->bar, 1u);
  EXPECT_EQ(second->offset, 0x10u);
}

TEST(FunctionCore, SoftwareSizesBarsAsTheyAre) {
  FunctionConfig config = FullFunction();
  config.bars = {{0, 0x1000, false, true}, {2, std::uint64_t{1} << 36, true, true}, {5, 0x8000'0000, false, false}};
  config.msix.reset();
  FunctionCore core(config);
  core.Write(0x10, 0x8000'0000);
  const std::vector<FoundBar> found = SizeBars(ReaderOf(core), WriterOf(core));
  ASSERT_EQ(found.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(found[i].index, config.bars[i].index);
    EXPECT_EQ(found[i].size_bytes, config.bars[i].size_bytes);
    EXPECT_EQ(found[i].wide, config.bars[i].wide);
    EXPECT_EQ(found[i].prefetchable, config.bars[i].prefetchable);
  }
  EXPECT_EQ(core.Read(0x10), 0x8000'0008u) << "as it was before";
}

TEST(FunctionCore, CapabilitiesAreLinkedInTheirOrder) {
  const FunctionCore core(FullFunction());
  std::vector<unsigned> ids, extended;
  for (const FoundCapability& one : Capabilities(ReaderOf(core))) ids.push_back(one.id);
  for (const FoundCapability& one : ExtendedCapabilities(ReaderOf(core))) {
    extended.push_back(one.id);
    EXPECT_EQ(one.version, 1u);
  }
  EXPECT_THAT(ids, ElementsAre(0x10u, 0x11u));
  EXPECT_THAT(extended, ElementsAre(0x0Fu, 0x13u, 0x1Bu, 0x0Du, 0x10u, 0x23u));
  FunctionConfig bare;
  const FunctionCore without(bare);
  EXPECT_EQ(without.Read(0x100), 0u);
  EXPECT_TRUE(ExtendedCapabilities(ReaderOf(without)).empty());
  EXPECT_EQ(Capabilities(ReaderOf(without)).size(), 1u) << "PCI Express is never absent";
}

TEST(FunctionCore, ExpressSaysWhatTheFunctionCan) {
  FunctionCore core(FullFunction());
  EXPECT_EQ(core.Read(0x40), 0x0002'8010u) << "endpoint, version 2; MSI-X is next";
  EXPECT_EQ(core.Read(0x44), 0x1000'8022u) << "reset, role-based errors, extended tags, 512 bytes";
  EXPECT_EQ(core.Read(0x4C), 0x105u) << "x16 at 32 GT/s";
  EXPECT_EQ(core.Read(0x64), 0x0063'001Fu) << "prefix, 10-bit tags, time-outs";
  EXPECT_EQ(core.Read(0x6C), 0x3Eu) << "2.5 to 32 GT/s";
  FunctionConfig integrated = FullFunction();
  integrated.express.integrated = true;
  integrated.pasid.reset();
  integrated.siov.reset();
  const FunctionCore on_die(integrated);
  EXPECT_EQ(on_die.Read(0x42, 2), 0x0092u);
  EXPECT_EQ(on_die.Read(0x4C), 0u) << "no link";
  EXPECT_EQ(on_die.Read(0x64), 0x0003'001Fu) << "no PASID, no prefix";
}

TEST(FunctionCore, MessagesHaveTheirTablesInABar) {
  FunctionConfig config = FullFunction();
  config.msix = MsixCapability{2048, 2, 0x1000, 0, 0x3008};
  FunctionCore core(config);
  EXPECT_EQ(core.Read(0x80), 0x07FF'0011u);
  EXPECT_EQ(core.Read(0x84), 0x1002u);
  EXPECT_EQ(core.Read(0x88), 0x3008u);
  core.Write(0x82, 0xFFFF, 2);
  EXPECT_EQ(core.Read(0x82, 2), 0xC7FFu) << "enabled and masked; the size is read only";
}

TEST(FunctionCore, AtsPriAndPasidSayWhatTheirTablesSay) {
  FunctionCore core(FullFunction());
  EXPECT_EQ(core.Read(Place(core, capability::kAts, 4)), 0x0020u) << "0 stands for 32; page-aligned requests";
  EXPECT_EQ(core.Read(Place(core, capability::kPasid, 4)), 0x1406u) << "20 bits, execute, privileged";
  EXPECT_EQ(core.Read(Place(core, capability::kPri, 4)), 0x8100'0000u) << "stopped; PASID required";
  EXPECT_EQ(core.Read(Place(core, capability::kPri, 8)), 512u);
  EXPECT_EQ(core.Read(Place(core, capability::kAcs, 4)), 0x004Cu);
  core.Write(Place(core, capability::kAcs, 6), 0xFFFF, 2);
  EXPECT_EQ(core.Read(Place(core, capability::kAcs, 6), 2), 0x004Cu);
  FunctionConfig small = FullFunction();
  small.ats = AtsCapability{7, false, true};
  small.pasid = PasidCapability{16, false, false};
  FunctionCore other(small);
  EXPECT_EQ(other.Read(Place(other, capability::kAts, 4)), 0x0047u);
  EXPECT_EQ(other.Read(Place(other, capability::kPasid, 4)), 0x1000u);
  SetPasid(other, 7);
  EXPECT_EQ(other.Read(Place(other, capability::kPasid, 6), 2), 1u) << "has neither execute nor privileged";
}

TEST(FunctionCore, VfsFollowTheirControl) {
  FunctionCore core(FullFunction());
  const auto at = [&core](unsigned offset) { return Place(core, capability::kSriov, offset); };
  EXPECT_EQ(core.Read(at(0x0C)), 0x0010'0010u);
  EXPECT_EQ(core.Read(at(0x14)), 0x0001'0002u);
  EXPECT_EQ(core.Read(at(0x1A), 2), 0x0B26u);
  EXPECT_EQ(core.Read(at(0x1C)), 0x553u);
  EXPECT_EQ(core.Read(at(0x20)), 1u);
  EXPECT_EQ(core.Read(at(0x24)), 0xCu);
  EXPECT_EQ(core.Write(at(0x10), 17, 2).undefined, Undefined::kTooManyVfs);
  EXPECT_EQ(core.Write(at(0x10), 16, 2).status, Status::kTaken);
  EXPECT_EQ(core.Write(at(0x20), 0x10).status, Status::kTaken);
  EXPECT_EQ(core.Write(at(0x20), 0x20).undefined, Undefined::kPageSizeUnsupported);
  EXPECT_EQ(core.mode(), FunctionMode::kNone);
  SetVfs(core, 0x9);
  EXPECT_EQ(core.mode(), FunctionMode::kSriov);
  EXPECT_EQ(core.Write(at(0x10), 8, 2).undefined, Undefined::kVfsWhileEnabled);
  EXPECT_EQ(core.Write(at(0x20), 1).undefined, Undefined::kVfsWhileEnabled);
  EXPECT_EQ(core.Read(at(0x10), 2), 16u);
  EXPECT_EQ(core.Read(at(0x20)), 0x10u);
  SetVfs(core, 0);
  EXPECT_EQ(core.mode(), FunctionMode::kNone);
}

TEST(FunctionCore, EnablesInOrderAreDefinedAndOthersAreRecorded) {
  FunctionCore core(FullFunction());
  EXPECT_EQ(SetPasid(core, kPasidOn).status, Status::kTaken);
  EXPECT_EQ(SetAts(core, kAtsOn).status, Status::kTaken);
  EXPECT_EQ(SetPri(core, 1).status, Status::kTaken);
  EXPECT_TRUE(core.page_requests_enabled());
  EXPECT_EQ(core.Read(Place(core, capability::kPri, 6), 2), 0x8000u) << "no longer stopped";
  EXPECT_EQ(SetAts(core, kAtsOn | 3).undefined, Undefined::kUnitWhileAts);
  EXPECT_EQ(core.Read(Place(core, capability::kAts, 6), 2), 0x8000u);
  EXPECT_EQ(SetAts(core, 0).undefined, Undefined::kAtsOffWhilePageRequests);
  EXPECT_FALSE(core.page_requests_enabled());
  SetPri(core, 0);
  EXPECT_EQ(core.Read(Place(core, capability::kPri, 6), 2), 0x8100u);
  EXPECT_EQ(SetPri(core, 1).undefined, Undefined::kPageRequestsWithoutAts);
  EXPECT_EQ(core.undefined_count(), 3u);
}

TEST(FunctionCore, ResetForgetsAllButTheFabricsPayloadSize) {
  FunctionCore core(FullFunction());
  core.Write(0x04, 0x6, 2);
  core.Write(0x18, 0x4000'0000);
  core.Write(0x48, 0x2930, 2);
  SetPasid(core, kPasidOn);
  SetAts(core, kAtsOn);
  ASSERT_EQ(core.EnableAdis().status, Status::kTaken);
  EXPECT_TRUE(core.Write(0x48, 0x8000 | 0x2930, 2).reset);
  EXPECT_EQ(core.Read(0x04, 2), 0u);
  EXPECT_EQ(core.Read(0x18), 0xCu);
  EXPECT_EQ(core.Read(0x48, 2), 0x2930u) << "Initiate Function Level Reset reads 0";
  EXPECT_EQ(core.mode(), FunctionMode::kNone);
  EXPECT_FALSE(core.pasid_enabled());
  EXPECT_FALSE(core.ats_enabled());
}

TEST(FunctionCore, OnlyWhatSoftwareChangedTakesPlace) {
  const FunctionTemplate made = MakeFunctionTemplate(FullFunction());
  ConfigSpace space(made.registers);
  EXPECT_EQ(space.changed(), 0u);
  space.Set(0x04, 0x0010'0002);
  space.Set(0x10, 0xCu);
  EXPECT_EQ(space.changed(), 1u) << "what is as after a reset is the template's";
  space.Set(0x04, 0x0010'0000);
  EXPECT_EQ(space.changed(), 0u);
}

TEST(FunctionCore, NoPairOfNeighboursDisturbsTheOther) {
  // Every byte of the space, written with all ones and all zeros, changes at most its own writable bits.
  for (unsigned offset = 0; offset < kConfigSpaceBytes; ++offset) {
    FunctionCore core(FullFunction());
    const FunctionCore untouched(FullFunction());
    for (const std::uint32_t value : {0xFFu, 0u}) {
      if (core.Write(static_cast<ConfigOffset>(offset), value, 1).reset) continue;
      for (unsigned other = 0; other < 0x200; other += 4) {
        if (other == (offset & ~3u)) continue;
        ASSERT_EQ(core.Read(static_cast<ConfigOffset>(other)), untouched.Read(static_cast<ConfigOffset>(other)))
            << "write at " << offset << " seen at " << other;
      }
    }
    const ConfigRegister* const one = core.registers().Find(static_cast<ConfigOffset>(offset));
    const std::uint32_t now = core.Read(static_cast<ConfigOffset>(offset & ~3u));
    const std::uint32_t before = untouched.Read(static_cast<ConfigOffset>(offset & ~3u));
    ASSERT_EQ((now ^ before) & ~(one == nullptr ? 0 : one->writable), 0u) << offset;
  }
}

TEST(FunctionConfig, FaultsAreNamedAllAtOnce) {
  FunctionConfig config = FullFunction();
  EXPECT_TRUE(config.Validate().empty());
  config.number = 8;
  config.bars = {
      {0, 0x1800, true, true}, {1, 0x1000, false, false}, {5, 0x1000, true, true}, {9, 0x1000, false, false}};
  config.msix->table_bar = 3;
  config.msix->pending_offset = 0xFFFC;
  config.siov->supported_page_sizes = 0x10;
  std::vector<std::string> fields;
  for (const ConfigFault& fault : config.Validate()) fields.push_back(fault.field);
  EXPECT_THAT(fields, ElementsAre("number", "bars[0].size_bytes", "bars[1].index", "bars[2].index", "bars[3].index",
                                  "msix.table_bar", "msix.pending_offset", "siov.supported_page_sizes",
                                  "siov.system_page_bytes"));
  FunctionConfig orphans;
  orphans.pri = PriCapability{};
  orphans.siov = SiovCapability{};
  EXPECT_EQ(orphans.Validate().size(), 2u) << "page requests without ATS, ADIs without PASID";
}

TEST(FunctionConfig, TablesOfMessagesDoNotOverlap) {
  FunctionConfig config = FullFunction();
  config.msix = MsixCapability{64, 0, 0x2000, 0, 0x23F8};
  ASSERT_EQ(config.Validate().size(), 1u);
  EXPECT_EQ(config.Validate()[0].field, "msix.pending_offset");
  config.msix->pending_offset = 0x2400;
  EXPECT_TRUE(config.Validate().empty());
  config.msix->pending_offset = 0x1FF8;
  EXPECT_TRUE(config.Validate().empty());
}

}  // namespace
}  // namespace siov
