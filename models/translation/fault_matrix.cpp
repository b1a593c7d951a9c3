// SPDX-License-Identifier: Apache-2.0
#include "models/translation/fault_matrix.h"

#include <array>

namespace siov {
namespace {

using A = FaultAnswer;
constexpr A kNone = A::kNotApplicable;
constexpr A kUr = A::kUnsupportedRequest;
constexpr A kCa = A::kCompleterAbort;
constexpr A kSc0 = A::kNoAccess;
constexpr A kInvalid = A::kInvalidRequest;
constexpr A kFailure = A::kResponseFailure;
constexpr bool kFpd = true;

struct Row {
  FaultReason first;
  FaultReason last;  // of a run of reasons with the same answers
  FaultRule rule;
};

// Columns: untranslated, translation request, translated, page request; FPD; recorded although Success.
constexpr Row kRows[] = {
    {kRootModeInvalid, kRootModeInvalid, {kUr, kCa, kUr, kInvalid, false, false}},
    {kRootModeAbort, kRootModeAbort, {kUr, kUr, kUr, kInvalid, false, false}},
    {kRootReadError, kRootReadError, {kUr, kCa, kUr, kInvalid, false, false}},
    {kRootNotPresent, kRootNotPresent, {kUr, kUr, kUr, kInvalid, false, false}},
    {kRootReservedBits, kRootReservedBits, {kUr, kCa, kUr, kInvalid, false, false}},
    {kContextReadError, kContextReadError, {kUr, kCa, kUr, kInvalid, false, false}},
    {kContextNotPresent, kContextNotPresent, {kUr, kUr, kUr, kInvalid, kFpd, false}},
    {kContextReservedBits, kContextInvalid, {kUr, kCa, kUr, kInvalid, kFpd, false}},
    {kDeviceTlbDisabled, kDeviceTlbDisabled, {kNone, kUr, kUr, kNone, kFpd, false}},
    {kPasidDisabled, kPasidDisabled, {kUr, kUr, kNone, kInvalid, kFpd, false}},
    {kPasidBeyondDirectory, kPasidBeyondDirectory, {kUr, kUr, kUr, kInvalid, kFpd, false}},
    {kPageRequestDisabled, kPageRequestDisabled, {kNone, kNone, kNone, kInvalid, kFpd, false}},
    {kPasidEqualsRidPasid, kPasidEqualsRidPasid, {kUr, kUr, kUr, kInvalid, kFpd, false}},
    {kTranslatedWithPasidDisabled, kTranslatedWithPasidDisabled, {kNone, kNone, kUr, kNone, kFpd, false}},
    {kPasidDirectoryReadError, kPasidDirectoryReadError, {kUr, kCa, kCa, kInvalid, false, false}},
    {kPasidDirectoryNotPresent, kPasidDirectoryNotPresent, {kUr, kSc0, kUr, kInvalid, kFpd, false}},
    {kPasidDirectoryReservedBits, kPasidDirectoryReservedBits, {kUr, kCa, kCa, kInvalid, kFpd, false}},
    {kPasidEntryReadError, kPasidEntryReadError, {kUr, kCa, kCa, kInvalid, false, false}},
    {kPasidEntryNotPresent, kPasidEntryNotPresent, {kUr, kSc0, kUr, kInvalid, kFpd, false}},
    {kPasidEntryReservedBits, kPasidEntryInvalid, {kUr, kCa, kCa, kInvalid, kFpd, false}},
    {kExecuteRequestDisabled, kSupervisorRequestDisabled, {kUr, kSc0, kNone, kNone, kFpd, false}},
    {kFirstStageReadError, kFirstStageNotWritable, {kUr, kSc0, kNone, kNone, kFpd, false}},
    {kSecondStageReadError, kSecondStageReadError, {kUr, kCa, kNone, kNone, kFpd, false}},
    {kSecondStageNotPresent, kSecondStageNotPresent, {kUr, kSc0, kNone, kNone, kFpd, false}},
    {kSecondStageReservedBits, kSecondStageUpdateFailed, {kUr, kCa, kNone, kNone, kFpd, false}},
    {kNotCanonical, kNoExecutePermission, {kUr, kSc0, kNone, kNone, kFpd, false}},
    {kAboveHostWidth, kAboveHostWidth, {kUr, kSc0, kUr, kNone, kFpd, false}},
    {kAboveGuestWidth, kAboveGuestWidth, {kUr, kSc0, kNone, kNone, kFpd, false}},
    {kNoWritePermission, kNoReadPermission, {kUr, A::kEffectiveRights, kNone, kNone, kFpd, false}},
    {kInterruptRange, kInterruptRange, {kUr, kCa, kUr, kNone, kFpd, false}},
    {kPasidAboveIommuWidth, kPasidAboveIommuWidth, {kUr, kUr, kUr, kNone, kFpd, false}},
    {kFirstStageUpdateUnsnooped, kFirstStageUpdateUnsnooped, {kUr, kSc0, kNone, kNone, kFpd, false}},
    {kFirstStageUpdateFailed, kFirstStageUpdateFailed, {kUr, kSc0, kNone, kNone, kFpd, true}},
    {kHostPermissionReadError, kHostPermissionRootReadError, {kNone, kNone, kCa, kNone, kFpd, false}},
    {kHostPermissionNotPresent, kHostPermissionNoRead, {kNone, kNone, kUr, kNone, kFpd, false}},
    // Interrupt requests are dropped, whatever is wrong with them.
    {kInterruptReservedRequestBits, kInterruptReservedRequestBits, {kUr, kNone, kNone, kNone, false, false}},
    {kInterruptIndexTooLarge, kInterruptIndexTooLarge, {kUr, kNone, kNone, kNone, false, false}},
    {kInterruptEntryNotPresent, kInterruptEntryNotPresent, {kUr, kNone, kNone, kNone, kFpd, false}},
    {kInterruptEntryReadError, kInterruptEntryReadError, {kUr, kNone, kNone, kNone, false, false}},
    {kInterruptEntryReservedBits, kInterruptEntryReservedBits, {kUr, kNone, kNone, kNone, kFpd, false}},
    {kInterruptCompatibilityBlocked, kInterruptCompatibilityBlocked, {kUr, kNone, kNone, kNone, false, false}},
    {kInterruptSourceMismatch, kInterruptDescriptorReservedBits, {kUr, kNone, kNone, kNone, kFpd, false}},
    {kInterruptMalformed, kInterruptNeedsRemapFormat, {kUr, kNone, kNone, kNone, false, false}},
    // RISC-V. What a device directory says no to is refused, what is broken is aborted, what is absent is a hole. Page
    // requests only meet the device directory.
    {kRiscvInstructionAccessFault, kRiscvInstructionAccessFault, {kUr, kCa, kNone, kNone, kFpd, false}},
    {kRiscvReadMisaligned, kRiscvReadMisaligned, {kUr, kCa, kNone, kNone, kFpd, false}},
    {kRiscvReadAccessFault, kRiscvReadAccessFault, {kUr, kCa, kUr, kNone, kFpd, false}},
    {kRiscvWriteMisaligned, kRiscvWriteMisaligned, {kUr, kCa, kNone, kNone, kFpd, false}},
    {kRiscvWriteAccessFault, kRiscvWriteAccessFault, {kUr, kCa, kUr, kNone, kFpd, false}},
    {kRiscvInstructionPageFault, kRiscvReadPageFault, {kUr, kSc0, kNone, kNone, kFpd, false}},
    {kRiscvWritePageFault, kRiscvWritePageFault, {kUr, kSc0, kNone, kNone, kFpd, false}},
    {kRiscvInstructionGuestPageFault, kRiscvReadGuestPageFault, {kUr, kSc0, kUr, kNone, kFpd, false}},
    {kRiscvWriteGuestPageFault, kRiscvWriteGuestPageFault, {kUr, kSc0, kUr, kNone, kFpd, false}},
    {kRiscvAllInboundDisallowed, kRiscvDeviceDirectoryMisconfigured, {kUr, kUr, kUr, kFailure, false, false}},
    {kRiscvTransactionDisallowed, kRiscvTransactionDisallowed, {kUr, kUr, kUr, kInvalid, kFpd, false}},
    {kRiscvMsiTableAccessFault, kRiscvMsiTableAccessFault, {kUr, kCa, kNone, kNone, kFpd, false}},
    {kRiscvMsiTableNotValid, kRiscvMsiTableNotValid, {kUr, kSc0, kNone, kNone, kFpd, false}},
    {kRiscvMsiTableMisconfigured, kRiscvMsiTableMisconfigured, {kUr, kCa, kNone, kNone, kFpd, false}},
    {kRiscvMrifAccessFault, kRiscvMrifAccessFault, {kUr, kNone, kNone, kNone, kFpd, false}},
    {kRiscvProcessDirectoryAccessFault, kRiscvProcessDirectoryAccessFault, {kUr, kCa, kNone, kNone, kFpd, false}},
    {kRiscvProcessDirectoryNotValid, kRiscvProcessDirectoryNotValid, {kUr, kSc0, kNone, kNone, kFpd, false}},
    {kRiscvProcessDirectoryMisconfigured, kRiscvProcessDirectoryMisconfigured, {kUr, kCa, kNone, kNone, kFpd, false}},
    {kRiscvDeviceDirectoryCorrupted, kRiscvDeviceDirectoryCorrupted, {kUr, kCa, kUr, kFailure, false, false}},
    {kRiscvProcessDirectoryCorrupted, kRiscvMrifCorrupted, {kUr, kCa, kNone, kNone, kFpd, false}},
    {kRiscvInternalError, kRiscvMsiWriteFault, {kUr, kCa, kUr, kNone, false, false}},
    {kRiscvPageTableCorrupted, kRiscvPageTableCorrupted, {kUr, kCa, kUr, kNone, kFpd, false}},
};

constexpr std::size_t kReasons = kRiscvPageTableCorrupted + 1;

constexpr std::array<FaultRule, kReasons> MakeRules() {
  std::array<FaultRule, kReasons> rules{};
  for (const Row& row : kRows) {
    for (std::size_t reason = row.first; reason <= row.last; ++reason) rules[reason] = row.rule;
  }
  return rules;
}

constexpr std::array<FaultRule, kReasons> kRules = MakeRules();

}  // namespace

FaultAnswer FaultRule::Answer(RequestClass request) const {
  switch (request) {
    case RequestClass::kUntranslated:
      return untranslated;
    case RequestClass::kTranslation:
      return translation;
    case RequestClass::kTranslated:
      return translated;
    case RequestClass::kPageRequest:
      break;
  }
  return page_request;
}

bool FaultRule::Recorded(RequestClass request, bool fpd) const {
  if (fpd && qualified) return false;
  switch (Answer(request)) {
    case FaultAnswer::kNotApplicable:
      return false;
    case FaultAnswer::kNoAccess:
    case FaultAnswer::kEffectiveRights:
      return always_recorded;
    case FaultAnswer::kUnsupportedRequest:
    case FaultAnswer::kCompleterAbort:
    case FaultAnswer::kInvalidRequest:
    case FaultAnswer::kResponseFailure:
      break;
  }
  return true;
}

const FaultRule& RuleOf(FaultReason reason) { return kRules[reason < kReasons ? reason : kNoFault]; }

namespace {

struct RiscvRow {
  FaultReason first;
  FaultReason last;  // of a run of reasons with the same causes
  FaultReason read;
  FaultReason write;
};

// What is not here is the page's: not present, of the wrong right, or not of this address.
constexpr RiscvRow kRiscvRows[] = {
    {kRootModeInvalid, kRootModeAbort, kRiscvAllInboundDisallowed, kRiscvAllInboundDisallowed},
    {kRootReadError, kRootReadError, kRiscvDeviceDirectoryAccessFault, kRiscvDeviceDirectoryAccessFault},
    {kRootNotPresent, kRootNotPresent, kRiscvDeviceDirectoryNotValid, kRiscvDeviceDirectoryNotValid},
    {kRootReservedBits, kRootReservedBits, kRiscvDeviceDirectoryMisconfigured, kRiscvDeviceDirectoryMisconfigured},
    {kContextReadError, kContextReadError, kRiscvDeviceDirectoryAccessFault, kRiscvDeviceDirectoryAccessFault},
    {kContextNotPresent, kContextNotPresent, kRiscvDeviceDirectoryNotValid, kRiscvDeviceDirectoryNotValid},
    {kContextReservedBits, kContextInvalid, kRiscvDeviceDirectoryMisconfigured, kRiscvDeviceDirectoryMisconfigured},
    {kDeviceTlbDisabled, kTranslatedWithPasidDisabled, kRiscvTransactionDisallowed, kRiscvTransactionDisallowed},
    {kPasidDirectoryReadError, kPasidDirectoryReadError, kRiscvProcessDirectoryAccessFault,
     kRiscvProcessDirectoryAccessFault},
    {kPasidDirectoryNotPresent, kPasidDirectoryNotPresent, kRiscvProcessDirectoryNotValid,
     kRiscvProcessDirectoryNotValid},
    {kPasidDirectoryReservedBits, kPasidDirectoryReservedBits, kRiscvProcessDirectoryMisconfigured,
     kRiscvProcessDirectoryMisconfigured},
    {kPasidEntryReadError, kPasidEntryReadError, kRiscvProcessDirectoryAccessFault, kRiscvProcessDirectoryAccessFault},
    {kPasidEntryNotPresent, kPasidEntryNotPresent, kRiscvProcessDirectoryNotValid, kRiscvProcessDirectoryNotValid},
    {kPasidEntryReservedBits, kPasidEntryInvalid, kRiscvProcessDirectoryMisconfigured,
     kRiscvProcessDirectoryMisconfigured},
    {kExecuteRequestDisabled, kSupervisorRequestDisabled, kRiscvTransactionDisallowed, kRiscvTransactionDisallowed},
    {kFirstStageReadError, kFirstStageReadError, kRiscvReadAccessFault, kRiscvWriteAccessFault},
    {kFirstStageRootReadError, kFirstStageRootReadError, kRiscvReadAccessFault, kRiscvWriteAccessFault},
    {kFirstStageTableAboveWidth, kFirstStageNotWritable, kRiscvReadGuestPageFault, kRiscvWriteGuestPageFault},
    {kSecondStageReadError, kSecondStageReadError, kRiscvReadAccessFault, kRiscvWriteAccessFault},
    {kSecondStageNotPresent, kSecondStageReservedBits, kRiscvReadGuestPageFault, kRiscvWriteGuestPageFault},
    {kSecondStageRootReadError, kSecondStageRootReadError, kRiscvReadAccessFault, kRiscvWriteAccessFault},
    {kSecondStageUpdateUnsnooped, kSecondStageUpdateUnsnooped, kRiscvReadGuestPageFault, kRiscvWriteGuestPageFault},
    {kSecondStageUpdateFailed, kSecondStageUpdateFailed, kRiscvReadAccessFault, kRiscvWriteAccessFault},
    {kAboveHostWidth, kAboveHostWidth, kRiscvReadAccessFault, kRiscvWriteAccessFault},
    {kAboveGuestWidth, kAboveGuestWidth, kRiscvReadGuestPageFault, kRiscvWriteGuestPageFault},
    {kInterruptRange, kInterruptRange, kRiscvReadAccessFault, kRiscvWriteAccessFault},
    {kPasidAboveIommuWidth, kPasidAboveIommuWidth, kRiscvTransactionDisallowed, kRiscvTransactionDisallowed},
    {kFirstStageUpdateFailed, kFirstStageUpdateFailed, kRiscvReadAccessFault, kRiscvWriteAccessFault},
};

}  // namespace

FaultReason RiscvCause(FaultReason reason, bool write) {
  if (reason == kNoFault || IsRiscvCause(reason)) return reason;
  for (const RiscvRow& row : kRiscvRows) {
    if (reason >= row.first && reason <= row.last) return write ? row.write : row.read;
  }
  return write ? kRiscvWritePageFault : kRiscvReadPageFault;
}

}  // namespace siov
