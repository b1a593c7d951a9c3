// SPDX-License-Identifier: Apache-2.0
// Everything that may be wrong above the page tables, one defect at a time, and what walks and page requests say of it
// (VT-d table 30; RISC-V IOMMU specification 2.3, 2.4). One table for both, since both read the same entries.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "models/iommu/page_walker/page_walker_core.h"
#include "models/iommu/pri_queue/page_request_checks.h"
#include "tests/support/core_walks.h"

namespace siov {
namespace {

using walks::kDevice;
using walks::kVa;
using Change = void (*)(AddressSpaces&);

constexpr std::uint32_t kPasid = 70;  // in the second table of the directory

AddressSpaces Spaces() {
  return AddressSpaces({walks::Class(TranslationStages::kFirstOnly, TableFormat::kX86FourLevel, TableFormat::kNone)},
                       7);
}

template <class Set>
void Context(AddressSpaces& spaces, Set set) {
  ContextEntry entry;
  set(entry);
  spaces.structures().SetContext(kDevice, entry);
}
template <class Set>
void Entry(AddressSpaces& spaces, Set set) {
  PasidEntry entry = spaces.ReadPasidEntry(kDevice, kPasid);
  set(entry);
  spaces.structures().SetPasidEntry(kDevice, kPasid, entry);
}

struct Request {
  Pasid pasid = Pasid(kPasid);
  bool translation_request = false;
  bool translated = false;
};

FaultReason Walked(AddressSpaces& spaces, bool riscv, const Request& request) {
  PageWalkerConfig config;
  config.profile = riscv ? IommuProfile::kRiscv : IommuProfile::kVtd;
  PageWalkerCore core(config, spaces);
  OngoingWalk walk;
  core.Begin(walk, {kDevice, request.pasid, kVa, false, false, request.translation_request, request.translated});
  while (core.Next(walk)) {
  }
  return static_cast<FaultReason>(walk.result().fault_reason);
}

struct Row {
  const char* what;
  Change change;
  FaultReason walk;
  FaultReason page_request;
  FaultReason riscv_walk;
  FaultReason riscv_page_request;
};

const std::vector<Row>& Rows() {
  static const std::vector<Row> kRows{
      {"nothing", [](AddressSpaces&) {}, kNoFault, kNoFault, kNoFault, kNoFault},
      {"root mode reserved", [](AddressSpaces& s) { s.structures().SetRootMode(RootMode::kInvalid); }, kRootModeInvalid,
       kRootModeInvalid, kRiscvAllInboundDisallowed, kRootModeInvalid},
      {"root mode abort", [](AddressSpaces& s) { s.structures().SetRootMode(RootMode::kAbort); }, kRootModeAbort,
       kRootModeAbort, kRiscvAllInboundDisallowed, kRootModeAbort},
      {"root unreadable",
       [](AddressSpaces& s) {
         s.structures().SetRoot(kDevice, {true, EntryDefect::kUnreadable});
       },
       kRootReadError, kRootReadError, kRiscvDeviceDirectoryAccessFault, kRootReadError},
      {"root absent",
       [](AddressSpaces& s) {
         s.structures().SetRoot(kDevice, {false, EntryDefect::kNone});
       },
       kRootNotPresent, kRootNotPresent, kRiscvDeviceDirectoryNotValid, kRootNotPresent},
      {"root reserved",
       [](AddressSpaces& s) {
         s.structures().SetRoot(kDevice, {true, EntryDefect::kReserved});
       },
       kRootReservedBits, kRootReservedBits, kRiscvDeviceDirectoryMisconfigured, kRootReservedBits},
      {"context unreadable",
       [](AddressSpaces& s) { Context(s, [](ContextEntry& e) { e.defect = EntryDefect::kUnreadable; }); },
       kContextReadError, kContextReadError, kRiscvDeviceDirectoryAccessFault, kContextReadError},
      {"context absent", [](AddressSpaces& s) { Context(s, [](ContextEntry& e) { e.present = false; }); },
       kContextNotPresent, kContextNotPresent, kRiscvDeviceDirectoryNotValid, kContextNotPresent},
      {"context reserved",
       [](AddressSpaces& s) { Context(s, [](ContextEntry& e) { e.defect = EntryDefect::kReserved; }); },
       kContextReservedBits, kContextReservedBits, kRiscvDeviceDirectoryMisconfigured, kContextReservedBits},
      {"page requests without ATS", [](AddressSpaces& s) { Context(s, [](ContextEntry& e) { e.dte = false; }); },
       kContextInvalid, kNoFault, kRiscvDeviceDirectoryMisconfigured, kNoFault},
      {"translated requests with PASID without PASIDs",
       [](AddressSpaces& s) { Context(s, [](ContextEntry& e) { e.paside = false; }); }, kContextInvalid, kPasidDisabled,
       kRiscvTransactionDisallowed, kNoFault},
      {"PASIDs off", [](AddressSpaces& s) { Context(s, [](ContextEntry& e) { e.paside = e.eptr = false; }); },
       kPasidDisabled, kPasidDisabled, kRiscvTransactionDisallowed, kNoFault},
      {"page requests off", [](AddressSpaces& s) { Context(s, [](ContextEntry& e) { e.pre = false; }); }, kNoFault,
       kPageRequestDisabled, kNoFault, kPageRequestDisabled},
      {"RID_PASID beyond the directory",
       [](AddressSpaces& s) {
         Context(s, [](ContextEntry& e) {
           e.pdts = 0;
           e.rid_pasid = 1u << 13;
         });
       },
       kContextInvalid, kNoFault, kNoFault, kNoFault},
      {"RID_PASID behind all PASIDs",
       [](AddressSpaces& s) { Context(s, [](ContextEntry& e) { e.rid_pasid = kMaxPasids; }); }, kNoFault, kNoFault,
       kNoFault, kNoFault},
      {"PASID equals RID_PASID", [](AddressSpaces& s) { Context(s, [](ContextEntry& e) { e.rid_pasid = kPasid; }); },
       kPasidEqualsRidPasid, kPasidEqualsRidPasid, kNoFault, kNoFault},
      {"directory unreadable",
       [](AddressSpaces& s) {
         s.structures().SetDirectory(kDevice, kPasid, {true, false, EntryDefect::kUnreadable});
       },
       kPasidDirectoryReadError, kPasidDirectoryReadError, kRiscvProcessDirectoryAccessFault, kNoFault},
      {"directory absent",
       [](AddressSpaces& s) {
         s.structures().SetDirectory(kDevice, kPasid, {false, false, EntryDefect::kNone});
       },
       kPasidDirectoryNotPresent, kPasidDirectoryNotPresent, kRiscvProcessDirectoryNotValid, kNoFault},
      {"directory reserved",
       [](AddressSpaces& s) {
         s.structures().SetDirectory(kDevice, kPasid, {true, false, EntryDefect::kReserved});
       },
       kPasidDirectoryReservedBits, kPasidDirectoryReservedBits, kRiscvProcessDirectoryMisconfigured, kNoFault},
      {"entry unreadable",
       [](AddressSpaces& s) { Entry(s, [](PasidEntry& e) { e.defect = EntryDefect::kUnreadable; }); },
       kPasidEntryReadError, kPasidEntryReadError, kRiscvProcessDirectoryAccessFault, kNoFault},
      {"entry absent", [](AddressSpaces& s) { Entry(s, [](PasidEntry& e) { e.present = false; }); },
       kPasidEntryNotPresent, kPasidEntryNotPresent, kRiscvProcessDirectoryNotValid, kNoFault},
      {"entry reserved", [](AddressSpaces& s) { Entry(s, [](PasidEntry& e) { e.defect = EntryDefect::kReserved; }); },
       kPasidEntryReservedBits, kPasidEntryReservedBits, kRiscvProcessDirectoryMisconfigured, kNoFault},
      {"entry of no type", [](AddressSpaces& s) { Entry(s, [](PasidEntry& e) { e.pgtt = 0; }); }, kPasidEntryInvalid,
       kPasidEntryInvalid, kRiscvProcessDirectoryMisconfigured, kNoFault},
      {"entry of a reserved type", [](AddressSpaces& s) { Entry(s, [](PasidEntry& e) { e.pgtt = 5; }); },
       kPasidEntryInvalid, kPasidEntryInvalid, kRiscvProcessDirectoryMisconfigured, kNoFault},
  };
  return kRows;
}

TEST(StructureFaults, EachDefectHasItsReason) {
  for (const Row& row : Rows()) {
    AddressSpaces spaces = Spaces();
    row.change(spaces);
    EXPECT_EQ(Walked(spaces, false, {}), row.walk) << row.what;
    EXPECT_EQ(Walked(spaces, true, {}), row.riscv_walk) << row.what << ", RISC-V";
    EXPECT_EQ(FindPageRequestFault(spaces, kDevice, Pasid(kPasid), false).reason, row.page_request) << row.what;
    EXPECT_EQ(FindPageRequestFault(spaces, kDevice, Pasid(kPasid), true, 2).reason, row.riscv_page_request)
        << row.what << ", RISC-V";
  }
}

TEST(StructureFaults, PasidZeroIsAPasid) {
  AddressSpaces spaces = Spaces();
  Context(spaces, [](ContextEntry& entry) {
    entry.paside = entry.eptr = false;
    entry.rid_pasid = 1;
  });
  EXPECT_EQ(FindPageRequestFault(spaces, kDevice, Pasid(0), false).reason, kPasidDisabled);
  EXPECT_EQ(FindPageRequestFault(spaces, kDevice, Pasid(), false).reason, kNoFault) << "one without is allowed";
  EXPECT_EQ(Walked(spaces, false, {Pasid(0), false, false}), kPasidDisabled);
  EXPECT_EQ(Walked(spaces, true, {Pasid(0), false, false}), kRiscvTransactionDisallowed);
}

// Requests without PASID use the tables of RID_PASID, of whose privilege they are; the default process in RISC-V.
TEST(StructureFaults, RequestsWithoutPasidUseThoseOfRidPasid) {
  for (const bool riscv : {false, true}) {
    AddressSpaces spaces = Spaces();
    Context(spaces, [](ContextEntry& entry) { entry.rid_pasid = 9; });
    PageWalkerConfig config;
    config.profile = riscv ? IommuProfile::kRiscv : IommuProfile::kVtd;
    PageWalkerCore core(config, spaces);
    EXPECT_EQ(walks::WalkTo(core, Pasid(), kVa).result.address, spaces.Translate(Pasid(9), kVa).address) << riscv;
    EXPECT_NE(spaces.Translate(Pasid(9), kVa).address, spaces.Translate(Pasid(1), kVa).address);
    EXPECT_EQ(FindPageRequestFault(spaces, kDevice, Pasid(), riscv, 2).reason, kNoFault);
    PasidEntry absent;
    spaces.structures().SetPasidEntry(kDevice, 9, absent);
    EXPECT_EQ(FindPageRequestFault(spaces, kDevice, Pasid(), riscv, 2).reason,
              riscv ? kNoFault : kPasidEntryNotPresent);
  }
}

TEST(StructureFaults, WhatNeedsAtsIsRefusedWithoutIt) {
  AddressSpaces spaces = Spaces();
  Context(spaces, [](ContextEntry& entry) { entry.dte = entry.pre = false; });
  EXPECT_EQ(Walked(spaces, false, {}), kNoFault);
  EXPECT_EQ(Walked(spaces, true, {}), kNoFault);
  EXPECT_EQ(Walked(spaces, false, {Pasid(kPasid), true, false}), kDeviceTlbDisabled);
  EXPECT_EQ(Walked(spaces, true, {Pasid(kPasid), true, false}), kRiscvTransactionDisallowed);
  EXPECT_EQ(Walked(spaces, true, {Pasid(kPasid), false, true}), kRiscvTransactionDisallowed);
}

// FPD of any entry that was used counts, of none that was not reached.
TEST(StructureFaults, FpdOfTheEntriesThatWereUsed) {
  const auto fpd = [](Change change) {
    AddressSpaces spaces = Spaces();
    change(spaces);
    return FindPageRequestFault(spaces, kDevice, Pasid(kPasid), false).fpd;
  };
  EXPECT_FALSE(fpd([](AddressSpaces&) {}));
  EXPECT_TRUE(fpd([](AddressSpaces& s) { Context(s, [](ContextEntry& e) { e.fpd = true; }); }));
  EXPECT_TRUE(fpd([](AddressSpaces& s) { s.structures().SetDirectory(kDevice, kPasid, {true, true, {}}); }));
  EXPECT_TRUE(fpd([](AddressSpaces& s) { Entry(s, [](PasidEntry& e) { e.fpd = true; }); }));
  EXPECT_FALSE(fpd([](AddressSpaces& s) {
    Entry(s, [](PasidEntry& e) { e.fpd = true; });
    s.structures().SetDirectory(kDevice, kPasid, {false, false, {}});
  }));
}

TEST(StructureFaults, AnswersToPageRequests) {
  for (const FaultReason reason : {kRootModeAbort, kRootNotPresent, kContextReadError, kPasidEntryNotPresent}) {
    EXPECT_EQ(AnswerTo({reason, false}, false), PageResponseCode::kInvalidRequest) << reason;
  }
  EXPECT_EQ(AnswerTo({kContextReadError, false}, true), PageResponseCode::kFailure);
  EXPECT_EQ(AnswerTo({kRootModeAbort, false}, true), PageResponseCode::kFailure);
  EXPECT_EQ(AnswerTo({kRiscvTransactionDisallowed, false}, true), PageResponseCode::kInvalidRequest);
  EXPECT_TRUE(IsRecorded({kPasidEntryNotPresent, false}));
  EXPECT_FALSE(IsRecorded({kPasidEntryNotPresent, true}));
  EXPECT_TRUE(IsRecorded({kRootNotPresent, true})) << "found before any entry with FPD";
}

// 128 device contexts of 32 bytes in a page, 512 entries of 8 bytes above them; 256 process contexts of 16 bytes.
TEST(TranslationStructures, RiscvDirectoriesLieAsTheirIndicesSay) {
  const AddressSpaces spaces = Spaces();
  const TranslationStructures& structures = spaces.structures();
  const auto device = [&](unsigned level, RequesterId id) { return structures.DeviceDirectoryEntryAddress(level, id); };
  EXPECT_EQ(device(1, 0x17F), device(1, 0x100) + 0x7F * 32);
  EXPECT_NE(device(1, 0x180) / kPage4K, device(1, 0x100) / kPage4K);
  EXPECT_EQ(device(2, 0x180), device(2, 0x100) + 8);
  EXPECT_EQ(device(2, 0x17F), device(2, 0x100));
  EXPECT_EQ(device(3, 0xFFFF), device(3, 0));
  const auto process = [&](unsigned level, std::uint32_t id) {
    return structures.ProcessDirectoryEntryAddress(kDevice, level, id, 0);
  };
  EXPECT_EQ(process(1, 0xFF), process(1, 0) + 0xFF * 16);
  EXPECT_NE(process(1, 0x100) / kPage4K, process(1, 0) / kPage4K);
  EXPECT_EQ(process(2, 0x100), process(2, 0) + 8);
  EXPECT_EQ(process(2, 0x1FF00), process(2, 0) + 0x1FF * 8);
  EXPECT_NE(process(2, 0x20000) / kPage4K, process(2, 0) / kPage4K);
  EXPECT_EQ(process(3, 0xFFFFF), process(3, 0) + 7 * 8);
  EXPECT_EQ(process(3, 0x1FFFF), process(3, 0));
  EXPECT_NE(process(1, 0) / kPage4K, process(2, 0) / kPage4K);
  EXPECT_NE(structures.ProcessDirectoryEntryAddress(kDevice + 1, 1, 0, 0), process(1, 0));
}

}  // namespace
}  // namespace siov
