// SPDX-License-Identifier: Apache-2.0
#include "platforms/kinds/block_kind.h"

#include <stdexcept>
#include <string>

#include "models/base/ends_with.h"

namespace siov {

const Port* BlockKind::FindPort(const std::string& port) const {
  for (const Port& one : ports) {
    if (port == one.name) return &one;
  }
  return nullptr;
}

// The longest ending decides: "vcpus_busy" also ends as "cpus_busy" does.
ResourceRole BlockKind::RoleOf(const std::string& statistic) const {
  std::size_t longest = 0;
  ResourceRole role = ResourceRole::kOther;
  for (const ResourceRow& row : resources) {
    const std::size_t length = std::char_traits<char>::length(row.statistic);
    if (length <= longest || !EndsWith(statistic, row.statistic)) continue;
    longest = length;
    role = row.role;
  }
  return role;
}

const std::vector<BlockKind>& BlockKinds() {
  static const std::vector<BlockKind> all = [] {
    std::vector<BlockKind> kinds;
    for (const auto& room : {HostKinds(), FabricKinds(), DeviceKinds(), IommuKinds(), MemoryKinds()}) {
      kinds.insert(kinds.end(), room.begin(), room.end());
    }
    return kinds;
  }();
  return all;
}

const BlockKind& KindNamed(const std::string& name) {
  for (const BlockKind& kind : BlockKinds()) {
    if (name == kind.name) return kind;
  }
  throw std::logic_error("registry: there is no kind of block called " + name);
}

}  // namespace siov
