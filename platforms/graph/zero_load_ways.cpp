// SPDX-License-Identifier: Apache-2.0
// Ways through the platform, and packets that take them.
#include <algorithm>

#include "platforms/graph/zero_load.h"

namespace siov {

ZeroLoad::ZeroLoad(const ResolvedPlatform& platform, std::size_t endpoint, const MemoryHomes& homes)
    : ZeroLoad(std::make_shared<const Topology>(platform), endpoint, homes) {}

ZeroLoad::ZeroLoad(const std::shared_ptr<const Topology>& owned, std::size_t endpoint, const MemoryHomes& homes)
    : ZeroLoad(*owned, endpoint, homes) {
  owned_ = owned;
}

ZeroLoad::ZeroLoad(const Topology& topology, std::size_t endpoint, const MemoryHomes& homes)
    : topology_(topology),
      device_{NodeKind::kEndpoint, endpoint},
      platform_(topology.platform()),
      endpoint_(platform_.endpoints[endpoint]),
      root_port_(topology.At(topology.Nearest(device_, NodeKind::kRootPort)).root_port()),
      iommu_(topology.At(topology.Nearest(device_, NodeKind::kIommu)).iommu()),
      socket_(static_cast<std::uint32_t>(topology.Nearest(device_, NodeKind::kMemory).index)),
      pages_(homes.pages.value_or(socket_)),
      page_tables_(homes.page_tables.value_or(socket_)) {}

Topology::Block ZeroLoad::Part(NodeKind kind, const std::string& part) const {
  return topology_.BlockOf(topology_.Nearest(device_, kind), part);
}

ZeroLoad::Blocks ZeroLoad::Upstream() const {
  return Route(Part(NodeKind::kEndpoint, "port"), Part(NodeKind::kRootPort, "root_port"));
}

ZeroLoad::Blocks ZeroLoad::SocketLinkTo(std::uint32_t home) const {
  if (home == socket_) return {};
  const NodeRef link = topology_.SocketLinkBetween({NodeKind::kMemory, socket_}, {NodeKind::kMemory, home});
  return {topology_.BlockOf(link, "socket_link")};
}

const SocketLinkConfig& ZeroLoad::socket_link() const {
  return topology_.At(SocketLinkTo(pages_).front()).socket_link().config;
}

ZeroLoad::Blocks ZeroLoad::Submission() const {
  Blocks blocks = Route(Part(NodeKind::kHost, "host"), Part(NodeKind::kEndpoint, "swq_arbiter"));
  blocks.erase(blocks.begin());
  return blocks;
}

ZeroLoad::Blocks ZeroLoad::Reversed(Blocks blocks) {
  std::reverse(blocks.begin(), blocks.end());
  return blocks;
}

ZeroLoad::Moment ZeroLoad::Pass(LayeredGraph& graph, Moment from, const Blocks& blocks, const Passage& packet,
                                Trail* trail) const {
  Moment at = from;
  for (const Topology::Block block : blocks) {
    const BlockKind& kind = *topology_.blocks()[block].kind;
    if (kind.pass == nullptr) continue;
    const Place place = topology_.At(block);
    for (const Service& service : kind.pass(place, packet)) {
      const bool in_turn = trail != nullptr && service.keeps != Service::Keeps::kNobody;
      const bool for_interval = service.keeps == Service::Keeps::kForInterval;
      const auto before = in_turn ? trail->find(place.path) : Trail::iterator();
      if (in_turn && before != trail->end()) {
        at = graph.Join(at, before->second, {place.path, service.wait, for_interval ? service.interval_ps : 0});
      }
      const Moment came = at;
      at = graph.After(at, {place.path, service.stage, service.latency_ps});
      if (in_turn) (*trail)[place.path] = for_interval ? came : at;
    }
  }
  return at;
}

ZeroLoad::Moment ZeroLoad::PassKind(LayeredGraph& graph, Moment from, const char* kind, const Place& place,
                                    const Passage& packet) const {
  Moment at = from;
  for (const Service& service : KindNamed(kind).pass(place, packet)) {
    at = graph.After(at, {place.node_name() + "." + kind, service.stage, service.latency_ps});
  }
  return at;
}

ZeroLoad::Moment ZeroLoad::Pass(LayeredGraph& graph, Moment from, Topology::Block block, Trail* trail) const {
  return Pass(graph, from, Blocks{block}, Passage{}, trail);
}

}  // namespace siov
