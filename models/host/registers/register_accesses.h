// SPDX-License-Identifier: Apache-2.0
// A thread of the host that accesses registers of devices: configuration space and memory, in the order of a list, one
// after the other, as a CPU does with uncached accesses. It has a CPU of its own.
//
// A read, and a write to configuration space, keeps the CPU until its completion is there; a write to memory is posted,
// and the CPU goes on when it has left. What nobody answers reads as all ones. See README.md.
#ifndef SIOV_MODELS_HOST_REGISTERS_REGISTER_ACCESSES_H_
#define SIOV_MODELS_HOST_REGISTERS_REGISTER_ACCESSES_H_

#include <memory>
#include <string>
#include <vector>

#include "models/host/registers/root_complex_map.h"
#include "models/kernel/block.h"

namespace siov {

class RegisterAccesses final : public Block {
 public:
  // `latency_ps`: from the instruction until the request is at its root port.
  RegisterAccesses(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                   std::vector<RegisterAccess> accesses, RootComplexMap ports, Picoseconds latency_ps);

  std::vector<std::unique_ptr<InitiatorSocket<RegisterAccesses>>> to_port;

  std::vector<std::string> WaitsFor(const Occupancy& held) const override;
  const std::vector<RegisterOutcome>& outcomes() const { return outcomes_; }  // of each access

 private:
  enum : std::uint32_t { kIssue, kUnclaimed, kAnswered };

  void start_of_simulation() override;
  void PortBackward(std::uint32_t, Tlp& access, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;
  void Issue();
  void Send(std::uint32_t port, const RegisterAccess& access);
  void Answered(Tlp& access);
  void End(CompletionStatus status, std::uint64_t value, Picoseconds after);
  void Next(Picoseconds after);

  std::vector<RegisterAccess> accesses_;
  RootComplexMap ports_;
  Picoseconds latency_ps_;
  std::size_t next_ = 0;  // the one under way, or to be issued
  std::vector<RegisterOutcome> outcomes_;

  Counter tlps_{statistics_, "tlps", "requests", "Requests sent to root ports."};
  Counter unclaimed_{statistics_, "unclaimed", "accesses",
                     "Accesses that no root port has behind it; the root complex answers them itself."};
  Counter failed_{statistics_, "failed", "accesses", "Accesses answered Unsupported Request or Completer Abort."};
  Counter time_{statistics_, "cpu_time", "ps", "CPU time spent in accesses, waiting for completions included."};
  Occupancy outstanding_{statistics_, "outstanding", "accesses", "Accesses whose completion the CPU waits for.", 0};
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_REGISTERS_REGISTER_ACCESSES_H_
