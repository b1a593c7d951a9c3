// SPDX-License-Identifier: Apache-2.0
// What a kernel's lines say of the calls drivers make for their buffers: the device, the direction, the exact bytes.
#include <algorithm>
#include <iterator>
#include <limits>

#include "models/workload/importers/ftrace_importer.h"

namespace siov {
namespace {

constexpr Bytes kMostAllocated = Bytes{1} << 40u;
constexpr std::uint32_t kMostBuffer = std::numeric_limits<std::uint32_t>::max();

// Directions of the kernel's DMA interface: 0 both, 1 to the device, 2 from the device.
bool PermissionsOf(std::uint64_t direction, std::uint8_t* permissions) {
  if (direction > 2) return false;
  *permissions = direction == 0   ? kPermissionRead | kPermissionWrite
                 : direction == 1 ? kPermissionRead
                                  : kPermissionWrite;
  return true;
}

// "TO_DEVICE", as the kernel's own events print it
bool NamedDirection(TextScan scan, std::uint8_t* permissions) {
  if (scan.Literal("BIDIRECTIONAL")) return PermissionsOf(0, permissions);
  if (scan.Literal("TO_DEVICE")) return PermissionsOf(1, permissions);
  return scan.Literal("FROM_DEVICE") && PermissionsOf(2, permissions);
}

bool IsHexDigit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Probes on mapping calls, whose result tells one on return from one on entry, before the maps.
struct Probe {
  std::string_view event;
  std::string_view result;
  bool buffer;  // one, of "size" bytes at "off"; else a list of them
};
constexpr Probe kProbes[] = {
    // '(dma_map_page_attrs+0x245/0x340 <- iommu_dma_map_page) iova=0xffffc000 dev="0000:00:04.0" off=0x0 size=4096
    // dir=2'
    {"dmap", "iova", true},
    // '(__dma_map_sg_attrs+0x117/0x190 <- iommu_dma_map_sg) n=1 dev="0000:00:05.0" nents=15 dir=1'
    {"dmapsg", "n", false},
};

// The kernel's own events of such calls, after the maps: the device first, then fields.
enum KernelField : unsigned { kNoField = 0, kDirection = 1, kBuffer = 2 };
struct KernelCall {
  std::string_view event;
  unsigned fields;
};
constexpr KernelCall kKernelCalls[] = {
    // "0000:00:04.0 dir=TO_DEVICE dma_addr=ffffc200 size=512 phys_addr=1180cf200 attrs="
    {"dma_map_page", kDirection | kBuffer},
    {"dma_map_phys", kDirection | kBuffer},
    // "0000:00:04.0 dir=FROM_DEVICE dma_addrs={...} sizes={...} phys_addrs={...} attrs="
    {"dma_map_sg", kDirection},
    // "0000:00:04.0 dma_addr=ffffc000 size=4096 virt_addr=... flags=GFP_KERNEL attrs=": memory for both sides
    {"dma_alloc", kNoField},
};

// REQUIRES that there is one.
template <class Row, std::size_t kRows>
const Row& RowOf(const Row (&rows)[kRows], std::string_view event) {
  return *std::find_if(std::begin(rows), std::end(rows), [event](const Row& row) { return row.event == event; });
}

}  // namespace

// 'dev="0000:00:04.0"', with quotes or without. Devices that are not PCI functions have no requester id and stay
// unknown.
bool FtraceImporter::ScanDevice(TextScan scan, std::uint32_t* stream) {
  std::uint64_t segment = 0;
  std::uint64_t bus = 0;
  std::uint64_t device = 0;
  std::uint64_t function = 0;
  scan.Literal("\"");
  const TextScan start = scan;
  const bool pci = !scan.Done() && IsHexDigit(scan.rest().front()) && scan.BareHex(&segment) && scan.Literal(":") &&
                   scan.BareHex(&bus) && scan.Literal(":") && scan.BareHex(&device) && scan.Literal(".") &&
                   scan.BareHex(&function);
  if (!pci) return !start.Done();
  if (segment > 0xffff'ffff || bus > 0xff || device > 0x1f || function > 7) return false;
  *stream =
      StreamOf(static_cast<RequesterId>(bus << 8u | device << 3u | function), static_cast<std::uint32_t>(segment));
  return true;
}

FtraceImporter::Verdict FtraceImporter::DmaProbe(TextScan& scan) {
  const Probe& probe = RowOf(kProbes, line_.event);
  TextScan device("");
  TextScan field("");
  std::uint64_t result = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint64_t direction = 0;
  std::uint32_t stream = TraceRecord::kNoStream;
  std::uint8_t permissions = 0;
  const bool entry = !scan.Field(probe.result, &field);
  context_->expected.active = false;
  if (!scan.Field("dev", &device) || (probe.buffer && !scan.Field("size", &field)) || !scan.Field("dir", &field)) {
    return IgnoreEvent(line_.event);
  }
  const bool sized =
      !probe.buffer || ((!scan.Field("off", &field) || field.AnyNumber(&offset)) && scan.NumberField("size", &bytes));
  if ((!entry && !scan.NumberField(probe.result, &result)) || !ScanDevice(device, &stream) || !sized ||
      !scan.NumberField("dir", &direction) || !PermissionsOf(direction, &permissions)) {
    return Verdict::kDamaged;
  }
  if (!entry) {
    probe.buffer ? ResolveMap(stream, permissions, result, bytes) : ResolveAll(stream, permissions);
    return Verdict::kUsed;
  }
  Expected& expected = context_->expected;
  expected = Expected();
  expected.active = true;
  expected.list = !probe.buffer;
  expected.stream = stream;
  expected.permissions = permissions;
  if (probe.buffer && bytes <= kMostBuffer - kPage4K) {
    expected.buffer_offset = static_cast<std::uint32_t>(offset % kPage4K);
    expected.buffer_bytes = static_cast<std::uint32_t>(bytes);
  }
  return Verdict::kNothing;  // yet
}

// Gives the map that holds the buffer its direction, and all that wait before it their leave.
void FtraceImporter::ResolveMap(std::uint32_t stream, std::uint8_t permissions, std::uint64_t iova, Bytes bytes) {
  for (const HeldRecords::Ticket ticket : context_->unresolved) {
    TraceRecord* record = queue().Find(ticket);
    if (record != nullptr && iova - record->iova < record->size_bytes) {
      const std::uint64_t into = iova - record->iova;
      if (stream != TraceRecord::kNoStream) record->stream = stream;
      record->permissions = permissions;
      if (into <= kMostBuffer && bytes <= record->size_bytes - into && bytes <= kMostBuffer) {
        record->buffer_offset = static_cast<std::uint32_t>(into);
        record->buffer_bytes = static_cast<std::uint32_t>(bytes);
      }
    }
    queue().Release(ticket);
  }
  context_->unresolved.clear();
  context_->coherent_bytes = 0;
}

void FtraceImporter::ResolveAll(std::uint32_t stream, std::uint8_t permissions) {
  for (const HeldRecords::Ticket ticket : context_->unresolved) {
    if (TraceRecord* record = queue().Find(ticket)) {
      if (stream != TraceRecord::kNoStream) record->stream = stream;
      record->permissions = permissions;
    }
    queue().Release(ticket);
  }
  context_->unresolved.clear();
  context_->coherent_bytes = 0;
}

// '(iommu_dma_alloc+0x4/0x290) dev="0000:00:04.0" size=512': ring memory that both sides read and write
FtraceImporter::Verdict FtraceImporter::DmaAlloc(TextScan& scan) {
  TextScan field("");
  std::uint64_t bytes = 0;
  context_->expected.active = false;
  if (!scan.Field("size", &field)) return IgnoreEvent(line_.event);
  if (!scan.NumberField("size", &bytes) || bytes > kMostAllocated) return Verdict::kDamaged;
  context_->coherent_bytes = CeilDiv(bytes, kPage4K) * kPage4K;
  return Verdict::kUsed;
}

FtraceImporter::Verdict FtraceImporter::KernelDma(TextScan& scan) {
  const unsigned fields = RowOf(kKernelCalls, line_.event).fields;
  TextScan direction("");
  TextScan address("");
  std::uint64_t iova = 0;
  std::uint64_t bytes = 0;
  std::uint32_t stream = TraceRecord::kNoStream;
  std::uint8_t permissions = kPermissionRead | kPermissionWrite;
  const bool directed =
      (fields & kDirection) == 0 || (scan.Field("dir", &direction) && NamedDirection(direction, &permissions));
  const bool placed = (fields & kBuffer) == 0 ||
                      (scan.Field("dma_addr", &address) && address.BareHex(&iova) && scan.NumberField("size", &bytes));
  if (!directed || !placed || !ScanDevice(scan, &stream)) return Verdict::kDamaged;
  (fields & kBuffer) != 0 ? ResolveMap(stream, permissions, iova, bytes) : ResolveAll(stream, permissions);
  return Verdict::kUsed;
}

}  // namespace siov
