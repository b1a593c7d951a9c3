// SPDX-License-Identifier: Apache-2.0
#include "models/workload/importers/qemu_line.h"

#include "models/workload/importers/text_scan.h"

namespace siov {
namespace {

// Of the devices and the IOMMU a log is read for; behind a prefix that is not understood only these are looked for.
constexpr std::string_view kFamilies[] = {"vtd_", "pci_nvme_", "virtio_blk_", "e1000e_", "igb_", "usb_xhci_"};

bool IsNameCharacter(char c) { return (c >= 'a' && c <= 'z') || IsDigit(c) || c == '_'; }

// "vtd_inv_desc": a lower-case name, up to a space or the end; without a known prefix before it only one with an
// underscore
bool ScanEvent(std::string_view text, bool prefixed, QemuLine* line) {
  std::size_t end = 0;
  bool underscore = false;
  while (end < text.size() && IsNameCharacter(text[end])) underscore = text[end++] == '_' || underscore;
  if (end == 0 || !(underscore || prefixed) || IsDigit(text.front()) || text.front() == '_') return false;
  if (end < text.size() && text[end] != ' ') return false;
  line->event = text.substr(0, end);
  TextScan arguments(text.substr(end));
  arguments.Spaces();
  line->arguments = arguments.rest();
  return true;
}

// Days from 1970-01-01 to a date of the proleptic Gregorian calendar from then on.
std::uint64_t DaysSince1970(std::uint64_t year, std::uint64_t month, std::uint64_t day) {
  constexpr std::uint64_t kDaysBeforeMonth[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  const std::uint64_t before = year - 1;
  const std::uint64_t leap_days = before / 4 - before / 100 + before / 400 - 477;  // 477 up to 1969
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return (year - 1970) * 365 + leap_days + kDaysBeforeMonth[month - 1] + (leap && month > 2 ? 1 : 0) + day - 1;
}

// "2025-06-20T07:24:17.123456Z", or "+00:00" for the Z
bool ScanIsoTime(TextScan& scan, QemuLine* line) {
  TextScan at = scan;
  std::uint64_t year = 0;
  std::uint64_t month = 0;
  std::uint64_t day = 0;
  std::uint64_t hour = 0;
  std::uint64_t minute = 0;
  if (!at.Decimal(&year) || year < 1970 || year > 2200 || !at.Literal("-") || !at.Decimal(&month) || month < 1 ||
      month > 12 || !at.Literal("-") || !at.Decimal(&day) || day < 1 || day > 31 || !at.Literal("T") ||
      !at.Decimal(&hour) || hour > 23 || !at.Literal(":") || !at.Decimal(&minute) || minute > 59 || !at.Literal(":")) {
    return false;
  }
  if (!ScanTimestamp(at, &line->time_ns, &line->decimals)) return false;
  if (!at.Literal("Z")) {
    std::uint64_t ignored = 0;
    if ((!at.Literal("+") && !at.Literal("-")) || !at.Decimal(&ignored) || !at.Literal(":") || !at.Decimal(&ignored)) {
      return false;
    }
  }
  const std::uint64_t minutes = (DaysSince1970(year, month, day) * 24 + hour) * 60 + minute;
  line->time_ns += minutes * 60'000'000'000;
  line->has_time = true;
  scan = at;
  return true;
}

// "[main|27974] ", "(27974|main): "
void SkipThreadNote(TextScan& scan, QemuLine* line) {
  TextScan at = scan;
  std::string_view note;
  const bool square = at.Literal("[");
  if (!square && !at.Literal("(")) return;
  if (!at.Until(square ? "]" : ")", &note)) return;
  std::uint64_t thread = 0;
  for (std::string_view rest = note; !rest.empty(); rest.remove_prefix(1)) {
    TextScan number(rest);
    if (!IsDigit(rest.front()) || !number.Decimal(&thread)) continue;
    line->thread = thread;
    line->has_thread = true;
    break;
  }
  at.Literal(":");
  at.Spaces();
  scan = at;
}

// "23637@1795215493.913971:"
bool ScanThreadAndTime(TextScan& scan, QemuLine* line) {
  if (!scan.Decimal(&line->thread) || !scan.Literal("@")) return false;
  line->has_thread = true;
  if (ScanIsoTime(scan, line)) return scan.Literal(":");
  line->has_time = true;
  return ScanTimestamp(scan, &line->time_ns, &line->decimals) && scan.Literal(":");
}

bool FindFamily(std::string_view text, QemuLine* line) {
  for (const std::string_view family : kFamilies) {
    for (std::size_t at = text.find(family); at != std::string_view::npos; at = text.find(family, at + 1)) {
      if (at != 0 && IsNameCharacter(text[at - 1])) continue;
      // The prefix may be a known one behind another.
      const std::size_t start = text.rfind(' ', at) == std::string_view::npos ? 0 : text.rfind(' ', at) + 1;
      TextScan known(text.substr(start, at - start));
      QemuLine prefixed;
      if (ScanThreadAndTime(known, &prefixed) && known.Done()) *line = prefixed;
      if (ScanEvent(text.substr(at), false, line)) return true;
    }
  }
  return false;
}

}  // namespace

QemuLineKind ParseQemuLine(std::string_view text, QemuLine* line) {
  *line = QemuLine();
  const std::size_t digits = text.find_first_not_of("0123456789");
  TextScan scan(text);
  if (digits != 0 && digits != std::string_view::npos && text[digits] == '@') {
    return ScanThreadAndTime(scan, line) && ScanEvent(scan.rest(), true, line) ? QemuLineKind::kEvent
                                                                               : QemuLineKind::kDamaged;
  }
  if (ScanIsoTime(scan, line)) scan.Spaces();
  SkipThreadNote(scan, line);
  if (!scan.Done() && ScanEvent(scan.rest(), false, line)) return QemuLineKind::kEvent;
  *line = QemuLine();
  return FindFamily(text, line) ? QemuLineKind::kEvent : QemuLineKind::kForeign;
}

}  // namespace siov
