// SPDX-License-Identifier: Apache-2.0
// One line of an ftrace text taken apart: who, where, when, which event, and the event's own text. Understands the
// kernel's trace file, `trace-cmd report` and `perf script`.
#ifndef SIOV_MODELS_WORKLOAD_IMPORTERS_FTRACE_LINE_H_
#define SIOV_MODELS_WORKLOAD_IMPORTERS_FTRACE_LINE_H_

#include <cstdint>
#include <string_view>

#include "models/workload/importers/text_scan.h"

namespace siov {

struct FtraceLine {
  std::string_view task;  // its name, up to the first '-' or space
  std::uint64_t pid = 0;
  std::uint64_t cpu = 0;
  char interrupt = '.';  // '.' task, 's' softirq, 'h' hardirq, 'H' hardirq inside softirq
  std::uint64_t time_ns = 0;
  unsigned decimals = 0;       // of the printed seconds
  bool counted = false;        // the clock counts something else than seconds; time_ns is its count
  std::string_view event;      // without its group
  std::string_view arguments;  // after the event's colon
};

// False when the text has not this form.
bool ParseFtraceLine(std::string_view text, FtraceLine* line);

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_IMPORTERS_FTRACE_LINE_H_
