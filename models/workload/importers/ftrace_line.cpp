// SPDX-License-Identifier: Apache-2.0
#include "models/workload/importers/ftrace_line.h"

namespace siov {
namespace {

// The first "[003] " at or after `from`.
bool FindCpu(std::string_view line, std::size_t from, std::size_t* open, std::size_t* close) {
  for (std::size_t at = line.find('[', from); at != std::string_view::npos; at = line.find('[', at + 1)) {
    std::size_t end = at + 1;
    while (end < line.size() && IsDigit(line[end])) ++end;
    if (end > at + 1 && end + 1 < line.size() && line[end] == ']' && line[end + 1] == ' ') {
      *open = at;
      *close = end;
      return true;
    }
  }
  return false;
}

// "kworker/u16:3" of "   kworker/u16:3-45      "
std::string_view TaskOf(std::string_view text) {
  const std::size_t start = text.find_first_not_of(' ');
  if (start == std::string_view::npos) return "";
  text.remove_prefix(start);
  return text.substr(0, text.find_first_of("- "));
}

// The process id ends the text before "[cpu]": "fio-191", "fio-191 (190)" or perf's "fio 191".
bool ScanPid(std::string_view text, std::uint64_t* pid) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (!text.empty() && text.back() == ')') {
    text = text.substr(0, text.rfind('('));
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  }
  std::size_t start = text.size();
  while (start > 0 && IsDigit(text[start - 1])) --start;
  TextScan scan(text.substr(start));
  return scan.Decimal(pid);
}

// Seconds with decimals, or, of trace clocks that only count (counter, x86-tsc), an integer.
bool ScanClock(TextScan& scan, FtraceLine* line) {
  TextScan count = scan;
  if (ScanTimestamp(scan, &line->time_ns, &line->decimals)) return true;
  constexpr std::uint64_t kMost = 9'000'000'000'000'000'000;
  if (!count.Decimal(&line->time_ns) || line->time_ns > kMost || count.rest().substr(0, 1) != ":") return false;
  line->counted = true;
  line->decimals = 9;
  scan = count;
  return true;
}

}  // namespace

// "   kworker/u16:3-45      [002] d.h1.     4.304885: map: ...": task, CPU, flags, time and event
bool ParseFtraceLine(std::string_view text, FtraceLine* line) {
  std::size_t open = 0;
  std::size_t close = 0;
  do {  // a task's name may look like a CPU number, but no process id precedes that
    if (!FindCpu(text, close, &open, &close)) return false;
  } while (!ScanPid(text.substr(0, open), &line->pid));
  TextScan cpu(text.substr(open + 1, close - open - 1));
  if (!cpu.Decimal(&line->cpu)) return false;
  TextScan scan(text.substr(close + 1));
  scan.Spaces();
  line->interrupt = '.';
  line->counted = false;
  if (!scan.Done() && !IsDigit(scan.rest().front())) {
    std::string_view flags;
    scan.Word(&flags);
    if (flags.size() > 2) line->interrupt = flags[2];
    scan.Spaces();
  }
  if (!ScanClock(scan, line) || !scan.Literal(":")) return false;
  line->task = TaskOf(text.substr(0, open));
  scan.Spaces();
  std::string_view& event = line->event;
  if (!scan.Until(": ", &event) && !scan.Until(":", &event)) return false;
  if (const std::size_t group = event.rfind(':'); group != std::string_view::npos) event.remove_prefix(group + 1);
  scan.Spaces();
  line->arguments = scan.rest();
  while (!line->arguments.empty() && line->arguments.back() == ' ') line->arguments.remove_suffix(1);
  return !event.empty() && event.find(' ') == std::string_view::npos;
}

}  // namespace siov
