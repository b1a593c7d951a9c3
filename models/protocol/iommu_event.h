// SPDX-License-Identifier: Apache-2.0
// An event interrupt of an IOMMU: fault_recording, invalidation_queue or pri_queue tells the host that there is
// something to look at. Answered when software has cleared what it tells. Pure.
#ifndef SIOV_MODELS_PROTOCOL_IOMMU_EVENT_H_
#define SIOV_MODELS_PROTOCOL_IOMMU_EVENT_H_

#include <cstddef>
#include <cstdint>

#include "models/base/ids.h"
#include "models/protocol/packet.h"

namespace siov {

// What it tells (VT-d FSTS, ICS, PRS).
enum class IommuEventKind : std::uint8_t {
  kFault,            // PPF: faults are recorded
  kQueueError,       // IQE: a bad descriptor is at the head of the invalidation queue
  kTimeout,          // ITE: an invalidate request was not completed in time
  kCompletionError,  // ICE: an invalidate completion nobody waits for
  kWaitDone,         // IWC: a wait descriptor that asks for an interrupt has completed
  kPageRequest,      // PPR: page requests are in their queue
};
inline constexpr std::size_t kIommuEventKinds = 6;

struct IommuEventHeader {
  static constexpr const char* kName = "IOMMU event";
  static constexpr bool kAnswered = true;

  IommuEventKind kind = IommuEventKind::kFault;
  RequesterId requester = 0;  // the device it is about; of queue errors, time-outs and completion errors
};
using IommuEvent = Packet<IommuEventHeader>;

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_IOMMU_EVENT_H_
