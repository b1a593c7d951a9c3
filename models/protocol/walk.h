// SPDX-License-Identifier: Apache-2.0
// IOTLB to page walker: translate one page. What is asked besides the page says what the walk has to check and to
// update; the answer has the rights of every kind of request, and what the caches of an IOMMU match invalidations by.
#ifndef SIOV_MODELS_PROTOCOL_WALK_H_
#define SIOV_MODELS_PROTOCOL_WALK_H_

#include <cstdint>

#include "models/base/ids.h"
#include "models/protocol/carried.h"
#include "models/protocol/packet.h"
#include "models/protocol/translation.h"

namespace siov {

struct WalkHeader {
  static constexpr const char* kName = "walk";
  static constexpr bool kAnswered = true;

  std::uint64_t address = 0;  // virtual; of a translated request: the one its device claims
  Pasid pasid;                // not valid: that of the requester's context entry
  TenantRef tenant;           // whose reads of tables these are, for models of memory that want to know
  RequesterId requester = 0;
  AddressType at = AddressType::kUntranslated;  // of the request it is for
  bool write = false;                           // the page will be written: set dirty bits
  bool privileged = false;
  std::uint8_t traffic_class = 0;
  std::uint32_t miss = 0;   // for the IOTLB's own use
  Translation translation;  // the answer
};
using Walk = Packet<WalkHeader>;

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_WALK_H_
