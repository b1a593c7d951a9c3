// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/device_port/device_port_core.h"

#include <algorithm>
#include <string>

#include "models/base/invariant.h"

namespace siov {

TagPool::TagPool(std::uint32_t tags) : total_(tags) {
  for (std::uint32_t tag = tags; tag > 0; --tag) free_.push_back(static_cast<std::uint16_t>(tag - 1));
}

TagTimers::Due TagTimers::At(Picoseconds now, std::uint16_t tag) const {
  const Outstanding& one = of_tag_[tag];
  if (one.request == nullptr || EndOf(one) > now) return Due::kNothing;
  return one.request->abandoned ? Due::kEndOfQuarantine : Due::kTimeout;
}

Picoseconds TagTimers::Next() const {
  Picoseconds next = kNever;
  for (const Outstanding& one : of_tag_) {
    if (one.request != nullptr) next = std::min(next, EndOf(one));
  }
  return next;
}

DownstreamRoute RouteDownstream(TlpKind kind) {
  switch (kind) {
    case TlpKind::kMemoryWrite:
    case TlpKind::kDeferrableWrite:
      return DownstreamRoute::kPortal;
    case TlpKind::kPageGroupResponse:
    case TlpKind::kInvalidateRequest:
      return DownstreamRoute::kAtc;
    case TlpKind::kConfigRead:
    case TlpKind::kConfigWrite:
    case TlpKind::kRegisterRead:
    case TlpKind::kRegisterWrite:
      return DownstreamRoute::kFunction;
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
