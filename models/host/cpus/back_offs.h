// SPDX-License-Identifier: Apache-2.0
// Submissions that pause after a Retry, behind a handful of agenda items (models/kernel/wake_ups.h). A million of them
// cost 12 bytes each. Decides the length of a pause, too; knows no time but what it is told.
#ifndef SIOV_MODELS_HOST_CPUS_BACK_OFFS_H_
#define SIOV_MODELS_HOST_CPUS_BACK_OFFS_H_

#include <cstdint>
#include <vector>

#include "models/host/cpus/host_core.h"
#include "models/kernel/wake_ups.h"
#include "models/protocol/submission.h"

namespace siov {

class BackOffs {
 public:
  BackOffs(const HostConfig& config, RandomStream random) : config_(config), random_(random) {}

  // After the job's `retries`-th Retry in a row.
  Picoseconds DrawPause(std::uint32_t retries) { return RetryPause(config_, retries, random_); }
  void Pause(Submission& submission, Picoseconds until) {
    auto slot = static_cast<std::uint32_t>(pausing_.size());
    if (free_slots_.empty()) {
      pausing_.push_back(&submission);
    } else {
      slot = free_slots_.back();
      free_slots_.pop_back();
      pausing_[slot] = &submission;
    }
    wake_ups_.Schedule(slot, until);
  }
  // As of WakeUps: the delay of the agenda item that is missing, or kNever; such an item has come.
  Picoseconds Arm(Picoseconds now) { return wake_ups_.Arm(now); }
  void Fired() { wake_ups_.Fired(); }
  // The next whose pause is over, or null.
  Submission* Pop(Picoseconds now) {
    std::uint32_t slot = 0;
    if (!wake_ups_.Pop(now, &slot)) return nullptr;
    free_slots_.push_back(slot);
    return pausing_[slot];
  }

 private:
  static constexpr Picoseconds kTick = kPsPerNs;

  const HostConfig& config_;
  RandomStream random_;
  WakeUps wake_ups_{kTick};
  std::vector<Submission*> pausing_;  // by slot
  std::vector<std::uint32_t> free_slots_;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_CPUS_BACK_OFFS_H_
