// SPDX-License-Identifier: Apache-2.0
// Progress of a run on standard error: a bar on a terminal, JSON lines otherwise, or nothing.
#ifndef SIOV_PLATFORMS_RUN_PROGRESS_H_
#define SIOV_PLATFORMS_RUN_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "models/base/units.h"

namespace siov {

enum class ProgressStyle : std::uint8_t { kNone, kBar, kJson };

// "auto" is a bar on a terminal and JSON lines elsewhere. Returns false if `text` names no style.
bool ParseProgressStyle(const std::string& text, ProgressStyle* style);

struct ProgressSample {
  Picoseconds sim_time_ps = 0;
  Picoseconds end_ps = kNever;  // known end of the run, or kNever
  std::uint64_t jobs_done = 0;
  std::uint64_t jobs_total = 0;  // 0 = unknown
  std::uint64_t events = 0;
};

class Progress {
 public:
  explicit Progress(ProgressStyle style) : style_(style), started_(Clock::now()), last_(started_) {}
  // Prints at most a few times a second.
  void Update(const ProgressSample& sample);
  void Finish(const ProgressSample& sample);

 private:
  using Clock = std::chrono::steady_clock;
  void Print(const ProgressSample& sample, bool final) const;

  ProgressStyle style_;
  Clock::time_point started_;
  Clock::time_point last_;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_RUN_PROGRESS_H_
