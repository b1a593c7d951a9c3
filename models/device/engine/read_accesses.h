// SPDX-License-Identifier: Apache-2.0
// The accesses of one job's reads, of a device that stores an access as a whole before any of it goes on: which reads
// make one, and when the last of them has come. Pure.
#ifndef SIOV_MODELS_DEVICE_ENGINE_READ_ACCESSES_H_
#define SIOV_MODELS_DEVICE_ENGINE_READ_ACCESSES_H_

#include <cstdint>

#include "models/base/ring_queue.h"

namespace siov {

class ReadAccesses {
 public:
  // A read is issued, as the first of a new access if `begins`. Returns the access's number.
  std::uint32_t Issue(bool begins) {
    if (begins) {
      in_flight_.PushBack(0);
      closed_ = false;
    }
    ++in_flight_.back();
    return first_ + static_cast<std::uint32_t>(in_flight_.size()) - 1;
  }
  // Nothing more of the last one is issued.
  void Close() { closed_ = true; }
  // The answer of one of its reads is here.
  void Arrive(std::uint32_t access) { --in_flight_[access - first_]; }
  // All of it is here.
  bool IsComplete(std::uint32_t access) const {
    const bool last = access - first_ + 1 == in_flight_.size();
    return in_flight_[access - first_] == 0 && (closed_ || !last);
  }
  // Nobody asks for complete ones any more.
  void Forget() {
    while (!in_flight_.empty() && IsComplete(first_)) {
      in_flight_.PopFront();
      ++first_;
    }
  }

 private:
  RingQueue<std::uint32_t> in_flight_;  // reads, by access from first_ on
  std::uint32_t first_ = 0;
  bool closed_ = false;  // the last one
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ENGINE_READ_ACCESSES_H_
