// SPDX-License-Identifier: Apache-2.0
// What constructors of blocks get to see, and the blocks that are there so far, by path.
#ifndef SIOV_PLATFORMS_BUILD_CONSTRUCTION_H_
#define SIOV_PLATFORMS_BUILD_CONSTRUCTION_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/base/invariant.h"
#include "models/kernel/block.h"
#include "models/translation/address_spaces.h"
#include "models/workload/replay/replay.h"
#include "platforms/build/replay_domains.h"
#include "platforms/kinds/topology.h"
#include "platforms/resolve/resolved.h"

namespace siov {

class Construction {
 public:
  Construction(const ResolvedExperiment& its_experiment, Simulation& its_simulation, AddressSpaces& spaces,
               const Topology& its_topology, const ReplayDomains& domains)
      : experiment(its_experiment),
        simulation(its_simulation),
        address_spaces(spaces),
        topology(its_topology),
        replay_domains(domains) {}

  const ResolvedExperiment& experiment;
  Simulation& simulation;
  AddressSpaces& address_spaces;
  const Topology& topology;
  const ReplayDomains replay_domains;

  // Takes a block and the blocks that are parts of it.
  void Add(std::unique_ptr<Block> block);
  const std::map<std::string, Block*>& blocks() const { return blocks_; }
  // Null: no such block is there (yet).
  Block* FindBlock(const std::string& path) const;
  // REQUIRES that the part has been constructed, and is one.
  template <class Kind>
  Kind& Get(NodeRef node, const std::string& part) const {
    const std::string& path = topology.blocks()[topology.BlockOf(node, part)].path;
    Kind* const found = dynamic_cast<Kind*>(FindBlock(path));
    CheckInvariant(found != nullptr, [&] { return "construction: " + path + " is asked for before it is there"; });
    return *found;
  }
  template <class Kind>
  std::vector<Kind*> All() const {
    std::vector<Kind*> found;
    for (const auto& [path, block] : blocks_) {
      if (auto* const one = dynamic_cast<Kind*>(block)) found.push_back(one);
    }
    return found;
  }

 private:
  void Note(Block& block);

  std::vector<std::unique_ptr<Block>> owned_;
  std::map<std::string, Block*> blocks_;
};

// Constructs a block of the topology; nothing to do for what is part of another block. `open_trace` feeds a replay.
void Construct(Topology::Block block, const TraceOpener& open_trace, Construction& construction);

// The kinds that can be constructed, by name.
std::vector<std::string> ConstructedKinds();

}  // namespace siov

#endif  // SIOV_PLATFORMS_BUILD_CONSTRUCTION_H_
