// SPDX-License-Identifier: Apache-2.0
// The input is an ftrace text and a QEMU log with a zero byte between them; both imports are lenient.
#include <algorithm>
#include <string_view>

#include "models/workload/importers/ftrace_importer.h"
#include "models/workload/importers/qemu_importer.h"
#include "models/workload/trace/trace_merge.h"
#include "tests/fuzz/trace_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t middle = std::min(text.find('\0'), size);
  siov::MemoryByteSource guest_text("guest", text.substr(0, middle));
  siov::MemoryByteSource qemu_text("qemu", text.substr(std::min(middle + 1, size)));
  siov::ImportOptions options;
  options.lenient = true;
  siov::FtraceImporter guest(guest_text, options);
  siov::QemuImporter qemu(qemu_text, options);
  siov::MergedTrace merged(guest, qemu, "pair");
  siov::DrainTwice(merged);
  return 0;
}
