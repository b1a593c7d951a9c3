// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/block.h"

#include "models/base/invariant.h"

namespace siov {

void Block::FailArrival(const Tlp& tlp) const {
  throw InvariantError(path() + ": a packet of kind " + std::to_string(static_cast<unsigned>(tlp.kind)) +
                       " arrived at " + std::to_string(now()) + " ps but its ledger stands at " +
                       std::to_string(tlp.ledger.cursor()) + " ps");
}

}  // namespace siov
