// SPDX-License-Identifier: Apache-2.0
// Binds the sockets of constructed blocks as the topology says, by name, and puts a peer at those that stay open.
#ifndef SIOV_PLATFORMS_BUILD_WIRING_H_
#define SIOV_PLATFORMS_BUILD_WIRING_H_

#include "platforms/build/construction.h"
#include "platforms/build/unused_peers.h"

namespace siov {

// Throws InvariantError where blocks, their rows in the registry and the composites contradict each other: a socket
// that a row names and the block has not, protocols that differ, a port that has to be bound and is not.
void Wire(const Construction& construction, UnusedPeers* unused);

}  // namespace siov

#endif  // SIOV_PLATFORMS_BUILD_WIRING_H_
