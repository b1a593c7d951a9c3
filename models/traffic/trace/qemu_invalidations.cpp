// SPDX-License-Identifier: Apache-2.0
// What the emulated IOMMU's lines say of invalidations: descriptors as they are, or their fields.
#include <utility>

#include "models/traffic/trace/invalidation_descriptor.h"
#include "models/traffic/trace/qemu_importer.h"

namespace siov {
namespace {

// " domain 0x3" and the like: the next field of a printed descriptor, no larger than `most`
bool ScanField(TextScan& scan, std::string_view name, std::uint64_t most, std::uint64_t* value) {
  return scan.Skip(name) && scan.Hex(value) && *value <= most;
}

bool ScanDomain(TextScan& scan, TraceRecord* record) {
  std::uint64_t domain = 0;
  if (!ScanField(scan, "domain ", 0xffff, &domain)) return false;
  record->domain = static_cast<std::uint32_t>(domain);
  return true;
}

bool ScanPasid(TextScan& scan, TraceRecord* record) {
  std::uint64_t pasid = 0;
  if (!ScanField(scan, "pasid ", TraceRecord::kMostPasids - 1, &pasid)) return false;
  record->pasid = static_cast<std::uint32_t>(pasid);
  return true;
}

bool ScanPages(TextScan& scan, TraceRecord* record) {
  std::uint64_t order = 0;
  if (!ScanField(scan, "addr ", ~std::uint64_t{0}, &record->iova) || !ScanField(scan, "mask ", 63, &order))
    return false;
  record->iova = AlignDown(record->iova, kPage4K);
  record->mask_order = static_cast<std::uint8_t>(order);
  return true;
}

}  // namespace

// "invalidate desc type iotlb high 0xfff5d040 low 0x300f2"
QemuImporter::Verdict QemuImporter::Descriptor(TextScan& scan) {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  if (!scan.Skip(" high ") || !scan.Hex(&high) || !scan.Literal(" low ") || !scan.Hex(&low) || !scan.Done()) {
    return Verdict::kDamaged;
  }
  InvalidationDescriptor descriptor;
  if (!DecodeInvalidation(low, high, &descriptor)) return Verdict::kDamaged;
  descriptors_recorded_ = true;
  descriptor.record.time_ps = time_ps_;
  if (descriptor.has_requester) descriptor.record.stream = StreamOf(descriptor.requester_id);
  Emit(std::move(descriptor.record));
  return Verdict::kUsed;
}

TraceRecord QemuImporter::Invalidation(TraceKind kind, InvalidationScope scope) const {
  TraceRecord record = At(kind);
  record.scope = scope;
  return record;
}

// What QEMU prints of a descriptor says nothing new where the descriptor itself was recorded.
QemuImporter::Verdict QemuImporter::Printed(const TraceRecord& record) {
  if (descriptors_recorded_) return Verdict::kIgnored;
  Emit(record);
  return Verdict::kUsed;
}

QemuImporter::Verdict QemuImporter::ContextGlobal(TextScan&) {
  return Printed(Invalidation(TraceKind::kInvalidateContext, InvalidationScope::kGlobal));
}

// "context invalidate domain 0x3"
QemuImporter::Verdict QemuImporter::ContextDomain(TextScan& scan) {
  TraceRecord record = Invalidation(TraceKind::kInvalidateContext, InvalidationScope::kDomain);
  return ScanDomain(scan, &record) ? Printed(record) : Verdict::kDamaged;
}

// "context invalidate devices sid 0x20 fmask 0x0"
QemuImporter::Verdict QemuImporter::ContextDevices(TextScan& scan) {
  std::uint64_t requester = 0;
  if (!ScanField(scan, "sid ", 0xffff, &requester)) return Verdict::kDamaged;
  TraceRecord record = Invalidation(TraceKind::kInvalidateContext, InvalidationScope::kDevice);
  if (!descriptors_recorded_) record.stream = StreamOf(static_cast<RequesterId>(requester));
  return Printed(record);
}

QemuImporter::Verdict QemuImporter::IotlbGlobal(TextScan&) {
  return Printed(Invalidation(TraceKind::kInvalidateIotlb, InvalidationScope::kGlobal));
}

// "iotlb invalidate whole domain 0x3"
QemuImporter::Verdict QemuImporter::IotlbDomain(TextScan& scan) {
  TraceRecord record = Invalidation(TraceKind::kInvalidateIotlb, InvalidationScope::kDomain);
  return ScanDomain(scan, &record) ? Printed(record) : Verdict::kDamaged;
}

// "iotlb invalidate domain 0x3 addr 0xfff20000 mask 0x3"
QemuImporter::Verdict QemuImporter::IotlbPages(TextScan& scan) {
  TraceRecord record = Invalidation(TraceKind::kInvalidateIotlb, InvalidationScope::kPage);
  return ScanDomain(scan, &record) && ScanPages(scan, &record) ? Printed(record) : Verdict::kDamaged;
}

// "iotlb invalidate domain 0x3 addr 0x7f1234560000 mask 0x9 pasid 0x7"
QemuImporter::Verdict QemuImporter::PasidIotlbPages(TextScan& scan) {
  TraceRecord record = Invalidation(TraceKind::kInvalidatePasidIotlb, InvalidationScope::kPage);
  const bool read = ScanDomain(scan, &record) && ScanPages(scan, &record) && ScanPasid(scan, &record);
  return read ? Printed(record) : Verdict::kDamaged;
}

// "iotlb invalidate domain 0x3 pasid 0x7"
QemuImporter::Verdict QemuImporter::PasidIotlb(TextScan& scan) {
  TraceRecord record = Invalidation(TraceKind::kInvalidatePasidIotlb, InvalidationScope::kPasid);
  return ScanDomain(scan, &record) && ScanPasid(scan, &record) ? Printed(record) : Verdict::kDamaged;
}

QemuImporter::Verdict QemuImporter::PasidCacheGlobal(TextScan&) {
  return Printed(Invalidation(TraceKind::kInvalidatePasidCache, InvalidationScope::kGlobal));
}

// "Domain selective PC invalidation domain 0x3"
QemuImporter::Verdict QemuImporter::PasidCacheDomain(TextScan& scan) {
  TraceRecord record = Invalidation(TraceKind::kInvalidatePasidCache, InvalidationScope::kDomain);
  return ScanDomain(scan, &record) ? Printed(record) : Verdict::kDamaged;
}

// "PASID selective PC invalidation domain 0x3 pasid 0x7"
QemuImporter::Verdict QemuImporter::PasidCachePasid(TextScan& scan) {
  TraceRecord record = Invalidation(TraceKind::kInvalidatePasidCache, InvalidationScope::kPasid);
  return ScanDomain(scan, &record) && ScanPasid(scan, &record) ? Printed(record) : Verdict::kDamaged;
}

// "granularity 0x1 index 0x5 mask 0x0"
QemuImporter::Verdict QemuImporter::InterruptEntries(TextScan& scan) {
  std::uint64_t granularity = 0;
  std::uint64_t order = 0;
  TraceRecord record = Invalidation(TraceKind::kInvalidateIec, InvalidationScope::kGlobal);
  if (!ScanField(scan, "granularity ", 1, &granularity) || !ScanField(scan, "index ", 0xffff, &record.tag) ||
      !ScanField(scan, "mask ", 63, &order)) {
    return Verdict::kDamaged;
  }
  if (granularity == 0) {
    record.tag = 0;
  } else {
    record.scope = InvalidationScope::kPage;
    record.mask_order = static_cast<std::uint8_t>(order);
  }
  return Printed(record);
}

QemuImporter::Verdict QemuImporter::Wait(TextScan&) { return Printed(At(TraceKind::kWait)); }

}  // namespace siov
