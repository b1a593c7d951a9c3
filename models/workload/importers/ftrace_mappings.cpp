// SPDX-License-Identifier: Apache-2.0
// What a kernel's lines say of mappings.
#include <algorithm>
#include <utility>

#include "models/workload/importers/ftrace_importer.h"

namespace siov {
namespace {

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

// "IOMMU: iova=0x00000000ffffc000 - 0x00000000ffffd000", the end only since Linux 5.4; trace-cmd without the event's
// format prints the fields alone, in decimal
bool ScanRange(TextScan& scan, std::uint64_t* iova, bool* has_end, std::uint64_t* end) {
  scan.Literal("IOMMU:");
  scan.Spaces();
  scan.Literal("[FAILED TO PARSE]");
  scan.Spaces();
  if (!scan.Literal("iova=") || !scan.AnyNumber(iova)) return false;
  *has_end = scan.Literal(" - ");
  return !*has_end || scan.AnyNumber(end);
}

}  // namespace

// "IOMMU: iova=0x00000000ffffc000 - 0x00000000ffffd000 paddr=0x00000001180cf000 size=4096"
FtraceImporter::Verdict FtraceImporter::Map(TextScan& scan) {
  TraceRecord record = At(TraceKind::kMap);
  std::uint64_t end = 0;
  bool has_end = false;
  if (!ScanRange(scan, &record.iova, &has_end, &end) || !scan.Literal(" paddr=") || !scan.AnyNumber(&record.pa) ||
      !scan.Literal(" size=") || !scan.AnyNumber(&record.size_bytes) || !scan.Done() || record.size_bytes == 0 ||
      (has_end && record.iova + record.size_bytes != end)) {
    return Verdict::kDamaged;
  }
  if (PageCallBelongsTo(record)) {
    record.domain = domains_.IdOf(context_->page_call_domain);
    record.stream = domains_.StreamOf(context_->page_call_domain);
    record.page_shift = Log2(context_->page_size);
    context_->page_call_seen = false;
  } else if (IsBootIdentityMap(record)) {
    ++mutable_info().boot_identity_maps;
    return Verdict::kNothing;
  }
  EmitMap(std::move(record));
  return Verdict::kUsed;
}

// The kernel maps firmware's regions onto themselves before any driver runs; a user-space driver may do so as well.
bool FtraceImporter::IsBootIdentityMap(const TraceRecord& record) const {
  constexpr std::uint64_t kFirmwareEnd = std::uint64_t{1} << 32u;
  constexpr std::uint64_t kFirstProcess = 1;
  return line_.pid == kFirstProcess && record.iova == record.pa && record.iova < kFirmwareEnd &&
         record.size_bytes <= kFirmwareEnd - record.iova;
}

void FtraceImporter::EmitMap(TraceRecord record) {
  const bool coherent = context_->coherent_bytes >= record.size_bytes;
  if (coherent) {
    context_->coherent_bytes -= record.size_bytes;
    record.permissions = kPermissionRead | kPermissionWrite;
  }
  const bool complete = coherent || ApplyExpected(&record);
  if (live_.size() >= kMostMappings) live_.Clear();
  live_.Map(record);
  const HeldRecords::Ticket ticket = Emit(std::move(record), !complete);
  if (!complete) context_->unresolved.push_back(ticket);
  if (context_->unresolved.size() > HeldRecords::kLongestWait) context_->unresolved.clear();
}

bool FtraceImporter::ApplyExpected(TraceRecord* map) {
  Expected& expected = context_->expected;
  if (!expected.active || (!expected.list && expected.buffer_offset + Bytes{expected.buffer_bytes} > map->size_bytes)) {
    return false;
  }
  map->permissions = expected.permissions;
  if (expected.stream != TraceRecord::kNoStream) map->stream = expected.stream;
  if (!expected.list) {
    map->buffer_offset = expected.buffer_offset;
    map->buffer_bytes = expected.buffer_bytes;
    expected.active = false;
  }
  return true;
}

// "IOMMU: iova=0x00000000fff4a000 - 0x00000000fff4b000 size=4096 unmapped_size=4096"; before Linux 3.19 without the
// last
FtraceImporter::Verdict FtraceImporter::Unmap(TextScan& scan) {
  TraceRecord record = At(TraceKind::kUnmap);
  std::uint64_t end = 0;
  std::uint64_t asked = 0;
  bool has_end = false;
  if (!ScanRange(scan, &record.iova, &has_end, &end) || !scan.Literal(" size=") || !scan.AnyNumber(&asked)) {
    return Verdict::kDamaged;
  }
  record.size_bytes = asked;
  if (scan.Literal(" unmapped_size=") ? !scan.AnyNumber(&record.size_bytes) : has_end) return Verdict::kDamaged;
  if (!scan.Done() || (has_end && record.iova + asked != end)) return Verdict::kDamaged;
  if (record.size_bytes == 0) return Verdict::kNothing;
  EmitUnmap(std::move(record));
  return Verdict::kUsed;
}

void FtraceImporter::EmitUnmap(TraceRecord record) {
  context_->expected.active = false;
  if (context_->unmap_held) {
    queue().Release(context_->unmap);
    context_->unmap_held = false;
  }
  if (PageCallBelongsTo(record)) {
    record.domain = domains_.IdOf(context_->page_call_domain);
    if (record.stream == TraceRecord::kNoStream) record.stream = domains_.StreamOf(context_->page_call_domain);
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
  TextScan field("");
  context.page_call_seen = false;
  if (!scan.Field("dom", &field) || !scan.Field("iova", &field) || !scan.Field("pgsz", &field)) {
    return IgnoreEvent(line_.event);
  }
  if (!scan.NumberField("dom", &context.page_call_domain) || !scan.NumberField("iova", &context.page_call_iova) ||
      !scan.NumberField("pgsz", &context.page_size) || !IsPowerOfTwo(context.page_size) ||
      context.page_size > kLargestPage) {
    return Verdict::kDamaged;
  }
  context.page_call_seen = true;
  return Verdict::kUsed;
}

// "dev=0000:00:04.0 dev_addr=0xffffc200 phys_addr=0x1180cf200 size=4096": whole pages, whatever the addresses
FtraceImporter::Verdict FtraceImporter::DriverMap(TextScan& scan) {
  TraceRecord record = At(TraceKind::kMap);
  TextScan device("");
  if (!scan.Field("dev", &device) || !scan.NumberField("dev_addr", &record.iova) ||
      !scan.NumberField("phys_addr", &record.pa) || !scan.NumberField("size", &record.size_bytes) ||
      record.size_bytes == 0 || !ScanDevice(device, &record.stream)) {
    return Verdict::kDamaged;
  }
  const std::uint64_t last = record.iova + (record.size_bytes - 1);
  if (last < record.iova || last > ~std::uint64_t{0} - kPage4K) return Verdict::kDamaged;
  const std::uint64_t whole = AlignDown(record.size_bytes, kPage4K) == record.size_bytes
                                  ? record.size_bytes
                                  : AlignDown(last, kPage4K) + kPage4K - AlignDown(record.iova, kPage4K);
  record.iova = AlignDown(record.iova, kPage4K);
  record.pa = AlignDown(record.pa, kPage4K);
  record.size_bytes = whole;
  EmitMap(std::move(record));
  return Verdict::kUsed;
}

// "dev=0000:00:04.0 dev_addr=0xffffc200 size=1024"
FtraceImporter::Verdict FtraceImporter::DriverUnmap(TextScan& scan) {
  TraceRecord record = At(TraceKind::kUnmap);
  TextScan device("");
  if (!scan.Field("dev", &device) || !scan.NumberField("dev_addr", &record.iova) ||
      !scan.NumberField("size", &record.size_bytes) || !ScanDevice(device, &record.stream)) {
    return Verdict::kDamaged;
  }
  if (record.size_bytes == 0) return Verdict::kNothing;
  const std::uint64_t last = record.iova + (record.size_bytes - 1);
  if (last < record.iova || last > ~std::uint64_t{0} - kPage4K) return Verdict::kDamaged;
  record.size_bytes = AlignDown(last, kPage4K) + kPage4K - AlignDown(record.iova, kPage4K);
  record.iova = AlignDown(record.iova, kPage4K);
  EmitUnmap(std::move(record));
  return Verdict::kUsed;
}

}  // namespace siov
