// SPDX-License-Identifier: Apache-2.0
// PASID rules a device keeps (docs/requirements/pas.md, PAS-02, PAS-03, PAS-05).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/atc_invalidations.h"
#include "tests/support/device_fabric.h"

namespace siov {
namespace {

using testing::DeviceFabric;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Conformance, PAS_02_NoPasidBeyondTheWidthIsEverSent) {
  DeviceFabric::Config config;
  config.port.pasid_width = 16;
  DeviceFabric fabric(config);
  fabric.RequestAt(1'000, TlpKind::kMemoryRead, Pasid(0x1'0000), 0x5000);
  fabric.RequestAt(2'000, TlpKind::kMemoryRead, Pasid(0xFFFF), 0x5000);
  fabric.Run();
  for (const PeerEvent& event : fabric.Seen("iotlb")) EXPECT_EQ(event.tlp.pasid, Pasid(0xFFFF));
  EXPECT_THAT(fabric.Seen("iotlb"), SizeIs(1));
  EXPECT_TRUE(fabric.atc.control().on()) << "the device's own refusal says nothing about the other end";
}

TEST(Conformance, PAS_03_ChangingPasidControlWithAtsOnHaltsTheDevice) {
  AtcConfig config = SmallAtc();
  config.events.push_back({1'000, AtcEvent::Kind::kPasidDisable, {}});
  AtcBench bench(config);
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(2'000, TlpKind::kMemoryRead, 3, 0x5000);
  InvalidateAt(bench, 3'000, {Pasid(3), 0x5000});
  bench.Run();
  EXPECT_EQ(bench.Stat("halts"), 1u);
  EXPECT_EQ(bench.atc.control().state(), AtsControl::State::kHalted);
  EXPECT_EQ(Lines(bench.log, "engine").back(), "engine 2010 answer read 0x5000 status=1");
  EXPECT_THAT(Completions(bench), SizeIs(1)) << "even so";
}

TEST(Conformance, PAS_03_TheRequiredOrderWorks) {
  AtcConfig config = SmallAtc();
  config.events = {{1'000, AtcEvent::Kind::kAtsDisable, {}},
                   {2'000, AtcEvent::Kind::kPasidDisable, {}},
                   {4'000, AtcEvent::Kind::kPasidEnable, {}},
                   {5'000, AtcEvent::Kind::kAtsEnable, {}}};
  AtcBench bench(config);
  for (const Picoseconds at : {0u, 1'500u, 3'000u, 4'500u, 6'000u}) bench.At(at, TlpKind::kMemoryRead, 3, 0x5000);
  bench.Run();
  std::vector<std::string> answers;
  for (const std::string& line : Lines(bench.log, "engine")) {
    if (line.find("answer") != std::string::npos) answers.push_back(line);
  }
  EXPECT_THAT(answers, ElementsAre("engine 610 answer read 0x10000005000", "engine 1810 answer read 0x5000",
                                   "engine 3010 answer read 0x5000 status=1", "engine 4810 answer read 0x5000",
                                   "engine 6610 answer read 0x10000005000"));
  EXPECT_EQ(bench.Stat("halts"), 0u);
}

TEST(Conformance, PAS_05_AStopWaitsForReadsAndDropsThePasidsEntries) {
  AtcConfig config = SmallAtc();
  config.events.push_back({1'100, AtcEvent::Kind::kPasidStop, Pasid(3)});
  AtcBench bench(config);
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(0, TlpKind::kMemoryRead, 4, 0x5000);
  bench.At(1'000, TlpKind::kMemoryRead, 3, 0x5000);  // in flight until 1310
  bench.At(1'200, TlpKind::kMemoryRead, 3, 0x5000);  // new: refused
  bench.At(1'200, TlpKind::kMemoryRead, 4, 0x5000);  // others go on
  bench.simulation.agenda.RunUntil(1'305);
  EXPECT_EQ(bench.Stat("pasid_stops"), 0u);
  bench.simulation.agenda.RunUntil(1'315);
  EXPECT_EQ(bench.Stat("pasid_stops"), 1u);
  EXPECT_EQ(bench.Stat("dropped_entries"), 1u) << "that of PASID 4 stays";
  EXPECT_EQ(bench.Stat("failed_requests"), 1u);
  bench.At(2'000, TlpKind::kMemoryRead, 3, 0x5000);  // assigned anew
  bench.Run();
  EXPECT_EQ(bench.Stat("translation_requests"), 3u);
}

TEST(Conformance, PAS_05_AStopCompletesWithTheLastOfEightReads) {
  AtcConfig config = SmallAtc();
  config.events.push_back({1'100, AtcEvent::Kind::kPasidStop, Pasid(3)});
  AtcBench bench(config);
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  for (Picoseconds i = 0; i < 8; ++i) bench.At(1'000 + 10 * i, TlpKind::kMemoryRead, 3, 0x5000 + 64 * i);
  bench.At(1'110, TlpKind::kMemoryRead, 4, 0x5000);  // another PASID's is not waited for
  bench.simulation.agenda.RunUntil(1'379);           // the eighth left at 1080 and is answered 300 later
  EXPECT_EQ(bench.Stat("pasid_stops"), 0u);
  bench.simulation.agenda.RunUntil(1'381);
  EXPECT_EQ(bench.Stat("pasid_stops"), 1u);
  EXPECT_EQ(bench.Stat("failed_requests"), 0u) << "reads under way are not cut off";
}

TEST(Conformance, PAS_05_AStopWaitsForWritesThatMayNotLeaveYet) {
  AtcConfig config = SmallAtc();
  config.events.push_back({1'150, AtcEvent::Kind::kPasidStop, Pasid(3)});
  AtcBench bench(config);
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(1'000, TlpKind::kMemoryWrite, 3, 0x9000);  // waits for its translation until 1310
  bench.At(1'100, TlpKind::kMemoryWrite, 3, 0x5000);  // translated, behind it
  bench.simulation.agenda.RunUntil(1'309);
  EXPECT_EQ(bench.Stat("pasid_stops"), 0u);
  bench.Run();
  EXPECT_EQ(bench.Stat("pasid_stops"), 1u);
  EXPECT_EQ(Lines(bench.log, "port").back(), "port 1310 request write 0x10000005000");
}

TEST(Conformance, PAS_05_AStopWithoutMarkerWaitsForThePageResponse) {
  AtcConfig config = SmallAtc();
  config.events.push_back({500, AtcEvent::Kind::kPasidStopResponses, Pasid(3)});
  AtcBench bench(config);
  bench.translate = [](Tlp&) { return Answer(false, false); };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);  // page request at 310, answered at 1310
  bench.simulation.agenda.RunUntil(1'300);
  EXPECT_EQ(bench.Stat("pasid_stops"), 0u);
  bench.Run();
  EXPECT_EQ(bench.Stat("pasid_stops"), 1u);
  EXPECT_EQ(bench.Stat("stop_markers"), 0u);
}

TEST(Conformance, PAS_05_GlobalEntriesOutliveAStop) {
  AtcConfig config = SmallAtc();
  config.events.push_back({1'000, AtcEvent::Kind::kPasidStop, Pasid(3)});
  AtcBench bench(config);
  bench.translate = [](Tlp&) {
    Translation translation = Answer(true, true);
    translation.global = true;
    return translation;
  };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(2'000, TlpKind::kMemoryRead, 3, 0x5000);
  bench.Run();
  EXPECT_EQ(bench.Stat("hits"), 1u);
  EXPECT_EQ(bench.Stat("dropped_entries"), 0u);
}

// A request that waits for its translation is under way like one that waits for its data.
TEST(Conformance, PAS_05_AStopWaitsForTranslationsUnderWay) {
  AtcConfig config = SmallAtc();
  config.events.push_back({100, AtcEvent::Kind::kPasidStop, Pasid(3)});
  AtcBench bench(config);
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);  // asks at 10, is answered at 310, its data at 610
  bench.At(0, TlpKind::kMemoryRead, 4, 0x5000);  // another's is not waited for
  bench.simulation.agenda.RunUntil(305);
  EXPECT_EQ(bench.Stat("pasid_stops"), 0u) << "the translation is under way";
  bench.simulation.agenda.RunUntil(605);
  EXPECT_EQ(bench.Stat("pasid_stops"), 0u) << "the read is";
  bench.Run();
  EXPECT_EQ(bench.Stat("pasid_stops"), 1u);
  EXPECT_EQ(bench.Stat("dropped_entries"), 1u);
}

}  // namespace
}  // namespace siov
