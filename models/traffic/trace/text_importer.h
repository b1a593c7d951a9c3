// SPDX-License-Identifier: Apache-2.0
// What every importer of a text recording shares: lines in, records out, damaged lines refused or counted, one clock
// that never steps back, a stream for each requester id.
#ifndef SIOV_MODELS_TRAFFIC_TRACE_TEXT_IMPORTER_H_
#define SIOV_MODELS_TRAFFIC_TRACE_TEXT_IMPORTER_H_

#include <string>
#include <string_view>
#include <unordered_map>

#include "models/traffic/trace/byte_source.h"
#include "models/traffic/trace/held_records.h"
#include "models/traffic/trace/line_reader.h"
#include "models/traffic/trace/trace_record.h"

namespace siov {

struct ImportOptions {
  bool lenient = false;                // leave damaged lines out and count them instead of refusing the file
  bool drop_shadow_doorbells = false;  // QEMU logs: leave out accesses to NVMe shadow doorbell and event index pages
};

class TextImporter : public TraceSource {
 public:
  bool Next(TraceRecord* record) final;
  void Rewind() final;
  const TraceInfo& info() const final { return info_; }

 protected:
  enum class Verdict { kUsed, kIgnored, kDamaged };

  // The byte source must outlive the importer.
  TextImporter(ByteSource& bytes, const ImportOptions& options) : lines_(bytes), options_(options) {}

  // Understands one line: emits records, or says that it holds none, or that it is damaged.
  virtual Verdict Line(std::string_view line) = 0;
  virtual void Forget() = 0;  // back to the state before the first line
  virtual void Describe(TraceInfo* info) const = 0;
  virtual const char* what_it_reads() const = 0;  // "an ftrace text"

  // Turns a clock reading of this recording into time since its first record.
  Picoseconds Since(std::uint64_t time_ns, unsigned decimals);
  // May this be the name of a mark? Short and printable.
  static bool IsMark(std::string_view name);
  HeldRecords::Ticket Emit(TraceRecord record, bool held = false);
  std::uint32_t StreamOf(RequesterId id);
  const ImportOptions& options() const { return options_; }
  TraceInfo& mutable_info() { return info_; }
  HeldRecords& queue() { return queue_; }

 private:
  void OneLine(std::string_view line);

  LineReader lines_;
  ImportOptions options_;
  TraceInfo info_;
  HeldRecords queue_;
  std::unordered_map<RequesterId, std::uint32_t> stream_of_;
  bool started_ = false;
  bool ended_ = false;
  bool clock_started_ = false;
  bool understood_any_ = false;
  std::uint64_t first_ns_ = 0;
  Picoseconds latest_ps_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_TRAFFIC_TRACE_TEXT_IMPORTER_H_
