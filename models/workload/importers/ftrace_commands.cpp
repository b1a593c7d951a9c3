// SPDX-License-Identifier: Apache-2.0
// What a kernel's lines say of the commands given to drives.
#include <limits>
#include <utility>

#include "models/workload/importers/ftrace_importer.h"
#include "models/workload/importers/nvme_tag.h"

namespace siov {
namespace {

constexpr std::uint64_t kMostBlocks = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kMostUnsized = 64;
constexpr std::size_t kMostDisks = 4'096;  // a recording has a handful; more means a damaged or hostile file
constexpr std::uint64_t kNvmeMajor = 259;  // Linux numbers namespaces so

// "nvme1: disk=nvme1n1, qid=2, cmdid=9, ...": fields in any order, for versions have moved them
bool ScanNvme(const TextScan& scan, std::uint64_t* controller, std::uint64_t* queue_id, std::uint64_t* command) {
  TextScan name = scan;
  *controller = 0;
  if (name.Literal("nvme") && (!name.Decimal(controller) || *controller > 0xffff)) return false;
  return scan.NumberField("qid", queue_id) && *queue_id <= 0xffff && scan.NumberField("cmdid", command) &&
         *command <= 0xffff;
}

std::string DiskOf(const TextScan& scan, std::uint64_t controller) {
  constexpr std::size_t kLongest = 64;
  TextScan value("");
  std::string_view disk;
  if (scan.Field("disk", &value) && value.Until(",", &disk)) return std::string(disk.substr(0, kLongest));
  std::uint64_t space = 0;
  scan.NumberField("nsid", &space);
  return "nvme" + std::to_string(controller) + "n" + std::to_string(space);
}

}  // namespace

// "nvme0: disk=nvme0n1, qid=1, cmdid=263, nsid=1, flags=0x0, meta=0x0, cmd=(nvme_cmd_read slba=11862184, len=7, ..."
FtraceImporter::Verdict FtraceImporter::NvmeStart(TextScan& scan) {
  std::uint64_t controller = 0;
  std::uint64_t queue_id = 0;
  std::uint64_t command = 0;
  std::string_view name;
  TextScan call("");
  if (!ScanNvme(scan, &controller, &queue_id, &command) || !scan.Field("cmd", &call) || !call.Literal("(") ||
      !call.Word(&name)) {
    return Verdict::kDamaged;
  }
  if (queue_id == 0) return Verdict::kIgnored;  // admin
  TraceRecord record = At(TraceKind::kCommand);
  record.layer = CommandLayer::kNvme;
  record.phase = CommandPhase::kStart;
  record.tag = NvmeTag(controller, queue_id, command);
  record.opcode = name == "nvme_cmd_read"    ? kOpcodeRead
                  : name == "nvme_cmd_write" ? kOpcodeWrite
                  : name == "nvme_cmd_flush" ? kOpcodeFlush
                                             : kOpcodeOther;
  if (record.opcode != kOpcodeRead && record.opcode != kOpcodeWrite) {
    Emit(std::move(record));
    return Verdict::kUsed;
  }
  std::uint64_t first_block = 0;
  std::uint64_t last_block = 0;  // from the first
  if (!call.NumberField("slba", &first_block) || !call.NumberField("len", &last_block) || last_block >= kMostBlocks) {
    return Verdict::kDamaged;
  }
  EmitUnsized(std::move(record), DiskOf(scan, controller), first_block, last_block + 1);
  return Verdict::kUsed;
}

// A drive's blocks are of a size that only the block layer's request for the same place tells, which comes right after.
// Drives it says nothing of are taken to have blocks of 512 bytes.
void FtraceImporter::EmitUnsized(TraceRecord record, std::string disk, std::uint64_t first_block,
                                 std::uint64_t blocks) {
  const auto known = block_bytes_.find(disk);
  record.size_bytes = blocks * (known == block_bytes_.end() ? kSectorBytes : known->second);
  const std::uint8_t opcode = record.opcode;
  const HeldRecords::Ticket ticket = Emit(std::move(record), known == block_bytes_.end());
  if (known != block_bytes_.end()) return;
  unsized_.push_back({ticket, std::move(disk), first_block, blocks, opcode});
  if (unsized_.size() <= kMostUnsized) return;
  queue().Release(unsized_.front().command);
  unsized_.pop_front();
}

void FtraceImporter::LearnBlockSize(std::uint64_t sector, std::uint64_t sectors, std::uint8_t opcode) {
  constexpr std::uint64_t kMostSectorsInABlock = 128;
  std::string disk;
  for (auto place = unsized_.rbegin(); place != unsized_.rend() && disk.empty(); ++place) {
    for (std::uint64_t ratio = 1; ratio <= kMostSectorsInABlock; ratio *= 2) {
      if (place->opcode != opcode || place->blocks * ratio != sectors || place->first_block * ratio != sector) continue;
      disk = place->disk;
      if (block_bytes_.size() < kMostDisks) block_bytes_[disk] = ratio * kSectorBytes;
      break;
    }
  }
  const auto known = block_bytes_.find(disk);
  if (known == block_bytes_.end()) return;
  for (auto place = unsized_.begin(); place != unsized_.end();) {
    if (place->disk != disk) {
      ++place;
      continue;
    }
    if (TraceRecord* record = queue().Find(place->command)) record->size_bytes = place->blocks * known->second;
    queue().Release(place->command);
    place = unsized_.erase(place);
  }
}

// "nvme0: disk=nvme0n1, qid=3, cmdid=78, res=0x0, retries=0, flags=0x0, status=0x0"
FtraceImporter::Verdict FtraceImporter::NvmeComplete(TextScan& scan) {
  std::uint64_t controller = 0;
  std::uint64_t queue_id = 0;
  std::uint64_t command = 0;
  if (!ScanNvme(scan, &controller, &queue_id, &command)) return Verdict::kDamaged;
  if (queue_id == 0) return Verdict::kIgnored;  // admin
  TraceRecord record = At(TraceKind::kCommand);
  record.layer = CommandLayer::kNvme;
  record.phase = CommandPhase::kComplete;
  record.opcode = kOpcodeOther;
  record.tag = NvmeTag(controller, queue_id, command);
  Emit(std::move(record));
  return Verdict::kUsed;
}

FtraceImporter::Verdict FtraceImporter::BlockIssue(TextScan& scan) { return BlockRequest(scan, CommandPhase::kStart); }

FtraceImporter::Verdict FtraceImporter::BlockComplete(TextScan& scan) {
  return BlockRequest(scan, CommandPhase::kComplete);
}

// "259,0 R 4096 () 11862184 + 8 be,0,4 [fio]"; a completion leaves the byte count out, older kernels the priority. Tag:
// device and first sector.
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
  record.size_bytes = phase == CommandPhase::kStart && bytes != 0 ? bytes : sectors * kSectorBytes;
  record.tag = (major << 52u) ^ (minor << 44u) ^ sector;
  if (phase == CommandPhase::kStart && major == kNvmeMajor) LearnBlockSize(sector, sectors, record.opcode);
  Emit(std::move(record));
  return Verdict::kUsed;
}

}  // namespace siov
