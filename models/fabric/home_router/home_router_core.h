// SPDX-License-Identifier: Apache-2.0
// By which way a request of one socket reaches its memory. Every physical address has one home memory, known from the
// address alone (models/translation/memory_map.h); this is the one place where it is looked up. Pure.
#ifndef SIOV_MODELS_FABRIC_HOME_ROUTER_HOME_ROUTER_CORE_H_
#define SIOV_MODELS_FABRIC_HOME_ROUTER_HOME_ROUTER_CORE_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "models/translation/memory_map.h"

namespace siov {

// The memory of this socket, or that behind one of its socket links.
struct HomeRoute {
  static constexpr std::uint32_t kLocal = ~std::uint32_t{0};
  std::uint32_t link = kLocal;  // number of the link
  bool local() const { return link == kLocal; }
};

class HomeRoutes {
 public:
  // By memory.
  explicit HomeRoutes(std::vector<HomeRoute> routes) : routes_(std::move(routes)) {}

  // None: no memory claims the address.
  std::optional<std::uint32_t> HomeOf(std::uint64_t address) const {
    const std::uint64_t home = memory_map::HomeOf(address);
    if (home >= routes_.size()) return std::nullopt;
    return static_cast<std::uint32_t>(home);
  }
  const HomeRoute& To(std::uint32_t memory) const { return routes_[memory]; }
  std::uint32_t memories() const { return static_cast<std::uint32_t>(routes_.size()); }

 private:
  std::vector<HomeRoute> routes_;
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_HOME_ROUTER_HOME_ROUTER_CORE_H_
