// SPDX-License-Identifier: Apache-2.0
// A non-recoverable fault on its way from where it was found (iotlb, root_port, pri_queue) to fault_recording, and to
// the host if a job's completion record was lost by it: who reads the fault can tell the tenant. Given away. Pure.
#ifndef SIOV_MODELS_PROTOCOL_FAULT_RECORD_H_
#define SIOV_MODELS_PROTOCOL_FAULT_RECORD_H_

#include <cstdint>

#include "models/base/ids.h"
#include "models/protocol/carried.h"
#include "models/protocol/packet.h"
#include "models/protocol/tlp.h"

namespace siov {

struct FaultRecordHeader {
  static constexpr const char* kName = "fault record";
  static constexpr bool kAnswered = false;

  std::uint64_t address = 0;  // of the request, as the device gave it
  Pasid pasid;
  RequesterId requester = 0;
  std::uint16_t reason = 0;  // models/translation/fault_reason.h
  AddressType at = AddressType::kUntranslated;
  bool write = false;
  bool privileged = false;
  bool execute = false;
  bool fpd = false;  // a structure that was used says: do not record the fault

  bool lost_record = false;      // what it dropped was a completion record
  JobRef job;                    // whose it was
  std::uint64_t job_number = 0;  // of a `kept` one: the job's, which the driver may give up before software reads this
  bool kept = false;             // in a register or the queue, where software finds it
  bool read = false;             // software has read it; else it was not recorded, and only the driver's time-out tells
};
using FaultRecord = Packet<FaultRecordHeader>;

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_FAULT_RECORD_H_
