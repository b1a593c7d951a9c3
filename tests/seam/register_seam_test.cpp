// SPDX-License-Identifier: Apache-2.0
// Accesses of the host to registers of devices, as requests through whole platforms.
#include <gmock/gmock.h>

#include "platforms/graph/zero_load.h"
#include "tests/seam/seam_run.h"
#include "tests/support/register_script.h"

namespace siov::seam {
namespace {

using namespace testing;

constexpr unsigned kRegister = 0x100;  // one of BAR 0 that means nothing

std::string With(const std::string& file, const std::string& accesses) {
  return "include: \"" + file + "\"\nworkload {\n" + accesses + "}\n";
}
std::string Access(const std::string& rest) { return "register_accesses { " + rest + " }\n"; }
std::string OfDevice(const std::string& device) {
  const std::string in_bar = "space: BAR device: \"" + device + "\" bar: 0 offset: " + std::to_string(kRegister);
  return Access("device: \"" + device + "\" offset: 0 at_us: 20") +
         Access("device: \"" + device + "\" offset: 60 operation: WRITE size_bytes: 1 value: 5") +
         Access(in_bar + " size_bytes: 8") + Access(in_bar + " size_bytes: 8 operation: WRITE value: 7") +
         // The write has been served by then: a read behind it does not wait.
         Access(in_bar + " size_bytes: 8 at_us: 30");
}

Picoseconds LatencyOf(const Results& results, std::size_t access) {
  return results.register_accesses[access].outcome.latency_ps;
}

// Nothing is in the way of an access but the tenant's own packets, which are few.
void ExpectZeroLoad(const std::string& file, std::size_t endpoint, const std::string& device) {
  const ResolvedExperiment experiment =
      Configured(With(file, OfDevice(device)), {Tenants("think_time={mean_ns: 50000}")});
  const ZeroLoad paths(experiment.platform, endpoint);
  const Results results = RunExperiment(experiment, RunOptions{});
  EXPECT_THAT(results.conservation.violations, ::testing::IsEmpty());
  EXPECT_EQ(LatencyOf(results, 0), paths.ConfigurationAccess(false).total_ps);
  EXPECT_EQ(LatencyOf(results, 1), paths.ConfigurationAccess(true).total_ps);
  EXPECT_EQ(LatencyOf(results, 2), paths.RegisterRead(8).total_ps);
  EXPECT_EQ(LatencyOf(results, 3), experiment.platform.host.config.mmio_latency_ps) << "posted";
  EXPECT_EQ(LatencyOf(results, 4), paths.RegisterRead(8).total_ps);
  EXPECT_EQ(ValueOf(results, 4), 7u);
}

TEST(RegisterSeam, AnAccessTakesTheZeroLoadLatency) { ExpectZeroLoad(kSeam, 0, "dsa0"); }
TEST(RegisterSeam, SoItDoesBelowASwitch) { ExpectZeroLoad(kSwitched, 0, "dsa0"); }
TEST(RegisterSeam, AndBelowTwoSwitches) { ExpectZeroLoad(kSwitched, 1, "dsa1"); }
TEST(RegisterSeam, AndOnTheDie) { ExpectZeroLoad("tests/seam/on_die.txtpb", 0, "dsa0"); }
TEST(RegisterSeam, AndWithoutAts) { ExpectZeroLoad(kNoAts, 0, "dsa0"); }

// Of two devices behind two ports each answers for itself.
TEST(RegisterSeam, DevicesAreFoundByBusAndByAddress) {
  const std::string both = Access("space: BAR device: \"dsa0\" bar: 0 offset: 256 operation: WRITE value: 3") +
                           Access("space: BAR device: \"dsa1\" bar: 0 offset: 256 operation: WRITE value: 4") +
                           Access("space: BAR device: \"dsa0\" bar: 0 offset: 256") +
                           Access("space: BAR device: \"dsa1\" bar: 0 offset: 256") +
                           Access("device: \"dsa1\" function: 3 offset: 0");
  const Results results = RunText(With(kTwoDevices, both));
  EXPECT_THAT(results.conservation.violations, ::testing::IsEmpty());
  EXPECT_EQ(ValueOf(results, 2), 3u);
  EXPECT_EQ(ValueOf(results, 3), 4u);
  EXPECT_EQ(StatusOf(results, 4), CompletionStatus::kUnsupportedRequest) << "a function it has not";
  EXPECT_EQ(StructureOf(results, "dsa0.function", "reads"), 1);
  EXPECT_EQ(StructureOf(results, "dsa0.function", "writes"), 1);
  EXPECT_EQ(StructureOf(results, "dsa1.function", "reads"), 2);
  EXPECT_EQ(StructureOf(results, "dsa1.function", "unsupported"), 1);
}

// Configuration requests 12 bytes of header, others 16 above 4 GiB, completions 12; 8 around each.
TEST(RegisterSeam, WireBytesAreThoseOfTheirKinds) {
  // An idle device's link carries nothing else: dsa1 has no tenants.
  const Results results = RunText(With(kSwitched, OfDevice("dsa1")), {Tenants("think_time={mean_ns: 50000}")});
  const auto link = [&results](const char* name) { return StructureOf(results, "sw1-dsa1", name); };
  EXPECT_EQ(link("downstream_nonposted_tlps"), 4);
  EXPECT_EQ(link("downstream_nonposted_bytes"), 20 + 24 + 2 * 24);
  EXPECT_EQ(link("downstream_posted_tlps"), 1);
  EXPECT_EQ(link("downstream_posted_bytes"), 24 + 8);
  EXPECT_EQ(link("upstream_completion_tlps"), 4);
  EXPECT_EQ(link("upstream_completion_bytes"), 24 + 20 + 2 * 28);
}

// A read pushes the write before it: it is served behind it, and waits for it there.
TEST(RegisterSeam, AReadComesBehindThePostedWriteBeforeIt) {
  const std::string there = "space: BAR device: \"dsa0\" bar: 0 offset: 256 ";
  const Results results =
      RunText(With(kSeam, Access(there + "at_us: 20") + Access(there + "operation: WRITE value: 9") + Access(there)),
              {Device("registers.register_latency_ns=500"), Tenants("think_time={mean_ns: 50000}")});
  EXPECT_EQ(ValueOf(results, 2), 9u);
  // The write begins mmio_latency earlier and is longer on the wire by eight bytes, which hold the read up.
  const Picoseconds alone = LatencyOf(results, 0);
  EXPECT_GT(LatencyOf(results, 2), alone + 400'000u);
  EXPECT_LT(LatencyOf(results, 2), alone + 500'000u);
}

TEST(RegisterSeam, LeastCreditsHoldNothingUpForEver) {
  std::vector<std::string> overrides;
  for (const char* link : {"rp0-sw0", "rp0-dsa0", "sw0-sw1", "sw1-dsa1"}) {
    for (const char* field : {"posted_header=1", "posted_data=16", "nonposted_header=1", "nonposted_data=4"}) {
      overrides.push_back(std::string("links[name=") + link + "].pcie.downstream." + field);
    }
  }
  std::string accesses;
  for (int i = 0; i < 8; ++i) accesses += OfDevice("dsa1");
  const Results results = RunText(With(kSwitched, accesses), overrides);
  EXPECT_THAT(results.conservation.violations, ::testing::IsEmpty());
  for (const RegisterRow& row : results.register_accesses) {
    EXPECT_EQ(row.outcome.status, CompletionStatus::kSuccess);
  }
}

// Windows of a switch's ports need not meet: what lies between is the port's above, and nobody's below.
TEST(RegisterSeam, BetweenTheWindowsOfASwitchNobodyAnswers) {
  const std::string wide = "nodes[name=dsa0].endpoint.functions=[{bars { index: 2 size_bytes: 16777216 } siov {}}]";
  const std::string nobody = "space: ADDRESS address: " + std::to_string(0x4000'0080'0000) + " ";
  const Results results =
      RunText(With(kSwitched, Access(nobody) + Access(nobody + "operation: WRITE value: 1") +
                                  Access("space: ADDRESS address: 4096") + Access("device: \"dsa1\" offset: 0")),
              {wide});
  EXPECT_THAT(results.conservation.violations, ::testing::IsEmpty());
  EXPECT_EQ(StatusOf(results, 0), CompletionStatus::kUnsupportedRequest);
  EXPECT_EQ(ValueOf(results, 0), 0xFFFF'FFFFu);
  EXPECT_EQ(StructureOf(results, "sw0", "refused"), 2);
  EXPECT_GT(LatencyOf(results, 0), 200'000u) << "to the switch and back";
  EXPECT_EQ(StructureOf(results, "host0.register_accesses", "unclaimed"), 1);
  EXPECT_EQ(LatencyOf(results, 2), 20'000u) << "not beyond the root complex";
  EXPECT_EQ(StatusOf(results, 3), CompletionStatus::kSuccess) << "the next access goes on";
}

TEST(RegisterSeam, AHaltedFunctionAborts) {
  RegisterScript script("");
  script.Write(0, script.Place(0, 0x001B, 6), 0, 2);  // PASID off while ATS is on
  const std::size_t read = script.ReadBar(0, 0, kRegister);
  script.Write(0, script.Core(0).places().express + 8u, 0x8000, 2);  // function level reset
  const std::size_t after_reset = script.ReadBar(0, 0, kRegister);
  script.WriteBar(0, 0, kRegister, 1);
  const Results results = script.Run();
  EXPECT_EQ(StatusOf(results, read), CompletionStatus::kCompleterAbort);
  EXPECT_EQ(StatusOf(results, after_reset), CompletionStatus::kUnsupportedRequest);
  EXPECT_EQ(StructureOf(results, "dsa1.function", "aborted"), 1);
  EXPECT_EQ(StructureOf(results, "host0.register_accesses", "failed"), 2) << "nobody hears of a posted write";
}

TEST(RegisterSeam, PortalsTakeDescriptorsOnly) {
  RegisterScript script("");
  script.WriteBar(0, 2, 0, 1, 8);
  const std::size_t read = script.ReadBar(0, 2, 0, 8);
  const Results results = script.Run();
  EXPECT_EQ(ValueOf(results, read), ~std::uint64_t{0});
  EXPECT_EQ(StructureOf(results, "dsa1.function", "ignored"), 1);
}

// What does not ask for accesses has no block more, and jobs meet none of them.
TEST(RegisterSeam, AccessesToAnotherDeviceChangeNoJob) {
  const SeamRun without(Overrides{}, kSwitched);
  const SeamRun with({"workload.register_accesses=[{device: \"dsa1\" offset: 0 at_us: 15}]"}, kSwitched);
  EXPECT_EQ(without.values().count("dsa0.function.reads"), 0u);
  EXPECT_EQ(with["dsa1.function.reads"], 1);
  EXPECT_EQ(without["job.completed"], with["job.completed"]);
}

}  // namespace
}  // namespace siov::seam
