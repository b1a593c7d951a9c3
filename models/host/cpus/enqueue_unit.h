// SPDX-License-Identifier: Apache-2.0
// ENQCMD and ENQCMDS on the CPUs of the host, its guests among them: what a thread's command becomes, and what the
// hypervisor does about a guest PASID that the CPU cannot translate. Which PASID of the host belongs to a guest's it
// knows since their process was bound to its device; they are of one pool, whatever the device (DMW-09). Knows no time.
// Pure.
#ifndef SIOV_MODELS_HOST_CPUS_ENQUEUE_UNIT_H_
#define SIOV_MODELS_HOST_CPUS_ENQUEUE_UNIT_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "models/host/cpus/enqueue_command.h"
#include "models/host/cpus/pasid_translation.h"
#include "models/protocol/submission.h"

namespace siov {

// Processes of consecutive VMs, equally many in each, numbered over all of them; the last VM may have fewer.
struct GuestProcesses {
  std::uint32_t first_vm = 0;
  std::uint32_t processes = 1;  // of a VM
  std::uint32_t count = 1;      // of all VMs
  std::uint32_t first_guest_pasid = 1;
  std::uint32_t first_host_pasid = 1;  // process n has this one + n, modulo 2^20
  bool bound = true;                   // else the hypervisor knows of none of them
  bool prepared = false;               // their entries are written before the first job

  std::uint32_t vms() const { return (count + processes - 1) / processes; }
};

class EnqueueUnit {
 public:
  enum class Result : std::uint8_t { kSend, kException, kExit };
  struct Step {
    Result result = Result::kSend;
    EnqueueCommand command;  // with the PASID of the host, if it is sent
  };

  explicit EnqueueUnit(const std::vector<GuestProcesses>& guests);

  Step Execute(const SubmittingThread& thread, std::uint64_t destination) const;
  // After an exit: the entry is written, and the guest executes its instruction again. False: nobody has bound this
  // PASID of the VM, and the guest gets an exception.
  bool ServeExit(const SubmittingThread& thread);
  static std::uint32_t ExitReasonOf(const SubmittingThread& thread) {
    return thread.kernel ? kExitOfEnqcmds : kExitOfEnqcmd;
  }

 private:
  static EnqueueCommand Compose(const SubmittingThread& thread, std::uint64_t destination);
  std::optional<Pasid> HostPasidOf(std::uint32_t vm, std::uint32_t guest_pasid) const;

  std::vector<GuestProcesses> guests_;  // by first_vm
  PasidTranslation tables_;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_CPUS_ENQUEUE_UNIT_H_
