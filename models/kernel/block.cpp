// SPDX-License-Identifier: Apache-2.0
#include "models/kernel/block.h"

#include <sstream>

#include "models/base/invariant.h"

namespace siov {

void Block::FailArrival(const char* packet, Picoseconds cursor) const {
  throw InvariantError(path() + ": a packet (" + packet + ") arrived at " + std::to_string(now()) +
                       " ps but its ledger stands at " + std::to_string(cursor) + " ps");
}

void Block::FailService(std::uint64_t address) const {
  std::ostringstream hex;
  hex << std::hex << address;
  throw InvariantError(path() + ": the memory answered an access to 0x" + hex.str() + " at " + std::to_string(now()) +
                       " ps with an error; how a host survives the loss of what lies there is not modelled");
}

// What a socket is bound to is a member of the peer's block.
void Block::AppendPeer(const sc_core::sc_interface* peer, std::vector<std::string>* paths) {
  const auto* socket = dynamic_cast<const sc_core::sc_object*>(peer);
  if (socket == nullptr) return;
  const auto* block = dynamic_cast<const Block*>(socket->get_parent_object());
  if (block != nullptr) paths->push_back(block->path());
}

}  // namespace siov
