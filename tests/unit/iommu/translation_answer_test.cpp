// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/iotlb/translation_answer.h"

#include <gtest/gtest.h>

namespace siov {
namespace {

Translation Page(bool read, bool write) {
  Translation page;
  page.address = 0xA000;
  page.read = read;
  page.write = write;
  return page;
}

TlpHeader Request(bool no_write = false) {
  TlpHeader request;
  request.kind = TlpKind::kTranslationRequest;
  request.pasid = Pasid(1);
  request.no_write = no_write;
  return request;
}

TranslationAnswer Vtd(const TlpHeader& request, const Translation& found) {
  return AnswerTranslationRequest(request, found, IommuProfile::kVtd);
}

TEST(AccessFault, RightsDecide) {
  constexpr AccessNeeds kRead{true, false, false};
  constexpr AccessNeeds kWrite{false, true, false};
  EXPECT_EQ(AccessFault(Page(true, false), kRead), kNoFault);
  EXPECT_EQ(AccessFault(Page(true, false), kWrite), kNoWritePermission);
  EXPECT_EQ(AccessFault(Page(false, true), kRead), kNoReadPermission);
  Translation absent;
  absent.fault_reason = kFirstStageNotPresent;
  EXPECT_EQ(AccessFault(absent, kRead), kFirstStageNotPresent);
  Translation supervisor;
  supervisor.privileged_read = true;
  EXPECT_EQ(AccessFault(supervisor, kRead), kSupervisorPage);
  EXPECT_EQ(AccessFault(supervisor, {true, false, true}), kNoFault);
  EXPECT_EQ(AccessFault(supervisor, {false, true, true}), kNoWritePermission);
}

// A user may read the page and a privileged request write it (WPE = 0): the user's write lacks the right to write, it
// does not meet a supervisor page.
TEST(AccessFault, AUserPageIsNoSupervisorPageForBeingWritable) {
  Translation page = Page(true, false);
  page.privileged_read = page.privileged_write = true;
  EXPECT_EQ(AccessFault(page, {false, true, false}), kNoWritePermission);
}

// What a user's walk left in a cache tells a privileged request apart: not allowed at all (5Dh), or not to this page
// (RISC-V: a user page without SUM).
TEST(AccessFault, PrivilegedRequestsAreDisabledOrLackTheRight) {
  Translation user = Page(true, true);
  user.privileged_read = user.privileged_write = false;
  EXPECT_EQ(AccessFault(user, {true, false, true}), kNoReadPermission);
  user.supervisor_disabled = true;
  EXPECT_EQ(AccessFault(user, {true, false, true}), kSupervisorRequestDisabled);
  EXPECT_EQ(AccessFault(user, {true, false, false}), kNoFault);
}

TEST(TranslationAnswer, FollowsTheMatrix) {
  Translation found;
  found.fault_reason = kContextReadError;
  EXPECT_EQ(Vtd(Request(), found).status, CompletionStatus::kCompleterAbort);
  EXPECT_TRUE(Vtd(Request(), found).recorded);
  found.fault_reason = kDeviceTlbDisabled;
  EXPECT_EQ(Vtd(Request(), found).status, CompletionStatus::kUnsupportedRequest);
  found.fault_reason = kFirstStageNotPresent;
  const TranslationAnswer hole = Vtd(Request(), found);
  EXPECT_EQ(hole.status, CompletionStatus::kSuccess);
  EXPECT_FALSE(hole.translation.read || hole.translation.write || hole.recorded);
  found.fault_reason = kFirstStageUpdateFailed;
  EXPECT_TRUE(Vtd(Request(), found).recorded) << "a hole, and recorded all the same";
  found.fault_reason = kFirstStageReadError;
  const TranslationAnswer riscv = AnswerTranslationRequest(Request(), found, IommuProfile::kRiscv);
  EXPECT_EQ(riscv.status, CompletionStatus::kCompleterAbort);
  EXPECT_EQ(riscv.reason, kRiscvWriteAccessFault);
  EXPECT_EQ(AnswerTranslationRequest(Request(true), found, IommuProfile::kRiscv).reason, kRiscvReadAccessFault);
}

TEST(TranslationAnswer, SupervisorPagesAreHolesForUsers) {
  Translation found;
  found.privileged_read = found.privileged_write = true;
  EXPECT_EQ(Vtd(Request(), found).reason, kSupervisorPage);
  TlpHeader privileged = Request();
  privileged.privileged = true;
  EXPECT_TRUE(Vtd(privileged, found).translation.write);
}

TEST(TranslationAnswer, NoWriteGivesNoRightThatWouldNeedTheDirtyBit) {
  Translation clean = Page(true, true);
  clean.clean = true;
  EXPECT_TRUE(NeedsWalk(clean, Request()));
  EXPECT_FALSE(NeedsWalk(clean, Request(true)));
  EXPECT_FALSE(Vtd(Request(true), clean).translation.write);
  EXPECT_TRUE(Vtd(Request(true), Page(true, true)).translation.write) << "dirty already";
  EXPECT_TRUE(Vtd(Request(), Page(true, true)).translation.dirty_tracked);
  TlpHeader read;
  TlpHeader write;
  write.kind = TlpKind::kMemoryWrite;
  EXPECT_FALSE(NeedsWalk(clean, read));
  EXPECT_TRUE(NeedsWalk(clean, write));
  clean.write = false;
  EXPECT_FALSE(NeedsWalk(clean, write)) << "there is no right to write anyway";
}

TEST(TranslationAnswer, GlobalIsRiscvsWithPasid) {
  Translation page = Page(true, true);
  page.global = true;
  EXPECT_FALSE(Vtd(Request(), page).translation.global);
  EXPECT_TRUE(AnswerTranslationRequest(Request(), page, IommuProfile::kRiscv).translation.global);
  TlpHeader none = Request();
  none.pasid = Pasid();
  EXPECT_FALSE(AnswerTranslationRequest(none, page, IommuProfile::kRiscv).translation.global);
}

}  // namespace
}  // namespace siov
