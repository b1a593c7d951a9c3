// SPDX-License-Identifier: Apache-2.0
// May an access use a translation, and if not, why: the checks made where a request meets what a walk found, be it
// fresh or cached. A walk's result says what user and what privileged requests may do; from the two together follows
// the reason (table 30: 5Dh, 81h, 85h, 86h). Pure.
#ifndef SIOV_MODELS_PAGE_TABLES_ACCESS_RIGHTS_H_
#define SIOV_MODELS_PAGE_TABLES_ACCESS_RIGHTS_H_

#include "models/page_tables/fault_reason.h"
#include "models/tlm/tlp.h"

namespace siov {

struct AccessNeeds {
  bool read = false;
  bool write = false;  // an atomic needs both
  bool privileged = false;
};

inline bool MayRead(const Translation& translation, bool privileged) {
  return privileged ? translation.privileged_read : translation.read;
}
inline bool MayWrite(const Translation& translation, bool privileged) {
  return privileged ? translation.privileged_write : translation.write;
}

// kNoFault, what ended the walk, or the right that is missing.
inline FaultReason AccessFault(const Translation& translation, const AccessNeeds& needs) {
  if (translation.fault_reason != kNoFault) return static_cast<FaultReason>(translation.fault_reason);
  const bool any = MayRead(translation, needs.privileged) || MayWrite(translation, needs.privileged);
  const bool other = MayRead(translation, !needs.privileged) || MayWrite(translation, !needs.privileged);
  if (!any && other) return needs.privileged ? kSupervisorRequestDisabled : kSupervisorPage;
  if (needs.write && !MayWrite(translation, needs.privileged)) return kNoWritePermission;
  if (needs.read && !MayRead(translation, needs.privileged)) return kNoReadPermission;
  return kNoFault;
}

// The RISC-V cause for a reason of VT-d's that has the same meaning; RISC-V causes stay what they are.
inline FaultReason RiscvCauseOf(FaultReason reason, bool write) {
  switch (reason) {
    case kFirstStageReadError:
    case kFirstStageRootReadError:
    case kFirstStageUpdateFailed:
    case kSecondStageReadError:
    case kSecondStageRootReadError:
    case kSecondStageUpdateFailed:
    case kAboveHostWidth:
      return write ? kRiscvWriteAccessFault : kRiscvReadAccessFault;
    case kFirstStageNotPresent:
    case kFirstStageReservedBits:
    case kNotCanonical:
    case kSupervisorPage:
    case kNoWritePermission:
    case kNoReadPermission:
    case kFirstStageUpdateUnsnooped:
      return write ? kRiscvWritePageFault : kRiscvReadPageFault;
    case kFirstStageTableAboveWidth:
    case kFirstStageRootNotReadable:
    case kFirstStageNotReadable:
    case kFirstStageNotWritable:
    case kSecondStageNotPresent:
    case kSecondStageReservedBits:
    case kSecondStageUpdateUnsnooped:
    case kAboveGuestWidth:
      return write ? kRiscvWriteGuestPageFault : kRiscvReadGuestPageFault;
    case kSupervisorRequestDisabled:
      return kRiscvTransactionDisallowed;
    case kPasidEntryInvalid:
      return kRiscvProcessDirectoryMisconfigured;
    case kRootModeAbort:
    case kRootModeInvalid:
      return kRiscvAllInboundDisallowed;
    default:
      return reason;
  }
}

}  // namespace siov

#endif  // SIOV_MODELS_PAGE_TABLES_ACCESS_RIGHTS_H_
