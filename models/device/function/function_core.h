// SPDX-License-Identifier: Apache-2.0
// A function of a device as the fabric and its driver see it: configuration space, what software has enabled in it, the
// memory its base address registers claim, and whether it is shared by VFs or by ADIs.
//
// Reads and writes are those of a configuration request: 1, 2 or 4 bytes within a dword. Knows no time: how long a
// reset lasts, and what others do when a bit changes, is their business. What it does not model is listed in README.md.
#ifndef SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_CORE_H_
#define SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_CORE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "models/device/atc/ats_control.h"
#include "models/device/function/config_outcome.h"
#include "models/device/function/config_space.h"
#include "models/device/function/function_config.h"
#include "models/device/function/function_template.h"

namespace siov {

// How a function is shared (requirement SIOV-25): by no capability, by virtual functions, or by ADIs.
enum class FunctionMode : std::uint8_t { kNone, kSriov, kSiov };

class FunctionCore {
 public:
  struct BarPlace {
    std::uint32_t bar;
    std::uint64_t offset;
  };
  static constexpr std::size_t kKeptEvents = 64;

  // REQUIRES config.Validate() without faults.
  explicit FunctionCore(const FunctionConfig& config);
  FunctionCore(const FunctionCore&) = delete;  // its space refers to its template
  FunctionCore& operator=(const FunctionCore&) = delete;

  // REQUIRE bytes of 1, 2 or 4 that lie in one dword. Registers that do not exist read 0 and ignore writes.
  std::uint32_t Read(ConfigOffset offset, unsigned bytes = 4) const;
  ConfigOutcome Write(ConfigOffset offset, std::uint32_t value, unsigned bytes = 4);

  // What a driver asks of the device: ADIs are enabled by no register of the configuration space.
  ConfigOutcome EnableAdis();
  void DisableAdis() { adis_enabled_ = false; }
  // Function level reset.
  void Reset();
  // Of something that concerns several functions.
  ConfigOutcome Record(Undefined what, ConfigOffset offset, std::uint32_t value);

  FunctionMode mode() const;
  bool memory_space() const { return Has(header::kCommand, header::kMemorySpace); }
  bool bus_master() const { return Has(header::kCommand, header::kBusMaster); }
  bool pasid_enabled() const { return control_.pasid_enabled(); }
  bool ats_enabled() const { return control_.on(); }
  bool page_requests_enabled() const;
  bool halted() const { return control_.state() == AtsControl::State::kHalted; }
  // That ADIs' registers are aligned to.
  std::uint64_t system_page_bytes() const;
  std::uint64_t BarAddress(const BarConfig& bar) const;
  // Whose memory an address is; nothing while memory space is disabled, or if it is none of the function's.
  std::optional<BarPlace> Decode(std::uint64_t address) const;

  const FunctionConfig& config() const { return config_; }
  const ConfigTemplate& registers() const { return made_.registers; }
  const CapabilityPlaces& places() const { return made_.places; }
  // The first of them, and how many there were.
  const std::vector<UndefinedEvent>& undefined() const { return undefined_; }
  std::uint64_t undefined_count() const { return undefined_count_; }

 private:
  // A write to a register with a rule of its own: what the dword holds, what would be in it, what software sent.
  struct Change {
    ConfigOffset offset;
    std::uint32_t old_value;
    std::uint32_t new_value;
    std::uint32_t sent;
    std::uint32_t changed() const { return old_value ^ new_value; }
  };

  bool Has(ConfigOffset offset, std::uint32_t bit) const { return (space_.Dword(offset) & bit) != 0; }
  ConfigOutcome Apply(WriteRule rule, const Change& change);
  ConfigOutcome Store(const Change& change);
  ConfigOutcome Refuse(Refusal why) const { return {ConfigOutcome::Status::kRefused, Undefined::kNone, why}; }
  ConfigOutcome Kept(Undefined what, const Change& change) { return Record(what, change.offset, change.sent); }
  ConfigOutcome WriteDeviceControl(const Change& change);
  ConfigOutcome WriteAts(const Change& change);
  ConfigOutcome WritePri(const Change& change);
  ConfigOutcome WritePasid(const Change& change);
  ConfigOutcome WriteVfControl(const Change& change);
  ConfigOutcome WriteNumVfs(const Change& change);
  ConfigOutcome WriteVfPageSize(const Change& change);
  ConfigOutcome WriteSystemPageSize(const Change& change);

  FunctionConfig config_;
  FunctionTemplate made_;
  ConfigSpace space_;
  AtsControl control_;
  bool adis_enabled_ = false;
  std::vector<UndefinedEvent> undefined_;
  std::uint64_t undefined_count_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_CORE_H_
