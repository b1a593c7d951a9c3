// SPDX-License-Identifier: Apache-2.0
#include "platforms/kinds/block_kind.h"

#include <stdexcept>

#include "models/base/ends_with.h"

namespace siov {

const Port* BlockKind::FindPort(const std::string& port) const {
  for (const Port& one : ports) {
    if (port == one.name) return &one;
  }
  return nullptr;
}

ResourceRole BlockKind::RoleOf(const std::string& statistic) const {
  for (const ResourceRow& row : resources) {
    if (EndsWith(statistic, row.statistic)) return row.role;
  }
  return ResourceRole::kOther;
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
