// SPDX-License-Identifier: Apache-2.0
// What ENQCMD and ENQCMDS make of their operands: the PASID and privilege in the first double word of the 64-byte
// command, or a general-protection exception, after which nothing leaves the CPU (Intel SDM volume 2; DMW-03, DMW-04).
//
//   command bits 19:0 PASID, 30:20 zero, 31 privilege (0 user, 1 supervisor), the rest as in memory
//   IA32_PASID (MSR D93h): 19:0 PASID, 31 valid
//
// Does not model what the other 480 bits say. Pure.
#ifndef SIOV_MODELS_HOST_CPUS_ENQUEUE_COMMAND_H_
#define SIOV_MODELS_HOST_CPUS_ENQUEUE_COMMAND_H_

#include <cstdint>

#include "models/base/ids.h"

namespace siov {

inline constexpr std::uint32_t kCommandPasidBits = 0x000F'FFFF;
inline constexpr std::uint32_t kCommandZeroBits = 0x7FF0'0000;
inline constexpr std::uint32_t kCommandPrivileged = 0x8000'0000;
inline constexpr std::uint32_t kPasidRegisterValid = 0x8000'0000;
inline constexpr std::uint64_t kEnqueueAlignment = 64;

struct EnqueueOperands {
  std::uint64_t destination = 0;
  std::uint32_t first_word = 0;  // bits 31:0 of the source in memory
};

struct EnqueueCommand {
  bool general_protection = false;  // #GP; the rest means nothing
  Pasid pasid;
  bool privileged = false;
  std::uint32_t first_word() const { return pasid.value() | (privileged ? kCommandPrivileged : 0); }
};

// By any thread; `pasid_register`: its IA32_PASID.
EnqueueCommand ComposeEnqcmd(std::uint32_t pasid_register, const EnqueueOperands& operands);
// By the kernel: PASID and privilege are those of the source operand. `ring`: the current privilege level.
EnqueueCommand ComposeEnqcmds(unsigned ring, const EnqueueOperands& operands);

}  // namespace siov

#endif  // SIOV_MODELS_HOST_CPUS_ENQUEUE_COMMAND_H_
