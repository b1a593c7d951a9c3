// SPDX-License-Identifier: Apache-2.0
// What `check` says of accesses to registers, before anything runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "platforms/resolve/load_experiment.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kFile[] = "tests/seam/switched.txtpb";  // dsa0 has a tenant, dsa1 none

std::vector<std::string> FaultsOf(const std::string& access, std::vector<std::string> overrides = {}) {
  overrides.push_back("workload.register_accesses=[{" + access + "}]");
  std::vector<std::string> texts;
  for (const Fault& fault : LoadExperiment(kFile, overrides).faults) texts.push_back(FormatFault(fault));
  return texts;
}
auto Says(const std::string& text) { return ElementsAre(HasSubstr("register_accesses[0]" + text)); }

TEST(RegisterAccessesTest, SizesOffsetsAndValues) {
  const std::string of_function = "device: \"dsa1\" ";
  EXPECT_THAT(FaultsOf(of_function + "offset: 2 size_bytes: 2"), IsEmpty());
  EXPECT_THAT(FaultsOf(of_function + "offset: 2"), Says(".offset = 2: must be a multiple of size_bytes, 4"));
  EXPECT_THAT(FaultsOf(of_function + "offset: 0 size_bytes: 8"),
              Says(".size_bytes = 8: a configuration request has one double word; must be 1, 2 or 4"));
  EXPECT_THAT(FaultsOf(of_function + "offset: 4096"),
              Says(".offset = 4096: a configuration space has 4096 bytes; must be at most 4095"));
  EXPECT_THAT(FaultsOf(of_function + "offset: 60 size_bytes: 1 operation: WRITE value: 256"),
              Says(".value = 256: must be at most 255, which size_bytes hold"));
  EXPECT_THAT(FaultsOf("space: ADDRESS address: 4"), IsEmpty());
  EXPECT_THAT(FaultsOf("space: ADDRESS address: 4 size_bytes: 8"), Says(".address = 4: must be a multiple"));
}

TEST(RegisterAccessesTest, FunctionsAndBarsThatAreNotThere) {
  EXPECT_THAT(FaultsOf("device: \"dsa1\" function: 7 offset: 0"), IsEmpty()) << "software looks for functions so";
  EXPECT_THAT(FaultsOf("space: BAR device: \"dsa1\" function: 7 bar: 0 offset: 0"),
              Says(".function = 7: device dsa1 has no such function"));
  EXPECT_THAT(FaultsOf("space: BAR device: \"dsa1\" bar: 1 offset: 0"),
              Says(".bar = 1: function 0 has no such BAR; must be 0, 2"));
  EXPECT_THAT(FaultsOf("space: BAR device: \"dsa1\" bar: 0 offset: 65536"),
              Says(".offset = 65536: the BAR ends before; must be below 65536"));
  EXPECT_THAT(FaultsOf("device: \"dsa7\" offset: 0"), Says(".device = \"dsa7\""));
}

TEST(RegisterAccessesTest, AfterTheRun) {
  EXPECT_THAT(FaultsOf("device: \"dsa1\" offset: 0 at_us: 10", {"run.duration_us=10"}),
              Says(".at_us = 10: the run has ended then"));
}

// The function that jobs use stays as it is; of others everything may change.
TEST(RegisterAccessesTest, NothingIsTakenFromUnderJobs) {
  const std::string command = "offset: 4 size_bytes: 2 operation: WRITE value: ";
  EXPECT_THAT(FaultsOf("device: \"dsa0\" " + command + "6"), IsEmpty()) << "as it is";
  EXPECT_THAT(FaultsOf("device: \"dsa1\" " + command + "0"), IsEmpty());
  for (const char* value : {"0", "2", "4"}) {
    EXPECT_THAT(FaultsOf("device: \"dsa0\" " + command + value), Says(": jobs use this function")) << value;
  }
  EXPECT_THAT(FaultsOf("device: \"dsa0\" offset: 0x18 operation: WRITE value: 0"), Says(": jobs use this function"));
  EXPECT_THAT(FaultsOf("space: BAR device: \"dsa0\" bar: 0 offset: 0 operation: WRITE value: 0"),
              Says(": jobs use this function"))
      << "ADIs disabled";
  EXPECT_THAT(FaultsOf("space: BAR device: \"dsa0\" bar: 0 offset: 256 operation: WRITE value: 0"), IsEmpty());
}

// What such events do, registers would not tell.
TEST(RegisterAccessesTest, NoneToAFunctionWhoseTranslationEventsSwitch) {
  const auto event = [](const std::string& kind) {
    return std::vector<std::string>{"nodes[name=dsa0].endpoint.atc.events=[{at_us: 5 kind: " + kind + "}]"};
  };
  EXPECT_THAT(FaultsOf("device: \"dsa0\" offset: 0", event("FUNCTION_RESET")),
              Says(".function = 0: events of the ATC of dsa0 reset it or switch its ATS or PASID"));
  EXPECT_THAT(FaultsOf("device: \"dsa1\" offset: 0", event("FUNCTION_RESET")), IsEmpty());
}

TEST(RegisterAccessesTest, SetUpsOfFunctionsThatCannotBeSetUp) {
  const auto says = [](const std::string& set_ups, std::vector<std::string> overrides = {}) {
    overrides.push_back("workload.set_ups=[" + set_ups + "]");
    std::string texts;
    for (const Fault& fault : LoadExperiment(kFile, overrides).faults) texts += FormatFault(fault) + "\n";
    return texts;
  };
  EXPECT_EQ(says("{device: \"dsa1\"}"), "");
  EXPECT_THAT(
      says("{device: \"dsa0\"}"),
      HasSubstr("set_ups[0].function = 0: jobs use it from the start of the run; must be a function without jobs"));
  EXPECT_THAT(says("{device: \"dsa1\" function: 3}"), HasSubstr("set_ups[0].function = 3: device dsa1 has no such"));
  EXPECT_THAT(says("{device: \"dsa1\"}, {device: \"dsa1\"}"),
              HasSubstr("set_ups[1].function = 0: a function is set up only once"));
  EXPECT_THAT(says("{device: \"dsa1\"}",
                   {"nodes[name=dsa1].endpoint.functions=[{bars { index: 2 size_bytes: 1048576 } siov {}}]"}),
              HasSubstr("it has no register by which software enables ADIs"));
}

TEST(RegisterAccessesTest, RegistersOfAModelFromOutside) {
  const LoadedExperiment loaded = LoadExperiment(
      "tests/seam/outside_device.txtpb",
      {"workload.register_accesses=[{space: ADDRESS address: " + std::to_string(0x4000'0000'0000) + "}]"});
  ASSERT_EQ(loaded.faults.size(), 1u);
  EXPECT_THAT(FormatFault(loaded.faults[0]), HasSubstr("is a model from outside, and its registers are not modelled"));
}

}  // namespace
}  // namespace siov
