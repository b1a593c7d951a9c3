// SPDX-License-Identifier: Apache-2.0
// May an access use a translation, and if not, why: the checks made where a request meets what a walk found, be it
// fresh or cached. A walk's result says what user and what privileged requests may do; from the two together follows
// the reason (table 30: 5Dh, 81h, 85h, 86h). Pure.
#ifndef SIOV_MODELS_TRANSLATION_ACCESS_RIGHTS_H_
#define SIOV_MODELS_TRANSLATION_ACCESS_RIGHTS_H_

#include "models/protocol/tlp.h"
#include "models/translation/fault_reason.h"

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

// kNoFault, what ended the walk, or the right that is missing. A user request meets a supervisor page where only
// privileged ones may do anything.
inline FaultReason AccessFault(const Translation& translation, const AccessNeeds& needs) {
  if (translation.fault_reason != kNoFault) return static_cast<FaultReason>(translation.fault_reason);
  if (needs.privileged && translation.supervisor_disabled) return kSupervisorRequestDisabled;
  const bool any = MayRead(translation, false) || MayWrite(translation, false);
  const bool of_supervisor = MayRead(translation, true) || MayWrite(translation, true);
  if (!needs.privileged && !any && of_supervisor) return kSupervisorPage;
  if (needs.write && !MayWrite(translation, needs.privileged)) return kNoWritePermission;
  if (needs.read && !MayRead(translation, needs.privileged)) return kNoReadPermission;
  return kNoFault;
}

}  // namespace siov

#endif  // SIOV_MODELS_TRANSLATION_ACCESS_RIGHTS_H_
