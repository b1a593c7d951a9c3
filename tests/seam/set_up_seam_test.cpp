// SPDX-License-Identifier: Apache-2.0
// Enumeration and enabling as accesses in time, in whole platforms: as before a run, in the order that is allowed
// (docs/requirements/siov.md, pas.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "platforms/graph/zero_load.h"
#include "tests/support/register_script.h"

namespace siov {
namespace {

using namespace testing;
using ::testing::HasSubstr;

constexpr char kSetUp[] = "workload.set_ups=[{device: \"dsa1\" at_us: 10}]";
const std::vector<std::string> kSlow{"tenant_classes[name=tenants].think_time={mean_ns: 50000}"};

std::vector<std::string> InTime() {
  std::vector<std::string> overrides = kSlow;
  overrides.emplace_back(kSetUp);
  return overrides;
}

bool Is(const RegisterRow& row, bool write, std::uint64_t offset) {
  return row.what.access.configuration && row.what.access.write == write && row.what.offset == offset;
}

// Of the set-up, the first such write.
std::size_t WriteTo(const Results& results, std::uint64_t offset) {
  const auto& rows = results.register_accesses;
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const RegisterRow& row) { return Is(row, true, offset); });
  EXPECT_NE(found, rows.end()) << "nobody writes " << offset;
  return static_cast<std::size_t>(found - rows.begin());
}

// Behind the set-up every dword of the space is read: it is that of enumeration before a run.
TEST(Conformance, SIOV_04_SetUpInTimeLeavesWhatEnumerationLeaves) {
  RegisterScript script("", InTime());
  for (unsigned offset = 0; offset < 0x200; offset += 4) script.Read(0, offset);
  const std::size_t adis = script.ReadBar(0, 0, own_registers::kAdiEnable);
  const Results results = script.Run();
  ASSERT_EQ(results.set_ups.size(), 1u);
  const SetUpRow& set_up = results.set_ups[0];
  EXPECT_EQ(set_up.function, "dsa1.0");
  EXPECT_EQ(set_up.done, set_up.accesses);
  EXPECT_GT(set_up.accesses, 40u);
  for (unsigned offset = 0; offset < 0x200; offset += 4) {
    EXPECT_EQ(ValueOf(results, set_up.accesses + offset / 4), script.Core(0).Read(static_cast<ConfigOffset>(offset)))
        << offset;
  }
  EXPECT_EQ(ValueOf(results, set_up.accesses + adis), 1u);
  EXPECT_EQ(StructureOf(results, "dsa1.function", "undef.config_writes"), 0);
  EXPECT_EQ(StructureOf(results, "dsa1.function", "refused"), 0);
}

TEST(Conformance, PAS_03_SetUpInTimeEnablesPasidBeforeAtsBeforePageRequests) {
  const RegisterScript script("", InTime());
  const Results results = script.Run();
  const std::size_t pasid = WriteTo(results, script.Place(0, capability::kPasid, 6));
  const std::size_t ats = WriteTo(results, script.Place(0, capability::kAts, 6));
  const std::size_t pri = WriteTo(results, script.Place(0, capability::kPri, 4));
  const std::size_t command = WriteTo(results, 4);
  EXPECT_LT(pasid, ats);
  EXPECT_LT(ats, pri);
  EXPECT_LT(pri, command);
  const RegisterRow& adis = results.register_accesses[results.set_ups[0].accesses - 2];
  EXPECT_FALSE(adis.what.access.configuration) << "last of all, ADIs";
  EXPECT_TRUE(adis.what.access.write);
}

// One after the other, with nobody else on the way: the sum of what each takes.
TEST(SetUpRun, ItTakesTheSumOfItsAccesses) {
  const RegisterScript script("", InTime());
  const Results results = script.Run();
  const ResolvedExperiment experiment = Configured("include: \"tests/seam/switched.txtpb\"\n");
  const ZeroLoad paths(experiment.platform, 1);
  Picoseconds sum = 0;
  for (const RegisterRow& row : results.register_accesses) {
    if (row.what.access.configuration) {
      sum += paths.ConfigurationAccess(row.what.access.write).total_ps;
    } else {
      sum += row.what.access.write ? experiment.platform.host.config.mmio_latency_ps : paths.RegisterRead(4).total_ps;
    }
  }
  const SetUpRow& set_up = results.set_ups[0];
  EXPECT_EQ(set_up.began_ps, 10 * kPsPerUs);
  // Registers of one byte and of two take as many double words as those of four.
  EXPECT_NEAR(static_cast<double>(set_up.took_ps), static_cast<double>(sum), 0.002 * static_cast<double>(sum));
  EXPECT_THAT(results.sentences, ::testing::Contains(HasSubstr("dsa1.0 was set up by ")));
}

TEST(SetUpRun, UntilThenTheFunctionIsAsAfterAReset) {
  std::vector<std::string> overrides = kSlow;
  overrides.emplace_back("workload.set_ups=[{device: \"dsa1\" function: 1 at_us: 5}]");
  RegisterScript script(
      "{bars { index: 2 size_bytes: 1048576 } siov {}}, {number: 1 bars { index: 0 size_bytes: 65536 "
      "function_bytes: 65536 } siov {}}",
      overrides);
  const std::size_t other = script.Read(0, 4, 2);
  const Results results = script.Run();
  const auto& rows = results.register_accesses;
  EXPECT_TRUE(Is(rows[0], false, 0)) << "who it is, first of all";
  const auto command =
      std::find_if(rows.begin(), rows.end(), [](const RegisterRow& row) { return Is(row, false, 0x10); });
  ASSERT_NE(command, rows.end());
  EXPECT_EQ(command->outcome.value, 0xCu) << "its BAR has no address yet";
  EXPECT_EQ(ValueOf(results, results.set_ups[0].accesses + other), 6u)
      << "that of the other function was set up before";
}

}  // namespace
}  // namespace siov
