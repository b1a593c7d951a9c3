// SPDX-License-Identifier: Apache-2.0
// A configuration space as a template and what of it has changed.
//
// The template has a row for each aligned dword that says anything: its value after a reset, the bits that software
// writes, those that a 1 clears, and the rule that decides about a write beyond that. Functions of one kind share it. A
// space holds the dwords that differ from their reset value, and nothing for the rest of its 4,096 bytes: reads of
// those return 0, writes are ignored. Pure.
#ifndef SIOV_MODELS_DEVICE_FUNCTION_CONFIG_SPACE_H_
#define SIOV_MODELS_DEVICE_FUNCTION_CONFIG_SPACE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "models/device/function/config_words.h"

namespace siov {

// Registers that are more than storage.
enum class WriteRule : std::uint8_t {
  kStore,
  kDeviceControl,  // may reset the function
  kAtsControl,     // needs PASID before it and page requests after it
  kPriControl,
  kPasidControl,    // frozen while ATS is on
  kVfControl,       // selects SR-IOV
  kNumVfs,          // frozen while VFs are enabled
  kVfPageSize,      // frozen while VFs are enabled
  kSystemPageSize,  // before memory space is enabled, one supported size
};

struct ConfigRegister {
  ConfigOffset offset = 0;  // of the dword
  std::uint32_t reset = 0;
  std::uint32_t writable = 0;
  std::uint32_t clear_on_one = 0;
  WriteRule rule = WriteRule::kStore;
};

// A part of a register with a name of its own, as people list it.
struct ConfigField {
  ConfigOffset offset = 0;
  unsigned bytes = 4;  // 1, 2 or 4
  std::string name;    // "ats.control"
};

class ConfigTemplate {
 public:
  // In ascending order of their offsets.
  void Add(const ConfigRegister& one) { registers_.push_back(one); }
  void Name(ConfigOffset offset, unsigned bytes, const std::string& name) { fields_.push_back({offset, bytes, name}); }
  // To link capabilities once it is known what follows. REQUIRES that the register is there.
  void SetReset(ConfigOffset offset, std::uint32_t bits);

  const ConfigRegister* Find(ConfigOffset offset) const;  // null: nothing there
  const std::vector<ConfigRegister>& registers() const { return registers_; }
  const std::vector<ConfigField>& fields() const { return fields_; }

 private:
  std::vector<ConfigRegister> registers_;
  std::vector<ConfigField> fields_;
};

class ConfigSpace {
 public:
  explicit ConfigSpace(const ConfigTemplate& registers) : registers_(&registers) {}

  // The dword that holds `offset`.
  std::uint32_t Dword(ConfigOffset offset) const;
  // As hardware sets it, whatever software may write.
  void Set(ConfigOffset offset, std::uint32_t value);
  // What a write of `bytes` would make of the dword, by the masks alone.
  std::uint32_t Merged(const ConfigRegister& one, std::uint32_t value, std::uint32_t enabled) const;
  void Reset() { changed_.clear(); }
  std::size_t changed() const { return changed_.size(); }

 private:
  const ConfigTemplate* registers_;
  std::vector<std::pair<ConfigOffset, std::uint32_t>> changed_;  // sorted
};

// The bits of a dword that an access of 1, 2 or 4 bytes within it reaches.
constexpr std::uint32_t EnabledBits(ConfigOffset offset, unsigned bytes) {
  return (bytes >= 4 ? 0xFFFF'FFFFu : (1u << 8 * bytes) - 1) << 8 * (offset % 4);
}

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_FUNCTION_CONFIG_SPACE_H_
