// SPDX-License-Identifier: Apache-2.0
#include "models/traffic/trace/ftrace_importer.h"

#include <algorithm>
#include <string>
#include <utility>

#include "models/traffic/trace/invalidation_descriptor.h"

namespace siov {
namespace {

constexpr std::size_t kMostContexts = 65'536;    // a recording has hundreds
constexpr std::size_t kMostMappings = 1u << 22;  // alive at once; more than any machine's I/O address space in use
constexpr std::uint64_t kLargestPage = std::uint64_t{1} << 48u;

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
  FtraceLine parts;
  if (!ParseFtraceLine(line, &parts)) return Verdict::kDamaged;
  const std::uint64_t key = parts.pid << 24u ^ parts.cpu << 8u ^ static_cast<unsigned char>(parts.interrupt);
  if (contexts_.size() >= kMostContexts && contexts_.find(key) == contexts_.end()) contexts_.clear();
  context_ = &contexts_[key];
  time_ps_ = Since(parts.time_ns, parts.decimals);
  TextScan scan(parts.arguments);
  return Event(parts.event, scan);
}

FtraceImporter::Verdict FtraceImporter::Event(std::string_view event, TextScan& scan) {
  if (event == "map") return Map(scan);
  if (event == "unmap") return Unmap(scan);
  if (event == "pgmap" || event == "pgunmap") return PageCall(scan);
  if (event == "dmap") return DmaMap(scan);
  if (event == "dmapsg") return DmaMapList(scan);
  if (event == "dalloc") return DmaAlloc(scan);
  if (event == "qi_submit") return QueueSubmit(scan);
  TraceRecord command = At(TraceKind::kCommand);
  if (event == "nvme_setup_cmd") return Command(ParseNvmeStart(scan, &command), command);
  if (event == "nvme_complete_rq") return Command(ParseNvmeComplete(scan, &command), command);
  if (event == "block_rq_issue") return Command(ParseBlockRequest(scan, CommandPhase::kStart, &command), command);
  if (event == "block_rq_complete") return Command(ParseBlockRequest(scan, CommandPhase::kComplete, &command), command);
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
      !scan.Hex(&context.page_size) || !IsPowerOfTwo(context.page_size) || context.page_size > kLargestPage) {
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

FtraceImporter::Verdict FtraceImporter::Command(FtraceCommand outcome, const TraceRecord& record) {
  if (outcome == FtraceCommand::kDamaged) return Verdict::kDamaged;
  if (outcome == FtraceCommand::kAdmin) return Verdict::kIgnored;
  Emit(record);
  return Verdict::kUsed;
}

// "MARK WL_START"; other text written into the trace buffer is ignored
FtraceImporter::Verdict FtraceImporter::Mark(TextScan& scan) {
  std::string_view name;
  if (!scan.Skip("MARK ") || !scan.Word(&name)) return Verdict::kIgnored;
  if (!IsMark(name)) return Verdict::kDamaged;
  TraceRecord record = At(TraceKind::kMark);
  record.mark = std::string(name);
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
