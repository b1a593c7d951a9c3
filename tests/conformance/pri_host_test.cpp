// SPDX-License-Identifier: Apache-2.0
// Page requests, the IOMMU's and the operating system's side: ring, overflow, table errors, event, software's rules,
// draining.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "models/iommu/pri_queue/page_request_checks.h"
#include "tests/support/fault_bench.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Software that never gets to it, and software that is done at once.
FaultServiceConfig Asleep() {
  FaultServiceConfig config = FaultBench::Handlers();
  config.wakeup_ps = 10 * kPsPerMs;
  return config;
}
FaultServiceConfig Quick() {
  FaultServiceConfig config;
  config.minor_service = Distribution::Constant(0);
  return config;
}

TEST(Conformance, PRI_03_HostAnswersAGroupOnce) {
  FaultBench bench(FaultBench::Queue(16));
  for (std::uint16_t i = 0; i < 3; ++i) bench.At(1000u + 100u * i, 3, 0x5000 + 0x1000u * i, 9, i == 2);
  bench.At(1050, 4, 0x5000, 9);  // another PASID's group of the same index is another group
  bench.Run();
  ASSERT_EQ(bench.responses.size(), 2u);
  EXPECT_EQ(bench.responses[0].tlp.pasid, Pasid(4));
  EXPECT_EQ(bench.responses[1].tlp.pasid, Pasid(3));
  EXPECT_EQ(bench.responses[1].tlp.page_group, 9u);
  for (std::uint64_t page : {0x5000u, 0x6000u, 0x7000u}) EXPECT_TRUE(bench.spaces.IsResident(Pasid(3), page));
  EXPECT_EQ(bench.simulation.packets.in_use(), 0u);
}

TEST(Conformance, PRI_08_ResponseCarriesThePasidIfItIsRequired) {
  FaultBench bench(FaultBench::Queue(16));
  bench.At(1000, 9, 0x5000, 1);
  bench.At(1000, 500, 0x5000, 2);  // answered by hardware
  bench.Run();
  ASSERT_EQ(bench.responses.size(), 2u);
  EXPECT_EQ(bench.responses[0].tlp.pasid, Pasid(500));
  EXPECT_EQ(bench.responses[1].tlp.pasid, Pasid(9));
}

TEST(Conformance, PRI_08_ResponseCarriesNoPasidIfItIsNotRequired) {
  FaultBench bench(FaultBench::Queue(16));
  (*bench.At(1000, 9, 0x5000, 1)).response_with_pasid = false;
  bench.Run();
  ASSERT_EQ(bench.responses.size(), 1u);
  EXPECT_FALSE(bench.responses[0].tlp.pasid.valid());
}

TEST(Conformance, PRI_09_StopMarkerIsConsumedSilently) {
  FaultBench bench(FaultBench::Queue(16));
  (*bench.At(1000, 3, 0, 0)).wants_read = false;
  bench.At(2000, 3, 0x5000, 1);  // a new life of the PASID
  bench.Run();
  ASSERT_EQ(bench.responses.size(), 1u);
  EXPECT_EQ(bench.responses[0].tlp.page_group, 1u);
  EXPECT_EQ(bench.Stat("stop_markers"), 1u);
  EXPECT_EQ(bench.Served("stop_markers"), 1u);
  EXPECT_EQ(bench.simulation.packets.in_use(), 0u);
}

TEST(Conformance, PRI_10_RingOf128Holds127AndTheTailFollowsTheDescriptor) {
  FaultBench bench(FaultBench::Queue(128), Asleep());
  for (std::uint16_t i = 0; i < 128; ++i) bench.At(1000, 3, 0x1000u * (i + 1u), i);
  bench.simulation.agenda.RunUntil(1079);  // enqueued at 1020, visible 60 later
  EXPECT_EQ(bench.queue.ring().used(), 0u);
  EXPECT_EQ(bench.queue.ring().unpublished(), 127u);
  bench.simulation.agenda.RunUntil(1080);
  EXPECT_EQ(bench.queue.ring().used(), 127u);
  EXPECT_EQ(bench.queue.ring().unpublished(), 0u);
  EXPECT_EQ(bench.Stat("requests"), 128u);
  EXPECT_EQ(bench.Stat("overflows"), 1u);
  EXPECT_EQ(FaultBench::Stat(bench.memory, "written_bytes"), 127u * 32);
}

TEST(Conformance, PRI_10_RiscvDescriptorsAre16Bytes) {
  PriQueueConfig config = FaultBench::Queue(16);
  config.descriptor_bytes = 16;
  config.riscv = true;
  FaultBench bench(config);
  bench.At(1000, 9, 0x5000, 511);
  bench.Run();
  EXPECT_EQ(FaultBench::Stat(bench.memory, "written_bytes"), 16u);
  ASSERT_EQ(bench.responses.size(), 1u);
  EXPECT_EQ(bench.responses[0].tlp.page_group, 511u);
  EXPECT_TRUE(bench.spaces.IsResident(Pasid(9), 0x5000));
}

// Success by hardware for the last of a group only; nothing for the others and for Stop Markers. The flag stays until
// software has emptied the ring, and incomplete groups are forgotten then.
TEST(Conformance, PRI_11_OverflowAnswersSuccessUntilSoftwareHasEmptiedTheRing) {
  FaultServiceConfig slow = FaultBench::Handlers();
  slow.wakeup_ps = 100'000;
  FaultBench bench(FaultBench::Queue(4), slow);
  bench.At(1000, 3, 0x1000, 0);
  bench.At(1000, 3, 0x2000, 1);
  bench.At(1000, 4, 0x3000, 2, false);  // its group's last request will be lost
  bench.At(2000, 4, 0x4000, 2, false);
  bench.At(2000, 4, 0x5000, 2, true);
  Tlp* marker = bench.At(2000, 5, 0, 0);
  marker->wants_read = false;
  bench.At(50'000, 5, 0x6000, 3);
  bench.simulation.agenda.RunUntil(60'000);
  EXPECT_TRUE(bench.queue.ring().overflow());
  ASSERT_EQ(bench.responses.size(), 2u);
  EXPECT_EQ(bench.responses[0].at, 2030u);
  EXPECT_EQ(bench.responses[0].tlp.page_group, 2u);
  EXPECT_EQ(bench.responses[0].tlp.response_code, PageResponseCode::kSuccess);
  EXPECT_EQ(bench.responses[1].tlp.page_group, 3u);
  EXPECT_EQ(bench.Stat("overflows"), 4u);
  EXPECT_EQ(bench.Stat("dropped"), 2u);
  EXPECT_EQ(bench.Stat("responses.hardware"), 2u);
  EXPECT_FALSE(bench.spaces.IsResident(Pasid(5), 0x6000));  // the device asks again

  bench.At(200'000, 5, 0x6000, 3);
  bench.At(200'000, 4, 0x5000, 2, true);  // alone: what was collected before the overflow is forgotten
  bench.Run();
  EXPECT_FALSE(bench.queue.ring().overflow());
  EXPECT_EQ(bench.Served("discarded"), 1u);
  EXPECT_EQ(bench.responses.size(), 6u);
  EXPECT_TRUE(bench.spaces.IsResident(Pasid(5), 0x6000));
  EXPECT_FALSE(bench.spaces.IsResident(Pasid(4), 0x3000));
  EXPECT_EQ(bench.simulation.packets.in_use(), 0u);
}

TEST(Conformance, PRI_11_OverflowResponseIsAParameter) {
  PriQueueConfig config = FaultBench::Queue(2);
  config.overflow_response = PageResponseCode::kFailure;
  FaultBench bench(config, Asleep());
  bench.At(1000, 3, 0x1000, 0);
  bench.At(1000, 3, 0x2000, 1);
  bench.Run();
  ASSERT_EQ(bench.responses.size(), 1u);
  EXPECT_EQ(bench.responses[0].tlp.response_code, PageResponseCode::kFailure);
}

TEST(Conformance, PRI_12_PageRequestsNotAllowedByTheContextAreInvalidAndRecorded) {
  FaultBench bench(FaultBench::Queue(8));
  ContextEntry context;
  context.pre = false;
  bench.spaces.structures().SetContext(0x100, context);
  (*bench.At(1000, 3, 0x5000, 1)).requester = 0x100;
  (*bench.At(1000, 3, 0x6000, 2, false)).requester = 0x100;
  (*bench.At(1000, 3, 0x7000, 3)).requester = 0x101;
  bench.Run();
  ASSERT_EQ(bench.responses.size(), 2u);
  EXPECT_EQ(bench.responses[0].tlp.response_code, PageResponseCode::kInvalidRequest);
  EXPECT_EQ(bench.responses[0].at, 1030u);
  EXPECT_EQ(bench.responses[1].tlp.response_code, PageResponseCode::kSuccess);
  ASSERT_EQ(bench.recorded.size(), 2u);  // also of the one that has no answer
  for (const FaultRecordHeader& record : bench.recorded) {
    EXPECT_EQ(record.reason, kPageRequestDisabled);
    EXPECT_EQ(record.requester, 0x100);
    EXPECT_EQ(record.pasid, Pasid(3));
  }
  EXPECT_EQ(bench.recorded[0].address, 0x5000u);
  EXPECT_EQ(bench.Served("entries"), 1u);
  EXPECT_EQ(bench.simulation.packets.in_use(), 0u);
}

// Column P of the fault matrix: every row that applies to page requests, and FPD.
TEST(Conformance, PRI_12_EveryStructureFaultIsFoundInItsOrder) {
  struct Case {
    FaultReason reason;
    bool suppressible;
    void (*change)(AddressSpaces&);
  };
  constexpr RequesterId kDevice = 0x100;
  static const auto with_context = [](AddressSpaces& spaces, void (*change)(ContextEntry&)) {
    ContextEntry context = spaces.structures().Context(kDevice);
    change(context);
    spaces.structures().SetContext(kDevice, context);
  };
  static const auto with_directory = [](AddressSpaces& spaces, void (*change)(DirectoryEntry&)) {
    DirectoryEntry entry;
    change(entry);
    spaces.structures().SetDirectory(kDevice, 3, entry);
  };
  static const auto with_entry = [](AddressSpaces& spaces, void (*change)(PasidEntry&)) {
    PasidEntry entry = spaces.ReadPasidEntry(kDevice, 3);
    change(entry);
    spaces.structures().SetPasidEntry(kDevice, 3, entry);
  };
  const Case cases[] = {
      {kRootModeInvalid, false, [](AddressSpaces& s) { s.structures().SetRootMode(RootMode::kInvalid); }},
      {kRootModeAbort, false, [](AddressSpaces& s) { s.structures().SetRootMode(RootMode::kAbort); }},
      {kRootReadError, false,
       [](AddressSpaces& s) {
         s.structures().SetRoot(kDevice, {true, EntryDefect::kUnreadable});
       }},
      {kRootNotPresent, false,
       [](AddressSpaces& s) {
         s.structures().SetRoot(kDevice, {false, EntryDefect::kNone});
       }},
      {kRootReservedBits, false,
       [](AddressSpaces& s) {
         s.structures().SetRoot(kDevice, {true, EntryDefect::kReserved});
       }},
      {kContextReadError, false,
       [](AddressSpaces& s) { with_context(s, [](ContextEntry& c) { c.defect = EntryDefect::kUnreadable; }); }},
      {kContextNotPresent, true, [](AddressSpaces& s) { with_context(s, [](ContextEntry& c) { c.present = false; }); }},
      {kContextReservedBits, true,
       [](AddressSpaces& s) { with_context(s, [](ContextEntry& c) { c.defect = EntryDefect::kReserved; }); }},
      {kPasidDisabled, true, [](AddressSpaces& s) { with_context(s, [](ContextEntry& c) { c.paside = false; }); }},
      {kPageRequestDisabled, true, [](AddressSpaces& s) { with_context(s, [](ContextEntry& c) { c.pre = false; }); }},
      {kPasidEqualsRidPasid, true, [](AddressSpaces& s) { with_context(s, [](ContextEntry& c) { c.rid_pasid = 3; }); }},
      {kPasidDirectoryReadError, false,
       [](AddressSpaces& s) { with_directory(s, [](DirectoryEntry& d) { d.defect = EntryDefect::kUnreadable; }); }},
      {kPasidDirectoryNotPresent, true,
       [](AddressSpaces& s) { with_directory(s, [](DirectoryEntry& d) { d.present = false; }); }},
      {kPasidDirectoryReservedBits, true,
       [](AddressSpaces& s) { with_directory(s, [](DirectoryEntry& d) { d.defect = EntryDefect::kReserved; }); }},
      {kPasidEntryReadError, false,
       [](AddressSpaces& s) { with_entry(s, [](PasidEntry& e) { e.defect = EntryDefect::kUnreadable; }); }},
      {kPasidEntryNotPresent, true, [](AddressSpaces& s) { with_entry(s, [](PasidEntry& e) { e.present = false; }); }},
      {kPasidEntryReservedBits, true,
       [](AddressSpaces& s) { with_entry(s, [](PasidEntry& e) { e.defect = EntryDefect::kReserved; }); }},
      {kPasidEntryInvalid, true, [](AddressSpaces& s) { with_entry(s, [](PasidEntry& e) { e.pgtt = 7; }); }},
  };
  for (const Case& row : cases) {
    AddressSpaces spaces({FaultBench::Absent()}, 7);
    EXPECT_EQ(FindPageRequestFault(spaces, kDevice, Pasid(3), false).reason, kNoFault);
    row.change(spaces);
    PageRequestFault fault = FindPageRequestFault(spaces, kDevice, Pasid(3), false);
    EXPECT_EQ(fault.reason, row.reason) << std::hex << row.reason;
    EXPECT_EQ(AnswerTo(fault, false), PageResponseCode::kInvalidRequest);
    EXPECT_TRUE(IsRecorded(fault)) << std::hex << row.reason;
    fault.fpd = true;
    EXPECT_EQ(IsRecorded(fault), !row.suppressible) << std::hex << row.reason;
  }
  AddressSpaces spaces({FaultBench::Absent()}, 7);
  with_context(spaces, [](ContextEntry& c) { c.pdts = 0; });
  EXPECT_EQ(FindPageRequestFault(spaces, kDevice, Pasid(1u << 13), false).reason, kPasidBeyondDirectory);
}

// RISC-V: broken device directory or IOMMU off are Failure, page requests not enabled are Invalid, and a process
// without tables is the operating system's business.
TEST(Conformance, PRI_12_RiscvTellsFailureFromInvalid) {
  AddressSpaces spaces({FaultBench::Absent()}, 7);
  EXPECT_EQ(FindPageRequestFault(spaces, 0x100, Pasid(500), true, 2).reason, kNoFault);
  EXPECT_EQ(FindPageRequestFault(spaces, 0x100, Pasid(500), false).reason, kPasidEntryNotPresent);
  ContextEntry context;
  context.pre = false;
  spaces.structures().SetContext(0x100, context);
  EXPECT_EQ(AnswerTo(FindPageRequestFault(spaces, 0x100, Pasid(3), true, 2), true), PageResponseCode::kInvalidRequest);
  context.pre = true;
  context.present = false;
  spaces.structures().SetContext(0x100, context);
  EXPECT_EQ(AnswerTo(FindPageRequestFault(spaces, 0x100, Pasid(3), true, 2), true), PageResponseCode::kFailure);
  spaces.structures().SetRootMode(RootMode::kAbort);
  EXPECT_EQ(AnswerTo(FindPageRequestFault(spaces, 0x101, Pasid(3), true, 2), true), PageResponseCode::kFailure);
}

TEST(Conformance, PRI_12_QueueThatIsOffAnswersAsItsProfileSays) {
  PriQueueConfig config = FaultBench::Queue(8);
  config.enabled = false;
  config.riscv = true;
  FaultBench bench(config);
  bench.At(1000, 3, 0x1000, 0);
  bench.At(1000, 3, 0x2000, 1, false);
  bench.Run();
  ASSERT_EQ(bench.responses.size(), 1u);
  EXPECT_EQ(bench.responses[0].tlp.response_code, PageResponseCode::kFailure);
  EXPECT_EQ(bench.Stat("dropped"), 1u);
}

// One interrupt, however many requests follow, until software has cleared the status.
TEST(Conformance, PRI_13_NoFurtherEventUntilTheStatusIsCleared) {
  FaultBench bench(FaultBench::Queue(64), Asleep());
  for (std::uint16_t i = 0; i < 11; ++i) bench.At(1000u + 10u * i, 3, 0x1000u * (i + 1u), i);
  bench.simulation.agenda.RunUntil(5000);
  EXPECT_TRUE(bench.queue.ring().pending());
  EXPECT_EQ(bench.Stat("events"), 1u);
  bench.ClearPending();
  bench.At(6000, 3, 0x20000, 20);
  bench.At(6000, 3, 0x21000, 21);
  bench.simulation.agenda.RunUntil(9000);
  EXPECT_EQ(bench.Stat("events"), 2u);
}

TEST(Conformance, PRI_13_MaskedEventIsSentWhenUnmasked) {
  FaultBench bench(FaultBench::Queue(64), Quick());
  bench.simulation.agenda.RunUntil(100);
  bench.queue.MaskEvent(true);
  bench.At(1000, 3, 0x1000, 1);
  bench.simulation.agenda.RunUntil(5000);
  EXPECT_EQ(bench.Stat("events"), 0u);
  EXPECT_TRUE(bench.queue.ring().event_pending());
  EXPECT_THAT(bench.responses, IsEmpty());
  bench.queue.MaskEvent(false);
  bench.Run();
  EXPECT_EQ(bench.Stat("events"), 1u);
  EXPECT_EQ(bench.responses.size(), 1u);
}

// IOTLB and paging-structure caches forget the page before software can see its request, so what the handler writes is
// what the device's next translation request finds.
TEST(Conformance, PRI_14_PageIsForgottenBeforeItsRequestIsQueued) {
  FaultBench bench(FaultBench::Queue(2), Asleep());
  bench.At(1000, 3, 0x5000, 1);
  bench.At(1100, 4, 0x6000, 2);  // finds no place: not queued, nothing is forgotten
  bench.simulation.agenda.RunUntil(1001);
  EXPECT_EQ(bench.queue.ring().used(), 0u);
  EXPECT_THAT(bench.forgotten, ElementsAre(std::pair<std::uint32_t, std::uint64_t>(3, 0x5000)));
  bench.Run();
  EXPECT_EQ(bench.forgotten.size(), 1u);
}

TEST(Conformance, PRI_15_SoftwareRefusesWhatBreaksTheRules) {
  FaultServiceConfig config = FaultBench::Handlers();
  config.devices = {0x100};
  FaultBench bench(FaultBench::Queue(64), config);
  std::uint16_t index = 0;
  const auto request = [&](Picoseconds at) -> Tlp& {
    Tlp& tlp = *bench.At(at, 3, 0x5000, index++);
    tlp.requester = 0x100;
    return tlp;
  };
  request(1000).privileged = true;
  Tlp& execute = request(1001);
  execute.execute = true;
  request(1002).virtual_address = 0x0001'0000'0000'0000;  // not canonical
  request(1003).requester = 0x200;                        // nobody's device
  Tlp& silent = request(1004);                            // not the last of its group: no answer
  silent.privileged = true;
  silent.last_in_group = false;
  request(1005);
  bench.Run();
  ASSERT_EQ(bench.responses.size(), 5u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(bench.responses[i].tlp.page_group, i);
    EXPECT_EQ(bench.responses[i].tlp.response_code, PageResponseCode::kInvalidRequest) << i;
  }
  EXPECT_EQ(bench.responses[4].tlp.response_code, PageResponseCode::kSuccess);
  EXPECT_EQ(bench.Served("bad_requests"), 5u);
}

TEST(Conformance, PRI_15_SpuriousFaultIsAnsweredWithoutATableChange) {
  AddressSpaceClass space = FaultBench::Absent();
  space.resident_fraction = 1.0;
  FaultBench bench(FaultBench::Queue(64), FaultBench::Handlers(), space);
  const std::size_t before = bench.spaces.touched_pages();
  bench.At(1000, 3, 0x5000, 1);
  bench.Run();
  ASSERT_EQ(bench.responses.size(), 1u);
  EXPECT_EQ(bench.responses[0].tlp.response_code, PageResponseCode::kSuccess);
  EXPECT_EQ(bench.Served("spurious_faults"), 1u);
  EXPECT_EQ(bench.Served("minor_faults"), 0u);
  EXPECT_EQ(bench.spaces.touched_pages(), before);
}

// A wait that asks for a drain ends when every request received before it is in the ring, and hardware's own answers
// have left.
TEST(Conformance, PRI_16_DrainWaitsForRequestsOnTheirWayToTheRing) {
  FaultBench bench(FaultBench::Queue(8), Asleep());
  bench.DrainAt(900);
  bench.At(1000, 3, 0x5000, 1);  // visible at 1080
  bench.DrainAt(1010);
  bench.At(2000, 500, 0x5000, 2);  // refused; the hardware's answer leaves at 2030
  bench.DrainAt(2010);
  bench.Run();
  EXPECT_THAT(Lines(bench.log, "commands"),
              ElementsAre("commands 900 answer invalidation 0x0", "commands 1080 answer invalidation 0x0",
                          "commands 2030 answer invalidation 0x0"));
  EXPECT_EQ(bench.Stat("drains"), 2u);
}

// The whole sequence, with a request in the ring, one in service and one on its way when it starts: all of them are
// answered before it ends, and what comes later is refused by the hardware.
TEST(Conformance, PRI_16_TeardownEndsWhenNothingOfThePasidIsUnderWay) {
  FaultServiceConfig config = FaultBench::Handlers();
  config.minor_service = Distribution::Constant(20'000);
  FaultBench bench(FaultBench::Queue(8), config);
  for (std::uint16_t i = 0; i < 3; ++i) {
    (*bench.At(1000u + 1000u * i, 3, 0x5000 + 0x1000u * i, i)).requester = 0x100;
  }
  (*bench.At(3000, 4, 0x5000, 7)).requester = 0x100;  // somebody else's
  bench.simulation.agenda.RunUntil(3010);
  const Picoseconds& done = bench.torn_down_at;
  bench.TearDown(3);
  EXPECT_EQ(done, 0u);
  (*bench.At(3500, 3, 0x9000, 5)).requester = 0x100;  // from a device that was not stopped: refused
  bench.Run();
  std::size_t of_pasid = 0;
  for (const FaultBench::Response& response : bench.responses) {
    if (response.tlp.pasid != Pasid(3)) continue;
    ++of_pasid;
    EXPECT_LT(response.at, done);
    const bool late = response.tlp.page_group == 5;
    if (late) {
      EXPECT_EQ(response.tlp.response_code, PageResponseCode::kInvalidRequest);
    }
  }
  EXPECT_EQ(of_pasid, 4u);
  EXPECT_GT(done, 1380u + 3 * 20'000);
  std::vector<InvalidationKind> kinds;
  for (const Invalidation& what : bench.executed) {
    if (what.kind != InvalidationKind::kPageGroupResponse) kinds.push_back(what.kind);
  }
  // PASID cache, then twice: fence, IOTLB, device, wait with drain (VT-d 7.11).
  EXPECT_THAT(kinds,
              ElementsAre(InvalidationKind::kPasidCache, InvalidationKind::kWait, InvalidationKind::kPasidIotlb,
                          InvalidationKind::kPasidDeviceTlb, InvalidationKind::kWait, InvalidationKind::kWait,
                          InvalidationKind::kPasidIotlb, InvalidationKind::kPasidDeviceTlb, InvalidationKind::kWait));
  EXPECT_TRUE(bench.executed.back().page_request_drain);
  EXPECT_EQ(bench.Served("pasids_ended"), 1u);
}

TEST(Conformance, PRI_16_OverflowAndAbortedWaitRepeatTheDrain) {
  FaultServiceConfig slow = FaultBench::Handlers();
  slow.wakeup_ps = 5'000'000;
  FaultBench bench(FaultBench::Queue(2), slow);
  bench.At(1000, 4, 0x5000, 1);
  bench.simulation.agenda.RunUntil(2000);
  bench.aborts = 5;  // the first drain is aborted as a whole
  const Picoseconds& done = bench.torn_down_at;
  bench.TearDown(3);
  bench.At(2100, 4, 0x6000, 2);  // finds no place: overflow
  bench.simulation.agenda.RunUntil(4'000'000);
  EXPECT_TRUE(bench.queue.ring().overflow());
  EXPECT_EQ(done, 0u);
  bench.simulation.agenda.RunUntil(kPsPerMs);
  EXPECT_GT(done, 5'000'000u);
  EXPECT_EQ(bench.Served("resubmitted"), 1u);
}

}  // namespace
}  // namespace siov
