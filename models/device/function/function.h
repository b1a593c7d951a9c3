// SPDX-License-Identifier: Apache-2.0
// The functions of a device as the block that answers accesses to their registers: one after the other, each after a
// fixed time, reads and configuration writes with a completion to whoever asked. What they answer:
// function_registers.h.
//
// An access keeps the link's buffer until it has been served. Jobs do not come by: portals are the arbiter's, and what
// software changes here while jobs use the function is refused in configuration.
#ifndef SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_H_
#define SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_H_

#include <string>

#include "models/base/servers.h"
#include "models/device/function/function_registers.h"
#include "models/kernel/block.h"

namespace siov {

class Function final : public Block {
 public:
  Function(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
           const FunctionRegistersConfig& config);

  TargetSocket<Function> from_port;

  FunctionRegisters& registers() { return registers_; }

 private:
  enum : std::uint32_t { kArrived, kServed };

  tlm::tlm_sync_enum FromPort(std::uint32_t, Tlp& access, Picoseconds delay);
  void OnDue(const DueItem& item) override;
  void Arrived(Tlp& access);
  void Served(Tlp& access);
  void Count(const Tlp& access, const RegisterAnswer& answer);
  [[noreturn]] void FailUndefined(const RegisterAnswer& answer) const;

  Picoseconds config_latency_ps_;
  Picoseconds register_latency_ps_;
  FunctionRegisters registers_;
  Server server_;

  Counter reads_{statistics_, "reads", "requests", "Reads of configuration space and registers."};
  Counter writes_{statistics_, "writes", "requests", "Writes to them."};
  Counter unsupported_{statistics_, "unsupported", "requests",
                       "Accesses to what no function has, or does not claim now: Unsupported Request."};
  Counter aborted_{statistics_, "aborted", "requests",
                   "Accesses to the memory of a function that has halted: Completer Abort."};
  Counter refused_{statistics_, "refused", "writes", "Writes whose wish a function refused; nothing changed."};
  Counter undefined_{statistics_, "undef.config_writes", "writes",
                     "Writes that a specification calls undefined; the function did what its page says."};
  Counter ignored_{statistics_, "ignored", "writes", "Writes to a portal, or to what cannot be written: dropped."};
  Occupancy waiting_{statistics_, "accesses", "requests", "Accesses that wait to be served or are.", 0};
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_H_
