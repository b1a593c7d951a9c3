// SPDX-License-Identifier: Apache-2.0
// What a replaying tenant asks of the host's driver: to map or unmap a range, or to invalidate what is cached of it
// (docs/translation.md, "Mapping requests"). Answered when that is done. Pure.
#ifndef SIOV_MODELS_PROTOCOL_MAPPING_REQUEST_H_
#define SIOV_MODELS_PROTOCOL_MAPPING_REQUEST_H_

#include <cstdint>

#include "models/base/ids.h"
#include "models/base/units.h"
#include "models/protocol/invalidation.h"
#include "models/protocol/packet.h"

namespace siov {

enum class MappingAction : std::uint8_t {
  kMap,         // the range's pages are where `page` says from now on
  kUnmap,       // the range is gone; the driver's unmap policy decides which invalidations follow and when it answers
  kUnmapTable,  // only the tables change: the invalidations come as kInvalidate, where the recording has them
  kInvalidate,  // hand `invalidation` to the invalidation queue as it is
};

struct MappingRequestHeader {
  static constexpr const char* kName = "mapping request";
  static constexpr bool kAnswered = true;

  // Of kMap: the first of the pages that the range becomes, all of one size and side by side.
  struct Page {
    std::uint64_t address = 0;
    std::uint8_t shift = kPageShift4K;
    bool read = false;
    bool write = false;
  };

  MappingAction action = MappingAction::kMap;
  Pasid pasid;                 // whose address space it is; none for invalidations of everybody's
  std::uint16_t endpoint = 0;  // the device that used the range, by name order
  std::uint64_t address = 0;   // the range, as the device sees it
  Bytes size_bytes = 0;
  Page page;
  Invalidation invalidation;  // of kInvalidate
  std::uint32_t player = 0;   // traffic's own: who replays the recording
};

using MappingRequest = Packet<MappingRequestHeader>;

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_MAPPING_REQUEST_H_
