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

// Who looks for the completion record.
enum class Waiting : std::uint8_t {
  kByOthers,  // a CPU besides those that submit
  kSpin,      // the thread, on the CPU it keeps
  kUmwait,    // the same, asleep until the record is written
};

// The thread that submits: what its CPU sees of it.
struct SubmittingThread {
  static constexpr std::uint32_t kNoVm = 0xFFFF'FFFFu;
  std::uint32_t pasid_register = 0;  // IA32_PASID
  std::uint32_t first_word = 0;      // bits 31:0 of its commands in memory
  std::uint32_t vm = kNoVm;          // whose guest it is
  bool kernel = false;               // submits by ENQCMDS
  bool aligned = true;               // the destination of its commands, to 64 bytes
  bool portal = true;                // is a portal, not memory
  bool fence = true;                 // between preparation and submission
  Waiting waiting = Waiting::kByOthers;
};

struct SubmissionHeader {
  static constexpr const char* kName = "submission";
  static constexpr bool kAnswered = true;
  Job* job = nullptr;
  SubmittingThread thread;  // to the host
  std::uint32_t slot = 0;   // traffic's own: whose place in a closed loop the job takes
  bool refused = false;     // answered: the device in which it begins has no room for it now
};

using Submission = Packet<SubmissionHeader>;

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_SUBMISSION_H_
