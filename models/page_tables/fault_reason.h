// SPDX-License-Identifier: Apache-2.0
// Reasons for which a translation fails, with the numbers of VT-d's fault record (requirements of its table 30).
#ifndef SIOV_MODELS_PAGE_TABLES_FAULT_REASON_H_
#define SIOV_MODELS_PAGE_TABLES_FAULT_REASON_H_

#include <cstdint>

namespace siov {

enum FaultReason : std::uint16_t {
  kNoFault = 0,
  kPasidEntryNotPresent = 0x59,
  kFirstStageNotPresent = 0x71,
  kSecondStageNotPresent = 0x79,
  kNotCanonical = 0x80,
  kAboveGuestWidth = 0x84,
  kNoWritePermission = 0x85,
  kNoReadPermission = 0x86,
  kInterruptRange = 0x87,
};

}  // namespace siov

#endif  // SIOV_MODELS_PAGE_TABLES_FAULT_REASON_H_
