// SPDX-License-Identifier: Apache-2.0
// DMWr and ENQCMD by their parts (docs/requirements/dmw.md); through whole platforms: tests/seam/dmw_seam_test.cpp.
#include <gtest/gtest.h>

#include "models/device/swq_arbiter/portal_map.h"
#include "models/device/swq_arbiter/swq_arbiter_core.h"
#include "models/host/cpus/enqueue_unit.h"

namespace siov {
namespace {

TEST(Conformance, DMW_02_AnUnsupportedSizeIsAnUnsupportedRequest) {
  SwqArbiterConfig config;
  config.queues.resize(1);
  SwqArbiterCore queues(config, EngineSlots{});
  for (const std::uint32_t size : {4u, 32u, 128u}) {
    EXPECT_EQ(queues.Submit(PortalAddress(0), size, true).admission, Admission::kUnsupported) << size;
  }
  EXPECT_EQ(queues.Submit(PortalAddress(0) + 32, 64, true).admission, Admission::kUnsupported) << "not aligned";
  EXPECT_EQ(queues.occupancy(0), 0u);
  EXPECT_EQ(queues.Submit(PortalAddress(0), 64, true).admission, Admission::kAccepted);
}

TEST(Conformance, DMW_03_TheCommandNamesThePasidOfTheThread) {
  const EnqueueCommand command = ComposeEnqcmd(kPasidRegisterValid | 0xABCDE, {0x7000, 0});
  EXPECT_FALSE(command.general_protection);
  EXPECT_EQ(command.first_word(), 0xABCDEu) << "19:0 PASID, 30:20 zero, 31 user";
  EXPECT_TRUE(ComposeEnqcmd(0xABCDE, {0x7000, 0}).general_protection) << "not valid";
  for (unsigned bit = 0; bit < 32; ++bit) {
    EXPECT_TRUE(ComposeEnqcmd(kPasidRegisterValid | 1, {0x7000, 1u << bit}).general_protection) << bit;
  }
  for (const std::uint64_t offset : {1u, 8u, 32u, 63u}) {
    EXPECT_TRUE(ComposeEnqcmd(kPasidRegisterValid | 1, {0x7000 + offset, 0}).general_protection) << offset;
  }
}

TEST(Conformance, DMW_04_TheKernelsCommandNamesPasidAndPrivilegeItself) {
  const EnqueueCommand user = ComposeEnqcmds(0, {0x7000, 9});
  EXPECT_EQ(user.pasid, Pasid(9));
  EXPECT_FALSE(user.privileged);
  const EnqueueCommand supervisor = ComposeEnqcmds(0, {0x7000, kCommandPrivileged | 9});
  EXPECT_TRUE(supervisor.privileged);
  EXPECT_EQ(supervisor.first_word(), kCommandPrivileged | 9);
  for (unsigned bit = 20; bit < 31; ++bit) {
    EXPECT_TRUE(ComposeEnqcmds(0, {0x7000, 9 | 1u << bit}).general_protection) << bit;
  }
  EXPECT_TRUE(ComposeEnqcmds(3, {0x7000, 9}).general_protection) << "ring 0 only";
  EXPECT_TRUE(ComposeEnqcmds(0, {0x7020, 9}).general_protection);
}

TEST(Conformance, DMW_07_AnExitIsServedAndTheInstructionExecutedAgain) {
  EnqueueUnit unit({GuestProcesses{0, 1, 1, 5, 77}});
  SubmittingThread thread;
  thread.vm = 0;
  thread.pasid_register = kPasidRegisterValid | 5;
  EXPECT_EQ(unit.Execute(thread, 0x7000).result, EnqueueUnit::Result::kExit);
  EXPECT_EQ(EnqueueUnit::ExitReasonOf(thread), 72u);
  ASSERT_TRUE(unit.ServeExit(thread));
  EXPECT_EQ(unit.Execute(thread, 0x7000).command.pasid, Pasid(77));
  thread.kernel = true;
  thread.first_word = kCommandPrivileged | 6;
  EXPECT_EQ(unit.Execute(thread, 0x7000).result, EnqueueUnit::Result::kExit);
  EXPECT_EQ(EnqueueUnit::ExitReasonOf(thread), 73u);
  EXPECT_FALSE(unit.ServeExit(thread)) << "nobody has bound PASID 6";
  thread.first_word = kCommandPrivileged | 5;
  const EnqueueUnit::Step step = unit.Execute(thread, 0x7000);
  EXPECT_EQ(step.command.first_word(), kCommandPrivileged | 77) << "the privilege stays as given";
}

TEST(Conformance, DMW_08_PlacesOfAGuestPasid) {
  const PasidTablePlace place = PlaceOfGuestPasid(0x80001);
  EXPECT_TRUE(place.high);
  EXPECT_EQ(place.directory_entry, 0u);
  EXPECT_EQ(place.table_entry, 1u);
  const PasidTablePlace last = PlaceOfGuestPasid(0x7FFFF);
  EXPECT_FALSE(last.high);
  EXPECT_EQ(last.directory_entry, 511u);
  EXPECT_EQ(last.table_entry, 1023u);
  PasidTranslation tables;
  tables.Map(0, 0x80001, Pasid(0xABCDE));
  const std::uint64_t directory = tables.DirectoryEntry(0, true, 0);
  EXPECT_EQ(directory & 0xFFF, 1u) << "present, and nothing else";
  EXPECT_EQ(tables.TableEntry(directory & ~std::uint64_t{0xFFF}, 1), 0x800ABCDEu);
}

TEST(Conformance, DMW_09_OneHostPasidWhateverTheDevice) {
  EnqueueUnit unit({GuestProcesses{0, 4, 8, 1, 1}});
  SubmittingThread thread;
  thread.vm = 1;
  thread.pasid_register = kPasidRegisterValid | 3;
  ASSERT_TRUE(unit.ServeExit(thread)) << "met at the first device";
  const EnqueueUnit::Step first = unit.Execute(thread, 0x7000);
  const EnqueueUnit::Step second = unit.Execute(thread, 0x10'0000'7000);
  EXPECT_EQ(second.result, EnqueueUnit::Result::kSend) << "no second exit";
  EXPECT_EQ(first.command.pasid, second.command.pasid);
}

}  // namespace
}  // namespace siov
