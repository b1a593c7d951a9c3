// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace siov {
namespace {

constexpr std::chrono::milliseconds kBarPeriod{200};
constexpr std::chrono::milliseconds kJsonPeriod{1'000};

// How much of the run is done, 0..1; negative if nothing tells.
double FractionDone(const ProgressSample& sample) {
  double fraction = -1.0;
  if (sample.jobs_total > 0) {
    fraction = static_cast<double>(sample.jobs_done) / static_cast<double>(sample.jobs_total);
  }
  if (sample.end_ps != kNever && sample.end_ps > 0) {
    fraction = std::max(fraction, static_cast<double>(sample.sim_time_ps) / static_cast<double>(sample.end_ps));
  }
  return std::min(fraction, 1.0);
}

}  // namespace

bool ParseProgressStyle(const std::string& text, ProgressStyle* style) {
  if (text == "none") {
    *style = ProgressStyle::kNone;
  } else if (text == "bar") {
    *style = ProgressStyle::kBar;
  } else if (text == "json") {
    *style = ProgressStyle::kJson;
  } else if (text == "auto") {
    *style = isatty(STDERR_FILENO) != 0 ? ProgressStyle::kBar : ProgressStyle::kJson;
  } else {
    return false;
  }
  return true;
}

void Progress::Update(const ProgressSample& sample) {
  if (style_ == ProgressStyle::kNone) return;
  const auto now = Clock::now();
  if (now - last_ < (style_ == ProgressStyle::kBar ? kBarPeriod : kJsonPeriod)) return;
  last_ = now;
  Print(sample, false);
}

void Progress::Finish(const ProgressSample& sample) {
  if (style_ != ProgressStyle::kNone) Print(sample, true);
}

void Progress::Print(const ProgressSample& sample, bool final) const {
  const double wall = std::chrono::duration<double>(Clock::now() - started_).count();
  const double rate = wall > 0 ? static_cast<double>(sample.events) / wall : 0.0;
  const double done = final ? 1.0 : FractionDone(sample);
  const double left = done > 0 ? wall * (1.0 - done) / done : -1.0;
  if (style_ == ProgressStyle::kJson) {
    std::fprintf(stderr, "{\"sim_time_ns\":%.3f,\"jobs_done\":%llu,\"jobs_total\":", ToNs(sample.sim_time_ps),
                 static_cast<unsigned long long>(sample.jobs_done));
    if (sample.jobs_total > 0) {
      std::fprintf(stderr, "%llu", static_cast<unsigned long long>(sample.jobs_total));
    } else {
      std::fputs("null", stderr);
    }
    std::fprintf(stderr,
                 ",\"events\":%llu,\"events_per_s\":%.0f,\"eta_s\":", static_cast<unsigned long long>(sample.events),
                 rate);
    if (left >= 0) {
      std::fprintf(stderr, "%.1f}\n", left);
    } else {
      std::fputs("null}\n", stderr);
    }
    return;
  }
  constexpr int kWidth = 30;
  const int filled = done >= 0 ? static_cast<int>(done * kWidth) : 0;
  std::string bar(static_cast<std::size_t>(filled), '#');
  bar.resize(kWidth, '.');
  std::fprintf(stderr, "\r[%s] %6.3f ms simulated  %llu jobs  %.2f M events/s", bar.c_str(),
               ToNs(sample.sim_time_ps) / 1e6, static_cast<unsigned long long>(sample.jobs_done), rate / 1e6);
  if (left >= 0 && !final) {
    std::fprintf(stderr, "  %.0f s left ", left);
  } else {
    std::fputs("             ", stderr);
  }
  if (final) std::fputc('\n', stderr);
  std::fflush(stderr);
}

}  // namespace siov
