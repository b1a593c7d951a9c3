// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/resolve_platform.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "platforms/resolve/block_reader.h"
#include "platforms/resolve/check_requesters.h"
#include "platforms/resolve/enumerate.h"
#include "platforms/resolve/place_tables.h"
#include "platforms/resolve/resolve_blocks.h"
#include "platforms/structure/structure.h"

namespace siov {
namespace {

NodeKind KindOf(const siovsim::Node& node) {
  switch (node.kind_case()) {
    case siovsim::Node::kHost:
      return NodeKind::kHost;
    case siovsim::Node::kIommu:
      return NodeKind::kIommu;
    case siovsim::Node::kRootPort:
      return NodeKind::kRootPort;
    case siovsim::Node::kPcieSwitch:
      return NodeKind::kSwitch;
    case siovsim::Node::kEndpoint:
    case siovsim::Node::kOutsideEndpoint:
      return NodeKind::kEndpoint;
    case siovsim::Node::kMemory:
    case siovsim::Node::kOutsideMemory:
    case siovsim::Node::KIND_NOT_SET:  // the checker has refused it
      break;
  }
  return NodeKind::kMemory;
}

LinkKind KindOf(const siovsim::Link& link) {
  if (link.has_pcie()) return LinkKind::kPcie;
  if (link.has_socket()) return LinkKind::kSocket;
  return link.has_on_die() ? LinkKind::kOnDie : LinkKind::kFabric;
}

std::string NodePath(const std::string& name) { return "nodes[name=" + name + "]"; }
std::string LinkPath(const std::string& name) { return "links[name=" + name + "]"; }

class PlatformResolver {
 public:
  PlatformResolver(const siovsim::Platform& platform, const LocationMap& places, Faults* faults)
      : platform_(platform), context_(platform, places, faults) {}

  ResolvedPlatform Resolve() {
    SortNodes();
    ReadLinks();
    resolved_.name = platform_.platform_name();
    ResolveNodes();
    const bool sound = ReportStructure();
    CheckFabricLatencies();
    resolved_.wired = sound;
    if (sound) {
      Wire();
      Enumerate(context_, &resolved_);
      TellDriver();
      CheckSockets(context_, resolved_);
      PlaceTables(platform_, &resolved_);
      CheckRequesters(context_, resolved_);
      KnowPageRequesters();
      CheckContainment();
      CheckTranslationWindows();
    }
    return std::move(resolved_);
  }

 private:
  void SortNodes() {
    for (const siovsim::Node& node : platform_.nodes()) {
      sorted_.push_back(&node);
    }
    std::sort(sorted_.begin(), sorted_.end(),
              [](const siovsim::Node* a, const siovsim::Node* b) { return a->name() < b->name(); });
    std::map<NodeKind, std::size_t> counts;
    for (const siovsim::Node* node : sorted_) {
      const NodeKind kind = KindOf(*node);
      index_[node->name()] = structure_.nodes.size();
      structure_.nodes.push_back({node->name(), kind});
      rank_.push_back(counts[kind]++);
    }
  }

  void ReadLinks() {
    for (const siovsim::Link& link : platform_.links()) {
      structure_.links.push_back({link.name(), index_.at(link.a()), index_.at(link.b()), KindOf(link)});
    }
  }

  void ResolveNodes() {
    for (const siovsim::Node* node : sorted_) {
      const NodeScope scope{context_, NodePath(node->name()), node->clock()};
      switch (KindOf(*node)) {
        case NodeKind::kHost:
          resolved_.host = {node->name(), ResolveHost(scope, node->host())};
          break;
        case NodeKind::kMemory:
          resolved_.memories.push_back(node->has_outside_memory()
                                           ? ResolveOutsideMemory(scope, node->outside_memory())
                                           : ResolvedMemory{{}, ResolveMemory(scope, node->memory()), std::nullopt});
          resolved_.memories.back().name = node->name();
          break;
        case NodeKind::kSocketLink:  // is a link in a file
          break;
        case NodeKind::kIommu:
          resolved_.iommus.push_back(ResolveIommu(scope, node->iommu()));
          resolved_.iommus.back().name = node->name();
          break;
        case NodeKind::kRootPort:
          resolved_.root_ports.push_back({node->name(), ResolveRootPort(scope, node->root_port())});
          break;
        case NodeKind::kSwitch:
          resolved_.switches.push_back({node->name(), ResolveSwitch(scope, node->pcie_switch())});
          break;
        case NodeKind::kEndpoint:
          resolved_.endpoints.push_back(node->has_outside_endpoint()
                                            ? ResolveOutsideEndpoint(scope, node->outside_endpoint())
                                            : ResolveEndpoint(scope, node->endpoint()));
          resolved_.endpoints.back().name = node->name();
          break;
      }
    }
  }

  bool ReportStructure() {
    const std::vector<StructureFault> found = CheckStructure(structure_);
    for (const StructureFault& fault : found) {
      std::string path;
      if (fault.about == StructureFault::About::kNode) {
        path = NodePath(structure_.nodes[fault.index].name);
      } else if (fault.about == StructureFault::About::kLink) {
        path = LinkPath(structure_.links[fault.index].name);
      }
      context_.Add(path, "", fault.message);
    }
    return found.empty();
  }

  // The simulator counts the fabric once, at the root port: latency anywhere else would be ignored, so it is refused.
  void CheckFabricLatencies() {
    for (int i = 0; i < platform_.links_size(); ++i) {
      const siovsim::Link& link = platform_.links(i);
      const StructureLink& ends = structure_.links[static_cast<std::size_t>(i)];
      const bool at_root_port =
          structure_.nodes[ends.a].kind == NodeKind::kRootPort || structure_.nodes[ends.b].kind == NodeKind::kRootPort;
      if (at_root_port || FabricLatency(link) == 0) continue;
      context_.Add(
          LinkPath(link.name()) + ".fabric", "",
          "only the fabric link of a root port has a latency; it stands for the whole way to IOMMU, memory and "
          "host");
    }
  }

  Picoseconds FabricLatency(const siovsim::Link& link) const {
    return BlockReader(context_, link.fabric(), LinkPath(link.name()) + ".fabric", link.fabric().clock())
        .Time("latency");
  }

  NodeRef RefOf(std::size_t node) const { return {structure_.nodes[node].kind, rank_[node]}; }

  void Wire() {
    for (std::size_t i = 0; i < structure_.links.size(); ++i) {
      const StructureLink& ends = structure_.links[i];
      const siovsim::Link& link = platform_.links(static_cast<int>(i));
      if (ends.kind == LinkKind::kSocket) {
        AddSocketLink(link, ends);
        continue;
      }
      const auto [below, above] = EndsOf(structure_, ends);
      resolved_.links.push_back({ends.name, ends.kind, RefOf(below), RefOf(above), {}});
      if (IsDeviceLink(ends.kind)) {
        resolved_.links.back().config = ResolveLink(context_, LinkPath(link.name()), link);
      } else if (structure_.nodes[below].kind == NodeKind::kRootPort) {
        resolved_.root_ports[rank_[below]].config.fabric_latency_ps = FabricLatency(link);
      }
    }
    std::sort(resolved_.links.begin(), resolved_.links.end(), [](const ResolvedLink& a, const ResolvedLink& b) {
      return std::tie(a.below, a.above) < std::tie(b.below, b.above);
    });
    TellPorts();
    TellEngines();
  }

  void AddSocketLink(const siovsim::Link& link, const StructureLink& ends) {
    const NodeRef node{NodeKind::kSocketLink, resolved_.socket_links.size()};
    resolved_.socket_links.push_back({ends.name, ResolveSocketLink(context_, LinkPath(link.name()), link)});
    for (const std::size_t end : {ends.a, ends.b}) {
      resolved_.links.push_back({ends.name, ends.kind, node, RefOf(end), {}});
    }
  }

  // What root ports have to know of what is above and below them.
  void TellPorts() {
    for (NodeRef port{NodeKind::kRootPort, 0}; port.index < resolved_.root_ports.size(); ++port.index) {
      RootPortConfig& config = resolved_.root_ports[port.index].config;
      config.profile = resolved_.IommuOf(port).iotlb.profile;
      config.containment = resolved_.IommuOf(port).iotlb.containment;
    }
    for (const ResolvedLink& link : resolved_.links) {
      if (link.above.kind != NodeKind::kRootPort) continue;
      resolved_.root_ports[link.above.index].config.read_completion_boundary_bytes =
          link.config.read_completion_boundary_bytes;
    }
  }

  void TellEngines() {
    for (NodeRef device{NodeKind::kEndpoint, 0}; device.index < resolved_.endpoints.size(); ++device.index) {
      const LinkConfig& link = resolved_.LinkAbove(device).config;
      EngineConfig& engine = resolved_.endpoints[device.index].engine;
      engine.max_payload_bytes = link.max_payload_bytes;
      engine.max_read_request_bytes = link.max_read_request_bytes;
      const std::string place = "nodes[name=" + resolved_.endpoints[device.index].name + "].endpoint.engine";
      context_.AddBlockFaults(place, engine.ValidateBuffers());
    }
  }

  // What the driver must know of the queues it writes to.
  void TellDriver() {
    DriverConfig& driver = resolved_.host.config.driver;
    for (const ResolvedEndpoint& device : resolved_.endpoints) {
      if (!device.ims.masks.empty()) resolved_.host.config.coalesced_interrupts = true;
    }
    for (const ResolvedIommu& iommu : resolved_.iommus) {
      const InvalidationQueueConfig& queue = iommu.invalidation_queue;
      const auto shift = static_cast<std::uint8_t>(kPageShift4K + queue.max_address_mask);
      driver.max_page_shift = std::min(driver.max_page_shift, shift);
      driver.descriptor_bytes = static_cast<std::uint8_t>(queue.descriptor_bytes);
      resolved_.host.config.faults.descriptor_bytes = queue.descriptor_bytes;
      if (queue.descriptor_bytes != resolved_.iommus.front().invalidation_queue.descriptor_bytes) {
        context_.Add("nodes[name=" + iommu.name + "].iommu.profile", queue.riscv() ? "RISCV" : "VTD",
                     "one driver serves all IOMMUs of a host", "the same for all");
      }
    }
  }

  // The operating system serves the devices it has enabled page requests of.
  void KnowPageRequesters() {
    for (const ResolvedEndpoint& endpoint : resolved_.endpoints) {
      if (!endpoint.atc || !endpoint.atc->pri.enabled) continue;
      resolved_.host.config.faults.devices.push_back(endpoint.port.requester);
    }
  }

  void CheckContainment() {
    for (std::size_t i = 0; i < resolved_.iommus.size(); ++i) {
      const ResolvedIommu& iommu = resolved_.iommus[i];
      bool any = false;
      for (NodeRef device{NodeKind::kEndpoint, 0}; device.index < resolved_.endpoints.size(); ++device.index) {
        any |= resolved_.endpoints[device.index].atc && resolved_.Above(device, NodeKind::kIommu).index == i;
      }
      if (iommu.iotlb.containment == Containment::kNone || any) continue;
      context_.Add(NodePath(iommu.name) + ".iommu.translated_requests", "",
                   "no device behind this IOMMU has an ATC, so there are no translated requests", "TRUSTED");
    }
  }

  // A device sends untranslated reads if it has no ATC, or once an event turns its ATS off.
  void CheckTranslationWindows() {
    const auto turns_off = [](const AtcEvent& event) {
      return event.kind == AtcEvent::Kind::kAtsDisable || event.kind == AtcEvent::Kind::kFunctionReset;
    };
    for (NodeRef device{NodeKind::kEndpoint, 0}; device.index < resolved_.endpoints.size(); ++device.index) {
      const ResolvedEndpoint& endpoint = resolved_.endpoints[device.index];
      const ResolvedRootPort& root_port = resolved_.root_ports[resolved_.Above(device, NodeKind::kRootPort).index];
      if (root_port.config.translation_window == 0 || !endpoint.atc) continue;
      if (std::any_of(endpoint.atc->events.begin(), endpoint.atc->events.end(), turns_off)) continue;
      context_.Add(
          NodePath(root_port.name) + ".root_port.translation_window",
          std::to_string(root_port.config.translation_window),
          "endpoint \"" + endpoint.name + "\" has an ATC and never turns ATS off: it sends no untranslated reads", "0");
    }
  }

  const siovsim::Platform& platform_;
  ResolveContext context_;
  std::vector<const siovsim::Node*> sorted_;
  std::map<std::string, std::size_t> index_;  // of a node's name in structure_.nodes
  std::vector<std::size_t> rank_;             // of a node among the nodes of its kind
  Structure structure_;
  ResolvedPlatform resolved_;
};

}  // namespace

ResolvedPlatform ResolvePlatform(const siovsim::Platform& platform, const LocationMap& places, Faults* faults) {
  return PlatformResolver(platform, places, faults).Resolve();
}

}  // namespace siov
