// SPDX-License-Identifier: Apache-2.0
// What the lines of emulated devices say: commands, interrupts, and which way accesses go.
#include <limits>
#include <utility>

#include "models/workload/importers/nvme_tag.h"
#include "models/workload/importers/qemu_importer.h"

namespace siov {
namespace {

constexpr std::size_t kMostOutstanding = 1u << 20u;  // a recording has hundreds; more means a damaged or hostile file
constexpr std::size_t kMostWithOneTag = 256;         // controllers that can be behind one emulated root
constexpr std::size_t kMostDrives = 4'096;           // likewise
constexpr std::uint64_t kMostSectors = std::numeric_limits<std::uint32_t>::max();
constexpr Bytes kLongestTransfer = Bytes{1} << 32u;  // named by one line of a device

}  // namespace

// "cid 67 nsid 0x1 sqid 3 opc 0x2 opname 'NVME_NVM_CMD_READ'"; older versions print the namespace in decimal
QemuImporter::Verdict QemuImporter::NvmeCommand(TextScan& scan) {
  std::uint64_t command = 0;
  std::uint64_t space = 0;
  std::uint64_t queue_id = 0;
  std::uint64_t opcode = 0;
  if (!scan.Literal("cid ") || !scan.Decimal(&command) || command > 0xffff || !scan.Literal(" nsid ") ||
      !scan.AnyNumber(&space) || !scan.Literal(" sqid ") || !scan.Decimal(&queue_id) || queue_id > 0xffff ||
      !scan.Literal(" opc ") || !scan.Hex(&opcode) || opcode > 0xff) {
    return Verdict::kDamaged;
  }
  const std::uint8_t known = opcode <= kOpcodeRead ? static_cast<std::uint8_t>(opcode) : kOpcodeOther;
  const bool sized = known == kOpcodeRead || known == kOpcodeWrite;
  thread_->command = Start(CommandLayer::kNvme, known, 0, NvmeTag(0, queue_id, command), sized);
  thread_->command_held = sized;
  thread_->command_id = command;
  thread_->command_stream = outstanding_[NvmeTag(0, queue_id, command)].back().stream;
  thread_->command_data = known == kOpcodeRead    ? TraceKind::kWrite
                          : known == kOpcodeWrite ? TraceKind::kRead
                                                  : TraceKind::kAccess;
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

// "addr 0xfff10000 len 4096": where the command just started has its data
QemuImporter::Verdict QemuImporter::NvmeAddress(TextScan& scan) {
  std::uint64_t iova = 0;
  std::uint64_t bytes = 0;
  if (!scan.Literal("addr ") || !scan.Hex(&iova) || !scan.Literal(" len ") || !scan.Decimal(&bytes) ||
      bytes > kLongestTransfer) {
    return Verdict::kDamaged;
  }
  if (thread_->command_data == TraceKind::kAccess) return Verdict::kIgnored;
  thread_->hints.Add(thread_->command_stream, iova, bytes, thread_->command_data);
  return Verdict::kUsed;
}

// "cid 67 blk 'nvme0'": the drive that has moved the data of a command, which completes next
QemuImporter::Verdict QemuImporter::NvmeCallback(TextScan& scan) {
  std::string_view drive;
  if (!scan.Literal("cid ") || !scan.Decimal(&thread_->callback_id) || !scan.Literal(" blk '") ||
      !scan.Until("'", &drive)) {
    return Verdict::kDamaged;
  }
  constexpr std::size_t kLongest = 64;
  thread_->callback_drive = std::string(drive.substr(0, kLongest));
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
  const std::string drive = std::exchange(thread_->callback_drive, "");
  End(CommandLayer::kNvme, NvmeTag(0, queue_id, command), thread_->callback_id == command ? drive : "");
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

QemuImporter::Verdict QemuImporter::NvmeSubmissionQueue(TextScan& scan) { return NvmeQueue(scan, true); }

QemuImporter::Verdict QemuImporter::NvmeCompletionQueue(TextScan& scan) { return NvmeQueue(scan, false); }

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

QemuImporter::Verdict QemuImporter::VirtioRead(TextScan& scan) { return VirtioCommand(scan, kOpcodeRead); }

QemuImporter::Verdict QemuImporter::VirtioWrite(TextScan& scan) { return VirtioCommand(scan, kOpcodeWrite); }

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
  End(CommandLayer::kVirtioBlk, request, "");
  return Verdict::kUsed;
}

// "buffer #0, addr: 0xfff89840, offset: 14, from: 0x56542d16d2c6, length: 20": the device writes there next
QemuImporter::Verdict QemuImporter::ReceiveBuffer(TextScan& scan) {
  std::uint64_t iova = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  if (!scan.Skip("addr: ") || !scan.Hex(&iova) || !scan.Skip("offset: ") || !scan.Decimal(&offset) ||
      !scan.Skip("length: ") || !scan.Decimal(&bytes) || bytes > kLongestTransfer) {
    return Verdict::kDamaged;
  }
  thread_->hints.Add(thread_->stream, iova + offset, bytes, TraceKind::kWrite);
  return Verdict::kUsed;
}

// "Next RX descriptor: ring #0, PA: 0xffffc720, length: 16": just read, and written when its packet is there
QemuImporter::Verdict QemuImporter::ReceiveDescriptor(TextScan& scan) {
  std::uint64_t iova = 0;
  std::uint64_t bytes = 0;
  if (!scan.Skip("PA: ") || !scan.Hex(&iova) || !scan.Skip("length: ") || !scan.Decimal(&bytes) ||
      bytes > kLongestTransfer) {
    return Verdict::kDamaged;
  }
  TraceRecord* before = AccessBefore();
  if (before != nullptr && before->iova == iova) NoteRead(before, bytes);
  thread_->hints.Add(thread_->stream, iova, bytes, TraceKind::kWrite);
  return Verdict::kUsed;
}

// "0xfff89802 : 8b0005a2 0": a transmit descriptor was read; the buffer it names is read next. Context descriptors name
// none. The layout is the 82574's: length 15:0, or 19:0 with bit 29 set, when 23:20 is the type, 1 for data.
QemuImporter::Verdict QemuImporter::TransmitDescriptor(TextScan& scan) {
  constexpr Bytes kDescriptorBytes = 16;
  constexpr std::uint64_t kExtended = std::uint64_t{1} << 29u;
  std::uint64_t iova = 0;
  std::uint64_t lower = 0;
  if (TraceRecord* before = AccessBefore()) NoteRead(before, kDescriptorBytes);
  if (scan.Literal("(nil)")) return Verdict::kIgnored;
  if (!scan.Hex(&iova) || !scan.Literal(" : ") || !scan.BareHex(&lower)) return Verdict::kDamaged;
  const bool extended = (lower & kExtended) != 0;
  if (extended && (lower >> 20u & 0xf) != 1) return Verdict::kIgnored;
  thread_->hints.Add(thread_->stream, iova, lower & (extended ? 0xfffffu : 0xffffu), TraceKind::kRead);
  return Verdict::kUsed;
}

// "addr 0x00000000ffffb010, TR_NOOP, p ..., s ..., c ...": a transfer request block was read
QemuImporter::Verdict QemuImporter::UsbDescriptor(TextScan& scan) {
  constexpr Bytes kBlockBytes = 16;
  std::uint64_t iova = 0;
  if (!scan.Literal("addr ") || !scan.Hex(&iova)) return Verdict::kDamaged;
  TraceRecord* before = AccessBefore();
  if (before != nullptr && before->iova == iova) NoteRead(before, kBlockBytes);
  return Verdict::kUsed;
}

// The access of the line before on this thread: device models log a descriptor right after reading it.
TraceRecord* QemuImporter::AccessBefore() {
  TraceRecord* access = access_before_ ? queue().Find(thread_->access) : nullptr;
  return access != nullptr && access->is_access() ? access : nullptr;
}

void QemuImporter::NoteRead(TraceRecord* access, Bytes size_bytes) {
  if (access->kind != TraceKind::kAccess) return;
  access->kind = TraceKind::kRead;
  if (access->size_bytes == 0) access->size_bytes = size_bytes;
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

// Several controllers may have a command of one tag under way. A drive's name tells them apart once it was seen with
// one that was alone; else the oldest completes first.
void QemuImporter::End(CommandLayer layer, std::uint64_t tag, const std::string& drive) {
  TraceRecord record = At(TraceKind::kCommand);
  record.layer = layer;
  record.phase = CommandPhase::kComplete;
  record.opcode = kOpcodeOther;
  record.tag = tag;
  if (const auto start = outstanding_.find(tag); start != outstanding_.end()) {
    std::vector<Outstanding>& same_tag = start->second;
    std::size_t which = 0;
    const auto known = stream_of_drive_.find(drive);
    for (std::size_t i = 0; known != stream_of_drive_.end() && i < same_tag.size(); ++i) {
      if (same_tag[i].stream != known->second) continue;
      which = i;
      break;
    }
    if (same_tag.size() == 1 && !drive.empty() && stream_of_drive_.size() < kMostDrives) {
      stream_of_drive_[drive] = same_tag.front().stream;
    }
    record.stream = same_tag[which].stream;
    record.opcode = same_tag[which].opcode;
    same_tag.erase(same_tag.begin() + static_cast<std::ptrdiff_t>(which));
    if (same_tag.empty()) outstanding_.erase(start);
  }
  Emit(std::move(record));
}

}  // namespace siov
