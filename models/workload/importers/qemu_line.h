// SPDX-License-Identifier: Apache-2.0
// One line of a QEMU trace log taken apart: thread, time, event and the event's own text.
//
// QEMU prefixes its log differently by version and options: "23637@1795215493.913971:vtd_dmar_translate ..." (-msg
// timestamp=on), the event alone (without), an ISO 8601 time before it, a thread in brackets. A supervisor that
// collects the log (journald, libvirt) puts its own prefix before that, and a log shared with the console holds lines
// of other programs.
#ifndef SIOV_MODELS_WORKLOAD_IMPORTERS_QEMU_LINE_H_
#define SIOV_MODELS_WORKLOAD_IMPORTERS_QEMU_LINE_H_

#include <cstdint>
#include <string_view>

namespace siov {

struct QemuLine {
  bool has_thread = false;
  bool has_time = false;
  std::uint64_t thread = 0;
  std::uint64_t time_ns = 0;
  unsigned decimals = 0;  // of the printed seconds
  std::string_view event;
  std::string_view arguments;
};

enum class QemuLineKind { kEvent, kForeign, kDamaged };

QemuLineKind ParseQemuLine(std::string_view text, QemuLine* line);

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_IMPORTERS_QEMU_LINE_H_
