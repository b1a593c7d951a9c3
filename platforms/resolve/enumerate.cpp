// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/enumerate.h"

#include <algorithm>
#include <string>
#include <type_traits>

#include "platforms/resolve/enumerate_functions.h"
#include "platforms/resolve/resolve_functions.h"

namespace siov {
namespace {

// Far above host memory, and between that and the interrupts' addresses.
constexpr AddressWindows kWindows{0x4000'0000'0000, 0xC000'0000, 0xFEC0'0000};

constexpr std::uint32_t kLeastStatedBytes = 128;  // of Max_Payload_Size and Max_Read_Request_Size in a register

class Enumerator {
 public:
  Enumerator(const ResolveContext& context, ResolvedPlatform* platform) : context_(context), platform_(*platform) {}

  void Run() {
    for (NodeRef port{NodeKind::kRootPort, 0}; port.index < platform_.root_ports.size(); ++port.index) BelowPort(port);
    for (ResolvedRootPort& port : platform_.root_ports) port.config.device_memory = device_memory_;
    for (ResolvedIommu& iommu : platform_.iommus) iommu.iotlb.device_memory = device_memory_;
    for (ResolvedLink& link : platform_.links) TellSwitches(&link);
    for (const ResolvedSwitch& one : platform_.switches) CheckSwitch(one);
  }

 private:
  void BelowPort(NodeRef port) {
    const std::uint64_t narrow = windows_.narrow;
    BridgeWindow& below = platform_.root_ports[port.index].config.below;
    below = Below(port);
    below.narrow_first_address = narrow;
    below.narrow_end_address = windows_.narrow;
  }

  // Of everything below a port, depth first, so that it lies together.
  SwitchPortConfig Below(NodeRef above) {
    SwitchPortConfig all;
    bool first = true;
    for (const ResolvedLink& link : platform_.links) {
      if (!IsDeviceLink(link.kind) || !(link.above == above)) continue;
      SwitchPortConfig one = link.below.kind == NodeKind::kSwitch ? Below(link.below) : Device(link);
      one.link_name = link.name;
      one.link = link.config;
      if (above.kind == NodeKind::kSwitch) platform_.switches[above.index].config.ports.push_back(one);
      all.first_address = first ? one.first_address : all.first_address;
      all.end_address = one.end_address;
      all.first_bus = first ? one.first_bus : std::min(all.first_bus, one.first_bus);
      all.last_bus = first ? one.last_bus : std::max(all.last_bus, one.last_bus);
      all.ends_at_device = above.kind == NodeKind::kRootPort && one.ends_at_device;
      first = false;
    }
    return all;
  }

  SwitchPortConfig Device(const ResolvedLink& link) {
    ResolvedEndpoint& device = platform_.endpoints[link.below.index];
    // Registers state no size below 128 bytes; transactions on the die may be smaller.
    LinkConfig stated = link.config;
    stated.max_payload_bytes = std::max(stated.max_payload_bytes, kLeastStatedBytes);
    stated.max_read_request_bytes = std::max(stated.max_read_request_bytes, kLeastStatedBytes);
    for (ResolvedFunction& one : device.functions) {
      one.config.express.integrated = link.kind == LinkKind::kOnDie;
      one.config.express.generation = stated.generation;
      one.config.express.lanes = stated.lanes;
      one.config.express.max_payload_bytes = stated.max_payload_bytes;
    }
    SwitchPortConfig window;
    window.first_bus = window.last_bus = BusOf(device.port.requester);
    window.ends_at_device = true;
    const std::string path = device.Path();
    if (!CheckFunctions(context_, path, device) || !CheckNarrow(path, link, device)) return window;
    const DeviceWindow found = EnumerateFunctions(stated, &windows_, &device);
    device.enumerated = true;
    device_memory_.insert(device_memory_.end(), found.memory.begin(), found.memory.end());
    CheckOutcomes(path, device);
    window.first_address = found.first;
    window.end_address = found.end;
    if (windows_.narrow > kWindows.narrow_end) {
      context_.Add(path + ".functions", std::to_string(windows_.narrow - kWindows.narrow) + " bytes",
                   "32-bit BARs up to this device need more than there is below 4 GiB",
                   "at most " + std::to_string(kWindows.narrow_end - kWindows.narrow) + " bytes in all");
    }
    return window;
  }

  // The window of a bridge below 4 GiB is another than the one above, and switches have one.
  bool CheckNarrow(const std::string& path, const ResolvedLink& link, const ResolvedEndpoint& device) {
    if (link.above.kind != NodeKind::kSwitch) return true;
    for (std::size_t i = 0; i < device.functions.size(); ++i) {
      const std::vector<BarConfig>& bars = device.functions[i].config.bars;
      for (std::size_t j = 0; j < bars.size(); ++j) {
        if (bars[j].wide) continue;
        context_.Add(path + ".functions[" + std::to_string(i) + "].bars[" + std::to_string(j) + "].wide", "false",
                     "BARs of 32 bits below a switch are not modelled", "true");
        return false;
      }
    }
    return true;
  }

  // VFs or ADIs that a function cannot have, and what is undefined about them.
  void CheckOutcomes(const std::string& path, const ResolvedEndpoint& device) {
    for (std::size_t i = 0; i < device.functions.size(); ++i) {
      const ResolvedFunction& one = device.functions[i];
      const std::string at = path + ".functions[" + std::to_string(i) + "]";
      if (one.outcome.status == ConfigOutcome::Status::kRefused) {
        context_.Add(at + ".siov.enable", "true", Describe(one.outcome.refusal));
      } else if (one.outcome.status == ConfigOutcome::Status::kError) {
        context_.Add(at, "", std::string(Describe(one.outcome.undefined)) + ", which is undefined, and strict is set");
      }
    }
  }

  void TellSwitches(ResolvedLink* link) {
    link->config.switch_below = link->below.kind == NodeKind::kSwitch;
    link->config.switch_above = link->above.kind == NodeKind::kSwitch;
    link->config.cpus_above = link->above.kind == NodeKind::kRootPort && platform_.host.config.posted_writes != 0;
    if (link->config.switch_below) platform_.switches[link->below.index].config.above = link->config;
    if (link->config.switch_below || link->config.switch_above) CheckCompletionCredits(*link);
  }

  void CheckCompletionCredits(const ResolvedLink& link) {
    const auto check = [&](const std::string& field, std::uint32_t credits) {
      if (credits == 0) return;
      context_.Add("links[name=" + link.name + "].pcie." + field, std::to_string(credits),
                   "the buffers for completions of a link at a switch are not modelled", "0 (infinite)");
    };
    for (const bool up : {true, false}) {
      const LinkCredits& credits = up ? link.config.upstream : link.config.downstream;
      check(up ? "upstream.completion_header" : "downstream.completion_header", credits.completion_header);
      check(up ? "upstream.completion_data" : "downstream.completion_data", credits.completion_data);
    }
  }

  void CheckSwitch(const ResolvedSwitch& one) {
    for (const ConfigFault& fault : one.config.Validate()) {
      context_.Add("nodes[name=" + one.name + "]", "", fault.allowed);
    }
    for (const SwitchPortConfig& port : one.config.ports) CheckLinks(one, port);
  }

  // A switch passes packets on as they are: it neither splits them nor adds or takes off what they carry.
  void CheckLinks(const ResolvedSwitch& one, const SwitchPortConfig& port) {
    const std::string path = "links[name=" + port.link_name + "].pcie.";
    const LinkConfig& above = one.config.above;
    const auto text = [](auto value) -> std::string {
      if constexpr (std::is_same_v<decltype(value), bool>) return value ? "true" : "false";
      return std::to_string(value);
    };
    const auto same = [&](const char* field, auto here, auto there) {
      if (here == there) return;
      context_.Add(
          path + field, text(here),
          "the link above \"" + one.name + "\" has " + text(there) + ", and a switch passes packets on as they are",
          "the same on all links below a root port");
    };
    same("max_payload_bytes", port.link.max_payload_bytes, above.max_payload_bytes);
    same("read_completion_boundary_bytes", port.link.read_completion_boundary_bytes,
         above.read_completion_boundary_bytes);
    same("max_read_request_bytes", port.link.max_read_request_bytes, above.max_read_request_bytes);
    same("ecrc", port.link.ecrc, above.ecrc);
    same("pasid_prefix", port.link.pasid_prefix, above.pasid_prefix);
  }

  const ResolveContext& context_;
  ResolvedPlatform& platform_;
  AddressWindows windows_ = kWindows;
  std::vector<MemoryRange> device_memory_;
};

}  // namespace

void Enumerate(const ResolveContext& context, ResolvedPlatform* platform) { Enumerator(context, platform).Run(); }

}  // namespace siov
