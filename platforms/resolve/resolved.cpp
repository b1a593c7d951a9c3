// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/resolved.h"

#include <stdexcept>
#include <utility>

namespace siov {

const ResolvedFunction* ResolvedEndpoint::JobFunction() const {
  for (const ResolvedFunction& one : functions) {
    if (one.config.number == (port.requester & 7u)) return &one;
  }
  return nullptr;
}

std::unique_ptr<FunctionGroup> FunctionsOf(const ResolvedEndpoint& endpoint) {
  std::vector<FunctionConfig> configs;
  for (const ResolvedFunction& one : endpoint.functions) configs.push_back(one.config);
  auto group = std::make_unique<FunctionGroup>(configs);
  for (const ResolvedFunction& one : endpoint.functions) {
    for (const ConfigWrite& write : one.set_up) group->Write(one.config.number, write.offset, write.value, write.bytes);
    if (one.adis_enabled) group->EnableAdis(one.config.number);
  }
  return group;
}

FunctionRegistersConfig RegistersOf(const ResolvedEndpoint& endpoint) {
  FunctionRegistersConfig config;
  static_cast<FunctionTimes&>(config) = endpoint.registers;
  config.device = endpoint.port.requester;
  for (const ResolvedFunction& one : endpoint.functions) {
    const bool of_jobs = &one == endpoint.JobFunction();
    FunctionState state{one.config, one.adis, of_jobs ? endpoint.arbiter.queues.size() : 0, {}, false};
    if (!one.set_up_in_time) {
      state.set_up = one.set_up;
      state.adis_enabled = one.adis_enabled;
    }
    config.functions.push_back(std::move(state));
  }
  return config;
}

std::size_t ResolvedPlatform::CountOf(NodeKind kind) const {
  switch (kind) {
    case NodeKind::kHost:
      break;
    case NodeKind::kMemory:
      return memories.size();
    case NodeKind::kSocketLink:
      return socket_links.size();
    case NodeKind::kIommu:
      return iommus.size();
    case NodeKind::kRootPort:
      return root_ports.size();
    case NodeKind::kSwitch:
      return switches.size();
    case NodeKind::kEndpoint:
      return endpoints.size();
  }
  return 1;
}

const std::string& ResolvedPlatform::NameOf(NodeRef node) const {
  switch (node.kind) {
    case NodeKind::kHost:
      return host.name;
    case NodeKind::kMemory:
      return memories[node.index].name;
    case NodeKind::kSocketLink:
      return socket_links[node.index].name;
    case NodeKind::kIommu:
      return iommus[node.index].name;
    case NodeKind::kRootPort:
      return root_ports[node.index].name;
    case NodeKind::kSwitch:
      return switches[node.index].name;
    case NodeKind::kEndpoint:
      break;
  }
  return endpoints[node.index].name;
}

std::optional<std::uint32_t> ResolvedPlatform::FindMemory(const std::string& memory) const {
  for (std::uint32_t i = 0; i < memories.size(); ++i) {
    if (memories[i].name == memory) return i;
  }
  return std::nullopt;
}

const ResolvedLink& ResolvedPlatform::LinkAbove(NodeRef node) const {
  for (const ResolvedLink& link : links) {
    if (link.below == node) return link;
  }
  throw std::logic_error("platform: there is no link above " + NameOf(node));
}

ResolvedLink& ResolvedPlatform::LinkAbove(NodeRef node) {
  return const_cast<ResolvedLink&>(static_cast<const ResolvedPlatform&>(*this).LinkAbove(node));
}

NodeRef ResolvedPlatform::Above(NodeRef node, NodeKind kind) const {
  while (node.kind != kind) node = LinkAbove(node).above;
  return node;
}

}  // namespace siov
