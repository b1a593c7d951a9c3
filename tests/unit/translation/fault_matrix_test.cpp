// SPDX-License-Identifier: Apache-2.0
// The fault matrix against the table of the requirements, written out once more by hand.
#include "models/translation/fault_matrix.h"

#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace siov {
namespace {

const char* Name(FaultAnswer answer) {
  static constexpr const char* kNames[] = {"-", "UR", "CA", "SC0", "SC", "Invalid", "Failure"};
  return kNames[static_cast<std::size_t>(answer)];
}

std::string RowOf(unsigned reason) {
  const FaultRule& rule = RuleOf(static_cast<FaultReason>(reason));
  std::ostringstream row;
  row << Name(rule.untranslated) << ' ' << Name(rule.translation) << ' ' << Name(rule.translated) << ' '
      << Name(rule.page_request) << (rule.qualified ? " fpd" : "");
  return row.str();
}

// VT-d table 30, as requirements 16.6 regroup it.
TEST(FaultMatrix, IsTable30) {
  const std::map<std::string, std::vector<unsigned>> table = {
      {"UR CA UR Invalid", {0x30, 0x38, 0x3A, 0x40}},
      {"UR UR UR Invalid", {0x33, 0x39}},
      {"UR UR UR Invalid fpd", {0x41, 0x46, 0x48}},
      {"UR CA UR Invalid fpd", {0x42, 0x43}},
      {"- UR UR - fpd", {0x44}},
      {"UR UR - Invalid fpd", {0x45}},
      {"- - - Invalid fpd", {0x47}},
      {"- - UR - fpd", {0x49, 0xA3, 0xA4, 0xA5}},
      {"UR CA CA Invalid", {0x50, 0x58}},
      {"UR CA CA Invalid fpd", {0x52, 0x5A, 0x5B}},
      {"UR SC0 UR Invalid fpd", {0x51, 0x59}},
      {"UR SC0 - - fpd",
       {0x5C, 0x5D, 0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x79, 0x80, 0x81, 0x82, 0x84, 0x90, 0x91}},
      {"UR CA - - fpd", {0x78, 0x7A, 0x7B, 0x7C, 0x7D}},
      {"UR SC0 UR - fpd", {0x83}},
      {"UR SC - - fpd", {0x85, 0x86}},
      {"UR CA UR - fpd", {0x87}},
      {"UR UR UR - fpd", {0x89}},
      {"- - CA - fpd", {0xA0, 0xA1, 0xA2}},
  };
  std::size_t rows = 0;
  for (const auto& [row, reasons] : table) {
    for (const unsigned reason : reasons) EXPECT_EQ(RowOf(reason), row) << std::hex << reason;
    rows += reasons.size();
  }
  // No other reason of the translation part has a row.
  std::size_t present = 0;
  for (unsigned reason = 0x30; reason < 0x100; ++reason) present += RowOf(reason) != "- - - -" ? 1u : 0u;
  EXPECT_EQ(present, rows);
  EXPECT_EQ(RowOf(0), "- - - -");
  EXPECT_EQ(RowOf(0xFFFF), "- - - -");
}

TEST(FaultMatrix, RecoverableFaultsAreNotRecordedBut91h) {
  for (unsigned reason = 0x30; reason < 0x100; ++reason) {
    const FaultRule& rule = RuleOf(static_cast<FaultReason>(reason));
    const bool success =
        rule.translation == FaultAnswer::kNoAccess || rule.translation == FaultAnswer::kEffectiveRights;
    const bool answered = rule.translation != FaultAnswer::kNotApplicable;
    EXPECT_EQ(rule.Recorded(RequestClass::kTranslation, false), answered && (!success || reason == 0x91))
        << std::hex << reason;
    EXPECT_EQ(rule.Recorded(RequestClass::kUntranslated, false), rule.untranslated != FaultAnswer::kNotApplicable);
    if (rule.qualified) {
      EXPECT_FALSE(rule.Recorded(RequestClass::kUntranslated, true));
    }
  }
  EXPECT_TRUE(RuleOf(kContextReadError).Recorded(RequestClass::kUntranslated, true)) << "not qualified by FPD";
}

// RISC-V, translation requests: aborted, refused, or a hole; a record exactly when the answer is UR or CA.
TEST(FaultMatrix, RiscvTranslationRequests) {
  for (const unsigned cause : {1u, 5u, 7u, 261u, 263u, 265u, 267u}) {
    EXPECT_EQ(RuleOf(static_cast<FaultReason>(cause)).translation, FaultAnswer::kCompleterAbort) << cause;
  }
  for (unsigned cause = 256; cause <= 260; ++cause) {
    EXPECT_EQ(RuleOf(static_cast<FaultReason>(cause)).translation, FaultAnswer::kUnsupportedRequest) << cause;
  }
  for (const unsigned cause : {12u, 13u, 15u, 20u, 21u, 23u, 262u, 266u}) {
    const FaultRule& rule = RuleOf(static_cast<FaultReason>(cause));
    EXPECT_EQ(rule.translation, FaultAnswer::kNoAccess) << cause;
    EXPECT_FALSE(rule.Recorded(RequestClass::kTranslation, false)) << cause;
  }
  EXPECT_EQ(RuleOf(kRiscvDeviceDirectoryNotValid).page_request, FaultAnswer::kResponseFailure);
  EXPECT_EQ(RuleOf(kRiscvTransactionDisallowed).page_request, FaultAnswer::kInvalidRequest);
}

// A walk's reason in the other profile's terms; the traps of section 18 among them.
TEST(FaultMatrix, RiscvCauseOfAWalk) {
  EXPECT_EQ(RiscvCause(kNoFault, true), kNoFault);
  EXPECT_EQ(RiscvCause(kFirstStageNotPresent, false), kRiscvReadPageFault);
  EXPECT_EQ(RiscvCause(kFirstStageNotPresent, true), kRiscvWritePageFault);
  EXPECT_EQ(RiscvCause(kSecondStageNotPresent, true), kRiscvWriteGuestPageFault);
  EXPECT_EQ(RiscvCause(kFirstStageReadError, false), kRiscvReadAccessFault);
  EXPECT_EQ(RiscvCause(kContextNotPresent, false), kRiscvDeviceDirectoryNotValid);
  EXPECT_EQ(RiscvCause(kPasidEntryNotPresent, false), kRiscvProcessDirectoryNotValid);
  EXPECT_EQ(RiscvCause(kDeviceTlbDisabled, false), kRiscvTransactionDisallowed);
  EXPECT_EQ(RiscvCause(kRiscvMsiTableNotValid, false), kRiscvMsiTableNotValid);
  // A first-stage table that cannot be read is a hole for VT-d and an abort for RISC-V.
  EXPECT_EQ(RuleOf(kFirstStageReadError).translation, FaultAnswer::kNoAccess);
  EXPECT_EQ(RuleOf(RiscvCause(kFirstStageReadError, false)).translation, FaultAnswer::kCompleterAbort);
  // Every reason of a walk has a cause with an answer.
  for (unsigned reason = 0x30; reason < 0x100; ++reason) {
    if (RuleOf(static_cast<FaultReason>(reason)).untranslated == FaultAnswer::kNotApplicable) continue;
    const FaultReason cause = RiscvCause(static_cast<FaultReason>(reason), false);
    EXPECT_TRUE(IsRiscvCause(cause)) << std::hex << reason;
    EXPECT_NE(RuleOf(cause).translation, FaultAnswer::kNotApplicable) << std::hex << reason;
  }
}

}  // namespace
}  // namespace siov
