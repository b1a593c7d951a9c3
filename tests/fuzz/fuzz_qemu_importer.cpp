// SPDX-License-Identifier: Apache-2.0
// The first byte of the input chooses the import's options, the rest is the text.
#include <string_view>

#include "models/workload/importers/qemu_importer.h"
#include "tests/fuzz/trace_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  siov::ImportOptions options;
  options.lenient = (data[0] & 1u) != 0;
  options.drop_shadow_doorbells = (data[0] & 2u) != 0;
  siov::MemoryByteSource bytes("input", {reinterpret_cast<const char*>(data) + 1, size - 1});
  siov::QemuImporter importer(bytes, options);
  siov::DrainTwice(importer);
  return 0;
}
