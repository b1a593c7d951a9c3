// SPDX-License-Identifier: Apache-2.0
// A recorded trace, one record at a time: what a device asked of the IOMMU and what the driver told it.
//
// A trace is the time-ordered story of one machine: DMA accesses with their translations, mappings made and torn down,
// invalidation descriptors, interrupts, device commands and marks. It is consumed through TraceSource, which never
// holds more than a bounded part of it. A record says what was seen; it does not say how long anything took.
#ifndef SIOV_MODELS_WORKLOAD_TRACE_TRACE_RECORD_H_
#define SIOV_MODELS_WORKLOAD_TRACE_TRACE_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/base/ids.h"
#include "models/base/units.h"

namespace siov {

inline constexpr Bytes kSectorBytes = 512;  // in which block layers and virtio count, whatever the drive's blocks

// The numbers are part of the file format: never reuse one.
enum class TraceKind : std::uint8_t {
  kRead = 1,               // device reads memory at iova
  kWrite = 2,              // device writes memory at iova
  kAccess = 3,             // device touches memory at iova, direction not recorded
  kMap = 4,                // driver maps [iova, iova + size_bytes) to pa
  kUnmap = 5,              // driver unmaps [iova, iova + size_bytes)
  kInvalidateIotlb = 6,    // scope, domain, iova, mask_order
  kInvalidateDevtlb = 7,   // stream, iova, mask_order (or scope kGlobal: the whole address space)
  kInvalidateContext = 8,  // scope, domain, stream
  kInvalidateIec = 9,      // interrupt entries: scope, tag = first index, mask_order
  kWait = 10,              // an invalidation wait descriptor
  kInterrupt = 11,         // device raises an interrupt; tag = vector where the log names it
  kCommand = 12,           // device command: layer, phase, opcode, size_bytes, tag
  kMark = 13,              // the recorder's own label: mark

  // Descriptors of scalable mode.
  kInvalidatePasidIotlb = 14,   // scope (kPasid, kPage), domain, pasid, iova, mask_order
  kInvalidatePasidCache = 15,   // scope (kGlobal, kDomain, kPasid), domain, pasid
  kInvalidatePasidDevtlb = 16,  // stream, pasid, iova, mask_order (or scope kGlobal: the whole address space)
  kPageResponse = 17,           // an answer to a page request group: stream, pasid, tag = group, opcode = response code
};
inline constexpr unsigned kTraceKinds = 18;  // one past the last number

enum class InvalidationScope : std::uint8_t {
  kNone = 0,
  kGlobal = 1,
  kDomain = 2,
  kPage = 3,
  kDevice = 4,
  kPasid = 5,
};
inline constexpr unsigned kInvalidationScopes = 6;  // one past the last number
enum class CommandLayer : std::uint8_t { kNone = 0, kNvme = 1, kBlock = 2, kVirtioBlk = 3 };
enum class CommandPhase : std::uint8_t { kNone = 0, kStart = 1, kComplete = 2 };

inline constexpr std::uint8_t kPermissionRead = 1;
inline constexpr std::uint8_t kPermissionWrite = 2;
inline constexpr std::uint8_t kOpcodeFlush = 0;  // NVMe's numbering, for every layer
inline constexpr std::uint8_t kOpcodeWrite = 1;
inline constexpr std::uint8_t kOpcodeRead = 2;
inline constexpr std::uint8_t kOpcodeOther = 255;

struct TraceRecord {
  static constexpr std::uint32_t kNoStream = 0xFFFF'FFFFu;
  static constexpr std::uint32_t kNoDomain = 0xFFFF'FFFFu;
  static constexpr std::uint32_t kNoPasid = 0xFFFF'FFFFu;
  static constexpr std::uint32_t kMostPasids = 1u << 20u;

  Picoseconds time_ps = 0;  // since the first record of the recording; never decreases
  TraceKind kind = TraceKind::kMark;
  InvalidationScope scope = InvalidationScope::kNone;
  CommandLayer layer = CommandLayer::kNone;
  CommandPhase phase = CommandPhase::kNone;
  std::uint8_t page_shift = 0;       // log2 of the page that translates iova; 0: not recorded
  std::uint8_t permissions = 0;      // kPermission*; 0: not recorded
  std::uint8_t mask_order = 0;       // log2 of the number of 4 KiB pages (or interrupt entries) invalidated
  std::uint8_t opcode = 0;           // kOpcode*, of a command
  bool preexisting = false;          // a mapping made before the window this trace was cut to
  std::uint32_t stream = kNoStream;  // index into TraceInfo::streams
  std::uint32_t domain = kNoDomain;  // the IOMMU's domain id
  std::uint32_t pasid = kNoPasid;    // of a descriptor that names one
  std::uint64_t iova = 0;            // byte-exact for accesses
  Bytes size_bytes = 0;              // 0: not recorded
  std::uint64_t pa = 0;              // physical address iova translates to
  std::uint32_t buffer_offset = 0;   // kMap: where in the mapped pages the driver's buffer begins
  std::uint32_t buffer_bytes = 0;    // kMap: its length; 0: not recorded
  std::uint64_t tag = 0;             // command identity, interrupt vector, interrupt entry index
  std::string mark;                  // kMark

  bool is_access() const { return kind == TraceKind::kRead || kind == TraceKind::kWrite || kind == TraceKind::kAccess; }
  // Does this invalidation order the two recordings of one machine? (See trace_merge.h.)
  bool is_translation_invalidation() const {
    return kind == TraceKind::kInvalidateIotlb || kind == TraceKind::kInvalidateDevtlb ||
           kind == TraceKind::kInvalidateContext || kind == TraceKind::kInvalidatePasidIotlb ||
           kind == TraceKind::kInvalidatePasidCache || kind == TraceKind::kInvalidatePasidDevtlb;
  }
};

bool operator==(const TraceRecord& a, const TraceRecord& b);

// A stream is whatever issues requests under one requester id.
struct TraceStream {
  std::string name;  // "00:04.0"
  RequesterId requester_id = 0;
};

struct TraceInfo {
  std::string source;  // "ftrace", "qemu" or "ftrace+qemu"
  std::string tool;    // what wrote the trace
  std::string clock;   // one sentence on what the times mean
  std::vector<TraceStream> streams;
  Picoseconds time_unit_ps = kPsPerUs;   // every time is a multiple of it
  std::uint64_t record_count = 0;        // 0 while importing: only a finished file knows
  std::uint64_t skipped_lines = 0;       // damaged input lines left out because the import was lenient
  std::uint64_t ignored_lines = 0;       // well-formed input lines that say nothing a record can hold
  std::uint64_t lost_events = 0;         // events the recorder itself reported lost
  std::uint64_t lost_gaps = 0;           // places where it reported a loss and not how many
  std::uint64_t foreign_lines = 0;       // input lines that are none of the recorder's: other programs', headers
  std::uint64_t boot_identity_maps = 0;  // maps of firmware regions onto themselves, made at boot and left out
  std::uint64_t clamped_times = 0;       // times that stepped back and were moved forward
  std::uint64_t dropped_shadow_doorbells = 0;
  std::uint64_t cut_lines = 0;  // lines removed at a #CUT line
  bool cut = false;             // the recording has a hole
  bool windowed = false;        // only the workload window was kept
};

// Bad input. what() is one sentence that names the file, the place and what is wrong.
class TraceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Records in order. Memory is bounded whatever the length of the trace.
class TraceSource {
 public:
  virtual ~TraceSource() = default;
  // Fills *record and returns true, or returns false at the end. Throws TraceError; after that only Rewind() is legal.
  virtual bool Next(TraceRecord* record) = 0;
  // Starts over; the same records follow.
  virtual void Rewind() = 0;
  // A file's info is complete from the start. That of other sources is once Next() has returned false; until then it
  // holds the time unit, once there was a record, and the streams of the records so far.
  virtual const TraceInfo& info() const = 0;
};

const char* Name(TraceKind kind);
const char* Name(InvalidationScope scope);

// "00:04.0" for 0x20.
std::string RequesterName(RequesterId id);
// "10000:" of a PCI segment; nothing for segment 0.
std::string SegmentName(std::uint32_t segment);

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TRACE_TRACE_RECORD_H_
