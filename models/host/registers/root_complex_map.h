// SPDX-License-Identifier: Apache-2.0
// By which root port an access of a CPU leaves: the one whose bridge has the bus, or the address, behind it. Pure.
#ifndef SIOV_MODELS_HOST_REGISTERS_ROOT_COMPLEX_MAP_H_
#define SIOV_MODELS_HOST_REGISTERS_ROOT_COMPLEX_MAP_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "models/protocol/bridge_window.h"
#include "models/protocol/register_access.h"

namespace siov {

class RootComplexMap {
 public:
  explicit RootComplexMap(std::vector<BridgeWindow> ports) : ports_(std::move(ports)) {}

  // Nothing: nobody is there, and the root complex answers by itself.
  std::optional<std::uint32_t> PortOf(const RegisterAccess& access) const {
    for (std::uint32_t port = 0; port < ports_.size(); ++port) {
      const BridgeWindow& below = ports_[port];
      const bool here =
          access.configuration ? below.HoldsBus(BusOf(access.function)) : below.HoldsAddress(access.address);
      if (here) return port;
    }
    return std::nullopt;
  }
  std::uint32_t ports() const { return static_cast<std::uint32_t>(ports_.size()); }

 private:
  std::vector<BridgeWindow> ports_;  // by root port
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_REGISTERS_ROOT_COMPLEX_MAP_H_
