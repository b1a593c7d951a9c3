// SPDX-License-Identifier: Apache-2.0
#include "models/workload/tenants/submitting_threads.h"

namespace siov {
namespace {

constexpr std::uint32_t kRegisterValid = 1u << 31;  // of IA32_PASID
constexpr std::uint32_t kPrivileged = 1u << 31;     // of a command of the kernel's
constexpr std::uint32_t kReservedBit = 1u << 20;    // of either operand

}  // namespace

SubmittingThread ProcessOf(Pasid pasid) {
  SubmittingThread thread;
  thread.pasid_register = pasid.value() | kRegisterValid;
  return thread;
}

SubmittingThread ThreadOf(const TenantClassConfig& config, std::uint32_t index, Pasid pasid) {
  std::uint32_t own = pasid.value();
  SubmittingThread thread;
  if (config.guest_pasids) {
    const GuestPasidsConfig& guest = *config.guest_pasids;
    own = guest.first + index % guest.processes;
    thread.vm = guest.first_vm + index / guest.processes;
  }
  thread.kernel = config.submitter == Submitter::kKernel;
  thread.fence = config.fence;
  thread.waiting = config.waiting;
  if (thread.kernel) {
    thread.first_word = own | kPrivileged;
  } else {
    thread.pasid_register = own | (config.submission_fault == SubmissionFault::kPasidNotValid ? 0 : kRegisterValid);
  }
  if (config.submission_fault == SubmissionFault::kOperandNotZero) thread.first_word |= kReservedBit;
  thread.aligned = config.submission_fault != SubmissionFault::kNotAligned;
  thread.portal = config.submission_fault != SubmissionFault::kNoPortal;
  return thread;
}

}  // namespace siov
