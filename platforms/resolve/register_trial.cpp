// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/register_trial.h"

#include <algorithm>

namespace siov {
namespace {

bool Holds(const BridgeWindow& bridge, const RegisterAccess& access) {
  return access.configuration ? bridge.HoldsBus(BusOf(access.function)) : bridge.HoldsAddress(access.address);
}

}  // namespace

RegisterTrial::RegisterTrial(const ResolvedPlatform& platform) : platform_(platform) {
  for (const ResolvedEndpoint& endpoint : platform.endpoints) {
    devices_.push_back(std::make_unique<FunctionRegisters>(RegistersOf(endpoint)));
  }
}

bool RegisterTrial::Reaches(std::size_t endpoint, const RegisterAccess& access) const {
  for (NodeRef node{NodeKind::kEndpoint, endpoint};;) {
    const ResolvedLink& link = platform_.LinkAbove(node);
    if (link.above.kind != NodeKind::kSwitch) return Holds(platform_.root_ports[link.above.index].config.below, access);
    const std::vector<SwitchPortConfig>& ports = platform_.switches[link.above.index].config.ports;
    const bool passes = std::any_of(ports.begin(), ports.end(), [&](const SwitchPortConfig& port) {
      return port.link_name == link.name && Holds(port, access);
    });
    if (!passes) return false;
    node = link.above;
  }
}

RegisterTrial::Result RegisterTrial::Try(const RegisterAccess& access) {
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    if (Reaches(i, access)) return {i, devices_[i]->Answer(access)};
  }
  Result nobody;
  nobody.answer.status = CompletionStatus::kUnsupportedRequest;
  nobody.answer.value = AllOnes(access.size_bytes);
  return nobody;
}

}  // namespace siov
