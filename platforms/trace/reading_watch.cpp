// SPDX-License-Identifier: Apache-2.0
#include "platforms/trace/reading_watch.h"

#include <unistd.h>

#include <cstdio>

namespace siov {
namespace {

struct Watch {
  bool (*interrupted)() = nullptr;
  bool progress = false;
};
Watch watch;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): see the header

}  // namespace

void WatchReading(bool (*interrupted)(), bool progress) {
  watch.interrupted = interrupted;
  watch.progress = progress && ::isatty(STDERR_FILENO) != 0;
}

void CheckReading(const std::string& name) {
  if (watch.interrupted != nullptr && watch.interrupted()) {
    throw ReadingInterrupted("interrupted while reading " + name + "; nothing was written");
  }
}

void WatchedTrace::Check() {
  CheckReading(name_);
  if (!watch.progress || Clock::now() - last_said_ < std::chrono::seconds(3)) return;
  last_said_ = Clock::now();
  const std::uint64_t all = source_->info().record_count;
  std::fprintf(stderr, "reading %s: %.1f million records", name_.c_str(), static_cast<double>(records_) * 1e-6);
  if (all != 0) std::fprintf(stderr, " of %.1f", static_cast<double>(all) * 1e-6);
  std::fputc('\n', stderr);
}

}  // namespace siov
