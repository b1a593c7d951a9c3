// SPDX-License-Identifier: Apache-2.0
#include "platforms/trace/trace_reader.h"

#include <google/protobuf/io/coded_stream.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "configs/schema/trace.pb.h"
#include "platforms/trace/compressed_input.h"
#include "platforms/trace/expansion_limit.h"
#include "platforms/trace/trace_format.h"

namespace siov {
namespace {

constexpr std::size_t kInputBytes = 131'072;
constexpr int kWindowLog = 20;         // a frame of 1 MiB needs no more; a damaged one must not ask for more
constexpr std::size_t kMagicEnd = 32;  // the header begins with its magic: length, tag, length, text
constexpr std::size_t kNowhere = std::string_view::npos;
constexpr unsigned kLargestShift = 52;
constexpr unsigned kLargestOrder = 63;
constexpr unsigned kLargestByte = 255;

bool ShortAscii(const std::string& text) {
  return text.size() <= kTraceTextBytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool Sound(const siovsim::TraceHeader& header) {
  for (const siovsim::TraceHeader::Stream& stream : header.streams()) {
    if (stream.requester_id() > UINT16_MAX || !ShortAscii(stream.name())) return false;
  }
  return header.version() != 0 && header.time_unit_ps() != 0 && header.time_unit_ps() <= kPsPerSecond &&
         static_cast<std::size_t>(header.streams_size()) <= kTraceStreams && ShortAscii(header.source()) &&
         ShortAscii(header.tool()) && ShortAscii(header.clock());
}

// What is wrong with an entry's fields, or nullptr.
const char* Fault(const siovsim::TraceEntry& entry, std::size_t streams) {
  if (entry.kind() <= 0 || static_cast<unsigned>(entry.kind()) >= kTraceKinds) return "its kind is unknown";
  if (entry.has_stream() && entry.stream() >= streams) return "its stream is not in the header's table";
  if (entry.scope() < 0 || entry.scope() > siovsim::TraceEntry::PASID) return "its scope is unknown";
  if (entry.layer() < 0 || entry.layer() > siovsim::TraceEntry::VIRTIO_BLK) return "its layer is unknown";
  if (entry.phase() < 0 || entry.phase() > siovsim::TraceEntry::COMPLETE) return "its phase is unknown";
  if (entry.has_pasid() && entry.pasid() >= TraceRecord::kMostPasids) return "its PASID is above 2^20 - 1";
  if (entry.page_shift() > kLargestShift) return "its page shift is above 52";
  if (entry.mask_order() > kLargestOrder) return "its mask order is above 63";
  if (entry.permissions() > (kPermissionRead | kPermissionWrite)) return "its permissions are above 3";
  if (entry.opcode() > kLargestByte) return "its opcode is above 255";
  if (!ShortAscii(entry.mark())) return "its mark is not short ASCII text";
  return nullptr;
}

void Unpack(const siovsim::TraceEntry& entry, TraceRecord* record) {
  record->kind = static_cast<TraceKind>(entry.kind());
  record->scope = static_cast<InvalidationScope>(entry.scope());
  record->layer = static_cast<CommandLayer>(entry.layer());
  record->phase = static_cast<CommandPhase>(entry.phase());
  record->page_shift = static_cast<std::uint8_t>(entry.page_shift());
  record->permissions = static_cast<std::uint8_t>(entry.permissions());
  record->mask_order = static_cast<std::uint8_t>(entry.mask_order());
  record->opcode = static_cast<std::uint8_t>(entry.opcode());
  record->preexisting = entry.preexisting();
  record->stream = entry.has_stream() ? entry.stream() : TraceRecord::kNoStream;
  record->domain = entry.has_domain() ? entry.domain() : TraceRecord::kNoDomain;
  record->pasid = entry.has_pasid() ? entry.pasid() : TraceRecord::kNoPasid;
  record->iova = entry.iova();
  record->size_bytes = entry.size_bytes();
  record->pa = entry.pa();
  record->buffer_offset = entry.buffer_offset();
  record->buffer_bytes = entry.buffer_bytes();
  record->tag = entry.tag();
  record->mark = entry.mark();
}

}  // namespace

struct TraceReader::Decoder {
  Decoder() : context(ZSTD_createDStream()) { ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, kWindowLog); }
  ~Decoder() { ZSTD_freeDStream(context); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  ZSTD_DStream* context;
  siovsim::TraceEntry entry;  // reused, so that reading does not allocate
};

TraceReader::TraceReader(const std::string& path) : TraceReader(std::make_unique<FileByteSource>(path)) {}

TraceReader::TraceReader(std::unique_ptr<ByteSource> bytes)
    : bytes_(std::move(bytes)), decoder_(std::make_unique<Decoder>()), input_(kInputBytes), frame_(kTraceFrameBytes) {
  ReadHeader();
}

TraceReader::~TraceReader() = default;

void TraceReader::Rewind() {
  bytes_->Rewind();
  input_begin_ = input_end_ = frame_begin_ = frame_end_ = 0;
  input_offset_ = expanded_ = frame_offset_ = records_read_ = time_units_ = 0;
  ReadHeader();
}

void TraceReader::ReadHeader() {
  input_end_ = bytes_->Read(input_.data(), input_.size());
  if (input_end_ == 0) Fail("the file is empty");
  CheckCompression({input_.data(), input_end_});
  const char* message = nullptr;
  std::size_t size = 0;
  siovsim::TraceHeader header;
  if (!NextFrame() || std::string_view(frame_.data(), std::min(frame_end_, kMagicEnd)).find(kTraceMagic) == kNowhere ||
      !NextMessage(&message, &size) || !header.ParseFromArray(message, static_cast<int>(size)) ||
      header.magic() != kTraceMagic) {
    Fail("this is not a trace, because its first message is not a trace header");
  }
  if (header.version() > kTraceVersion) {
    Fail("the trace has format version " + std::to_string(header.version()) + ", newer than version " +
         std::to_string(kTraceVersion) + " that this program reads");
  }
  if (!Sound(header)) Fail("the trace header is corrupted");
  info_ = TraceInfo();
  info_.source = header.source();
  info_.tool = header.tool();
  info_.clock = header.clock();
  info_.time_unit_ps = header.time_unit_ps();
  info_.record_count = header.record_count();
  info_.skipped_lines = header.skipped_lines();
  info_.ignored_lines = header.ignored_lines();
  info_.lost_events = header.lost_events();
  info_.lost_gaps = header.lost_gaps();
  info_.foreign_lines = header.foreign_lines();
  info_.boot_identity_maps = header.boot_identity_maps();
  info_.clamped_times = header.clamped_times();
  info_.dropped_shadow_doorbells = header.dropped_shadow_doorbells();
  info_.cut = header.cut();
  info_.cut_lines = header.cut_lines();
  info_.windowed = header.windowed();
  for (const siovsim::TraceHeader::Stream& stream : header.streams()) {
    info_.streams.push_back({stream.name(), static_cast<RequesterId>(stream.requester_id())});
  }
}

void TraceReader::CheckCompression(std::string_view start) const {
  const std::string by = CompressionOf(start);
  if (by == "zstd") return;
  Fail(by.empty()
           ? "this is not a trace, because it does not begin with a zstd frame (siovsim trace convert reads text "
             "logs)"
           : "this is compressed with " + by + ", and traces are read as they are written; decompress it first");
}

bool TraceReader::Next(TraceRecord* record) {
  const char* message = nullptr;
  std::size_t size = 0;
  if (!NextMessage(&message, &size)) {
    if (records_read_ == info_.record_count) return false;
    Fail("the trace is truncated: it ends after record " + std::to_string(records_read_) + " of " +
         std::to_string(info_.record_count));
  }
  if (records_read_ == info_.record_count) {
    FailRecord("the header announces only " + std::to_string(info_.record_count) + " records");
  }
  ++records_read_;
  siovsim::TraceEntry& entry = decoder_->entry;
  if (size > kTraceMessageBytes || !entry.ParseFromArray(message, static_cast<int>(size))) {
    FailRecord("it does not decode");
  }
  if (const char* fault = Fault(entry, info_.streams.size())) FailRecord(fault);
  const std::uint64_t latest = kNever / info_.time_unit_ps;
  if (entry.time_delta() > latest - time_units_) FailRecord("its time is beyond the clock's range");
  time_units_ += entry.time_delta();
  Unpack(entry, record);
  record->time_ps = time_units_ * info_.time_unit_ps;
  return true;
}

// A varint length and that many bytes. False only at a clean end of the file.
bool TraceReader::NextMessage(const char** message, std::size_t* size) {
  while (frame_begin_ == frame_end_) {
    if (!NextFrame()) return false;
  }
  const auto* data = reinterpret_cast<const std::uint8_t*>(frame_.data()) + frame_begin_;
  google::protobuf::io::CodedInputStream input(data, static_cast<int>(frame_end_ - frame_begin_));
  std::uint32_t length = 0;
  if (!input.ReadVarint32(&length)) Fail("the trace is corrupted: a message length is no number");
  const auto prefix = static_cast<std::size_t>(input.CurrentPosition());
  if (length > frame_end_ - frame_begin_ - prefix) {
    Fail("the trace is corrupted: a message of " + std::to_string(length) + " bytes does not fit its frame");
  }
  *message = frame_.data() + frame_begin_ + prefix;
  *size = length;
  frame_begin_ += prefix + length;
  return true;
}

// Decompresses one whole frame, so that its checksum is verified before anything in it is used.
bool TraceReader::NextFrame() {
  ZSTD_initDStream(decoder_->context);
  frame_begin_ = frame_end_ = 0;
  frame_offset_ = input_offset_;
  bool begun = false;
  while (true) {
    if (input_begin_ == input_end_) {
      input_begin_ = 0;
      input_end_ = bytes_->Read(input_.data(), input_.size());
      if (input_end_ == 0) {
        if (begun) Fail("the trace is truncated: its last zstd frame is incomplete");
        return false;
      }
    }
    begun = true;
    ZSTD_inBuffer in{input_.data() + input_begin_, input_end_ - input_begin_, 0};
    ZSTD_outBuffer out{frame_.data(), frame_.size(), frame_end_};
    const std::size_t left = ZSTD_decompressStream(decoder_->context, &out, &in);
    if (ZSTD_getErrorCode(left) == ZSTD_error_frameParameter_windowTooLarge) {
      Fail(
          "a zstd frame of it asks for a window of more than 1 MiB, which no trace is written with; compress it again "
          "without --long or --ultra");
    }
    if (ZSTD_isError(left) != 0) Fail(std::string("the trace is corrupted: ") + ZSTD_getErrorName(left));
    const bool stuck = in.pos == 0 && out.pos == frame_end_;
    frame_end_ = out.pos;
    input_begin_ += in.pos;
    input_offset_ += in.pos;
    if (left == 0) {
      expanded_ += frame_end_;
      CheckExpansion(bytes_->name(), input_offset_, expanded_);
      return true;
    }
    if (stuck) Fail("the trace is corrupted: a frame holds more than 1 MiB");
  }
}

void TraceReader::Fail(const std::string& what) const {
  throw TraceError(bytes_->name() + ": " + what + " (frame at byte " + std::to_string(frame_offset_) +
                   ", after record " + std::to_string(records_read_) + ").");
}

void TraceReader::FailRecord(const std::string& what) const {
  throw TraceError(bytes_->name() + ": the trace is corrupted: record " + std::to_string(records_read_) + ": " + what +
                   " (frame at byte " + std::to_string(frame_offset_) + ").");
}

}  // namespace siov
