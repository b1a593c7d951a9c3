// SPDX-License-Identifier: Apache-2.0
#include "models/host/cpus/enqueue_unit.h"

#include <algorithm>

namespace siov {

EnqueueUnit::EnqueueUnit(const std::vector<GuestProcesses>& guests) : guests_(guests) {
  for (const GuestProcesses& group : guests_) {
    if (!group.prepared) continue;
    for (std::uint32_t process = 0; process < group.count; ++process) {
      const std::uint32_t vm = group.first_vm + process / group.processes;
      const std::uint32_t guest_pasid = group.first_guest_pasid + process % group.processes;
      tables_.Map(vm, guest_pasid, *HostPasidOf(vm, guest_pasid));
    }
  }
}

EnqueueCommand EnqueueUnit::Compose(const SubmittingThread& thread, std::uint64_t destination) {
  const EnqueueOperands operands{thread.aligned ? destination : destination + 1, thread.first_word};
  return thread.kernel ? ComposeEnqcmds(0, operands) : ComposeEnqcmd(thread.pasid_register, operands);
}

EnqueueUnit::Step EnqueueUnit::Execute(const SubmittingThread& thread, std::uint64_t destination) const {
  Step step;
  step.command = Compose(thread, destination);
  if (step.command.general_protection) {
    step.result = Result::kException;
  } else if (thread.vm != SubmittingThread::kNoVm) {
    const PasidTranslation::Answer answer = tables_.Translate(thread.vm, step.command.pasid.value());
    if (answer.exits()) step.result = Result::kExit;
    step.command.pasid = answer.host;
  }
  return step;
}

bool EnqueueUnit::ServeExit(const SubmittingThread& thread) {
  const std::uint32_t guest_pasid = Compose(thread, 0).pasid.value();
  const std::optional<Pasid> host = HostPasidOf(thread.vm, guest_pasid);
  if (host) tables_.Map(thread.vm, guest_pasid, *host);
  return host.has_value();
}

std::optional<Pasid> EnqueueUnit::HostPasidOf(std::uint32_t vm, std::uint32_t guest_pasid) const {
  const auto after = std::upper_bound(guests_.begin(), guests_.end(), vm,
                                      [](std::uint32_t number, const auto& group) { return number < group.first_vm; });
  if (after == guests_.begin()) return std::nullopt;
  const GuestProcesses& group = *(after - 1);
  const std::uint32_t in_vm = guest_pasid - group.first_guest_pasid;  // huge if it is below
  if (!group.bound || in_vm >= group.processes) return std::nullopt;
  const std::uint64_t process = std::uint64_t{vm - group.first_vm} * group.processes + in_vm;
  if (process >= group.count) return std::nullopt;
  return Pasid(static_cast<std::uint32_t>((group.first_host_pasid + process) % kMaxPasids));
}

}  // namespace siov
