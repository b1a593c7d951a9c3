// SPDX-License-Identifier: Apache-2.0
// Who answers a CPU's access: from the host through root port and switches, by the windows of their bridges, to a BAR
// of a function and what of it lies at the address.
#ifndef SIOV_PLATFORMS_RESOLVE_MMIO_MAP_H_
#define SIOV_PLATFORMS_RESOLVE_MMIO_MAP_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "models/device/function/function_map.h"
#include "platforms/resolve/resolved.h"

namespace siov {

class MmioMap {
 public:
  struct Route {
    std::vector<NodeRef> nodes;  // root port, switches, endpoint: as far as somebody claims the address
    std::optional<RequesterId> function;
    std::optional<MmioPlace> place;  // nothing: Unsupported Request
  };

  // REQUIRES a platform without faults, which outlives this.
  explicit MmioMap(const ResolvedPlatform& platform);

  Route Find(std::uint64_t address) const;

 private:
  struct Device {
    std::unique_ptr<FunctionGroup> functions;
    std::vector<std::unique_ptr<AdiMap>> adis;
    std::vector<FunctionMap> maps;
    std::vector<RequesterId> requesters;
  };
  void Add(const ResolvedEndpoint& endpoint);
  bool Descend(NodeRef above, std::uint64_t address, Route* route) const;
  bool FindIn(std::size_t endpoint, std::uint64_t address, Route* route) const;
  bool Passes(const ResolvedLink& link, std::uint64_t address) const;

  const ResolvedPlatform& platform_;
  std::vector<Device> devices_;  // by endpoint
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_MMIO_MAP_H_
