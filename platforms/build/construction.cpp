// SPDX-License-Identifier: Apache-2.0
#include "platforms/build/construction.h"

#include "platforms/build/site.h"

namespace siov {
namespace {

const std::vector<ConstructorRow>& Rows() {
  static const std::vector<ConstructorRow> all = [] {
    std::vector<ConstructorRow> rows;
    for (const auto& room :
         {HostConstructors(), IommuConstructors(), FabricConstructors(), DeviceConstructors(), MemoryConstructors()}) {
      rows.insert(rows.end(), room.begin(), room.end());
    }
    return rows;
  }();
  return all;
}

}  // namespace

void Construction::Add(std::unique_ptr<Block> block) {
  Note(*block);
  owned_.push_back(std::move(block));
}

void Construction::Note(Block& block) {
  const bool added = blocks_.emplace(block.path(), &block).second;
  CheckInvariant(added, [&] { return "construction: there are two blocks called " + block.path(); });
  for (sc_core::sc_object* const child : block.get_child_objects()) {
    if (auto* const part = dynamic_cast<Block*>(child)) Note(*part);
  }
}

Block* Construction::FindBlock(const std::string& path) const {
  const auto found = blocks_.find(path);
  return found == blocks_.end() ? nullptr : found->second;
}

void Construct(Topology::Block block, const TraceOpener& open_trace, Construction& construction) {
  const std::string kind = construction.topology.blocks()[block].kind->name;
  const auto row =
      std::find_if(Rows().begin(), Rows().end(), [&](const ConstructorRow& one) { return kind == one.kind; });
  CheckInvariant(row != Rows().end(), [&] { return "construction: nobody knows how to construct a " + kind; });
  if (row->make == nullptr) return;
  construction.Add(row->make({construction, block, construction.topology.At(block), open_trace}));
}

std::vector<std::string> ConstructedKinds() {
  std::vector<std::string> kinds;
  for (const ConstructorRow& row : Rows()) kinds.emplace_back(row.kind);
  return kinds;
}

}  // namespace siov
