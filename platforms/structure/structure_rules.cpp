// SPDX-License-Identifier: Apache-2.0
#include "platforms/structure/structure_rules.h"

#include <algorithm>
#include <stdexcept>

namespace siov {

const std::vector<NodeRule>& NodeRules() {
  using Kind = NodeKind;
  static const Need above{{LinkKind::kPcie, LinkKind::kOnDie}, {Kind::kRootPort, Kind::kSwitch}};
  static const std::vector<NodeRule> rules = {
      {Kind::kHost, "host", HowMany::kOne, {{{LinkKind::kFabric}, {Kind::kMemory}, false}}},
      {Kind::kMemory, "memory", HowMany::kSome, {}},
      {Kind::kIommu,
       "iommu",
       HowMany::kSome,
       {{{LinkKind::kFabric}, {Kind::kMemory}}, {{LinkKind::kFabric}, {Kind::kRootPort}, false}}},
      {Kind::kRootPort,
       "root_port",
       HowMany::kSome,
       {{{LinkKind::kPcie, LinkKind::kOnDie}, {Kind::kEndpoint, Kind::kSwitch}, true, true},
        {{LinkKind::kFabric}, {Kind::kIommu}}}},
      {Kind::kSwitch,
       "pcie_switch",
       HowMany::kAny,
       {above, {{LinkKind::kPcie}, {Kind::kEndpoint, Kind::kSwitch}, false, true}}},
      {Kind::kEndpoint,
       "endpoint",
       HowMany::kSome,
       {{{LinkKind::kPcie, LinkKind::kOnDie}, {Kind::kRootPort, Kind::kSwitch}}}},
      {Kind::kSocketLink, "socket_link", HowMany::kAny, {}},
  };
  return rules;
}

const NodeRule& RuleOf(NodeKind kind) {
  for (const NodeRule& rule : NodeRules()) {
    if (rule.kind == kind) return rule;
  }
  throw std::logic_error("structure: a kind of node without a rule");
}

const LinkRule& RuleOf(LinkKind kind) {
  static const LinkRule pcie = {
      LinkKind::kPcie,
      "pcie",
      true,
      " to ",
      "a pcie link must go from a root_port or a pcie_switch (a) to a pcie_switch or an endpoint (b)",
      {{NodeKind::kEndpoint, NodeKind::kRootPort},
       {NodeKind::kSwitch, NodeKind::kRootPort},
       {NodeKind::kEndpoint, NodeKind::kSwitch},
       {NodeKind::kSwitch, NodeKind::kSwitch}}};
  static const LinkRule fabric = {LinkKind::kFabric,
                                  "fabric",
                                  false,
                                  " and ",
                                  "a fabric link must join a root_port and an iommu, an iommu and the memory, or the "
                                  "host and the memory",
                                  {{NodeKind::kRootPort, NodeKind::kIommu},
                                   {NodeKind::kIommu, NodeKind::kMemory},
                                   {NodeKind::kHost, NodeKind::kMemory}}};
  static const LinkRule on_die = {
      LinkKind::kOnDie,
      "on_die",
      true,
      " to ",
      "an on_die link must go from a root_port (a) to a pcie_switch or an endpoint (b)",
      {{NodeKind::kEndpoint, NodeKind::kRootPort}, {NodeKind::kSwitch, NodeKind::kRootPort}}};
  static const LinkRule socket = {LinkKind::kSocket,
                                  "socket",
                                  false,
                                  " and ",
                                  "a socket link must join the memories of two sockets",
                                  {{NodeKind::kMemory, NodeKind::kMemory}}};
  switch (kind) {
    case LinkKind::kPcie:
      return pcie;
    case LinkKind::kSocket:
      return socket;
    case LinkKind::kOnDie:
      return on_die;
    case LinkKind::kFabric:
      break;
  }
  return fabric;
}

bool IsBelow(const LinkRule& rule, NodeKind below, NodeKind above) {
  return std::any_of(rule.ends.begin(), rule.ends.end(),
                     [&](const LinkRule::Ends& ends) { return ends.below == below && ends.above == above; });
}

bool MayJoin(const LinkRule& rule, NodeKind a, NodeKind b) {
  return IsBelow(rule, b, a) || (!rule.directed && IsBelow(rule, a, b));
}

}  // namespace siov
