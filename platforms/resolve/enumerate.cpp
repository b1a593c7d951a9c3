// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/enumerate.h"

#include <algorithm>

#include "models/device/swq_arbiter/portal_map.h"

namespace siov {
namespace {

// Far above host memory. Windows of bridges count in MiB, and those of devices are as large as they are aligned.
constexpr std::uint64_t kFirstWindow = 0x4000'0000'0000;
constexpr std::uint64_t kWindowAlignment = 0x10'0000;

class Enumerator {
 public:
  Enumerator(const ResolveContext& context, ResolvedPlatform* platform) : context_(context), platform_(*platform) {}

  void Run() {
    for (NodeRef port{NodeKind::kRootPort, 0}; port.index < platform_.root_ports.size(); ++port.index) Below(port);
    for (ResolvedLink& link : platform_.links) TellSwitches(&link);
    for (const ResolvedSwitch& one : platform_.switches) CheckSwitch(one);
  }

 private:
  // Of everything below a port, depth first, so that it lies together.
  SwitchPortConfig Below(NodeRef above) {
    SwitchPortConfig all;
    bool first = true;
    for (const ResolvedLink& link : platform_.links) {
      if (link.kind != LinkKind::kPcie || !(link.above == above)) continue;
      SwitchPortConfig one = link.below.kind == NodeKind::kSwitch ? Below(link.below) : Device(link.below.index);
      one.link_name = link.name;
      one.link = link.config;
      if (above.kind == NodeKind::kSwitch) platform_.switches[above.index].config.ports.push_back(one);
      all.first_address = first ? one.first_address : all.first_address;
      all.end_address = one.end_address;
      all.first_bus = first ? one.first_bus : std::min(all.first_bus, one.first_bus);
      all.last_bus = first ? one.last_bus : std::max(all.last_bus, one.last_bus);
      first = false;
    }
    return all;
  }

  SwitchPortConfig Device(std::size_t index) {
    ResolvedEndpoint& device = platform_.endpoints[index];
    const std::uint64_t pages = kPortalPagesPerQueue * std::max<std::uint64_t>(device.arbiter.queues.size(), 1);
    std::uint64_t size = kWindowAlignment;
    while (size < pages * kPage4K) size *= 2;
    SwitchPortConfig window;
    window.first_address = CeilDiv(next_window_, size) * size;
    window.end_address = next_window_ = window.first_address + size;
    window.first_bus = window.last_bus = BusOf(device.port.requester);
    device.arbiter.portal_base = window.first_address;
    return window;
  }

  void TellSwitches(ResolvedLink* link) {
    link->config.switch_below = link->below.kind == NodeKind::kSwitch;
    link->config.switch_above = link->above.kind == NodeKind::kSwitch;
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
    const auto same = [&](const char* field, std::uint32_t here, std::uint32_t there) {
      if (here == there) return;
      context_.Add(path + field, std::to_string(here),
                   "the link above \"" + one.name + "\" has " + std::to_string(there) +
                       ", and a switch passes packets on as they are",
                   "the same on all links below a root port");
    };
    same("max_payload_bytes", port.link.max_payload_bytes, above.max_payload_bytes);
    same("read_completion_boundary_bytes", port.link.read_completion_boundary_bytes,
         above.read_completion_boundary_bytes);
    same("max_read_request_bytes", port.link.max_read_request_bytes, above.max_read_request_bytes);
    same("ecrc", port.link.ecrc ? 1 : 0, above.ecrc ? 1 : 0);
    same("pasid_prefix", port.link.pasid_prefix ? 1 : 0, above.pasid_prefix ? 1 : 0);
  }

  const ResolveContext& context_;
  ResolvedPlatform& platform_;
  std::uint64_t next_window_ = kFirstWindow;
};

}  // namespace

void Enumerate(const ResolveContext& context, ResolvedPlatform* platform) { Enumerator(context, platform).Run(); }

}  // namespace siov
