// SPDX-License-Identifier: Apache-2.0
// The first byte of the input says what the rest is: a file as it is, the content of its one frame, or the content of
// the frame behind a good header. Compressing here lets the fuzzer reach past zstd's checksums.
#include <zstd.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "configs/schema/trace.pb.h"
#include "platforms/trace/trace_format.h"
#include "platforms/trace/trace_reader.h"
#include "tests/fuzz/trace_fuzz.h"

namespace {

std::string Frame(std::string_view content) {
  std::string frame(ZSTD_compressBound(content.size()), '\0');
  frame.resize(ZSTD_compress(frame.data(), frame.size(), content.data(), content.size(), 1));
  return frame;
}

std::string GoodHeader() {
  siovsim::TraceHeader header;
  header.set_magic(siov::kTraceMagic);
  header.set_version(siov::kTraceVersion);
  header.set_time_unit_ps(siov::kPsPerUs);
  header.set_record_count(5);
  header.add_streams()->set_name("00:04.0");
  const std::string bytes = header.SerializeAsString();
  return static_cast<char>(bytes.size()) + bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string file(rest);
  if (data[0] % 3 == 1) file = Frame(rest);
  if (data[0] % 3 == 2) file = Frame(GoodHeader()) + Frame(rest);
  try {
    siov::TraceReader reader(std::make_unique<siov::MemoryByteSource>("input", file));
    siov::DrainTwice(reader);
  } catch (const siov::TraceError&) {
  }
  return 0;
}
