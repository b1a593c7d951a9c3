// SPDX-License-Identifier: Apache-2.0
// An interrupt, as the host's CPU or vCPU sees it: what interrupt remapping made of a device's message, whose ledger it
// takes. Pure.
#ifndef SIOV_MODELS_PROTOCOL_NOTIFICATION_H_
#define SIOV_MODELS_PROTOCOL_NOTIFICATION_H_

#include <cstdint>

#include "models/base/ids.h"
#include "models/protocol/packet.h"

namespace siov {

struct Job;

struct NotificationHeader {
  static constexpr const char* kName = "notification";
  static constexpr bool kAnswered = false;
  Job* job = nullptr;  // which may be another by now than the one the interrupt tells of:
  std::uint64_t job_id = 0;
  TenantId tenant;  // whose vCPU sees it
};

using Notification = Packet<NotificationHeader>;

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_NOTIFICATION_H_
