// SPDX-License-Identifier: Apache-2.0
// The input is the content of the records' frame behind a good header. What `trace info --json --lru` does with any
// such trace: facts, LRU probes, the oracle, notes; and replay in recorded order, as far as it can be asked for.
#include <zstd.h>

#include <memory>
#include <sstream>
#include <string>

#include "configs/schema/trace.pb.h"
#include "models/workload/replay/ordered_replay.h"
#include "models/workload/trace/belady.h"
#include "models/workload/trace/trace_facts.h"
#include "platforms/trace/trace_format.h"
#include "platforms/trace/trace_info.h"
#include "platforms/trace/trace_reader.h"
#include "tests/fuzz/trace_fuzz.h"

namespace {

std::string Frame(const std::string& content) {
  std::string frame(ZSTD_compressBound(content.size()), '\0');
  frame.resize(ZSTD_compress(frame.data(), frame.size(), content.data(), content.size(), 1));
  return frame;
}

// As many records as the content has messages, so that more than a few inputs are whole.
std::string Trace(const std::string& content) {
  std::uint64_t records = 0;
  for (std::size_t at = 0; at < content.size(); ++records) at += 1u + static_cast<unsigned char>(content[at]);
  siovsim::TraceHeader header;
  header.set_magic(siov::kTraceMagic);
  header.set_version(siov::kTraceVersion);
  header.set_time_unit_ps(siov::kPsPerUs);
  header.set_record_count(records);
  header.add_streams()->set_name("00:04.0");
  header.add_streams()->set_name("00:05.0");
  const std::string bytes = header.SerializeAsString();
  return Frame(static_cast<char>(bytes.size()) + bytes) + Frame(content);
}

void Look(const std::string& file) {
  const std::vector<std::size_t> sizes = {1, 2, 8};
  siov::TraceReader reader(std::make_unique<siov::MemoryByteSource>("input", file));
  siov::TraceFacts facts(sizes);
  facts.SeeAll(reader);
  siov::NextUses uses;
  const auto oracle = siov::ProbeBelady(reader, sizes, facts.has_window(), &uses);
  std::ostringstream out;
  siov::PrintTraceInfoJson("input", reader.info(), facts, oracle, out);
  siov::PrintTraceInfo("input", reader.info(), facts, oracle, out);
}

void Replay(const std::string& file) {
  siov::ReplayConfig config;
  config.trace_file = "input";
  config.order = siov::ReplayOrder::kAsRecorded;
  config.memory_bytes = std::uint64_t{1} << 20;
  config.device_tlb = true;
  const siov::OrderedReplay replay(config, [&file] {
    return std::make_unique<siov::TraceReader>(std::make_unique<siov::MemoryByteSource>("input", file));
  });
  siov::Require(replay.facts().peak_pages * siov::ReplayScript::kBytesPerPage <= config.memory_bytes, "pages fit");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string file = Trace({reinterpret_cast<const char*>(data), size});
  try {
    Look(file);
  } catch (const siov::TraceError&) {
  }
  try {
    Replay(file);
  } catch (const siov::TraceError&) {
  }
  return 0;
}
