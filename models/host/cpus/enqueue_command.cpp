// SPDX-License-Identifier: Apache-2.0
#include "models/host/cpus/enqueue_command.h"

namespace siov {
namespace {

EnqueueCommand GeneralProtection() {
  EnqueueCommand command;
  command.general_protection = true;
  return command;
}

bool Aligned(const EnqueueOperands& operands) { return operands.destination % kEnqueueAlignment == 0; }

}  // namespace

// The first revision of the instruction ignored what the source says in these bits; this is the later one.
EnqueueCommand ComposeEnqcmd(std::uint32_t pasid_register, const EnqueueOperands& operands) {
  const bool valid = (pasid_register & kPasidRegisterValid) != 0;
  if (!valid || operands.first_word != 0 || !Aligned(operands)) return GeneralProtection();
  EnqueueCommand command;
  command.pasid = Pasid(pasid_register & kCommandPasidBits);
  return command;
}

EnqueueCommand ComposeEnqcmds(unsigned ring, const EnqueueOperands& operands) {
  if (ring != 0 || (operands.first_word & kCommandZeroBits) != 0 || !Aligned(operands)) return GeneralProtection();
  EnqueueCommand command;
  command.pasid = Pasid(operands.first_word & kCommandPasidBits);
  command.privileged = (operands.first_word & kCommandPrivileged) != 0;
  return command;
}

}  // namespace siov
