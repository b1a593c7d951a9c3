// SPDX-License-Identifier: Apache-2.0
// A job handed over: by traffic to the host, whose CPUs submit it to a device, or to the device in which it begins. The
// answer says that its tenant has noticed the end. Pure.
//
// The packet's own ledger only tells the time; the story is in the job's.
#ifndef SIOV_MODELS_PROTOCOL_SUBMISSION_H_
#define SIOV_MODELS_PROTOCOL_SUBMISSION_H_

#include <cstdint>

#include "models/protocol/packet.h"

namespace siov {

struct Job;

struct SubmissionHeader {
  static constexpr const char* kName = "submission";
  static constexpr bool kAnswered = true;
  Job* job = nullptr;
  std::uint32_t slot = 0;  // traffic's own: whose place in a closed loop the job takes
  bool refused = false;    // answered: the device in which it begins has no room for it now
};

using Submission = Packet<SubmissionHeader>;

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_SUBMISSION_H_
