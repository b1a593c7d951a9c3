// SPDX-License-Identifier: Apache-2.0
// A job handed to an engine by the arbiter of the work queues. Answered when the slot is free again. Pure.
#ifndef SIOV_MODELS_PROTOCOL_DISPATCH_H_
#define SIOV_MODELS_PROTOCOL_DISPATCH_H_

#include <cstdint>

#include "models/protocol/packet.h"

namespace siov {

struct Job;

struct DispatchHeader {
  static constexpr const char* kName = "dispatch";
  static constexpr bool kAnswered = true;
  Job* job = nullptr;
  std::uint32_t slot = 0;  // engine x jobs_per_engine + context
};

using Dispatch = Packet<DispatchHeader>;

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_DISPATCH_H_
