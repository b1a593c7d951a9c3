// SPDX-License-Identifier: Apache-2.0
#include "models/device/function/function_template.h"

namespace siov {
namespace {

constexpr ConfigOffset kAlignment = 0x10;
constexpr unsigned kNextShift = 20;
constexpr std::uint32_t kVersion = 1u << 16;

// Lays capabilities one after the other and links each to the one before it.
class ExtendedList {
 public:
  explicit ExtendedList(ConfigTemplate* registers) : registers_(*registers) {}

  ConfigOffset Begin(std::uint16_t id, const std::string& name, ConfigOffset size_bytes) {
    start_ = next_;
    name_ = name;
    if (last_ != 0) registers_.SetReset(last_, std::uint32_t{start_} << kNextShift);
    last_ = start_;
    next_ = static_cast<ConfigOffset>((start_ + size_bytes + kAlignment - 1) / kAlignment * kAlignment);
    registers_.Add({start_, id | kVersion});
    registers_.Name(start_, 4, name);
    return start_;
  }
  ConfigOffset At(unsigned offset) const { return static_cast<ConfigOffset>(start_ + offset); }
  void Add(ConfigOffset offset, std::uint32_t reset, std::uint32_t writable = 0, WriteRule rule = WriteRule::kStore,
           std::uint32_t clear_on_one = 0) {
    registers_.Add({At(offset), reset, writable, clear_on_one, rule});
  }
  void Name(unsigned offset, unsigned bytes, const std::string& part) {
    registers_.Name(At(offset), bytes, name_ + "." + part);
  }
  ConfigTemplate& registers() { return registers_; }

 private:
  ConfigTemplate& registers_;
  std::string name_;
  ConfigOffset next_ = kFirstExtendedCapability;
  ConfigOffset start_ = 0;
  ConfigOffset last_ = 0;
};

ConfigOffset AddAts(const AtsCapability& config, ExtendedList* list) {
  const ConfigOffset start = list->Begin(capability::kAts, "ats", ats::kEnd);
  const std::uint32_t depth = config.queue_depth % 32;  // 0 stands for 32
  list->Add(
      ats::kRegister,
      depth | (config.page_aligned ? ats::kPageAligned : 0) | (config.global_invalidate ? ats::kGlobalInvalidate : 0),
      ats::kUnitField | ats::kEnable, WriteRule::kAtsControl);
  list->Name(ats::kRegister, 2, "capability");
  list->Name(ats::kRegister + 2, 2, "control");
  return start;
}

ConfigOffset AddPri(const PriCapability& config, ExtendedList* list) {
  const ConfigOffset start = list->Begin(capability::kPri, "pri", pri::kEnd);
  list->Add(pri::kControl, pri::kStopped | (config.response_pasid_required ? pri::kPasidRequired : 0), pri::kEnable,
            WriteRule::kPriControl, pri::kResponseFailure | pri::kUnexpectedIndex);
  list->Name(pri::kControl, 2, "control");
  list->Name(pri::kControl + 2, 2, "status");
  list->Add(pri::kCapacity, config.capacity);
  list->Name(pri::kCapacity, 4, "capacity");
  list->Add(pri::kAllocation, 0, 0xFFFF'FFFF);
  list->Name(pri::kAllocation, 4, "allocation");
  return start;
}

ConfigOffset AddPasid(const PasidCapability& config, ExtendedList* list) {
  const ConfigOffset start = list->Begin(capability::kPasid, "pasid", pasid::kEnd);
  list->Add(pasid::kRegister,
            config.width << pasid::kWidthShift | (config.execute ? pasid::kExecute : 0) |
                (config.privileged ? pasid::kPrivileged : 0),
            pasid::kEnable | (config.execute ? pasid::kExecuteEnable : 0) |
                (config.privileged ? pasid::kPrivilegedEnable : 0),
            WriteRule::kPasidControl);
  list->Name(pasid::kRegister, 2, "capability");
  list->Name(pasid::kRegister + 2, 2, "control");
  return start;
}

ConfigOffset AddAcs(const AcsCapability& config, ExtendedList* list) {
  const ConfigOffset start = list->Begin(capability::kAcs, "acs", acs::kEnd);
  const std::uint32_t able = (config.request_redirect ? acs::kRequestRedirect : 0) |
                             (config.completion_redirect ? acs::kCompletionRedirect : 0) |
                             (config.direct_translated ? acs::kDirectTranslated : 0);
  list->Add(acs::kRegister, able, able << acs::kControlShift);
  list->Name(acs::kRegister, 2, "capability");
  list->Name(acs::kRegister + 2, 2, "control");
  return start;
}

ConfigOffset AddSriov(const FunctionConfig& function, ExtendedList* list) {
  const SriovCapability& config = *function.sriov;
  const ConfigOffset start = list->Begin(capability::kSriov, "sriov", sriov::kEnd);
  list->Add(sriov::kCapabilities, 0);
  list->Name(sriov::kCapabilities, 4, "capabilities");
  list->Add(sriov::kControl, 0, sriov::kVfEnable | sriov::kVfMemorySpace, WriteRule::kVfControl);
  list->Name(sriov::kControl, 2, "control");
  list->Name(sriov::kControl + 2, 2, "status");
  list->Add(sriov::kTotals, config.total_vfs | config.total_vfs << 16);
  list->Name(sriov::kTotals, 2, "initial_vfs");
  list->Name(sriov::kTotals + 2, 2, "total_vfs");
  list->Add(sriov::kNumVfs, function.number << 16, 0xFFFF, WriteRule::kNumVfs);
  list->Name(sriov::kNumVfs, 2, "num_vfs");
  list->Name(sriov::kNumVfs + 2, 1, "dependency_link");
  list->Add(sriov::kRouting, config.first_offset | config.stride << 16);
  list->Name(sriov::kRouting, 2, "first_vf_offset");
  list->Name(sriov::kRouting + 2, 2, "vf_stride");
  list->Add(sriov::kDeviceId, config.vf_device_id << 16);
  list->Name(sriov::kDeviceId + 2, 2, "vf_device_id");
  list->Add(sriov::kSupportedPages, config.supported_page_sizes);
  list->Name(sriov::kSupportedPages, 4, "supported_page_sizes");
  list->Add(sriov::kSystemPage, 1, 0xFFFF'FFFF, WriteRule::kVfPageSize);
  list->Name(sriov::kSystemPage, 4, "system_page_size");
  AddBars(config.vf_bars, list->At(sriov::kBars), "sriov.vf_bar", &list->registers());
  return start;
}

ConfigOffset AddDvsec(const SiovCapability& config, ExtendedList* list) {
  const ConfigOffset start = list->Begin(capability::kDvsec, "siov", dvsec::kEnd);
  list->Add(dvsec::kHeader, dvsec::kVendor | dvsec::kRevision << 16 | std::uint32_t{dvsec::kEnd} << kNextShift);
  list->Name(dvsec::kHeader, 4, "header");
  list->Add(dvsec::kIdLinkFlags,
            dvsec::kId | config.dependency_link << dvsec::kLinkShift | (config.homogeneous ? dvsec::kHomogeneous : 0));
  list->Name(dvsec::kIdLinkFlags, 2, "id");
  list->Name(dvsec::kIdLinkFlags + 2, 1, "dependency_link");
  list->Name(dvsec::kIdLinkFlags + 3, 1, "flags");
  list->Add(dvsec::kSupportedPages, config.supported_page_sizes);
  list->Name(dvsec::kSupportedPages, 4, "supported_page_sizes");
  list->Add(dvsec::kSystemPage, 1, 0xFFFF'FFFF, WriteRule::kSystemPageSize);
  list->Name(dvsec::kSystemPage, 4, "system_page_size");
  list->Add(dvsec::kCapabilities, config.message_store ? dvsec::kMessageStore : 0);
  list->Name(dvsec::kCapabilities, 4, "capabilities");
  return start;
}

}  // namespace

void AddExtendedCapabilities(const FunctionConfig& config, FunctionTemplate* made) {
  ExtendedList list(&made->registers);
  CapabilityPlaces& places = made->places;
  if (config.ats) places.ats = AddAts(*config.ats, &list);
  if (config.pri) places.pri = AddPri(*config.pri, &list);
  if (config.pasid) places.pasid = AddPasid(*config.pasid, &list);
  if (config.acs) places.acs = AddAcs(*config.acs, &list);
  if (config.sriov) places.sriov = AddSriov(config, &list);
  if (config.siov) places.dvsec = AddDvsec(*config.siov, &list);
}

}  // namespace siov
