// SPDX-License-Identifier: Apache-2.0
// What the emulated IOMMU's lines say of translations.
#include <utility>

#include "models/workload/importers/qemu_importer.h"

namespace siov {
namespace {

constexpr std::uint64_t kLargestDomain = 0xffff;
constexpr std::uint64_t kLargePage = 0x80;  // bit of an entry that maps more than 4 KiB

// "00:04.00": bus:device.function, as vtd_dmar_translate prints it.
bool ScanRequester(TextScan& scan, RequesterId* id) {
  std::uint64_t bus = 0;
  std::uint64_t device = 0;
  std::uint64_t function = 0;
  if (!scan.BareHex(&bus) || !scan.Literal(":") || !scan.BareHex(&device) || !scan.Literal(".") ||
      !scan.BareHex(&function) || bus > 0xff || device > 0x1f || function > 7) {
    return false;
  }
  *id = static_cast<RequesterId>(bus << 8u | device << 3u | function);
  return true;
}

bool ScanPageMask(std::uint64_t mask, std::uint8_t* page_shift) {
  for (const unsigned shift : {kPageShift4K, kPageShift2M, kPageShift1G}) {
    if (mask + 1 == std::uint64_t{1} << shift) {
      *page_shift = static_cast<std::uint8_t>(shift);
      return true;
    }
  }
  return false;
}

TraceKind DirectionOf(std::uint8_t permissions) {
  if (permissions == kPermissionRead) return TraceKind::kRead;
  return permissions == kPermissionWrite ? TraceKind::kWrite : TraceKind::kAccess;
}

// The physical page an entry names: bits 51:12, less what is below the page's size.
std::uint64_t FrameOf(std::uint64_t entry, unsigned shift) { return entry & LowBits(52) & ~LowBits(shift); }

}  // namespace

// "IOTLB page hit sid 0x20 iova 0xffff7008 slpte 0x112319003 domain 0x3"
QemuImporter::Verdict QemuImporter::Page(TextScan& scan) {
  std::uint64_t requester = 0;
  std::uint64_t entry = 0;
  std::uint64_t domain = 0;
  TraceRecord record = At(TraceKind::kAccess);
  const bool read = scan.Skip("sid ") && scan.Hex(&requester) && requester <= 0xffff;
  if (read) SelectRequester(static_cast<RequesterId>(requester));
  SettlePage(*thread_);
  if (!read || !scan.Literal(" iova ") || !scan.Hex(&record.iova) ||
      !(scan.Literal(" slpte ") || scan.Literal(" pte ")) || !scan.Hex(&entry) || !scan.Literal(" domain ") ||
      !scan.Hex(&domain) || domain > kLargestDomain || !scan.Done()) {
    return Verdict::kDamaged;
  }
  if (!pages_recorded_) DropOrphans();
  record.permissions = static_cast<std::uint8_t>(entry & (kPermissionRead | kPermissionWrite));
  record.kind = DirectionOf(record.permissions);
  record.stream = StreamOf(static_cast<RequesterId>(requester));
  record.domain = static_cast<std::uint32_t>(domain);
  const unsigned shift = (entry & kLargePage) == 0 ? kPageShift4K : kPageShift2M;
  record.page_shift = static_cast<std::uint8_t>(shift);
  record.pa = FrameOf(entry, shift) | (record.iova & LowBits(shift));
  thread_->page = Emit(record, true);
  thread_->page_held = true;
  return Verdict::kUsed;
}

// A page line whose translation was not recorded is an access all the same.
void QemuImporter::SettlePage(Thread& thread) {
  if (!std::exchange(thread.page_held, false)) return;
  TraceRecord* access = queue().Find(thread.page);
  if (access == nullptr) return;
  thread.stream = access->stream;
  if (!Complete(access, thread)) {
    queue().Drop(thread.page);
    return;
  }
  thread.access = thread.page;
  thread.access_held = true;
}

// The first lines of a log may be translations whose page lines came before it. Logs without page lines have more.
void QemuImporter::DropOrphans() {
  pages_recorded_ = true;
  for (auto& [key, thread] : threads_) {
    if (std::exchange(thread.orphan_held, false) && queue().Drop(thread.orphan)) ++mutable_info().ignored_lines;
  }
}

// "dev 00:04.00 iova 0xffff7000 -> gpa 0x112319000 mask 0xfff"; mask 0 is a message signalled interrupt
QemuImporter::Verdict QemuImporter::Translate(TextScan& scan) {
  RequesterId requester = 0;
  std::uint64_t iova = 0;
  std::uint64_t physical = 0;
  std::uint64_t mask = 0;
  if (!scan.Literal("dev ") || !ScanRequester(scan, &requester) || !scan.Literal(" iova ") || !scan.Hex(&iova) ||
      !scan.Literal(" -> gpa ") || !scan.Hex(&physical) || !scan.Literal(" mask ") || !scan.Hex(&mask) ||
      !scan.Done()) {
    return Verdict::kDamaged;
  }
  SelectRequester(requester);
  if (mask == 0) {
    TraceRecord record = At(TraceKind::kInterrupt);
    record.stream = StreamOf(requester);
    record.iova = iova;
    Emit(std::move(record));
    return Verdict::kUsed;
  }
  std::uint8_t page_shift = 0;
  if (!ScanPageMask(mask, &page_shift)) return Verdict::kDamaged;
  if (!pages_recorded_) {
    TraceRecord record = At(TraceKind::kAccess);
    record.stream = StreamOf(requester);
    record.iova = iova;
    record.pa = physical;
    record.page_shift = page_shift;
    return TranslateAlone(record);
  }
  if (!std::exchange(thread_->page_held, false)) return Verdict::kDamaged;
  TraceRecord* page = queue().Find(thread_->page);
  if (page == nullptr) return Verdict::kUsed;  // so long ago that it was passed on alone
  TraceRecord record = *page;
  queue().Drop(thread_->page);
  if (StreamOf(requester) != record.stream || (record.iova & ~mask) != (iova & ~mask)) return Verdict::kDamaged;
  record.time_ps = time_ps_;
  record.page_shift = page_shift;
  record.pa = (physical & ~mask) | (record.iova & mask);
  thread_->stream = record.stream;
  if (Complete(&record, *thread_)) EmitAccess(record);
  return Verdict::kUsed;
}

QemuImporter::Verdict QemuImporter::TranslateAlone(TraceRecord record) {
  thread_->stream = record.stream;
  if (std::exchange(thread_->orphan_held, false)) queue().Release(thread_->orphan);
  if (!Complete(&record, *thread_)) return Verdict::kUsed;
  thread_->orphan = Emit(std::move(record), true);
  thread_->orphan_held = true;
  return Verdict::kUsed;
}

// Adds what rings and device lines know. False: an access to leave out.
bool QemuImporter::Complete(TraceRecord* access, Thread& thread) {
  if (const NvmeRings::Ring* ring = RingOf(access->stream, access->iova)) {
    if (ring->shadow_doorbells && options().drop_shadow_doorbells) {
      ++mutable_info().dropped_shadow_doorbells;
      return false;
    }
    if (access->kind == TraceKind::kAccess) access->kind = ring->kind;
    access->size_bytes = ring->entry_bytes;
  }
  thread.hints.Apply(access);
  return true;
}

void QemuImporter::EmitAccess(const TraceRecord& record) {
  thread_->access = Emit(record, true);
  thread_->access_held = true;
}

const NvmeRings::Ring* QemuImporter::RingOf(std::uint32_t stream, std::uint64_t iova) const {
  const auto found = rings_.find(stream);
  return found == rings_.end() ? nullptr : found->second.Find(iova);
}

}  // namespace siov
