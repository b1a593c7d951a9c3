// SPDX-License-Identifier: Apache-2.0
// What the functions of a device answer to accesses of software: from configuration space, from the registers behind
// their base address registers, or not at all. Routing has brought the access to the device; here it is decided whose
// it is, as base address registers, modes and the system page size stand at that moment.
//
// Registers of memory hold what was written last, and 0 after a reset; what they mean to a kind of device is not
// modelled, but for the one that enables ADIs. Pure; the shell (function.h) gives it time.
#ifndef SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_REGISTERS_H_
#define SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_REGISTERS_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/device/adi/adi_map.h"
#include "models/device/function/function_group.h"
#include "models/device/function/function_map.h"
#include "models/device/function/function_setup.h"
#include "models/protocol/register_access.h"

namespace siov {

// A function as hardware is built and as software has left it before time 0.
struct FunctionState {
  FunctionConfig config;
  AdiConfig adis;
  std::uint64_t queues = 0;  // portals at the start of its portal BAR
  std::vector<ConfigWrite> set_up;
  bool adis_enabled = false;
};

struct FunctionRegistersConfig : FunctionTimes {
  RequesterId device = 0;  // of function 0
  std::vector<FunctionState> functions;
};

// The function's own registers that the model gives a meaning, in the first BAR that has some.
namespace own_registers {
inline constexpr std::uint64_t kAdiEnable = 0x0;  // bit 0; reads whether ADIs are enabled
}

// Of those, the BAR that has it; nothing: the function has no registers of its own.
std::optional<std::uint32_t> FirstOwnBar(const FunctionConfig& config);

struct RegisterAnswer {
  CompletionStatus status = CompletionStatus::kSuccess;
  std::uint64_t value = 0;     // that is read
  ConfigOutcome outcome;       // of what the write asks a function for
  bool ignored = false;        // written to a portal or to read-only memory: nothing changed
  std::uint32_t function = 0;  // number of the one it came to, unless it is unsupported
};

class FunctionRegisters {
 public:
  // REQUIRES functions without faults.
  explicit FunctionRegisters(const FunctionRegistersConfig& config);

  RegisterAnswer Answer(const RegisterAccess& access);

  FunctionGroup& group() { return group_; }
  // Pages of ADIs that two would share since the system page size was written: none of them answers. Empty: all do.
  const ConfigFaults& MapFaults(std::uint32_t number) const { return Find(number).map->faults(); }

 private:
  struct Memory {
    FunctionState state;
    std::unique_ptr<AdiMap> map;
  };
  // Whose, and where: a function's number and BAR, or type and index of its ADI and the region; then the offset there.
  using Place = std::array<std::uint64_t, 4>;

  Memory& Find(std::uint32_t number);
  const Memory& Find(std::uint32_t number) const { return const_cast<FunctionRegisters*>(this)->Find(number); }
  RegisterAnswer Configuration(const RegisterAccess& access);
  RegisterAnswer InMemory(const RegisterAccess& access);
  RegisterAnswer AtPlace(const RegisterAccess& access, FunctionCore& core, const MmioPlace& place);
  RegisterAnswer OwnRegister(const RegisterAccess& access, FunctionCore& core, const MmioPlace& place);
  RegisterAnswer Stored(const RegisterAccess& access, const Place& place);
  std::uint32_t Initial(const Place& place) const;
  void Reset(std::uint32_t number);

  RequesterId device_;
  FunctionGroup group_;
  std::vector<Memory> memories_;
  std::map<Place, std::uint32_t> words_;  // that differ from what they are after a reset
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_REGISTERS_H_
