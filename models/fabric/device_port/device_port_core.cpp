// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/device_port/device_port_core.h"

#include <string>

#include "models/base/invariant.h"

namespace siov {

TagPool::TagPool(std::uint32_t tags) : total_(tags) {
  for (std::uint32_t tag = tags; tag > 0; --tag) free_.push_back(static_cast<std::uint16_t>(tag - 1));
}

DownstreamRoute RouteDownstream(TlpKind kind) {
  switch (kind) {
    case TlpKind::kMemoryWrite:
    case TlpKind::kDeferrableWrite:
      return DownstreamRoute::kPortal;
    case TlpKind::kPageGroupResponse:
    case TlpKind::kInvalidateRequest:
      return DownstreamRoute::kAtc;
    case TlpKind::kMemoryRead:
    case TlpKind::kTranslationRequest:
    case TlpKind::kPageRequest:
    case TlpKind::kInvalidateCompletion:
      break;
  }
  throw InvariantError("device port: a packet of kind " + std::to_string(static_cast<unsigned>(kind)) +
                       " came down the link, which has no place to go in a device");
}

}  // namespace siov
