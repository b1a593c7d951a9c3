// SPDX-License-Identifier: Apache-2.0
// An engine's wish that the interrupt message store send the message of a job. The message is a TLP that takes this
// packet's ledger. Pure.
#ifndef SIOV_MODELS_PROTOCOL_INTERRUPT_REQUEST_H_
#define SIOV_MODELS_PROTOCOL_INTERRUPT_REQUEST_H_

#include <cstdint>

#include "models/base/ids.h"
#include "models/protocol/carried.h"
#include "models/protocol/packet.h"

namespace siov {

struct InterruptRequestHeader {
  static constexpr const char* kName = "interrupt request";
  static constexpr bool kAnswered = false;
  // The driver may give the job up meanwhile, and its place be another's: what is needed of it is here.
  JobRef job;
  std::uint64_t job_id = 0;
  TenantRef tenant;
  std::uint32_t handle = 0;  // which of the store's messages
  bool of_function = false;  // none of them, but the function's own, by which it reports errors
};

using InterruptRequest = Packet<InterruptRequestHeader>;

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_INTERRUPT_REQUEST_H_
