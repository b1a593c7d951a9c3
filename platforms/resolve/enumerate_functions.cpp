// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/enumerate_functions.h"

#include <algorithm>

namespace siov {
namespace {

constexpr std::uint64_t kWindowAlignment = 0x10'0000;  // windows of bridges count in MiB

struct Wanted {
  std::size_t function;  // position in the endpoint's list
  FoundBar bar;
  bool portals;
  std::uint64_t offset = 0;  // in the device's window
};

std::uint64_t AlignedUp(std::uint64_t value, std::uint64_t unit) { return CeilDiv(value, unit) * unit; }

bool AdisEnabled(const LinkConfig& link, const ResolvedFunction& function) {
  if (!function.config.siov) return false;
  const bool vfs = function.config.sriov && function.config.sriov->num_vfs != 0;
  return function.enable_adis.value_or(link.pasid_prefix && !vfs);
}

SetUpPlan PlanOf(const LinkConfig& link, const ResolvedEndpoint& device, const ResolvedFunction& function) {
  const FunctionConfig& config = function.config;
  SetUpPlan plan;
  plan.max_payload_bytes = link.max_payload_bytes;
  plan.max_read_request_bytes = link.max_read_request_bytes;
  plan.pasids = link.pasid_prefix;
  plan.vfs = config.sriov ? config.sriov->num_vfs : 0;
  plan.adis = AdisEnabled(link, function);
  if (config.siov) plan.system_page_bytes = config.siov->system_page_bytes;
  if (!device.atc) return plan;
  plan.page_requests = device.atc->pri.enabled;
  plan.page_request_allocation = device.atc->pri.allocation;
  plan.smallest_translation_unit = device.atc->smallest_translation_unit;
  return plan;
}

std::vector<MemoryRange> MemoryOf(const FunctionCore& function) {
  std::vector<MemoryRange> ranges;
  for (const BarConfig& bar : function.config().bars) {
    const std::uint64_t first = function.BarAddress(bar);
    ranges.push_back({first, first + bar.size_bytes});
  }
  return ranges;
}

// Portals first, then the largest: what comes before leaves no gap.
void LayOut(std::vector<Wanted>* bars, std::uint64_t* size) {
  std::stable_sort(bars->begin(), bars->end(), [](const Wanted& a, const Wanted& b) {
    return a.portals != b.portals ? a.portals : a.bar.size_bytes > b.bar.size_bytes;
  });
  std::uint64_t end = 0;
  std::uint64_t alignment = kWindowAlignment;
  for (Wanted& one : *bars) {
    one.offset = AlignedUp(end, one.bar.size_bytes);
    end = one.offset + one.bar.size_bytes;
    alignment = std::max(alignment, one.bar.size_bytes);
  }
  *size = alignment;
  while (*size < end) *size *= 2;
}

}  // namespace

DeviceWindow EnumerateFunctions(const LinkConfig& link, AddressWindows* windows, ResolvedEndpoint* device) {
  const ResolvedFunction* const of_jobs = device->JobFunction();
  std::vector<FunctionConfig> configs;
  for (const ResolvedFunction& one : device->functions) configs.push_back(one.config);
  FunctionGroup group(configs);
  std::vector<FunctionSetUp> set_ups;
  std::vector<Wanted> wide;
  for (std::size_t i = 0; i < configs.size(); ++i) {
    FunctionSetUp& set_up = set_ups.emplace_back(&group, configs[i].number);
    set_up.Identify();
    for (const FoundBar& bar : set_up.SizeBars()) {
      if (bar.wide) {
        wide.push_back({i, bar, &device->functions[i] == of_jobs && bar.index == configs[i].portal_bar});
        continue;
      }
      windows->narrow = AlignedUp(windows->narrow, bar.size_bytes);
      set_up.Place(bar, windows->narrow);
      windows->narrow += bar.size_bytes;
    }
  }
  std::uint64_t size = 0;
  LayOut(&wide, &size);
  DeviceWindow window{AlignedUp(windows->wide, size), 0, {}};
  window.end = windows->wide = window.first + size;
  for (const Wanted& one : wide) {
    set_ups[one.function].Place(one.bar, window.first + one.offset);
    if (one.portals) device->arbiter.portal_base = window.first + one.offset;
  }
  for (std::size_t i = 0; i < configs.size(); ++i) {
    const std::vector<MemoryRange> memory = MemoryOf(*group.Find(configs[i].number));
    if (&device->functions[i] == of_jobs) device->port.own_memory = memory;
    window.memory.insert(window.memory.end(), memory.begin(), memory.end());
    ResolvedFunction& function = device->functions[i];
    const SetUpPlan plan = PlanOf(link, *device, function);
    function.outcome = set_ups[i].Enable(plan);
    function.set_up = set_ups[i].writes();
    function.set_up_steps = set_ups[i].steps();
    function.adis_enabled = plan.adis && function.outcome.status != ConfigOutcome::Status::kRefused;
  }
  return window;
}

}  // namespace siov
