// SPDX-License-Identifier: Apache-2.0
// What every importer of a text recording shares: lines in, records out, damaged lines refused together or counted, one
// clock that never steps back, a stream for each device. A file that gives no record at all is refused, with what it
// holds and what is read, unless it says that nothing happened.
#ifndef SIOV_MODELS_WORKLOAD_IMPORTERS_TEXT_IMPORTER_H_
#define SIOV_MODELS_WORKLOAD_IMPORTERS_TEXT_IMPORTER_H_

#include <string>
#include <string_view>
#include <unordered_map>

#include "models/workload/importers/damaged_lines.h"
#include "models/workload/importers/held_records.h"
#include "models/workload/importers/line_reader.h"
#include "models/workload/importers/seen_events.h"
#include "models/workload/trace/byte_source.h"
#include "models/workload/trace/trace_record.h"

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
  // kNothing: a line that was understood and says that nothing happened. kForeign: none of the recorder's.
  enum class Verdict { kUsed, kNothing, kIgnored, kForeign, kDamaged };

  // The byte source must outlive the importer.
  TextImporter(ByteSource& bytes, const ImportOptions& options) : lines_(bytes), options_(options) {}

  // Understands one line: emits records, or says that it holds none, or that it is damaged.
  virtual Verdict Line(std::string_view line) = 0;
  virtual void Finish() {}    // after the last line: completes what is still held
  virtual void Forget() = 0;  // back to the state before the first line
  virtual void Describe(TraceInfo* info) const = 0;
  virtual const char* what_it_reads() const = 0;           // "an ftrace text"
  virtual const std::string& events_it_reads() const = 0;  // their names

  // Turns a clock reading of this recording into time since its first record.
  Picoseconds Since(std::uint64_t time_ns, unsigned decimals);
  // The time of a line without one: a microsecond after the line before, if no line has one.
  Picoseconds Untimed();
  bool clock_started() const { return clock_started_; }
  Verdict IgnoreEvent(std::string_view name) {
    unread_.Add(name);
    return Verdict::kIgnored;
  }
  // May this be the name of a mark? Short and printable.
  static bool IsMark(std::string_view name);
  HeldRecords::Ticket Emit(TraceRecord record, bool held = false);
  // Requester ids have no PCI segment; a stream's name has, where it is not 0.
  std::uint32_t StreamOf(RequesterId id, std::uint32_t segment = 0);
  bool understood_any() const { return understood_any_; }
  const ImportOptions& options() const { return options_; }
  TraceInfo& mutable_info() { return info_; }
  HeldRecords& queue() { return queue_; }

 private:
  void OneLine(std::string_view line);
  void AtEnd();
  [[noreturn]] void RefuseDamage(std::string_view line);

  LineReader lines_;
  ImportOptions options_;
  TraceInfo info_;
  HeldRecords queue_;
  std::unordered_map<std::uint64_t, std::uint32_t> stream_of_;  // by segment and requester id
  DamagedLines damaged_;
  SeenEvents unread_;
  std::uint64_t records_ = 0;
  bool nothing_happened_ = false;
  bool started_ = false;
  bool ended_ = false;
  bool clock_started_ = false;
  bool untimed_ = false;  // a line without a time was seen
  bool understood_any_ = false;
  std::uint64_t first_ns_ = 0;
  Picoseconds latest_ps_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_IMPORTERS_TEXT_IMPORTER_H_
