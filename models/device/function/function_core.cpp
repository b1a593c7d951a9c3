// SPDX-License-Identifier: Apache-2.0
#include "models/device/function/function_core.h"

#include "models/base/units.h"

namespace siov {
namespace {

constexpr std::uint32_t kBarAddressBits = ~std::uint32_t{0xF};

// What is wrong with a page size register's new value, given the sizes that are supported.
Undefined CheckPageSize(std::uint32_t size, std::uint32_t supported) {
  if (size == 0) return Undefined::kPageSizeNone;
  if (!IsPowerOfTwo(size)) return Undefined::kPageSizeSeveral;
  return (size & supported) == 0 ? Undefined::kPageSizeUnsupported : Undefined::kNone;
}

}  // namespace

FunctionCore::FunctionCore(const FunctionConfig& config)
    : config_(config), made_(MakeFunctionTemplate(config)), space_(made_.registers) {
  control_.Reset();
}

std::uint32_t FunctionCore::Read(ConfigOffset offset, unsigned bytes) const {
  return (space_.Dword(offset) & EnabledBits(offset, bytes)) >> 8 * (offset % 4);
}

ConfigOutcome FunctionCore::Write(ConfigOffset offset, std::uint32_t value, unsigned bytes) {
  const ConfigRegister* const one = made_.registers.Find(offset);
  if (one == nullptr) return {};
  const std::uint32_t enabled = EnabledBits(offset, bytes);
  const std::uint32_t sent = value << 8 * (offset % 4) & enabled;
  return Apply(one->rule, {one->offset, space_.Dword(offset), space_.Merged(*one, sent, enabled), sent});
}

ConfigOutcome FunctionCore::Apply(WriteRule rule, const Change& change) {
  switch (rule) {
    case WriteRule::kStore:
      return Store(change);
    case WriteRule::kDeviceControl:
      return WriteDeviceControl(change);
    case WriteRule::kAtsControl:
      return WriteAts(change);
    case WriteRule::kPriControl:
      return WritePri(change);
    case WriteRule::kPasidControl:
      return WritePasid(change);
    case WriteRule::kVfControl:
      return WriteVfControl(change);
    case WriteRule::kNumVfs:
      return WriteNumVfs(change);
    case WriteRule::kVfPageSize:
      return WriteVfPageSize(change);
    case WriteRule::kSystemPageSize:
      return WriteSystemPageSize(change);
  }
  return {};
}

ConfigOutcome FunctionCore::Store(const Change& change) {
  space_.Set(change.offset, change.new_value);
  return {};
}

ConfigOutcome FunctionCore::Record(Undefined what, ConfigOffset offset, std::uint32_t value) {
  ++undefined_count_;
  if (undefined_.size() < kKeptEvents) undefined_.push_back({what, offset, value});
  return {config_.strict ? ConfigOutcome::Status::kError : ConfigOutcome::Status::kUndefined, what};
}

ConfigOutcome FunctionCore::EnableAdis() {
  if (!config_.siov) return Refuse(Refusal::kNoCapability);
  if (halted()) return Refuse(Refusal::kHalted);
  if (mode() == FunctionMode::kSriov) return Refuse(Refusal::kOtherMode);
  if (!pasid_enabled()) return Refuse(Refusal::kPasidDisabled);
  adis_enabled_ = true;
  return {};
}

void FunctionCore::Reset() {
  // Max_Payload_Size belongs to the fabric and survives.
  const ConfigOffset control = Plus(made_.places.express, express::kDeviceControl);
  const std::uint32_t payload = space_.Dword(control) & express::kPayloadField;
  space_.Reset();
  space_.Set(control, (space_.Dword(control) & ~express::kPayloadField) | payload);
  control_.Reset();
  adis_enabled_ = false;
}

FunctionMode FunctionCore::mode() const {
  if (adis_enabled_) return FunctionMode::kSiov;
  const ConfigOffset sriov = made_.places.sriov;
  const bool vfs = sriov != 0 && Has(Plus(sriov, sriov::kControl), sriov::kVfEnable);
  return vfs ? FunctionMode::kSriov : FunctionMode::kNone;
}

bool FunctionCore::page_requests_enabled() const {
  return made_.places.pri != 0 && ats_enabled() && Has(Plus(made_.places.pri, pri::kControl), pri::kEnable);
}

std::uint64_t FunctionCore::system_page_bytes() const {
  if (made_.places.dvsec == 0) return kPage4K;
  return space_.Dword(Plus(made_.places.dvsec, dvsec::kSystemPage)) * kPage4K;
}

std::uint64_t FunctionCore::BarAddress(const BarConfig& bar) const {
  const auto at = static_cast<ConfigOffset>(header::kBars + 4 * bar.index);
  const std::uint64_t upper = bar.wide ? space_.Dword(static_cast<ConfigOffset>(at + 4)) : 0;
  return upper << 32 | (space_.Dword(at) & kBarAddressBits);
}

std::optional<FunctionCore::BarPlace> FunctionCore::Decode(std::uint64_t address) const {
  if (!memory_space()) return std::nullopt;
  for (const BarConfig& bar : config_.bars) {
    const std::uint64_t base = BarAddress(bar);
    if (address >= base && address - base < bar.size_bytes) return BarPlace{bar.index, address - base};
  }
  return std::nullopt;
}

ConfigOutcome FunctionCore::WriteDeviceControl(const Change& change) {
  if ((change.sent & express::kInitiateReset) == 0) return Store(change);
  Reset();
  ConfigOutcome outcome;
  outcome.reset = true;
  return outcome;
}

ConfigOutcome FunctionCore::WriteAts(const Change& change) {
  if (halted()) return Refuse(Refusal::kHalted);
  const bool was_on = (change.old_value & ats::kEnable) != 0;
  const bool on = (change.new_value & ats::kEnable) != 0;
  if (was_on && on && (change.changed() & ats::kUnitField) != 0) return Kept(Undefined::kUnitWhileAts, change);
  const bool page_requests = page_requests_enabled();
  Store(change);
  if (on) control_.EnableAts();
  if (!on) control_.DisableAts();
  return page_requests && !on ? Kept(Undefined::kAtsOffWhilePageRequests, change) : ConfigOutcome{};
}

ConfigOutcome FunctionCore::WritePri(const Change& change) {
  if (halted()) return Refuse(Refusal::kHalted);
  Change taken = change;
  const bool on = (taken.new_value & pri::kEnable) != 0;
  // Stopped: disabled, and nothing outstanding. Whoever sends page requests says when that is otherwise.
  taken.new_value = on ? taken.new_value & ~pri::kStopped : taken.new_value | pri::kStopped;
  Store(taken);
  const bool enabled_now = on && (change.old_value & pri::kEnable) == 0;
  return enabled_now && !ats_enabled() ? Kept(Undefined::kPageRequestsWithoutAts, change) : ConfigOutcome{};
}

ConfigOutcome FunctionCore::WritePasid(const Change& change) {
  if (halted()) return Refuse(Refusal::kHalted);
  if (change.changed() == 0) return {};
  const bool enabled = (change.new_value & pasid::kEnable) != 0;
  if (ats_enabled()) {
    control_.SetPasid(!control_.pasid_enabled());  // halts it, whichever of the control bits was changed
    return Kept(Undefined::kPasidWhileAts, change);
  }
  if (!enabled && adis_enabled_) return Kept(Undefined::kPasidOffWhileAdis, change);
  control_.SetPasid(enabled);
  return Store(change);
}

ConfigOutcome FunctionCore::WriteVfControl(const Change& change) {
  const bool enables = (change.changed() & change.new_value & sriov::kVfEnable) != 0;
  return enables && mode() == FunctionMode::kSiov ? Refuse(Refusal::kOtherMode) : Store(change);
}

ConfigOutcome FunctionCore::WriteNumVfs(const Change& change) {
  if (mode() == FunctionMode::kSriov) {
    return change.changed() == 0 ? ConfigOutcome{} : Kept(Undefined::kVfsWhileEnabled, change);
  }
  const std::uint32_t wanted = change.new_value & 0xFFFF;
  return wanted > config_.sriov->total_vfs ? Kept(Undefined::kTooManyVfs, change) : Store(change);
}

ConfigOutcome FunctionCore::WriteVfPageSize(const Change& change) {
  if (mode() == FunctionMode::kSriov) {
    return change.changed() == 0 ? ConfigOutcome{} : Kept(Undefined::kVfsWhileEnabled, change);
  }
  const Undefined wrong = CheckPageSize(change.new_value, config_.sriov->supported_page_sizes);
  return wrong == Undefined::kNone ? Store(change) : Kept(wrong, change);
}

ConfigOutcome FunctionCore::WriteSystemPageSize(const Change& change) {
  if (memory_space()) return Kept(Undefined::kPageSizeAfterMemorySpace, change);
  const Undefined wrong = CheckPageSize(change.new_value, config_.siov->supported_page_sizes);
  return wrong == Undefined::kNone ? Store(change) : Kept(wrong, change);
}

}  // namespace siov
