// SPDX-License-Identifier: Apache-2.0
#include "platforms/trace/trace_writer.h"

#include <google/protobuf/io/coded_stream.h>
#include <unistd.h>
#include <zstd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "configs/schema/trace.pb.h"
#include "platforms/trace/trace_format.h"

namespace siov {
namespace {

constexpr int kCompressionLevel = 15;  // about 2 MB/s; traces are written once and read often
constexpr char kTool[] = "siovsim";

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

File Create(const std::string& path, const std::string& for_path) {
  File file(std::fopen(path.c_str(), "w+be"));
  if (!file) throw TraceError(for_path + ": cannot be written: " + std::strerror(errno) + ".");
  return file;
}

void Pack(const TraceRecord& record, siovsim::TraceEntry* entry) {
  entry->Clear();
  entry->set_kind(static_cast<siovsim::TraceEntry::Kind>(record.kind));
  entry->set_scope(static_cast<siovsim::TraceEntry::Scope>(record.scope));
  entry->set_layer(static_cast<siovsim::TraceEntry::Layer>(record.layer));
  entry->set_phase(static_cast<siovsim::TraceEntry::Phase>(record.phase));
  if (record.stream != TraceRecord::kNoStream) entry->set_stream(record.stream);
  if (record.domain != TraceRecord::kNoDomain) entry->set_domain(record.domain);
  if (record.pasid != TraceRecord::kNoPasid) entry->set_pasid(record.pasid);
  entry->set_iova(record.iova);
  entry->set_size_bytes(record.size_bytes);
  entry->set_pa(record.pa);
  entry->set_page_shift(record.page_shift);
  entry->set_permissions(record.permissions);
  entry->set_mask_order(record.mask_order);
  entry->set_opcode(record.opcode);
  entry->set_tag(record.tag);
  entry->set_buffer_offset(record.buffer_offset);
  entry->set_buffer_bytes(record.buffer_bytes);
  entry->set_preexisting(record.preexisting);
  entry->set_mark(record.mark.substr(0, kTraceTextBytes));
}

siovsim::TraceHeader HeaderOf(const TraceInfo& info) {
  siovsim::TraceHeader header;
  header.set_magic(kTraceMagic);
  header.set_version(kTraceVersion);
  header.set_source(info.source);
  header.set_tool(info.tool);
  header.set_clock(info.clock);
  header.set_time_unit_ps(info.time_unit_ps);
  header.set_record_count(info.record_count);
  header.set_skipped_lines(info.skipped_lines);
  header.set_ignored_lines(info.ignored_lines);
  header.set_lost_events(info.lost_events);
  header.set_lost_gaps(info.lost_gaps);
  header.set_foreign_lines(info.foreign_lines);
  header.set_boot_identity_maps(info.boot_identity_maps);
  header.set_clamped_times(info.clamped_times);
  header.set_dropped_shadow_doorbells(info.dropped_shadow_doorbells);
  header.set_cut(info.cut);
  header.set_cut_lines(info.cut_lines);
  header.set_windowed(info.windowed);
  for (const TraceStream& stream : info.streams) {
    siovsim::TraceHeader::Stream* entry = header.add_streams();
    entry->set_name(stream.name);
    entry->set_requester_id(stream.requester_id);
  }
  return header;
}

void AppendMessage(const google::protobuf::MessageLite& message, std::string* frame) {
  std::array<std::uint8_t, 10> prefix{};
  const auto size = static_cast<std::uint32_t>(message.ByteSizeLong());
  const std::uint8_t* end = google::protobuf::io::CodedOutputStream::WriteVarint32ToArray(size, prefix.data());
  frame->append(reinterpret_cast<const char*>(prefix.data()), static_cast<std::size_t>(end - prefix.data()));
  message.AppendToString(frame);
}

}  // namespace

struct TraceWriter::Encoder {
  Encoder() : context(ZSTD_createCCtx()) {
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kCompressionLevel);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  }
  ~Encoder() { ZSTD_freeCCtx(context); }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  ZSTD_CCtx* context;
  siovsim::TraceEntry entry;
  std::string frame;
  std::vector<char> compressed;
  File file;
  File records;
};

TraceWriter::TraceWriter(std::string path, Picoseconds time_unit_ps)
    : path_(std::move(path)),
      temporary_(path_ + "." + std::to_string(::getpid()) + ".tmp"),
      temporary_records_(temporary_ + ".records"),
      time_unit_ps_(time_unit_ps),
      encoder_(std::make_unique<Encoder>()) {
  encoder_->file = Create(temporary_, path_);
  encoder_->records = Create(temporary_records_, path_);
}

TraceWriter::~TraceWriter() {
  std::remove(temporary_.c_str());  // gone already when Finish() has renamed it
  std::remove(temporary_records_.c_str());
}

void TraceWriter::Write(const TraceRecord& record) {
  siovsim::TraceEntry& entry = encoder_->entry;
  Pack(record, &entry);
  const std::uint64_t units = record.time_ps / time_unit_ps_;
  if (units < time_units_ || record.time_ps % time_unit_ps_ != 0) {
    throw TraceError(path_ + ": record " + std::to_string(records_ + 1) + " cannot be written: its time " +
                     std::to_string(record.time_ps) + " ps steps back or is no multiple of " +
                     std::to_string(time_unit_ps_) + " ps.");
  }
  entry.set_time_delta(units - time_units_);
  time_units_ = units;
  if (encoder_->frame.size() + entry.ByteSizeLong() + 10 > kTraceFrameBytes) FlushFrame(encoder_->records.get());
  AppendMessage(entry, &encoder_->frame);
  ++records_;
}

void TraceWriter::FlushFrame(std::FILE* to) {
  std::string& frame = encoder_->frame;
  if (frame.empty()) return;
  std::vector<char>& compressed = encoder_->compressed;
  compressed.resize(ZSTD_compressBound(frame.size()));
  const std::size_t size =
      ZSTD_compress2(encoder_->context, compressed.data(), compressed.size(), frame.data(), frame.size());
  if (ZSTD_isError(size) != 0) throw TraceError(path_ + ": compression failed: " + ZSTD_getErrorName(size) + ".");
  WriteAll(to, compressed.data(), size);
  frame.clear();
}

void TraceWriter::Finish(TraceInfo info) {
  FlushFrame(encoder_->records.get());
  info.record_count = records_;
  info.tool = kTool;
  info.time_unit_ps = time_unit_ps_;
  AppendMessage(HeaderOf(info), &encoder_->frame);
  std::FILE* file = encoder_->file.get();
  FlushFrame(file);
  AppendRecords(file);
  if (std::fflush(file) != 0 || ::fsync(::fileno(file)) != 0) FailWrite();
  encoder_->file.reset();
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) FailWrite();
}

void TraceWriter::AppendRecords(std::FILE* to) {
  std::FILE* from = encoder_->records.get();
  if (std::fflush(from) != 0) FailWrite();
  std::rewind(from);
  std::vector<char> buffer(1u << 16u);
  std::size_t count = 0;
  while ((count = std::fread(buffer.data(), 1, buffer.size(), from)) != 0) WriteAll(to, buffer.data(), count);
  if (std::ferror(from) != 0) FailWrite();
}

void TraceWriter::WriteAll(std::FILE* to, const char* bytes, std::size_t count) const {
  if (std::fwrite(bytes, 1, count, to) != count) FailWrite();
}

void TraceWriter::FailWrite() const { throw TraceError(path_ + ": cannot be written: " + std::strerror(errno) + "."); }

std::uint64_t WriteTrace(TraceSource& source, const std::string& path) {
  TraceRecord record;
  const bool any = source.Next(&record);
  TraceWriter writer(path, source.info().time_unit_ps);
  if (any) {
    do {
      writer.Write(record);
    } while (source.Next(&record));
  }
  writer.Finish(source.info());
  return writer.records();
}

}  // namespace siov
