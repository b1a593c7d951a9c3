// SPDX-License-Identifier: Apache-2.0
// What a platform may consist of, as data: kinds of nodes, how many there may be and what they must be linked to; kinds
// of links and what they may join.
#ifndef SIOV_PLATFORMS_STRUCTURE_STRUCTURE_RULES_H_
#define SIOV_PLATFORMS_STRUCTURE_STRUCTURE_RULES_H_

#include <vector>

#include "platforms/structure/structure.h"

namespace siov {

// What a node must be linked to.
struct Need {
  std::vector<LinkKind> links;  // of any of these kinds, which are all directed, or none is
  std::vector<NodeKind> peers;
  bool once = true;    // else at least once
  bool below = false;  // of a directed link: the peer is below the node, else above it
};

// How many nodes of a kind a platform has.
enum class HowMany { kOne, kSome, kAny };

// A kind of node; in the order in which their absence is told.
struct NodeRule {
  NodeKind kind;
  const char* name;  // as the schema spells it
  HowMany how_many;
  std::vector<Need> needs;
};

const std::vector<NodeRule>& NodeRules();
const NodeRule& RuleOf(NodeKind kind);

// Which nodes a kind of link may join; `directed`: a above b alone. And the sentence about all others.
struct LinkRule {
  struct Ends {
    NodeKind below;
    NodeKind above;
  };
  LinkKind kind;
  const char* name;
  bool directed;
  const char* joint;  // between the names of two ends that it may not join
  const char* sentence;
  std::vector<Ends> ends;
};

const LinkRule& RuleOf(LinkKind kind);
bool IsBelow(const LinkRule& rule, NodeKind below, NodeKind above);
bool MayJoin(const LinkRule& rule, NodeKind a, NodeKind b);

}  // namespace siov

#endif  // SIOV_PLATFORMS_STRUCTURE_STRUCTURE_RULES_H_
