// SPDX-License-Identifier: Apache-2.0
// One invalidation on its way to a cache of the IOMMU: invalidation_queue to iotlb (which hands it on to page_walker)
// and interrupt_remapper. Answered when no later request can use what it removed and all that used it is visible.
// To pri_queue it is a wait that asks for a drain: answered when the requests received so far are visible. From
// pri_queue to iotlb (and on to page_walker) it says that a page is to be forgotten before its request is queued. Pure.
#ifndef SIOV_MODELS_PROTOCOL_INVALIDATION_REQUEST_H_
#define SIOV_MODELS_PROTOCOL_INVALIDATION_REQUEST_H_

#include <cstdint>

#include "models/protocol/invalidation.h"
#include "models/protocol/packet.h"

namespace siov {

struct InvalidationRequestHeader {
  static constexpr const char* kName = "invalidation";
  static constexpr bool kAnswered = true;

  CacheInvalidation what;
  // What a page request makes stale: `what` says the PASID and the address, the caches know what that means in their
  // tables (VT-d 6.5.3.1, table 27). First stage: entries of that page and PASID, whichever function asked; second
  // stage or pass-through: of that page in the domain; nested: everything of the domain. Nothing that uses it is waited
  // for.
  bool before_page_request = false;
  std::uint64_t context = 0;  // the originator's own
};
using InvalidationRequest = Packet<InvalidationRequestHeader>;

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_INVALIDATION_REQUEST_H_
