// SPDX-License-Identifier: Apache-2.0
#include "models/traffic/trace/ftrace_importer.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "models/traffic/trace/invalidation_descriptor.h"

namespace siov {
namespace {

constexpr std::size_t kMostContexts = 65'536;    // a recording has hundreds
constexpr std::size_t kMostMappings = 1u << 22;  // alive at once; more than any machine's I/O address space in use
constexpr std::uint64_t kBytesPerLogicalBlock = 512;
constexpr std::uint64_t kMostBlocks = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kLongestMark = 200;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::uint8_t Log2(std::uint64_t power) {
  std::uint8_t shift = 0;
  while (power > 1) {
    power >>= 1u;
    ++shift;
  }
  return shift;
}

// Directions of the kernel's DMA interface: 0 both, 1 to the device, 2 from the device.
bool PermissionsOf(std::uint64_t direction, std::uint8_t* permissions) {
  if (direction > 2) return false;
  *permissions = direction == 0   ? kPermissionRead | kPermissionWrite
                 : direction == 1 ? kPermissionRead
                                  : kPermissionWrite;
  return true;
}

std::uint64_t NvmeTag(std::uint64_t queue, std::uint64_t command) { return queue << 16u | command; }

// The first "[003] " at or after `from`.
bool FindCpu(std::string_view line, std::size_t from, std::size_t* open, std::size_t* close) {
  for (std::size_t at = line.find('[', from); at != std::string_view::npos; at = line.find('[', at + 1)) {
    std::size_t end = at + 1;
    while (end < line.size() && IsDigit(line[end])) ++end;
    if (end > at + 1 && end + 1 < line.size() && line[end] == ']' && line[end + 1] == ' ') {
      *open = at;
      *close = end;
      return true;
    }
  }
  return false;
}

// The process id ends the text before "[cpu]": "fio-191", "fio-191 (190)" or perf's "fio 191".
bool ScanPid(std::string_view text, std::uint64_t* pid) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (!text.empty() && text.back() == ')') {
    text = text.substr(0, text.rfind('('));
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  }
  std::size_t start = text.size();
  while (start > 0 && IsDigit(text[start - 1])) --start;
  TextScan scan(text.substr(start));
  return scan.Decimal(pid);
}

}  // namespace

void FtraceImporter::Describe(TraceInfo* info) const {
  info->source = "ftrace";
  info->clock = "Trace clock of the recorded kernel.";
}

void FtraceImporter::Forget() {
  contexts_.clear();
  domains_.Clear();
  live_.Clear();
  context_ = nullptr;
}

FtraceImporter::Verdict FtraceImporter::Line(std::string_view line) {
  const std::size_t text = line.find_first_not_of(' ');
  if (text == std::string_view::npos || line[text] == '#') return Verdict::kIgnored;
  if (line.substr(0, 4) == "CPU:") {  // "CPU:2 [LOST 123 EVENTS]"
    TextScan scan(line);
    std::uint64_t lost = 0;
    if (!scan.Skip("[LOST ") || !scan.Decimal(&lost) || !scan.Literal(" EVENTS]")) return Verdict::kDamaged;
    mutable_info().lost_events += lost;
    return Verdict::kUsed;
  }
  TextScan scan(line);
  std::string_view event;
  if (!Prefix(scan, &event)) return Verdict::kDamaged;
  scan.Spaces();
  return Event(event, scan);
}

// "   kworker/u16:3-45      [002] d.h1.     4.304885: map: ": task, CPU, flags, time and event
bool FtraceImporter::Prefix(TextScan& scan, std::string_view* event) {
  const std::string_view line = scan.rest();
  std::size_t open = 0;
  std::size_t close = 0;
  std::uint64_t pid = 0;
  std::uint64_t cpu = 0;
  do {  // a task's name may look like a CPU number, but no process id precedes that
    if (!FindCpu(line, close, &open, &close)) return false;
  } while (!ScanPid(line.substr(0, open), &pid));
  TextScan cpu_text(line.substr(open + 1, close - open - 1));
  if (!cpu_text.Decimal(&cpu)) return false;
  scan = TextScan(line.substr(close + 1));
  scan.Spaces();
  char interrupt = '.';
  if (!scan.Done() && !IsDigit(scan.rest().front())) {
    std::string_view flags;
    scan.Word(&flags);
    if (flags.size() > 2) interrupt = flags[2];
    scan.Spaces();
  }
  std::uint64_t time_ns = 0;
  unsigned decimals = 0;
  if (!ScanTimestamp(scan, &time_ns, &decimals) || !scan.Literal(":")) return false;
  scan.Spaces();
  if (!scan.Until(": ", event) && !scan.Until(":", event)) return false;
  if (const std::size_t group = event->rfind(':'); group != std::string_view::npos) event->remove_prefix(group + 1);
  if (event->empty() || event->find(' ') != std::string_view::npos) return false;

  const std::uint64_t key = pid << 24u ^ cpu << 8u ^ static_cast<unsigned char>(interrupt);
  if (contexts_.size() >= kMostContexts && contexts_.find(key) == contexts_.end()) contexts_.clear();
  context_ = &contexts_[key];
  time_ps_ = Since(time_ns, decimals);
  return true;
}

FtraceImporter::Verdict FtraceImporter::Event(std::string_view event, TextScan& scan) {
  if (event == "map") return Map(scan);
  if (event == "unmap") return Unmap(scan);
  if (event == "pgmap" || event == "pgunmap") return PageCall(scan);
  if (event == "dmap") return DmaMap(scan);
  if (event == "dmapsg") return DmaMapList(scan);
  if (event == "dalloc") return DmaAlloc(scan);
  if (event == "qi_submit") return QueueSubmit(scan);
  if (event == "nvme_setup_cmd") return NvmeStart(scan);
  if (event == "nvme_complete_rq") return NvmeComplete(scan);
  if (event == "block_rq_issue") return BlockRequest(scan, CommandPhase::kStart);
  if (event == "block_rq_complete") return BlockRequest(scan, CommandPhase::kComplete);
  if (event == "attach") return Attach(scan);
  if (event == "cache_tag_assign") return CacheTag(scan);
  if (event == "tracing_mark_write" || event == "print") return Mark(scan);
  return Verdict::kIgnored;
}

// "IOMMU: iova=0x00000000ffffc000 - 0x00000000ffffd000 paddr=0x00000001180cf000 size=4096"
FtraceImporter::Verdict FtraceImporter::Map(TextScan& scan) {
  TraceRecord record = At(TraceKind::kMap);
  std::uint64_t end = 0;
  if (!scan.Literal("IOMMU: iova=") || !scan.Hex(&record.iova) || !scan.Literal(" - ") || !scan.Hex(&end) ||
      !scan.Literal(" paddr=") || !scan.Hex(&record.pa) || !scan.Literal(" size=") ||
      !scan.Decimal(&record.size_bytes) || !scan.Done() || record.size_bytes == 0 ||
      record.iova + record.size_bytes != end) {
    return Verdict::kDamaged;
  }
  const bool paged = PageCallBelongsTo(record);
  if (!paged && record.iova == record.pa) return Verdict::kIgnored;
  if (paged) {
    record.domain = domains_.IdOf(context_->page_call_domain);
    record.stream = domains_.StreamOf(context_->page_call_domain);
    record.page_shift = Log2(context_->page_size);
    context_->page_call_seen = false;
  }
  const bool coherent = context_->coherent_bytes >= record.size_bytes;
  if (coherent) {
    context_->coherent_bytes -= record.size_bytes;
    record.permissions = kPermissionRead | kPermissionWrite;
  }
  if (live_.size() >= kMostMappings) live_.Clear();
  live_.Map(record);
  const HeldRecords::Ticket ticket = Emit(std::move(record), !coherent);
  if (!coherent) context_->unresolved.push_back(ticket);
  if (context_->unresolved.size() > HeldRecords::kLongestWait) context_->unresolved.clear();
  return Verdict::kUsed;
}

// "IOMMU: iova=0x00000000fff4a000 - 0x00000000fff4b000 size=4096 unmapped_size=4096"
FtraceImporter::Verdict FtraceImporter::Unmap(TextScan& scan) {
  TraceRecord record = At(TraceKind::kUnmap);
  std::uint64_t end = 0;
  std::uint64_t asked = 0;
  if (!scan.Literal("IOMMU: iova=") || !scan.Hex(&record.iova) || !scan.Literal(" - ") || !scan.Hex(&end) ||
      !scan.Literal(" size=") || !scan.Decimal(&asked) || !scan.Literal(" unmapped_size=") ||
      !scan.Decimal(&record.size_bytes) || !scan.Done() || record.size_bytes == 0) {
    return Verdict::kDamaged;
  }
  if (context_->unmap_held) {
    queue().Release(context_->unmap);
    context_->unmap_held = false;
  }
  if (PageCallBelongsTo(record)) {
    record.domain = domains_.IdOf(context_->page_call_domain);
    record.stream = domains_.StreamOf(context_->page_call_domain);
  } else {
    record.domain = live_.OnlyDomainWith(record.iova);
  }
  context_->page_call_seen = false;
  const bool unknown = record.domain == TraceRecord::kNoDomain;
  if (!unknown) DropMapping(&record);
  const HeldRecords::Ticket ticket = Emit(std::move(record), unknown);
  if (unknown) {
    context_->unmap = ticket;
    context_->unmap_held = true;
  }
  return Verdict::kUsed;
}

// REQUIRES: unmap->domain is known.
void FtraceImporter::DropMapping(TraceRecord* unmap) {
  const TraceRecord* mapping = live_.Find(unmap->domain, unmap->iova);
  if (mapping != nullptr && unmap->stream == TraceRecord::kNoStream) unmap->stream = mapping->stream;
  live_.Unmap(unmap->domain, unmap->iova, unmap->size_bytes);
}

// A strict driver flushes what it has just unmapped, and the flush names the domain.
void FtraceImporter::ResolveUnmap(const TraceRecord& flush) {
  context_->unmap_held = false;
  TraceRecord* unmap = queue().Find(context_->unmap);
  const bool covers = flush.scope == InvalidationScope::kDomain ||
                      (flush.scope == InvalidationScope::kPage && unmap != nullptr &&
                       unmap->iova - flush.iova < kPage4K << std::min<unsigned>(flush.mask_order, 51));
  if (unmap != nullptr && covers) {
    unmap->domain = flush.domain;
    DropMapping(unmap);
  }
  queue().Release(context_->unmap);
}

bool FtraceImporter::PageCallBelongsTo(const TraceRecord& record) const {
  return context_->page_call_seen && context_->page_call_iova - record.iova < record.size_bytes;
}

// "(intel_iommu_map_pages+0x4/0x750) dom=0xff475573bcac2aa0 iova=0xffffc000 pa=0x1180cf000 pgsz=0x1000 n=1"
FtraceImporter::Verdict FtraceImporter::PageCall(TextScan& scan) {
  Context& context = *context_;
  std::uint64_t physical = 0;
  context.page_call_seen = false;
  if (!scan.Skip("dom=") || !scan.Hex(&context.page_call_domain) || !scan.Literal(" iova=") ||
      !scan.Hex(&context.page_call_iova) || (scan.Literal(" pa=") && !scan.Hex(&physical)) || !scan.Literal(" pgsz=") ||
      !scan.Hex(&context.page_size) || !IsPowerOfTwo(context.page_size)) {
    return Verdict::kDamaged;
  }
  context.page_call_seen = true;
  return Verdict::kUsed;
}

// 'dev="0000:00:04.0"', for devices of the one PCI segment requester ids can name
bool FtraceImporter::ScanDevice(TextScan& scan, std::uint32_t* stream) {
  std::uint64_t segment = 0;
  std::uint64_t bus = 0;
  std::uint64_t device = 0;
  std::uint64_t function = 0;
  if (!scan.Literal("dev=\"") || !scan.BareHex(&segment) || !scan.Literal(":") || !scan.BareHex(&bus) ||
      !scan.Literal(":") || !scan.BareHex(&device) || !scan.Literal(".") || !scan.BareHex(&function) ||
      !scan.Literal("\"") || segment != 0 || bus > 0xff || device > 0x1f || function > 7) {
    return false;
  }
  *stream = StreamOf(static_cast<RequesterId>(bus << 8u | device << 3u | function));
  return true;
}

// '(intel_iommu_attach_device+0x4/0x230) dom=0xff475573bcac32a0 dev="0000:00:00.0"'
FtraceImporter::Verdict FtraceImporter::Attach(TextScan& scan) {
  std::uint64_t domain = 0;
  std::uint32_t stream = 0;
  if (!scan.Skip("dom=") || !scan.Hex(&domain) || !scan.Literal(" ") || !ScanDevice(scan, &stream)) {
    return Verdict::kDamaged;
  }
  context_->attached_domain = domain;
  domains_.Attach(domain, stream);
  return Verdict::kUsed;
}

// "dmar0/dmar0 type iotlb did 2 pasid 0 ref 1", right after the attach that caused it
FtraceImporter::Verdict FtraceImporter::CacheTag(TextScan& scan) {
  std::uint64_t id = 0;
  if (!scan.Skip(" did ") || !scan.Decimal(&id) || id > 0xffff) return Verdict::kDamaged;
  if (context_->attached_domain == 0) return Verdict::kIgnored;
  domains_.Number(context_->attached_domain, static_cast<std::uint32_t>(id));
  return Verdict::kUsed;
}

// '(dma_map_page_attrs+0x245/0x340 <- iommu_dma_map_page) iova=0xffffc000 dev="0000:00:04.0" off=0x0 size=4096 dir=2'
FtraceImporter::Verdict FtraceImporter::DmaMap(TextScan& scan) {
  std::uint64_t iova = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint64_t direction = 0;
  std::uint32_t stream = 0;
  std::uint8_t permissions = 0;
  if (!scan.Skip("iova=") || !scan.Hex(&iova) || !scan.Literal(" ") || !ScanDevice(scan, &stream) ||
      !scan.Literal(" off=") || !scan.Hex(&offset) || !scan.Literal(" size=") || !scan.Decimal(&bytes) ||
      !scan.Literal(" dir=") || !scan.Decimal(&direction) || !PermissionsOf(direction, &permissions)) {
    return Verdict::kDamaged;
  }
  for (const HeldRecords::Ticket ticket : context_->unresolved) {
    TraceRecord* record = queue().Find(ticket);
    if (record != nullptr && iova - record->iova < record->size_bytes) {
      const std::uint64_t into = iova - record->iova;
      record->stream = stream;
      record->permissions = permissions;
      if (into <= UINT32_MAX && bytes <= record->size_bytes - into && bytes <= UINT32_MAX) {
        record->buffer_offset = static_cast<std::uint32_t>(into);
        record->buffer_bytes = static_cast<std::uint32_t>(bytes);
      }
    }
    queue().Release(ticket);
  }
  context_->unresolved.clear();
  context_->coherent_bytes = 0;
  return Verdict::kUsed;
}

// '(__dma_map_sg_attrs+0x117/0x190 <- iommu_dma_map_sg) n=1 dev="0000:00:05.0" nents=15 dir=1'
FtraceImporter::Verdict FtraceImporter::DmaMapList(TextScan& scan) {
  std::uint64_t entries = 0;
  std::uint64_t direction = 0;
  std::uint32_t stream = 0;
  std::uint8_t permissions = 0;
  if (!scan.Skip(" n=") || !scan.Decimal(&entries) || !scan.Literal(" ") || !ScanDevice(scan, &stream) ||
      !scan.Literal(" nents=") || !scan.Decimal(&entries) || !scan.Literal(" dir=") || !scan.Decimal(&direction) ||
      !PermissionsOf(direction, &permissions)) {
    return Verdict::kDamaged;
  }
  for (const HeldRecords::Ticket ticket : context_->unresolved) {
    if (TraceRecord* record = queue().Find(ticket)) {
      record->stream = stream;
      record->permissions = permissions;
    }
    queue().Release(ticket);
  }
  context_->unresolved.clear();
  context_->coherent_bytes = 0;
  return Verdict::kUsed;
}

// '(iommu_dma_alloc+0x4/0x290) dev="0000:00:04.0" size=512': ring memory that both sides read and write
FtraceImporter::Verdict FtraceImporter::DmaAlloc(TextScan& scan) {
  std::uint64_t bytes = 0;
  if (!scan.Skip(" size=") || !scan.Decimal(&bytes) || bytes > std::uint64_t{1} << 40u) return Verdict::kDamaged;
  context_->coherent_bytes = CeilDiv(bytes, kPage4K) * kPage4K;
  return Verdict::kUsed;
}

// "iotlb_inv dmar0: 0x300f2 0xfff4a040 0x0 0x0"
FtraceImporter::Verdict FtraceImporter::QueueSubmit(TextScan& scan) {
  std::uint64_t qword0 = 0;
  std::uint64_t qword1 = 0;
  if (!scan.Skip(": ") || !scan.Hex(&qword0) || !scan.Literal(" ") || !scan.Hex(&qword1)) return Verdict::kDamaged;
  InvalidationDescriptor descriptor;
  if (!DecodeInvalidation(qword0, qword1, &descriptor)) return Verdict::kDamaged;
  if (context_->unmap_held && descriptor.record.kind == TraceKind::kInvalidateIotlb) ResolveUnmap(descriptor.record);
  descriptor.record.time_ps = time_ps_;
  if (descriptor.has_requester) descriptor.record.stream = StreamOf(descriptor.requester_id);
  Emit(std::move(descriptor.record));
  return Verdict::kUsed;
}

// "nvme0: disk=nvme0n1, qid=1, cmdid=263, nsid=1, flags=0x0, meta=0x0, cmd=(nvme_cmd_read slba=11862184, len=7, ..."
FtraceImporter::Verdict FtraceImporter::NvmeStart(TextScan& scan) {
  std::uint64_t queue_id = 0;
  std::uint64_t command = 0;
  std::string_view name;
  if (!scan.Skip("qid=") || !scan.Decimal(&queue_id) || queue_id > 0xffff || !scan.Literal(", cmdid=") ||
      !scan.Decimal(&command) || command > 0xffff || !scan.Skip("cmd=(") || !scan.Word(&name)) {
    return Verdict::kDamaged;
  }
  if (queue_id == 0) return Verdict::kIgnored;  // admin
  TraceRecord record = At(TraceKind::kCommand);
  record.layer = CommandLayer::kNvme;
  record.phase = CommandPhase::kStart;
  record.tag = NvmeTag(queue_id, command);
  record.opcode = name == "nvme_cmd_read"    ? kOpcodeRead
                  : name == "nvme_cmd_write" ? kOpcodeWrite
                  : name == "nvme_cmd_flush" ? kOpcodeFlush
                                             : kOpcodeOther;
  if (record.opcode == kOpcodeRead || record.opcode == kOpcodeWrite) {
    std::uint64_t last_block = 0;
    if (!scan.Skip("len=") || !scan.Decimal(&last_block) || last_block >= kMostBlocks) return Verdict::kDamaged;
    record.size_bytes = (last_block + 1) * kBytesPerLogicalBlock;
  }
  Emit(std::move(record));
  return Verdict::kUsed;
}

// "nvme0: disk=nvme0n1, qid=3, cmdid=78, res=0x0, retries=0, flags=0x0, status=0x0"
FtraceImporter::Verdict FtraceImporter::NvmeComplete(TextScan& scan) {
  std::uint64_t queue_id = 0;
  std::uint64_t command = 0;
  if (!scan.Skip("qid=") || !scan.Decimal(&queue_id) || queue_id > 0xffff || !scan.Literal(", cmdid=") ||
      !scan.Decimal(&command) || command > 0xffff) {
    return Verdict::kDamaged;
  }
  if (queue_id == 0) return Verdict::kIgnored;
  TraceRecord record = At(TraceKind::kCommand);
  record.layer = CommandLayer::kNvme;
  record.phase = CommandPhase::kComplete;
  record.opcode = kOpcodeOther;
  record.tag = NvmeTag(queue_id, command);
  Emit(std::move(record));
  return Verdict::kUsed;
}

// "259,0 R 4096 () 11862184 + 8 be,0,4 [fio]"; a completion leaves the byte count out. Tag: device and first sector.
FtraceImporter::Verdict FtraceImporter::BlockRequest(TextScan& scan, CommandPhase phase) {
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
  std::uint64_t bytes = 0;
  std::uint64_t sector = 0;
  std::uint64_t sectors = 0;
  std::string_view operation;
  if (!scan.Decimal(&major) || !scan.Literal(",") || !scan.Decimal(&minor) || !scan.Word(&operation) ||
      !scan.Literal(" ") || (phase == CommandPhase::kStart && !(scan.Decimal(&bytes) && scan.Literal(" "))) ||
      !scan.Skip(") ") || !scan.Decimal(&sector) || !scan.Literal(" + ") || !scan.Decimal(&sectors) ||
      sectors > kMostBlocks) {
    return Verdict::kDamaged;
  }
  TraceRecord record = At(TraceKind::kCommand);
  record.layer = CommandLayer::kBlock;
  record.phase = phase;
  record.opcode = operation.front() == 'R'   ? kOpcodeRead
                  : operation.front() == 'W' ? kOpcodeWrite
                  : operation.front() == 'F' ? kOpcodeFlush
                                             : kOpcodeOther;
  record.size_bytes = phase == CommandPhase::kStart ? bytes : sectors * kBytesPerLogicalBlock;
  record.tag = (major << 52u) ^ (minor << 44u) ^ sector;
  Emit(std::move(record));
  return Verdict::kUsed;
}

// "MARK WL_START"; other text written into the trace buffer is ignored
FtraceImporter::Verdict FtraceImporter::Mark(TextScan& scan) {
  std::string_view name;
  if (!scan.Skip("MARK ") || !scan.Word(&name)) return Verdict::kIgnored;
  TraceRecord record = At(TraceKind::kMark);
  record.mark = std::string(name.substr(0, kLongestMark));
  Emit(std::move(record));
  return Verdict::kUsed;
}

TraceRecord FtraceImporter::At(TraceKind kind) const {
  TraceRecord record;
  record.time_ps = time_ps_;
  record.kind = kind;
  return record;
}

}  // namespace siov
