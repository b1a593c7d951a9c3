// SPDX-License-Identifier: Apache-2.0
// What one constructor is given, and the rows of constructors: how a block of each kind of the registry is made. How
// many sockets it needs is how many the topology has bound.
#ifndef SIOV_PLATFORMS_BUILD_SITE_H_
#define SIOV_PLATFORMS_BUILD_SITE_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "platforms/build/construction.h"

namespace siov {

struct Site {
  Construction& construction;
  Topology::Block block;
  Place place;
  const TraceOpener& open_trace;

  std::uint32_t Sockets(const char* port) const { return construction.topology.Bound(block, port); }
  const ResolvedExperiment& experiment() const { return construction.experiment; }
  AddressSpaces& spaces() const { return construction.address_spaces; }
  // Of the same node.
  template <class Kind>
  Kind& Part(const char* part) const {
    return construction.Get<Kind>(place.node, part);
  }
};

using Made = std::unique_ptr<Block>;

// SystemC names may not hold dots; reports use the dotted path.
inline std::string ModuleName(std::string path) {
  std::replace(path.begin(), path.end(), '.', '_');
  return path;
}

template <class Module, class... Arguments>
std::unique_ptr<Module> Make(const Site& site, Arguments&&... arguments) {
  return std::make_unique<Module>(ModuleName(site.place.path).c_str(), site.construction.simulation, site.place.path,
                                  std::forward<Arguments>(arguments)...);
}

struct ConstructorRow {
  const char* kind;
  Made (*make)(const Site& site);  // null: made as a part of another block
};

// By room.
std::vector<ConstructorRow> HostConstructors();
std::vector<ConstructorRow> IommuConstructors();
std::vector<ConstructorRow> FabricConstructors();
std::vector<ConstructorRow> DeviceConstructors();
std::vector<ConstructorRow> MemoryConstructors();

}  // namespace siov

#endif  // SIOV_PLATFORMS_BUILD_SITE_H_
