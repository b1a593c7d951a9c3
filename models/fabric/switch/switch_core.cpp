// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/switch/switch_core.h"

#include <string>

#include "models/base/invariant.h"

namespace siov {

SwitchRoutes::SwitchRoutes(const SwitchConfig& config) : ports_(config.ports) {
  port_of_bus_.fill(kNobody);
  for (std::size_t port = 0; port < ports_.size(); ++port) {
    for (unsigned bus = ports_[port].first_bus; bus <= ports_[port].last_bus; ++bus) {
      port_of_bus_[bus] = static_cast<std::uint16_t>(port);
    }
  }
}

std::uint32_t SwitchRoutes::OfRequest(TlpKind kind, std::uint64_t address, RequesterId target) const {
  constexpr std::uint32_t kById = BitOf(TlpKind::kPageGroupResponse) | BitOf(TlpKind::kInvalidateRequest);
  constexpr std::uint32_t kByAddress = BitOf(TlpKind::kMemoryWrite) | BitOf(TlpKind::kDeferrableWrite);
  if ((kById & BitOf(kind)) != 0) return OfCompletion(target);
  CheckInvariant((kByAddress & BitOf(kind)) != 0, [&] {
    return "switch: a packet of kind " + std::to_string(static_cast<unsigned>(kind)) +
           " came from above, which is no request to a device";
  });
  const std::uint32_t port = OfAddress(address);
  CheckInvariant(port != kNobody,
                 [&] { return "switch: there is no device below it at address " + std::to_string(address); });
  return port;
}

std::uint32_t SwitchRoutes::OfAddress(std::uint64_t address) const {
  for (std::size_t port = 0; port < ports_.size(); ++port) {
    if (ports_[port].HoldsAddress(address)) return static_cast<std::uint32_t>(port);
  }
  return kNobody;
}

std::uint32_t SwitchRoutes::OfAccess(const TlpHeader& access) const {
  return IsConfiguration(access.kind) ? port_of_bus_[BusOf(access.completer)] : OfAddress(access.address);
}

std::uint32_t SwitchRoutes::OfCompletion(RequesterId requester) const {
  const std::uint16_t port = port_of_bus_[BusOf(requester)];
  CheckInvariant(port != kNobody,
                 [&] { return "switch: there is no device with id " + std::to_string(requester) + " below it"; });
  return port;
}

bool SwitchEgress::TakeNext(LinkItem& item, std::uint32_t& ingress) {
  const auto may_leave = [this](const LinkCost& cost) { return MayLeave(cost.credit_class); };
  const auto streams = static_cast<std::uint32_t>(streams_.size());
  for (std::uint32_t i = 0; i < streams; ++i) {
    ingress = (turn_ + i) % streams;
    if (!streams_[ingress].TakeNext(may_leave, item)) continue;
    turn_ = (ingress + 1) % streams;
    --waiting_;
    return true;
  }
  return false;
}

}  // namespace siov
