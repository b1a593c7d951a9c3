// SPDX-License-Identifier: Apache-2.0
// What a device may do with translations (docs/requirements/ats.md, ATS-05 to ATS-12, ATS-20 to ATS-22), seen at its
// port.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/atc_invalidations.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Requests of one kind that reached the device port.
PeerLog Sent(const AtcBench& bench, TlpKind kind) {
  PeerLog sent;
  for (const PeerEvent& event : bench.log) {
    if (event.peer == "port" && event.event == PeerEventKind::kRequest && event.kind == kind) sent.push_back(event);
  }
  return sent;
}

void EventAt(AtcConfig& config, Picoseconds at, AtcEvent::Kind kind, Pasid pasid = {}) {
  config.events.push_back({at, kind, pasid});
}

TEST(Conformance, ATS_05_AnAnswerSmallerThanTheUnitIsUnsupportedRequest) {
  AtcConfig config = SmallAtc();
  config.smallest_translation_unit = 4;  // 64 KiB
  AtcBench bench(config);
  bench.At(0, TlpKind::kMemoryRead, 3, 0x1'5000);
  bench.At(1'000, TlpKind::kMemoryRead, 3, 0x1'5000);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "engine"),
              ElementsAre("engine 310 answer read 0x15000 status=1", "engine 1010 answer read 0x15000 status=1"));
  EXPECT_EQ(Sent(bench, TlpKind::kTranslationRequest).at(0).address, 0x1'0000u) << "asked for by units";
  EXPECT_EQ(bench.Stat("undersized_translations"), 1u);
  EXPECT_EQ(bench.Stat("translation_requests"), 1u) << "and the ATC is off";
}

TEST(Conformance, ATS_05_AnAnswerOfTheUnitServesAllOfIt) {
  AtcConfig config = SmallAtc();
  config.smallest_translation_unit = 4;
  AtcBench bench(config);
  bench.translate = [](Tlp&) { return Answer(true, true, 16); };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x1'5000);
  bench.At(100, TlpKind::kMemoryRead, 3, 0x1'9000);
  bench.Run();
  EXPECT_EQ(bench.Stat("translation_requests"), 1u) << "both pages are of one unit";
  EXPECT_EQ(bench.Stat("merged"), 1u);
}

TEST(Conformance, ATS_06_HolesAreNotHeld) {
  AtcConfig config = SmallAtc();
  config.pri.enabled = false;
  AtcBench bench(config);
  bench.translate = [](Tlp&) { return Answer(false, false); };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(1'000, TlpKind::kMemoryRead, 3, 0x5000);
  InvalidateAt(bench, 2'000, {Pasid(3), 0, 64});
  bench.Run();
  EXPECT_EQ(bench.Stat("translation_requests"), 2u);
  EXPECT_EQ(bench.Stat("no_access_answers"), 2u);
  EXPECT_EQ(bench.Stat("invalidated_entries"), 0u) << "nothing was held";
}

TEST(Conformance, ATS_06_WriteOnlyPagesServeWrites) {
  AtcConfig config = SmallAtc();
  config.pri.enabled = false;
  AtcBench bench(config);
  bench.translate = [](Tlp&) { return Answer(false, true); };
  bench.At(0, TlpKind::kMemoryWrite, 3, 0x5000);
  bench.At(1'000, TlpKind::kMemoryWrite, 3, 0x5000);
  bench.At(2'000, TlpKind::kMemoryRead, 3, 0x5000);
  bench.Run();
  EXPECT_EQ(bench.Stat("hits"), 1u);
  EXPECT_EQ(bench.Stat("rights_misses"), 1u);
  EXPECT_EQ(Lines(bench.log, "engine").back(), "engine 2310 answer read 0x5000 status=4");
}

TEST(Conformance, ATS_07_UnsupportedRequestLastsUntilAtsIsEnabledAgain) {
  AtcConfig config = SmallAtc();
  EventAt(config, 5'000, AtcEvent::Kind::kAtsDisable);
  EventAt(config, 5'000, AtcEvent::Kind::kAtsEnable);
  AtcBench bench(config);
  bench.port.behaviour.status = CompletionStatus::kUnsupportedRequest;
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(1'000, TlpKind::kMemoryRead, 3, 0x9000);
  bench.At(6'000, TlpKind::kMemoryRead, 3, 0x5000);
  bench.simulation.agenda.RunUntil(4'000);
  EXPECT_THAT(Sent(bench, TlpKind::kTranslationRequest), SizeIs(1));
  bench.port.behaviour.status = CompletionStatus::kSuccess;
  bench.Run();
  EXPECT_EQ(Lines(bench.log, "engine").back(), "engine 6610 answer read 0x10000005000");
  EXPECT_EQ(bench.Stat("refused_translations"), 1u);
  EXPECT_EQ(bench.Stat("ats_enables"), 1u);
}

TEST(Conformance, ATS_07_CompleterAbortFailsOneRequest) {
  AtcBench bench(SmallAtc());
  bench.port.behaviour.status = CompletionStatus::kCompleterAbort;
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.simulation.agenda.RunUntil(1'000);
  bench.port.behaviour.status = CompletionStatus::kSuccess;
  bench.At(1'000, TlpKind::kMemoryRead, 3, 0x5000);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "engine"),
              ElementsAre("engine 310 answer read 0x5000 status=1", "engine 1310 release read 0x10000005000",
                          "engine 1610 answer read 0x10000005000"));
}

TEST(Conformance, ATS_07_RetryIsMalformedAndAReservedStatusIsUnsupportedRequest) {
  AtcBench bench(SmallAtc());
  bench.port.behaviour.status = CompletionStatus::kRetry;
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.simulation.agenda.RunUntil(1'000);
  EXPECT_EQ(bench.Stat("malformed_completions"), 1u);
  EXPECT_TRUE(bench.atc.control().on());
  bench.port.behaviour.status = static_cast<CompletionStatus>(5);
  bench.At(1'000, TlpKind::kMemoryRead, 3, 0x5000);
  bench.Run();
  EXPECT_EQ(bench.atc.control().state(), AtsControl::State::kRefused);
}

TEST(Conformance, ATS_08_ReadsAskWithNoWriteAndAWriteAsksAgain) {
  AtcConfig config = SmallAtc();
  config.no_write_requests = true;
  AtcBench bench(config);
  std::vector<bool> dirtied;
  bench.translate = [&](Tlp& payload) {
    dirtied.push_back(!payload.no_write);
    return Answer(true, !payload.no_write);
  };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(1'000, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(2'000, TlpKind::kMemoryWrite, 3, 0x5000);
  bench.At(3'000, TlpKind::kMemoryWrite, 3, 0x5000);
  bench.Run();
  EXPECT_THAT(dirtied, ElementsAre(false, true)) << "only the write's request may set the dirty bit";
  EXPECT_EQ(bench.Stat("no_write_requests"), 1u);
  EXPECT_EQ(bench.Stat("page_requests"), 0u) << "a missing right is not a fault";
  EXPECT_EQ(Sent(bench, TlpKind::kMemoryWrite).at(0).time, 2'310u);
  EXPECT_EQ(Sent(bench, TlpKind::kMemoryWrite).at(1).time, 3'010u);
}

TEST(Conformance, ATS_08_AWriteThatJoinsAReadsRequestAsksAgain) {
  AtcConfig config = SmallAtc();
  config.no_write_requests = true;
  AtcBench bench(config);
  bench.translate = [&](Tlp& payload) { return Answer(true, !payload.no_write); };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(100, TlpKind::kMemoryWrite, 3, 0x5040);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "port"),
              ElementsAre("port 10 request translation 0x5000", "port 310 request translation 0x5000",
                          "port 310 request read 0x10000005000", "port 610 request write 0x10000005040"));
  EXPECT_EQ(bench.Stat("page_requests"), 0u);
}

TEST(Conformance, ATS_09_AGlobalEntryServesAllPasidsUntilAGlobalOrPasidlessInvalidation) {
  AtcBench bench(SmallAtc());
  bench.translate = [](Tlp&) {
    Translation translation = Answer(true, true);
    translation.global = true;
    return translation;
  };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(1'000, TlpKind::kMemoryRead, 4, 0x5000);
  InvalidateAt(bench, 2'000, {Pasid(3), 0x5000});
  bench.At(3'000, TlpKind::kMemoryRead, 5, 0x5000);
  bench.simulation.agenda.RunUntil(3'999);
  EXPECT_EQ(bench.Stat("translation_requests"), 1u);
  EXPECT_EQ(bench.Stat("hits"), 2u);
  InvalidateRequest global{Pasid(9), 0x5000};
  global.global = true;
  InvalidateAt(bench, 4'000, global);
  bench.At(5'000, TlpKind::kMemoryRead, 4, 0x5000);
  InvalidateAt(bench, 6'000, {kNoPasid, 0x9000});
  bench.At(7'000, TlpKind::kMemoryRead, 4, 0x5000);
  bench.Run();
  EXPECT_EQ(bench.Stat("translation_requests"), 3u);
  EXPECT_EQ(bench.Stat("invalidated_entries"), 2u);
}

TEST(Conformance, ATS_09_RightsAreThoseAnswered) {
  AtcBench bench(SmallAtc());
  bench.translate = [](Tlp&) { return Answer(true, false); };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(1'000, TlpKind::kMemoryRead, 3, 0x5040);
  bench.Run();
  EXPECT_EQ(bench.Stat("hits"), 1u);
  EXPECT_EQ(bench.Stat("page_requests"), 0u);
}

TEST(Conformance, ATS_10_UntranslatedOnlyPagesAreUsedUntranslated) {
  AtcBench bench(SmallAtc());
  bench.translate = [](Tlp&) {
    Translation translation = Answer(false, true);
    translation.untranslated_only = true;
    return translation;
  };
  bench.At(0, TlpKind::kMemoryWrite, Pasid::kNone, 0xFEE0'0000);
  bench.At(1'000, TlpKind::kMemoryWrite, Pasid::kNone, 0xFEE0'0010);
  bench.Run();
  const PeerLog writes = Sent(bench, TlpKind::kMemoryWrite);
  ASSERT_THAT(writes, SizeIs(2));
  EXPECT_EQ(writes[0].tlp.at, AddressType::kUntranslated);
  EXPECT_EQ(writes[0].address, 0xFEE0'0000u);
  EXPECT_EQ(writes[1].address, 0xFEE0'0010u);
  EXPECT_EQ(bench.Stat("translation_requests"), 1u);
  EXPECT_EQ(bench.Stat("untranslated_requests"), 2u);
}

TEST(Conformance, ATS_11_SpacesNeverAlias) {
  AtcBench bench(SmallAtc());
  std::vector<std::uint32_t> asked;
  bench.translate = [&](Tlp& payload) {
    asked.push_back(payload.pasid.value() + (payload.privileged ? 100 : 0));
    return Answer(true, true);
  };
  bench.At(0, TlpKind::kMemoryRead, 1, 0x5000);
  bench.At(1'000, TlpKind::kMemoryRead, 2, 0x5000);
  (*bench.At(2'000, TlpKind::kMemoryRead, 2, 0x5000)).privileged = true;
  bench.At(3'000, TlpKind::kMemoryRead, Pasid::kNone, 0x5000);
  for (const std::uint32_t pasid : {1u, 2u, Pasid::kNone}) bench.At(4'000, TlpKind::kMemoryRead, pasid, 0x5000);
  (*bench.At(5'000, TlpKind::kMemoryRead, 2, 0x5000)).privileged = true;
  bench.Run();
  EXPECT_THAT(asked, ElementsAre(1, 2, 102, Pasid::kNone));
  EXPECT_EQ(bench.Stat("hits"), 4u);
}

TEST(Conformance, ATS_12_AMissingRightIsAskedForNotFaulted) {
  AtcBench bench(SmallAtc());
  bool writable = false;
  bench.translate = [&](Tlp&) { return Answer(true, writable); };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(2'000, TlpKind::kMemoryWrite, 3, 0x5000);
  bench.simulation.agenda.RunUntil(1'000);
  writable = true;
  bench.Run();
  const PeerLog writes = Sent(bench, TlpKind::kMemoryWrite);
  ASSERT_THAT(writes, SizeIs(1));
  EXPECT_EQ(writes[0].tlp.at, AddressType::kTranslated);
  EXPECT_EQ(writes[0].address, 0x100'0000'5000u);
  EXPECT_EQ(bench.Stat("translation_requests"), 2u);
  EXPECT_EQ(bench.Stat("page_requests"), 0u);
}

// The page grew, and the entry that lacked the right must not hide the new one.
TEST(Conformance, ATS_12_TheUpgradeTakesThePlaceOfASmallerEntry) {
  AtcBench bench(SmallAtc());
  bool writable = false;
  bench.translate = [&](Tlp&) { return Answer(true, writable, writable ? kPageShift2M : kPageShift4K); };
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  for (const Picoseconds at : {2'000u, 3'000u, 4'000u}) bench.At(at, TlpKind::kMemoryWrite, 3, 0x5000);
  bench.simulation.agenda.RunUntil(1'000);
  writable = true;
  bench.Run();
  EXPECT_EQ(bench.Stat("translation_requests"), 2u);
  EXPECT_EQ(bench.Stat("rights_misses"), 1u);
}

TEST(Conformance, ATS_20_EnablingEmptiesTheCache) {
  AtcConfig config = SmallAtc();
  EventAt(config, 2'000, AtcEvent::Kind::kAtsDisable);
  EventAt(config, 4'000, AtcEvent::Kind::kAtsEnable);
  AtcBench bench(config);
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(1'000, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(3'000, TlpKind::kMemoryRead, 3, 0x5000);  // ATS is off
  bench.At(5'000, TlpKind::kMemoryRead, 3, 0x5000);
  bench.Run();
  const PeerLog reads = Sent(bench, TlpKind::kMemoryRead);
  ASSERT_THAT(reads, SizeIs(4));
  EXPECT_EQ(reads[1].time, 1'010u);
  EXPECT_EQ(reads[2].tlp.at, AddressType::kUntranslated);
  EXPECT_EQ(reads[2].address, 0x5000u);
  EXPECT_EQ(reads[3].time, 5'310u) << "missed";
  EXPECT_EQ(bench.Stat("dropped_entries"), 1u);
}

TEST(Conformance, ATS_20_FunctionLevelResetLosesTheContentAndTurnsAtsOff) {
  AtcConfig config = SmallAtc();
  EventAt(config, 2'000, AtcEvent::Kind::kFunctionReset);
  EventAt(config, 3'000, AtcEvent::Kind::kPasidEnable);
  EventAt(config, 3'000, AtcEvent::Kind::kAtsEnable);
  AtcBench bench(config);
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(2'500, TlpKind::kMemoryRead, 3, 0x5000);  // PASID is off
  bench.At(4'000, TlpKind::kMemoryRead, 3, 0x5000);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "engine"),
              ElementsAre("engine 310 release read 0x10000005000", "engine 610 answer read 0x10000005000",
                          "engine 2510 answer read 0x5000 status=1", "engine 4310 release read 0x10000005000",
                          "engine 4610 answer read 0x10000005000"));
  EXPECT_EQ(bench.Stat("function_resets"), 1u);
  EXPECT_EQ(bench.Stat("dropped_entries"), 1u);
}

// What is under way when ATS goes off is neither cached nor used.
TEST(Conformance, ATS_20_TranslationsUnderWayAreDiscarded) {
  AtcConfig config = SmallAtc();
  config.outstanding_requests = 1;
  EventAt(config, 100, AtcEvent::Kind::kAtsDisable);
  EventAt(config, 1'000, AtcEvent::Kind::kAtsEnable);
  AtcBench bench(config);
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(0, TlpKind::kMemoryWrite, 3, 0x9000);  // waits for the slot
  bench.At(2'000, TlpKind::kMemoryRead, 3, 0x5000);
  bench.Run();
  EXPECT_THAT(
      Lines(bench.log, "port"),
      ElementsAre("port 10 request translation 0x5000", "port 100 request write 0x9000", "port 310 request read 0x5000",
                  "port 2010 request translation 0x5000", "port 2310 request read 0x10000005000"));
}

TEST(Conformance, ATS_21_TheRetriedRequestDoesNotUseTheEntryThatFaulted) {
  AtcBench bench(SmallAtc());
  bool writable = false;
  bench.translate = [&](Tlp&) { return Answer(true, writable); };
  bench.response_after = 1'000;
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  bench.At(1'000, TlpKind::kMemoryWrite, 3, 0x5000);  // asks at 1010, faults at 1310, answered at 2310
  bench.At(2'000, TlpKind::kMemoryRead, 3, 0x5040);   // others may use it meanwhile
  bench.simulation.agenda.RunUntil(2'100);
  writable = true;
  bench.Run();
  EXPECT_EQ(Sent(bench, TlpKind::kMemoryRead).at(1).time, 2'010u);
  EXPECT_EQ(Sent(bench, TlpKind::kTranslationRequest).at(2).time, 2'310u) << "asked again after the response";
  EXPECT_EQ(Sent(bench, TlpKind::kMemoryWrite).at(0).time, 2'610u);
  EXPECT_EQ(bench.Stat("page_requests"), 1u);
}

// Software clears the device's enable bit, then invalidates everything: no request is translated afterwards, the
// invalidation completes, and nothing of before is left when ATS is enabled again.
TEST(Conformance, ATS_22_DisableThenInvalidateEverything) {
  AtcConfig config = SmallAtc();
  EventAt(config, 1'000, AtcEvent::Kind::kAtsDisable);
  AtcBench bench(config);
  bench.At(0, TlpKind::kMemoryRead, 3, 0x5000);
  InvalidateAt(bench, 2'000, {kNoPasid, 0, 64});
  bench.At(3'000, TlpKind::kMemoryRead, 3, 0x5000);
  bench.Run();
  EXPECT_EQ(Completions(bench).at(0).time, 2'000u);
  EXPECT_EQ(bench.Stat("invalidated_entries"), 1u);
  EXPECT_EQ(bench.Stat("translation_requests"), 1u);
  EXPECT_EQ(Sent(bench, TlpKind::kMemoryRead).at(1).tlp.at, AddressType::kUntranslated);
}

}  // namespace
}  // namespace siov
