// SPDX-License-Identifier: Apache-2.0
// What software says when the use of a PASID ends (requirements PAS-05, PRI-16, SVM-03): that nothing is submitted
// under it any more, to the device that it shall stop, to the page-fault service that it be torn down. Pure.
#ifndef SIOV_MODELS_PROTOCOL_PASID_END_H_
#define SIOV_MODELS_PROTOCOL_PASID_END_H_

#include <cstdint>

#include "models/base/ids.h"
#include "models/protocol/packet.h"

namespace siov {

// process_exits, atc (for the stops among its configured events) -> traffic: its tenant submits nothing any more. Given
// away.
struct PasidEndHeader {
  static constexpr const char* kName = "end of a PASID";
  static constexpr bool kAnswered = false;
  Pasid pasid;
};
using PasidEnd = Packet<PasidEndHeader>;

// process_exits -> atc: answered when none of its requests is under way any more. The device refuses what it still has
// to do for it from then on.
struct PasidStopHeader {
  static constexpr const char* kName = "stop of a PASID";
  static constexpr bool kAnswered = true;
  Pasid pasid;
  bool stop_marker = true;    // the device sends a Stop Marker; else it waits for its page responses
  std::uint32_t context = 0;  // the originator's own
};
using PasidStop = Packet<PasidStopHeader>;

// process_exits -> fault_service, after the device has stopped: answered when no page request and no response of it is
// anywhere, and its pages are free.
struct PasidTeardownHeader {
  static constexpr const char* kName = "teardown of a PASID";
  static constexpr bool kAnswered = true;
  Pasid pasid;
  RequesterId requester = 0;
  std::uint32_t iommu = 0;    // by name order
  std::uint32_t context = 0;  // the originator's own
};
using PasidTeardown = Packet<PasidTeardownHeader>;

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_PASID_END_H_
