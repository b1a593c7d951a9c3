// SPDX-License-Identifier: Apache-2.0
// ENQCMD and ENQCMDS without time: operands, PASID translation of guests, and slots of a portal.
#include <gtest/gtest.h>

#include "models/host/cpus/enqueue_unit.h"
#include "models/host/cpus/portal_slots.h"

namespace siov {
namespace {

using Outcome = PasidTranslation::Outcome;
using Result = EnqueueUnit::Result;

SubmittingThread Guest(std::uint32_t vm, std::uint32_t guest_pasid) {
  SubmittingThread thread;
  thread.vm = vm;
  thread.pasid_register = guest_pasid | kPasidRegisterValid;
  return thread;
}

TEST(PasidTranslation, WhatNobodyWroteIsNotPresent) {
  PasidTranslation tables;
  EXPECT_EQ(tables.Translate(0, 5).outcome, Outcome::kNoTable);
  tables.Map(0, 5, Pasid(77));
  EXPECT_EQ(tables.Translate(0, 5).host, Pasid(77));
  EXPECT_EQ(tables.Translate(0, 6).outcome, Outcome::kNoEntry) << "of the same table";
  EXPECT_EQ(tables.Translate(0, 5 + 1024).outcome, Outcome::kNoTable);
  EXPECT_EQ(tables.Translate(0, 5 | 0x80000).outcome, Outcome::kNoTable) << "of the high directory";
  EXPECT_EQ(tables.Translate(1, 5).outcome, Outcome::kNoTable) << "of another VM";
}

TEST(PasidTranslation, EveryReservedBitExits) {
  for (unsigned bit = 1; bit < 12; ++bit) {
    PasidTranslation tables;
    tables.Map(3, 0, Pasid(9));
    tables.SetDirectoryEntry(3, false, 0, tables.DirectoryEntry(3, false, 0) | std::uint64_t{1} << bit);
    EXPECT_EQ(tables.Translate(3, 0).outcome, Outcome::kReservedBits) << bit;
  }
  for (unsigned bit = 20; bit < 31; ++bit) {
    PasidTranslation tables;
    tables.Map(3, 0, Pasid(9));
    const std::uint64_t table = tables.DirectoryEntry(3, false, 0) & ~std::uint64_t{0xFFF};
    tables.SetTableEntry(table, 0, tables.TableEntry(table, 0) | 1u << bit);
    EXPECT_EQ(tables.Translate(3, 0).outcome, Outcome::kReservedBits) << bit;
  }
}

TEST(PasidTranslation, TheWholeSpaceHasPlacesOfItsOwn) {
  PasidTranslation tables;
  for (std::uint32_t pasid = 0; pasid < kMaxPasids; pasid += 509) tables.Map(0, pasid, Pasid(kMaxPasids - 1 - pasid));
  for (std::uint32_t pasid = 0; pasid < kMaxPasids; pasid += 509) {
    EXPECT_EQ(tables.Translate(0, pasid).host, Pasid(kMaxPasids - 1 - pasid)) << pasid;
  }
}

// Two VMs of two processes and one of one; then three VMs that the hypervisor knows nothing of.
EnqueueUnit Unit() {
  GuestProcesses bound{0, 2, 5, 1, 10};
  GuestProcesses unbound{3, 1, 3, 1, 15};
  unbound.bound = false;
  return EnqueueUnit({bound, unbound});
}

TEST(EnqueueUnit, AnExitIsServedOnceForEachProcess) {
  EnqueueUnit unit = Unit();
  for (std::uint32_t vm = 0; vm < 2; ++vm) {
    for (std::uint32_t guest_pasid = 1; guest_pasid <= 2; ++guest_pasid) {
      const SubmittingThread thread = Guest(vm, guest_pasid);
      EXPECT_EQ(unit.Execute(thread, 0).result, Result::kExit);
      EXPECT_TRUE(unit.ServeExit(thread));
      const EnqueueUnit::Step again = unit.Execute(thread, 0);
      EXPECT_EQ(again.result, Result::kSend);
      EXPECT_EQ(again.command.pasid, Pasid(10 + 2 * vm + guest_pasid - 1));
    }
  }
  EXPECT_EQ(unit.Execute(Guest(0, 2), 0).result, Result::kSend) << "still";
}

TEST(EnqueueUnit, NobodyElsesPasidsAreReached) {
  EnqueueUnit unit = Unit();
  EXPECT_FALSE(unit.ServeExit(Guest(0, 0))) << "below its VM's";
  EXPECT_FALSE(unit.ServeExit(Guest(0, 3))) << "above its VM's";
  EXPECT_TRUE(unit.ServeExit(Guest(2, 1)));
  EXPECT_FALSE(unit.ServeExit(Guest(2, 2))) << "the last VM has one process";
  EXPECT_FALSE(unit.ServeExit(Guest(3, 1))) << "nobody has bound it";
  EXPECT_FALSE(EnqueueUnit({}).ServeExit(Guest(0, 1)));
}

TEST(EnqueueUnit, PreparedEntriesNeedNoExit) {
  GuestProcesses guests{0, 2, 4, 1, 1};
  guests.prepared = true;
  EXPECT_EQ(EnqueueUnit({guests}).Execute(Guest(1, 2), 0).command.pasid, Pasid(4));
}

TEST(EnqueueUnit, TheFaultComesBeforeTheTranslation) {
  SubmittingThread thread = Guest(0, 1);
  thread.aligned = false;
  EXPECT_EQ(Unit().Execute(thread, 0).result, Result::kException);
}

TEST(PortalSlots, ASlotIsBusyUntilItsLineHasLeft) {
  PortalSlots one(1, 100);
  EXPECT_EQ(one.Take(TenantId(0), 1000).from, 1000u);
  EXPECT_EQ(one.Take(TenantId(0), 1000).from, 1100u);
  EXPECT_EQ(one.Take(TenantId(1), 1000).from, 1000u) << "another thread's";
  EXPECT_EQ(one.Take(TenantId(0), 5000).from, 5000u);
  EXPECT_EQ(one.Take(TenantId(0), 5040).from, 5100u);
}

TEST(PortalSlots, AThreadThatRotatesStallsOnlyWhenAllAreBusy) {
  PortalSlots four(4, 100);
  for (std::uint32_t i = 0; i < 4; ++i) {
    const PortalSlots::Turn turn = four.Take(TenantId(7), 1000);
    EXPECT_EQ(turn.slot, i);
    EXPECT_EQ(turn.from, 1000u);
  }
  const PortalSlots::Turn again = four.Take(TenantId(7), 1000);
  EXPECT_EQ(again.slot, 0u);
  EXPECT_GT(again.from, 1000u);
  EXPECT_LE(again.from, 1100u);
}

}  // namespace
}  // namespace siov
