// SPDX-License-Identifier: Apache-2.0
// Functions as software meets them in a run, by requests that cross two switches (docs/requirements/dvs.md, siov.md,
// plat.md, gen.md): what it finds in configuration space, and what its writes to it and to registers come to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/register_script.h"

namespace siov {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Functions 0, 2 and 5 depend on each other; 1 and 6 are alone.
const std::string kFunctions =
    "{bars { index: 0 size_bytes: 65536 function_bytes: 65536 } bars { index: 2 size_bytes: 131072 } siov { "
    "dependency_link: 2 homogeneous: true }}, "
    "{number: 1 bars { index: 0 size_bytes: 1048576 } siov { supported_page_sizes: 17 adi_types { name: \"context\" "
    "count: 100 bar: 0 regions { name: \"doorbell\" size_bytes: 4096 } regions { name: \"control\" offset_bytes: 4096 "
    "size_bytes: 64 path: INTERCEPTED }}}}, "
    "{number: 2 siov { dependency_link: 5 homogeneous: true enable: false } sriov { total_vfs: 4 first_offset: 8 "
    "vf_device_id: 2854 vf_bars { index: 0 size_bytes: 65536 }}}, "
    "{number: 5 siov { dependency_link: 0 homogeneous: true enable: false }}, "
    "{number: 6 bars { index: 0 size_bytes: 4096 function_bytes: 4096 } siov { enable: false } sriov { total_vfs: 4 "
    "first_offset: 8 vf_device_id: 2854 vf_bars { index: 0 size_bytes: 65536 }}}";

constexpr std::uint16_t kDvsec = 0x0023, kSriov = 0x0010, kPasid = 0x001B;
constexpr unsigned kCommand = 0x04, kBusMasterOnly = 0x4, kBusMasterAndMemory = 0x6;

double Counted(const Results& results, const char* name) { return StructureOf(results, "dsa1.function", name); }

TEST(Conformance, DVS_01_SoftwareFindsTheHeaderByReadsInARun) {
  RegisterScript script(kFunctions);
  // Every dword of the list is read; the walk then goes by what came back.
  std::map<ConfigOffset, std::size_t> reads;
  const FunctionCore& core = script.Core(0);
  FindSiov([&](ConfigOffset offset) {
    if (reads.count(offset) == 0) reads[offset] = script.Read(0, offset);
    return core.Read(offset);
  });
  const Results results = script.Run();
  const ConfigReader by_requests = [&](ConfigOffset offset) {
    return static_cast<std::uint32_t>(ValueOf(results, reads.at(offset)));
  };
  const auto found = FindSiov(by_requests);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(by_requests(found->offset), 0x0001'0023u);
  EXPECT_EQ(by_requests(Plus(found->offset, 4)), 0x0180'8086u) << "length 018h, revision 0, vendor 8086h";
  EXPECT_EQ(by_requests(Plus(found->offset, 8)) & 0xFFFF, 0x0005u);
  EXPECT_EQ(Counted(results, "reads"), static_cast<double>(reads.size()));
  EXPECT_EQ(Counted(results, "unsupported"), 0);
}

TEST(Conformance, DVS_02_LinksAreFollowedByReadsInARun) {
  RegisterScript script(kFunctions);
  std::map<std::uint32_t, std::size_t> links;
  for (const std::uint32_t function : {0u, 1u, 2u, 5u}) {
    links[function] = script.Read(function, script.Place(function, kDvsec, 0x0A), 1);
  }
  const std::size_t write = script.Write(2, script.Place(2, kDvsec, 0x0A), 7, 1);
  const std::size_t again = script.Read(2, script.Place(2, kDvsec, 0x0A), 1);
  const Results results = script.Run();
  std::vector<std::uint64_t> followed;
  for (std::uint64_t at = 2; followed.size() < 3;) {
    at = ValueOf(results, links.at(static_cast<std::uint32_t>(at)));
    followed.push_back(at);
  }
  EXPECT_THAT(followed, ElementsAre(5u, 0u, 2u));
  EXPECT_EQ(ValueOf(results, links.at(1)), 1u) << "alone";
  EXPECT_EQ(StatusOf(results, write), CompletionStatus::kSuccess);
  EXPECT_EQ(ValueOf(results, again), 5u) << "read only";
}

// Function 0 is in S-IOV mode since enumeration; software puts 2 into SR-IOV mode.
TEST(Conformance, DVS_03_AMixOfModesInARunIsAnUndefinedEvent) {
  RegisterScript script(kFunctions);
  const std::size_t flags = script.Read(2, script.Place(2, kDvsec, 0x0B), 1);
  script.Write(2, script.Place(2, kSriov, 0x10), 1, 2);
  script.Write(2, script.Place(2, kSriov, 0x08), 1, 2);
  const std::size_t enabled = script.Read(2, script.Place(2, kSriov, 0x08), 2);
  const Results results = script.Run();
  EXPECT_EQ(ValueOf(results, flags), 1u) << "H";
  EXPECT_EQ(ValueOf(results, enabled), 1u) << "each keeps its own mode";
  EXPECT_EQ(Counted(results, "undef.config_writes"), 1);
}

TEST(Conformance, DVS_03_WithoutFlagHFunctionsMayDiffer) {
  std::string functions = kFunctions;
  for (std::size_t at = 0; (at = functions.find("homogeneous: true", at)) != std::string::npos;) {
    functions.replace(at, 17, "homogeneous: false");
  }
  RegisterScript script(functions);
  script.Write(2, script.Place(2, kSriov, 0x10), 1, 2);
  script.Write(2, script.Place(2, kSriov, 0x08), 1, 2);
  EXPECT_EQ(Counted(script.Run(), "undef.config_writes"), 0);
}

void SelectPages(RegisterScript& script, std::uint32_t function, std::uint64_t size) {
  script.Write(function, kCommand, kBusMasterOnly, 2);
  script.Write(function, script.Place(function, kDvsec, 0x10), size);
  script.Write(function, kCommand, kBusMasterAndMemory, 2);
}

TEST(Conformance, DVS_04_PagesOf64KibSeparateAdis) {
  RegisterScript script(kFunctions);
  script.WriteBar(1, 0, 0x2000, 0xA1);  // the second ADI's doorbell, with pages of 4 KiB
  SelectPages(script, 1, 0x10);
  const std::size_t size = script.Read(1, script.Place(1, kDvsec, 0x10));
  const std::size_t old_place = script.ReadBar(1, 0, 0x2000);
  const std::size_t new_place = script.ReadBar(1, 0, 0x2'0000);
  script.WriteBar(1, 0, 0x4'0000, 0xA2);
  const std::size_t third = script.ReadBar(1, 0, 0x4'0000);
  const Results results = script.Run();
  EXPECT_EQ(ValueOf(results, size), 0x10u);
  EXPECT_EQ(ValueOf(results, old_place), 0u) << "in the first one's page, behind its registers";
  EXPECT_EQ(ValueOf(results, new_place), 0xA1u);
  EXPECT_EQ(ValueOf(results, third), 0xA2u);
  EXPECT_EQ(Counted(results, "undef.config_writes"), 0);
}

TEST(Conformance, DVS_04_OtherValuesAreUndefinedAndChangeNothing) {
  RegisterScript script(kFunctions);
  script.Write(1, kCommand, kBusMasterOnly, 2);
  std::vector<std::size_t> reads;
  for (const unsigned value : {0u, 0x11u, 0x4u}) {  // none, several, not supported
    script.Write(1, script.Place(1, kDvsec, 0x10), value);
    reads.push_back(script.Read(1, script.Place(1, kDvsec, 0x10)));
  }
  const Results results = script.Run();
  for (const std::size_t read : reads) EXPECT_EQ(ValueOf(results, read), 1u);
  EXPECT_EQ(Counted(results, "undef.config_writes"), 3);
}

TEST(Conformance, DVS_05_TheMessageStoreIsFoundByAReadInARun) {
  RegisterScript script(kFunctions);
  const std::size_t before = script.Read(1, script.Place(1, kDvsec, 0x14));
  script.Write(1, script.Place(1, kDvsec, 0x14), 0xFFFF'FFFE);
  const std::size_t after = script.Read(1, script.Place(1, kDvsec, 0x14));
  const Results results = script.Run();
  EXPECT_EQ(ValueOf(results, before), 1u);
  EXPECT_EQ(ValueOf(results, after), 1u) << "read only";
}

TEST(Conformance, GEN_02_PageSizeAfterMemorySpaceInARunIsRecordedAndChangesNothing) {
  RegisterScript script(kFunctions);
  script.WriteBar(1, 0, 0x2000, 0xA1);
  script.Write(1, script.Place(1, kDvsec, 0x10), 0x10);
  const std::size_t size = script.Read(1, script.Place(1, kDvsec, 0x10));
  const std::size_t place = script.ReadBar(1, 0, 0x2000);
  const Results results = script.Run();
  EXPECT_EQ(Counted(results, "undef.config_writes"), 1);
  EXPECT_EQ(ValueOf(results, size), 1u);
  EXPECT_EQ(ValueOf(results, place), 0xA1u);
}

TEST(Conformance, GEN_02_AStrictFunctionRefusesIt) {
  std::string functions = kFunctions;
  functions.replace(functions.find("{number: 1 "), 11, "{number: 1 strict: true ");
  RegisterScript script(functions);
  script.Write(1, script.Place(1, kDvsec, 0x10), 0x10);
  const auto faults = script.Faults();
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_THAT(FormatFault(faults[0]),
              HasSubstr("register_accesses[0]: System Page Size written while Memory Space Enable is set; it keeps its "
                        "value, which is undefined, and strict is set"));
}

TEST(Conformance, SIOV_12_NoPageOf64KibAnswersForTwoOwners) {
  RegisterScript script(kFunctions);
  SelectPages(script, 1, 0x10);
  constexpr unsigned kPages = 16;  // of the BAR: eight ADIs, two pages each
  for (unsigned page = 0; page < kPages; ++page) script.WriteBar(1, 0, page * 0x1'0000, 0x100 + page);
  std::vector<std::size_t> first, behind;
  for (unsigned page = 0; page < kPages; ++page) {
    first.push_back(script.ReadBar(1, 0, page * 0x1'0000));
    for (const unsigned offset : {0x1000u, 0x2000u, 0xF000u}) {
      behind.push_back(script.ReadBar(1, 0, page * 0x1'0000 + offset));
    }
  }
  const Results results = script.Run();
  for (unsigned page = 0; page < kPages; ++page) EXPECT_EQ(ValueOf(results, first[page]), 0x100u + page);
  for (const std::size_t read : behind) EXPECT_EQ(ValueOf(results, read), 0u) << "nobody else's registers";
}

TEST(Conformance, SIOV_12_PagesNobodyOwnsAreUnsupported) {
  RegisterScript script(kFunctions);
  const std::size_t owned = script.ReadBar(1, 0, 99 * 0x2000);
  const std::size_t nobody = script.ReadBar(1, 0, 100 * 0x2000);
  const Results results = script.Run();
  EXPECT_EQ(StatusOf(results, owned), CompletionStatus::kSuccess);
  EXPECT_EQ(StatusOf(results, nobody), CompletionStatus::kUnsupportedRequest);
  EXPECT_EQ(ValueOf(results, nobody), 0xFFFF'FFFFu);
  EXPECT_EQ(Counted(results, "unsupported"), 1);
}

TEST(Conformance, SIOV_13_DirectAndInterceptedRegistersAreInPagesOfTheirOwn) {
  RegisterScript script(kFunctions);
  script.WriteBar(1, 0, 0x0000, 0xD);
  script.WriteBar(1, 0, 0x1000, 0x1);
  const std::size_t direct = script.ReadBar(1, 0, 0x0000);
  const std::size_t intercepted = script.ReadBar(1, 0, 0x1000);
  SelectPages(script, 1, 0x10);
  const std::size_t in_direct_page = script.ReadBar(1, 0, 0x1000);
  const std::size_t in_page_of_its_own = script.ReadBar(1, 0, 0x1'0000);
  const Results results = script.Run();
  EXPECT_EQ(ValueOf(results, direct), 0xDu);
  EXPECT_EQ(ValueOf(results, intercepted), 0x1u);
  EXPECT_EQ(ValueOf(results, in_direct_page), 0u);
  EXPECT_EQ(ValueOf(results, in_page_of_its_own), 0x1u);
}

TEST(Conformance, SIOV_25_VfsAndAdisExcludeEachOtherInARun) {
  RegisterScript script(kFunctions);
  script.Write(6, script.Place(6, kSriov, 0x10), 1, 2);
  script.Write(6, script.Place(6, kSriov, 0x08), 1, 2);
  script.WriteBar(6, 0, own_registers::kAdiEnable, 1);
  const std::size_t adis = script.ReadBar(6, 0, own_registers::kAdiEnable);
  const std::size_t vfs = script.Read(6, script.Place(6, kSriov, 0x08), 2);
  script.Write(6, script.Place(6, kSriov, 0x08), 0, 2);
  script.WriteBar(6, 0, own_registers::kAdiEnable, 1);
  const std::size_t adis_after = script.ReadBar(6, 0, own_registers::kAdiEnable);
  script.Write(6, script.Place(6, kSriov, 0x08), 1, 2);
  const std::size_t vfs_after = script.Read(6, script.Place(6, kSriov, 0x08), 2);
  const Results results = script.Run();
  EXPECT_EQ(ValueOf(results, adis), 0u) << "refused";
  EXPECT_EQ(ValueOf(results, vfs), 1u);
  EXPECT_EQ(ValueOf(results, adis_after), 1u);
  EXPECT_EQ(ValueOf(results, vfs_after), 0u) << "refused";
  EXPECT_EQ(Counted(results, "refused"), 2);
}

std::vector<std::string> WithoutPrefixes() {
  std::vector<std::string> overrides;
  for (const char* link : {"rp0-sw0", "rp0-dsa0", "sw0-sw1", "sw1-dsa1"}) {
    overrides.push_back(std::string("links[name=") + link + "].pcie.pasid_prefix=false");
  }
  return overrides;
}

TEST(Conformance, PLAT_01_SoftwareFindsPasidDisabledBelowAPathWithoutPrefixes) {
  EXPECT_TRUE(RegisterScript("").Core(0).pasid_enabled());
  RegisterScript script("", WithoutPrefixes());
  const std::size_t control = script.Read(0, script.Place(0, kPasid, 6), 2);
  script.WriteBar(0, 0, own_registers::kAdiEnable, 1);
  const std::size_t adis = script.ReadBar(0, 0, own_registers::kAdiEnable);
  const Results results = script.Run();
  EXPECT_EQ(ValueOf(results, control), 0u);
  EXPECT_EQ(ValueOf(results, adis), 0u) << "ADIs need PASIDs";
  EXPECT_EQ(Counted(results, "refused"), 1);
}

TEST(Conformance, PLAT_01_SoftwareMayNotEnablePasidThere) {
  RegisterScript script("", WithoutPrefixes());
  script.Write(0, script.Place(0, 0x000F, 6), 0, 2);  // ATS off
  script.Write(0, script.Place(0, kPasid, 6), 1, 2);
  const auto faults = script.Faults();
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_THAT(FormatFault(faults[0]), HasSubstr("register_accesses[1]: it enables PASIDs, and the links on the way do "
                                                "not carry them (pasid_prefix)"));
}

}  // namespace
}  // namespace siov
