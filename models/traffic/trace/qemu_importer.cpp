// SPDX-License-Identifier: Apache-2.0
#include "models/traffic/trace/qemu_importer.h"

#include <limits>
#include <string>
#include <utility>

#include "models/traffic/trace/invalidation_descriptor.h"

namespace siov {
namespace {

constexpr std::size_t kMostThreads = 4'096;          // a recording has a handful; more means a damaged or hostile file
constexpr std::size_t kMostOutstanding = 1u << 20u;  // likewise
constexpr std::size_t kMostWithOneTag = 256;         // controllers that can be behind one emulated root
constexpr std::uint64_t kLargestDomain = 0xffff;
constexpr std::uint64_t kSectorBytes = 512;
constexpr std::uint64_t kMostSectors = std::numeric_limits<std::uint32_t>::max();

// A queue's id and a command's id within it: what joins start and completion.
std::uint64_t NvmeTag(std::uint64_t queue, std::uint64_t command) { return queue << 16u | command; }

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

}  // namespace

void QemuImporter::Describe(TraceInfo* info) const {
  info->source = "qemu";
  info->clock = "Host time of the emulator, distorted by software emulation.";
}

void QemuImporter::Forget() {
  threads_.clear();
  rings_.clear();
  outstanding_.clear();
  thread_ = nullptr;
}

// "23637@1795215493.913971:vtd_dmar_translate dev 00:04.00 ..."
QemuImporter::Verdict QemuImporter::Line(std::string_view line) {
  if (line.empty()) return Verdict::kIgnored;
  if (line.front() == '#') return Comment(line);
  TextScan scan(line);
  std::uint64_t thread = 0;
  std::uint64_t time_ns = 0;
  unsigned decimals = 0;
  std::string_view event;
  if (!scan.Decimal(&thread) || !scan.Literal("@") || !ScanTimestamp(scan, &time_ns, &decimals) || !scan.Literal(":") ||
      !scan.Word(&event)) {
    return Verdict::kDamaged;
  }
  if (threads_.size() >= kMostThreads && threads_.find(thread) == threads_.end()) threads_.clear();
  thread_ = &threads_[thread];
  time_ps_ = Since(time_ns, decimals);
  scan.Spaces();
  return Event(event, scan);
}

QemuImporter::Verdict QemuImporter::Event(std::string_view event, TextScan& scan) {
  if (event == "vtd_iotlb_page_hit" || event == "vtd_iotlb_page_update") return Page(scan);
  if (event == "vtd_dmar_translate") return Translate(scan);
  if (event == "pci_nvme_read" || event == "pci_nvme_write") return NvmeTransfer(scan);
  if (thread_->command_held) {  // its size would have been on the very next line
    queue().Release(thread_->command);
    thread_->command_held = false;
  }
  if (event == "vtd_inv_desc") return Invalidation(scan);
  if (event == "pci_nvme_io_cmd") return NvmeCommand(scan);
  if (event == "pci_nvme_enqueue_req_completion") return NvmeCompletion(scan);
  if (event == "pci_nvme_irq_msix") return NvmeInterrupt(scan);
  if (event == "pci_nvme_create_sq") return NvmeQueue(scan, true);
  if (event == "pci_nvme_create_cq") return NvmeQueue(scan, false);
  if (event == "pci_nvme_dbbuf_config") return NvmeShadowDoorbells(scan);
  if (event == "virtio_blk_handle_read") return VirtioCommand(scan, kOpcodeRead);
  if (event == "virtio_blk_handle_write") return VirtioCommand(scan, kOpcodeWrite);
  if (event == "virtio_blk_req_complete") return VirtioCompletion(scan);
  return Verdict::kIgnored;
}

// "#MARK 1795215493.373673 WL_START" and "#CUT 1746388 lines removed here ..."
QemuImporter::Verdict QemuImporter::Comment(std::string_view line) {
  TextScan scan(line);
  if (scan.Literal("#MARK ")) {
    std::uint64_t time_ns = 0;
    unsigned decimals = 0;
    std::string_view name;
    if (!ScanTimestamp(scan, &time_ns, &decimals) || !scan.Word(&name) || !IsMark(name)) {
      return Verdict::kDamaged;
    }
    time_ps_ = Since(time_ns, decimals);
    TraceRecord record = At(TraceKind::kMark);
    record.mark = std::string(name);
    Emit(std::move(record));
    return Verdict::kUsed;
  }
  if (scan.Literal("#CUT ")) {
    std::uint64_t removed = 0;
    if (!scan.Decimal(&removed)) return Verdict::kDamaged;
    mutable_info().cut = true;
    mutable_info().cut_lines += removed;
    for (auto& [id, thread] : threads_) thread.page_seen = false;  // its other half may be in the hole
    return Verdict::kUsed;
  }
  return Verdict::kIgnored;
}

// "IOTLB page hit sid 0x20 iova 0xffff7008 slpte 0x112319003 domain 0x3"
QemuImporter::Verdict QemuImporter::Page(TextScan& scan) {
  std::uint64_t requester = 0;
  std::uint64_t entry = 0;
  std::uint64_t domain = 0;
  if (!scan.Skip("sid ") || !scan.Hex(&requester) || requester > 0xffff || !scan.Literal(" iova ") ||
      !scan.Hex(&thread_->page_iova) || !scan.Literal(" slpte ") || !scan.Hex(&entry) || !scan.Literal(" domain ") ||
      !scan.Hex(&domain) || domain > kLargestDomain || !scan.Done()) {
    thread_->page_seen = false;
    return Verdict::kDamaged;
  }
  thread_->page_seen = true;
  thread_->page_requester = static_cast<RequesterId>(requester);
  thread_->page_domain = static_cast<std::uint32_t>(domain);
  thread_->page_permissions = static_cast<std::uint8_t>(entry & (kPermissionRead | kPermissionWrite));
  return Verdict::kUsed;
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
  if (mask == 0) {
    TraceRecord record = At(TraceKind::kInterrupt);
    record.stream = StreamOf(requester);
    record.iova = iova;
    Emit(std::move(record));
    return Verdict::kUsed;
  }
  TraceRecord record = At(DirectionOf(thread_->page_permissions));
  const bool pair = std::exchange(thread_->page_seen, false) && thread_->page_requester == requester;
  if (!pair || !ScanPageMask(mask, &record.page_shift) || (thread_->page_iova & ~mask) != (iova & ~mask)) {
    return Verdict::kDamaged;
  }
  record.stream = thread_->stream = StreamOf(requester);
  if (const NvmeRings::Ring* ring = RingOf(record.stream, thread_->page_iova)) {
    if (ring->shadow_doorbells && options().drop_shadow_doorbells) {
      ++mutable_info().dropped_shadow_doorbells;
      return Verdict::kUsed;
    }
    if (record.kind == TraceKind::kAccess) record.kind = ring->kind;
    record.size_bytes = ring->entry_bytes;
  }
  record.domain = thread_->page_domain;
  record.iova = thread_->page_iova;
  record.pa = (physical & ~mask) | (record.iova & mask);
  record.permissions = thread_->page_permissions;
  Emit(std::move(record));
  return Verdict::kUsed;
}

const NvmeRings::Ring* QemuImporter::RingOf(std::uint32_t stream, std::uint64_t iova) const {
  const auto found = rings_.find(stream);
  return found == rings_.end() ? nullptr : found->second.Find(iova);
}

// "invalidate desc type iotlb high 0xfff5d040 low 0x300f2"
QemuImporter::Verdict QemuImporter::Invalidation(TextScan& scan) {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  if (!scan.Skip(" high ") || !scan.Hex(&high) || !scan.Literal(" low ") || !scan.Hex(&low) || !scan.Done()) {
    return Verdict::kDamaged;
  }
  InvalidationDescriptor descriptor;
  if (!DecodeInvalidation(low, high, &descriptor)) return Verdict::kDamaged;
  descriptor.record.time_ps = time_ps_;
  if (descriptor.has_requester) descriptor.record.stream = StreamOf(descriptor.requester_id);
  Emit(std::move(descriptor.record));
  return Verdict::kUsed;
}

// "cid 67 nsid 0x1 sqid 3 opc 0x2 opname 'NVME_NVM_CMD_READ'"
QemuImporter::Verdict QemuImporter::NvmeCommand(TextScan& scan) {
  std::uint64_t command = 0;
  std::uint64_t space = 0;
  std::uint64_t queue_id = 0;
  std::uint64_t opcode = 0;
  if (!scan.Literal("cid ") || !scan.Decimal(&command) || command > 0xffff || !scan.Literal(" nsid ") ||
      !scan.Hex(&space) || !scan.Literal(" sqid ") || !scan.Decimal(&queue_id) || queue_id > 0xffff ||
      !scan.Literal(" opc ") || !scan.Hex(&opcode) || opcode > 0xff) {
    return Verdict::kDamaged;
  }
  const std::uint8_t known = opcode <= kOpcodeRead ? static_cast<std::uint8_t>(opcode) : kOpcodeOther;
  const bool sized = known == kOpcodeRead || known == kOpcodeWrite;
  thread_->command = Start(CommandLayer::kNvme, known, 0, NvmeTag(queue_id, command), sized);
  thread_->command_held = sized;
  thread_->command_id = command;
  return Verdict::kUsed;
}

// "cid 67 nsid 1 nlb 8 count 4096 lba 0x142268": the size of the command just started
QemuImporter::Verdict QemuImporter::NvmeTransfer(TextScan& scan) {
  std::uint64_t command = 0;
  std::uint64_t bytes = 0;
  if (!scan.Literal("cid ") || !scan.Decimal(&command) || !scan.Skip(" count ") || !scan.Decimal(&bytes)) {
    return Verdict::kDamaged;
  }
  if (!thread_->command_held || thread_->command_id != command) return Verdict::kIgnored;
  if (TraceRecord* record = queue().Find(thread_->command)) record->size_bytes = bytes;
  queue().Release(thread_->command);
  thread_->command_held = false;
  return Verdict::kUsed;
}

// "cid 67 cqid 3 dw0 0x0 dw1 0x0 status 0x0"
QemuImporter::Verdict QemuImporter::NvmeCompletion(TextScan& scan) {
  std::uint64_t command = 0;
  std::uint64_t queue_id = 0;
  if (!scan.Literal("cid ") || !scan.Decimal(&command) || command > 0xffff || !scan.Literal(" cqid ") ||
      !scan.Decimal(&queue_id) || queue_id > 0xffff) {
    return Verdict::kDamaged;
  }
  if (queue_id == 0) return Verdict::kIgnored;  // admin
  Complete(CommandLayer::kNvme, NvmeTag(queue_id, command));
  return Verdict::kUsed;
}

// "raising MSI-X IRQ vector 3", right after the write of the completion queue entry
QemuImporter::Verdict QemuImporter::NvmeInterrupt(TextScan& scan) {
  TraceRecord record = At(TraceKind::kInterrupt);
  if (!scan.Skip("vector ") || !scan.Decimal(&record.tag)) return Verdict::kDamaged;
  record.stream = thread_->stream;
  Emit(std::move(record));
  return Verdict::kUsed;
}

// "create submission queue, addr=0x7ffd6000, sqid=1, cqid=1, qsize=255, qflags=1", with a size counted from 0
QemuImporter::Verdict QemuImporter::NvmeQueue(TextScan& scan, bool submission) {
  std::uint64_t iova = 0;
  std::uint64_t last_entry = 0;
  if (!scan.Skip("addr=") || !scan.Hex(&iova) || !scan.Skip(" qsize=") || !scan.Decimal(&last_entry) ||
      last_entry > 0xffff) {
    return Verdict::kDamaged;
  }
  if (thread_->stream == TraceRecord::kNoStream) return Verdict::kIgnored;  // before the IOMMU is on
  const std::uint64_t entries = last_entry + 1;
  rings_[thread_->stream].Add(submission ? NvmeRings::Submission(iova, entries) : NvmeRings::Completion(iova, entries));
  return Verdict::kUsed;
}

// "dbs_addr=0xffff8000 eis_addr=0xffff7000"
QemuImporter::Verdict QemuImporter::NvmeShadowDoorbells(TextScan& scan) {
  std::uint64_t doorbells = 0;
  std::uint64_t indexes = 0;
  if (!scan.Literal("dbs_addr=") || !scan.Hex(&doorbells) || !scan.Literal(" eis_addr=") || !scan.Hex(&indexes)) {
    return Verdict::kDamaged;
  }
  if (thread_->stream == TraceRecord::kNoStream) return Verdict::kIgnored;
  rings_[thread_->stream].Add(NvmeRings::ShadowDoorbells(AlignDown(doorbells, kPage4K)));
  rings_[thread_->stream].Add(NvmeRings::EventIndexes(AlignDown(indexes, kPage4K)));
  return Verdict::kUsed;
}

// "vdev 0x556e0fe357a0 req 0x556e10c2b740 sector 21570064 nsectors 8"
QemuImporter::Verdict QemuImporter::VirtioCommand(TextScan& scan, std::uint8_t opcode) {
  std::uint64_t device = 0;
  std::uint64_t request = 0;
  std::uint64_t sectors = 0;
  if (!scan.Literal("vdev ") || !scan.Hex(&device) || !scan.Literal(" req ") || !scan.Hex(&request) ||
      !scan.Skip(" nsectors ") || !scan.Decimal(&sectors) || sectors > kMostSectors) {
    return Verdict::kDamaged;
  }
  Start(CommandLayer::kVirtioBlk, opcode, sectors * kSectorBytes, request, false);
  return Verdict::kUsed;
}

// "vdev 0x56542cf87be0 req 0x56542bdfe800 status 0"
QemuImporter::Verdict QemuImporter::VirtioCompletion(TextScan& scan) {
  std::uint64_t device = 0;
  std::uint64_t request = 0;
  if (!scan.Literal("vdev ") || !scan.Hex(&device) || !scan.Literal(" req ") || !scan.Hex(&request)) {
    return Verdict::kDamaged;
  }
  Complete(CommandLayer::kVirtioBlk, request);
  return Verdict::kUsed;
}

TraceRecord QemuImporter::At(TraceKind kind) const {
  TraceRecord record;
  record.time_ps = time_ps_;
  record.kind = kind;
  return record;
}

// A device model reads the request before it logs the command. One that logs commands and reads nothing through the
// IOMMU must not inherit the device before it, so the stream is used up.
HeldRecords::Ticket QemuImporter::Start(CommandLayer layer, std::uint8_t opcode, Bytes size_bytes, std::uint64_t tag,
                                        bool held) {
  TraceRecord record = At(TraceKind::kCommand);
  record.layer = layer;
  record.phase = CommandPhase::kStart;
  record.opcode = opcode;
  record.size_bytes = size_bytes;
  record.tag = tag;
  record.stream = std::exchange(thread_->stream, TraceRecord::kNoStream);
  if (outstanding_.size() >= kMostOutstanding) outstanding_.clear();
  std::vector<Outstanding>& same_tag = outstanding_[tag];
  if (same_tag.size() >= kMostWithOneTag) same_tag.erase(same_tag.begin());
  same_tag.push_back({record.stream, opcode});
  return Emit(std::move(record), held);
}

void QemuImporter::Complete(CommandLayer layer, std::uint64_t tag) {
  TraceRecord record = At(TraceKind::kCommand);
  record.layer = layer;
  record.phase = CommandPhase::kComplete;
  record.opcode = kOpcodeOther;
  record.tag = tag;
  if (const auto start = outstanding_.find(tag); start != outstanding_.end()) {
    record.stream = start->second.front().stream;
    record.opcode = start->second.front().opcode;
    start->second.erase(start->second.begin());
    if (start->second.empty()) outstanding_.erase(start);
  }
  Emit(std::move(record));
}

}  // namespace siov
