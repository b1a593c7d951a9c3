// SPDX-License-Identifier: Apache-2.0
// Why a translation fails: every reason of VT-d's fault record in scalable mode (requirements 16.6) and every cause of
// the RISC-V IOMMU's fault record. The numbers are the records' own; the two ranges do not meet, so one type holds
// both.
//
// What a requester is answered, and whether a record is written, is the fault matrix's business
// (models/translation/fault_matrix.h), not the reason's. Pure.
#ifndef SIOV_MODELS_TRANSLATION_FAULT_REASON_H_
#define SIOV_MODELS_TRANSLATION_FAULT_REASON_H_

#include <cstdint>

namespace siov {

enum FaultReason : std::uint16_t {
  kNoFault = 0,

  // Interrupt remapping.
  kInterruptReservedRequestBits = 0x20,
  kInterruptIndexTooLarge = 0x21,
  kInterruptEntryNotPresent = 0x22,
  kInterruptEntryReadError = 0x23,
  kInterruptEntryReservedBits = 0x24,
  kInterruptCompatibilityBlocked = 0x25,
  kInterruptSourceMismatch = 0x26,
  kInterruptDescriptorAccessError = 0x27,
  kInterruptDescriptorReservedBits = 0x28,
  kInterruptMalformed = 0x29,
  kInterruptNeedsRemapMode = 0x2A,
  kInterruptNeedsRemapFormat = 0x2B,

  // Root table.
  kRootModeInvalid = 0x30,
  kRootModeAbort = 0x33,
  kRootReadError = 0x38,
  kRootNotPresent = 0x39,
  kRootReservedBits = 0x3A,

  // Context table.
  kContextReadError = 0x40,
  kContextNotPresent = 0x41,
  kContextReservedBits = 0x42,
  kContextInvalid = 0x43,
  kDeviceTlbDisabled = 0x44,            // DTE = 0
  kPasidDisabled = 0x45,                // PASIDE = 0
  kPasidBeyondDirectory = 0x46,         // above 2^(PDTS + 13)
  kPageRequestDisabled = 0x47,          // PRE = 0
  kPasidEqualsRidPasid = 0x48,          // a request with the PASID of requests without one
  kTranslatedWithPasidDisabled = 0x49,  // EPTR = 0

  // PASID directory and table.
  kPasidDirectoryReadError = 0x50,
  kPasidDirectoryNotPresent = 0x51,
  kPasidDirectoryReservedBits = 0x52,
  kPasidEntryReadError = 0x58,
  kPasidEntryNotPresent = 0x59,
  kPasidEntryReservedBits = 0x5A,
  kPasidEntryInvalid = 0x5B,
  kExecuteRequestDisabled = 0x5C,     // ERE = 0
  kSupervisorRequestDisabled = 0x5D,  // SRE = 0

  // First stage.
  kFirstStageReadError = 0x70,
  kFirstStageNotPresent = 0x71,
  kFirstStageReservedBits = 0x72,
  kFirstStageRootReadError = 0x73,
  kFirstStageTableAboveWidth = 0x74,  // nested: a table or page lies above the second stage's width
  kFirstStageRootNotReadable = 0x75,  // nested: the second stage refuses to let the root be read
  kFirstStageNotReadable = 0x76,      // nested: ... another table
  kFirstStageNotWritable = 0x77,      // nested: ... an entry's accessed or dirty bit be set

  // Second stage.
  kSecondStageReadError = 0x78,
  kSecondStageNotPresent = 0x79,  // R = W = 0
  kSecondStageReservedBits = 0x7A,
  kSecondStageRootReadError = 0x7B,
  kSecondStageUpdateUnsnooped = 0x7C,
  kSecondStageUpdateFailed = 0x7D,

  // The access.
  kNotCanonical = 0x80,
  kSupervisorPage = 0x81,
  kNoExecutePermission = 0x82,
  kAboveHostWidth = 0x83,
  kAboveGuestWidth = 0x84,
  kNoWritePermission = 0x85,
  kNoReadPermission = 0x86,
  kInterruptRange = 0x87,
  kPasidAboveIommuWidth = 0x89,
  kFirstStageUpdateUnsnooped = 0x90,
  kFirstStageUpdateFailed = 0x91,

  // Host permission table: translated requests.
  kHostPermissionReadError = 0xA0,
  kHostPermissionReservedBits = 0xA1,
  kHostPermissionRootReadError = 0xA2,
  kHostPermissionNotPresent = 0xA3,  // no permission on the way down
  kHostPermissionNoWrite = 0xA4,
  kHostPermissionNoRead = 0xA5,

  // RISC-V causes below 32.
  kRiscvInstructionAccessFault = 1,
  kRiscvReadMisaligned = 4,
  kRiscvReadAccessFault = 5,
  kRiscvWriteMisaligned = 6,
  kRiscvWriteAccessFault = 7,
  kRiscvInstructionPageFault = 12,
  kRiscvReadPageFault = 13,
  kRiscvWritePageFault = 15,
  kRiscvInstructionGuestPageFault = 20,
  kRiscvReadGuestPageFault = 21,
  kRiscvWriteGuestPageFault = 23,

  // RISC-V causes from 256.
  kRiscvAllInboundDisallowed = 256,
  kRiscvDeviceDirectoryAccessFault = 257,
  kRiscvDeviceDirectoryNotValid = 258,
  kRiscvDeviceDirectoryMisconfigured = 259,
  kRiscvTransactionDisallowed = 260,
  kRiscvMsiTableAccessFault = 261,
  kRiscvMsiTableNotValid = 262,
  kRiscvMsiTableMisconfigured = 263,
  kRiscvMrifAccessFault = 264,
  kRiscvProcessDirectoryAccessFault = 265,
  kRiscvProcessDirectoryNotValid = 266,
  kRiscvProcessDirectoryMisconfigured = 267,
  kRiscvDeviceDirectoryCorrupted = 268,
  kRiscvProcessDirectoryCorrupted = 269,
  kRiscvMsiTableCorrupted = 270,
  kRiscvMrifCorrupted = 271,
  kRiscvInternalError = 272,
  kRiscvMsiWriteFault = 273,
  kRiscvPageTableCorrupted = 274,
};

}  // namespace siov

#endif  // SIOV_MODELS_TRANSLATION_FAULT_REASON_H_
