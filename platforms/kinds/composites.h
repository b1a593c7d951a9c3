// SPDX-License-Identifier: Apache-2.0
// What nodes of a platform are made of, as data: parts, which are blocks of registered kinds, what binds them to each
// other, and what binds the parts of one node to those of a node above it, towards memory.
//
// An end is written "part.port"; in a join, "^part.port" is one of the node above. Of several peers for a port that has
// one, the first whose part is there is bound: a device without an ATC has its engine at the device port.
#ifndef SIOV_PLATFORMS_KINDS_COMPOSITES_H_
#define SIOV_PLATFORMS_KINDS_COMPOSITES_H_

#include <string>
#include <vector>

#include "platforms/kinds/block_kind.h"

namespace siov {

struct Part {
  const char* name;  // its block is NODE.NAME
  const char* kind;
  bool (*present)(const Place& node) = nullptr;      // null: always
  std::string (*path)(const Place& node) = nullptr;  // of a block that is called otherwise
};

struct Bind {
  const char* from;  // an initiator's end
  const char* to;
  bool (*present)(const Place& below) = nullptr;  // null: always
};

struct Composite {
  NodeKind node;
  std::vector<Part> parts;  // in the order of construction; one that is not there leaves its place in the picture
  std::vector<Bind> binds = {};
  const char* colour = "#f5dede";  // of its box
  // The picture: parts in the order of their lines in the node's box, what stands there in place of an absent one, and
  // what the line to the node above says.
  struct Lines {
    const char* part;
    const char* if_absent = nullptr;
  };
  std::vector<Lines> box = {};
  Words (*line)(const Place& node) = nullptr;
  bool (*is)(const Place& node) = nullptr;  // of several for one kind of node; null: always
};

// What binds nodes of two kinds, one below the other.
struct Join {
  enum class Reach : std::uint8_t {
    kNext,     // joined by a link
    kNearest,  // wherever on its way it lies
  };
  NodeKind below;
  NodeKind above;
  Reach reach;
  std::vector<Bind> binds;
};

// Some tenants' jobs begin in this device.
bool BeginsJobs(const ResolvedExperiment& experiment, std::size_t endpoint);

const std::vector<Composite>& Composites();
const Composite& CompositeOf(const Place& node);
const std::vector<Join>& Joins();  // in the order in which they are bound

}  // namespace siov

#endif  // SIOV_PLATFORMS_KINDS_COMPOSITES_H_
