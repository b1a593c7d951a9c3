// SPDX-License-Identifier: Apache-2.0
// A job handed to an engine by the arbiter of the work queues. Answered when the slot is free again. Pure.
#ifndef SIOV_MODELS_PROTOCOL_DISPATCH_H_
#define SIOV_MODELS_PROTOCOL_DISPATCH_H_

#include <cstdint>

#include "models/protocol/carried.h"
#include "models/protocol/descriptor.h"
#include "models/protocol/packet.h"

namespace siov {

struct DispatchHeader {
  static constexpr const char* kName = "dispatch";
  static constexpr bool kAnswered = true;
  JobRef job;
  WorkDescriptor descriptor;  // with the PASID on whose behalf: of a dedicated queue the queue's
  std::uint32_t queue = 0;    // that it was submitted to
  bool own = false;           // it began in the device: no record, no interrupt
  std::uint32_t slot = 0;     // engine x jobs_per_engine + context
};

using Dispatch = Packet<DispatchHeader>;

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_DISPATCH_H_
