// SPDX-License-Identifier: Apache-2.0
#include "models/root_port/root_port_core.h"

#include <string>

#include "models/base/invariant.h"

namespace siov {
namespace {

UpstreamRoute RouteMemoryRequest(TlpKind kind, AddressType at, std::uint64_t address, bool with_pasid, bool blocking) {
  const bool write = kind == TlpKind::kMemoryWrite;
  const bool interrupt_range = IsInterruptAddress(address);
  switch (at) {
    case AddressType::kTranslated:
      return blocking || interrupt_range ? UpstreamRoute::kRefused : UpstreamRoute::kMemory;
    case AddressType::kTranslationRequest:
      return UpstreamRoute::kRefused;  // translation requests have a kind of their own
    case AddressType::kUntranslated:
      break;
  }
  if (!interrupt_range || with_pasid) return UpstreamRoute::kIotlb;
  return write ? UpstreamRoute::kInterrupts : UpstreamRoute::kRefused;
}

}  // namespace

UpstreamRoute RouteUpstream(TlpKind kind, AddressType at, std::uint64_t address, bool with_pasid,
                            bool acs_translation_blocking) {
  switch (kind) {
    case TlpKind::kMemoryRead:
    case TlpKind::kMemoryWrite:
      return RouteMemoryRequest(kind, at, address, with_pasid, acs_translation_blocking);
    case TlpKind::kTranslationRequest:
      return acs_translation_blocking ? UpstreamRoute::kRefused : UpstreamRoute::kIotlb;
    case TlpKind::kPageRequest:
      return UpstreamRoute::kPriQueue;
    case TlpKind::kInvalidateCompletion:
      return UpstreamRoute::kRefused;
    default:
      throw InvariantError("root port: a packet of kind " + std::to_string(static_cast<unsigned>(kind)) +
                           " came up the link, which has no place to go in a host");
  }
}

}  // namespace siov
