// SPDX-License-Identifier: Apache-2.0
// The translation requests a device may have in flight, and the misses that wait for a place among them, first come,
// first served. Pure.
#ifndef SIOV_MODELS_DEVICE_ATC_TRANSLATION_SLOTS_H_
#define SIOV_MODELS_DEVICE_ATC_TRANSLATION_SLOTS_H_

#include <cstdint>

#include "models/base/ring_queue.h"

namespace siov {

class TranslationSlots {
 public:
  explicit TranslationSlots(std::uint32_t slots) : slots_(slots) {}  // 0: as many as are wanted

  bool free() const { return slots_ == 0 || in_flight_ < slots_; }
  // Free, and nobody has waited longer.
  bool open() const { return free() && waiting_.empty(); }
  void Take() { ++in_flight_; }
  void GiveBack() { --in_flight_; }

  bool any_waiting() const { return !waiting_.empty(); }
  void Wait(std::uint32_t miss) { waiting_.PushBack(miss); }
  std::uint32_t Next() { return waiting_.PopFront(); }

 private:
  std::uint32_t slots_;
  std::uint32_t in_flight_ = 0;
  RingQueue<std::uint32_t> waiting_;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_TRANSLATION_SLOTS_H_
