// SPDX-License-Identifier: Apache-2.0
// What the emulated IOMMU's lines say of invalidations: descriptors as they are, or their fields.
#include <algorithm>
#include <iterator>
#include <utility>

#include "models/workload/importers/invalidation_descriptor.h"
#include "models/workload/importers/qemu_importer.h"

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

// What QEMU prints of a descriptor: the event, what it invalidates, and which fields follow, in this order.
enum PrintedField : unsigned { kNoPart = 0, kDomain = 1, kPages = 2, kPasid = 4 };
struct PrintedInvalidation {
  std::string_view event;
  TraceKind kind;
  InvalidationScope scope;
  unsigned fields;
};
constexpr PrintedInvalidation kPrinted[] = {
    {"vtd_inv_desc_cc_global", TraceKind::kInvalidateContext, InvalidationScope::kGlobal, kNoPart},
    // "context invalidate domain 0x3"
    {"vtd_inv_desc_cc_domain", TraceKind::kInvalidateContext, InvalidationScope::kDomain, kDomain},
    {"vtd_inv_desc_iotlb_global", TraceKind::kInvalidateIotlb, InvalidationScope::kGlobal, kNoPart},
    // "iotlb invalidate whole domain 0x3"
    {"vtd_inv_desc_iotlb_domain", TraceKind::kInvalidateIotlb, InvalidationScope::kDomain, kDomain},
    // "iotlb invalidate domain 0x3 addr 0xfff20000 mask 0x3"
    {"vtd_inv_desc_iotlb_pages", TraceKind::kInvalidateIotlb, InvalidationScope::kPage, kDomain | kPages},
    // "iotlb invalidate domain 0x3 addr 0x7f1234560000 mask 0x9 pasid 0x7"
    {"vtd_inv_desc_iotlb_pasid_pages", TraceKind::kInvalidatePasidIotlb, InvalidationScope::kPage,
     kDomain | kPages | kPasid},
    // "iotlb invalidate domain 0x3 pasid 0x7"
    {"vtd_inv_desc_iotlb_pasid", TraceKind::kInvalidatePasidIotlb, InvalidationScope::kPasid, kDomain | kPasid},
    {"vtd_inv_desc_pasid_cache_gsi", TraceKind::kInvalidatePasidCache, InvalidationScope::kGlobal, kNoPart},
    // "Domain selective PC invalidation domain 0x3"
    {"vtd_inv_desc_pasid_cache_dsi", TraceKind::kInvalidatePasidCache, InvalidationScope::kDomain, kDomain},
    // "PASID selective PC invalidation domain 0x3 pasid 0x7"
    {"vtd_inv_desc_pasid_cache_psi", TraceKind::kInvalidatePasidCache, InvalidationScope::kPasid, kDomain | kPasid},
};

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

// A line of kPrinted.
QemuImporter::Verdict QemuImporter::PrintedFields(TextScan& scan) {
  const PrintedInvalidation& printed =
      *std::find_if(std::begin(kPrinted), std::end(kPrinted), [this](const auto& row) { return row.event == event_; });
  TraceRecord record = Invalidation(printed.kind, printed.scope);
  const bool read = ((printed.fields & kDomain) == 0 || ScanDomain(scan, &record)) &&
                    ((printed.fields & kPages) == 0 || ScanPages(scan, &record)) &&
                    ((printed.fields & kPasid) == 0 || ScanPasid(scan, &record));
  return read ? Printed(record) : Verdict::kDamaged;
}

void QemuImporter::AddPrintedFields(LineKinds<Handler>* kinds) {
  for (const PrintedInvalidation& row : kPrinted) kinds->Add({row.event, &QemuImporter::PrintedFields});
}

// "context invalidate devices sid 0x20 fmask 0x0"
QemuImporter::Verdict QemuImporter::ContextDevices(TextScan& scan) {
  std::uint64_t requester = 0;
  if (!ScanField(scan, "sid ", 0xffff, &requester)) return Verdict::kDamaged;
  TraceRecord record = Invalidation(TraceKind::kInvalidateContext, InvalidationScope::kDevice);
  if (!descriptors_recorded_) record.stream = StreamOf(static_cast<RequesterId>(requester));
  return Printed(record);
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
