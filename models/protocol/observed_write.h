// SPDX-License-Identifier: Apache-2.0
// A line that the host monitors was written, a job's completion record: memory tells the host when it is visible. Takes
// the ledger of the write. Pure.
#ifndef SIOV_MODELS_PROTOCOL_OBSERVED_WRITE_H_
#define SIOV_MODELS_PROTOCOL_OBSERVED_WRITE_H_

#include <cstdint>

#include "models/protocol/carried.h"
#include "models/protocol/packet.h"

namespace siov {

struct ObservedWriteHeader {
  static constexpr const char* kName = "observed write";
  static constexpr bool kAnswered = false;
  JobRef job;  // whose record it is
  std::uint64_t address = 0;
};

using ObservedWrite = Packet<ObservedWriteHeader>;

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_OBSERVED_WRITE_H_
