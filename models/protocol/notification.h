// SPDX-License-Identifier: Apache-2.0
// An interrupt, as the host's CPU or vCPU sees it: what interrupt remapping made of a device's message, whose ledger it
// takes. Pure.
#ifndef SIOV_MODELS_PROTOCOL_NOTIFICATION_H_
#define SIOV_MODELS_PROTOCOL_NOTIFICATION_H_

#include <cstdint>

#include "models/base/ids.h"
#include "models/protocol/carried.h"
#include "models/protocol/packet.h"

namespace siov {

struct NotificationHeader {
  static constexpr const char* kName = "notification";
  static constexpr bool kAnswered = false;
  JobRef job;  // which may be another by now than the one the interrupt tells of:
  std::uint64_t job_id = 0;
  TenantRef tenant;        // whom it tells
  std::uint32_t vcpu = 0;  // which CPU or vCPU sees it
};

using Notification = Packet<NotificationHeader>;

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_NOTIFICATION_H_
