// SPDX-License-Identifier: Apache-2.0
#include "models/traffic/trace/ftrace_line.h"

#include <limits>

namespace siov {
namespace {

constexpr std::uint64_t kBytesPerLogicalBlock = 512;
constexpr std::uint64_t kMostBlocks = std::numeric_limits<std::uint32_t>::max();

// A queue's id and a command's id within it: what joins start and completion.
std::uint64_t NvmeTag(std::uint64_t queue, std::uint64_t command) { return queue << 16u | command; }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

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

// "   kworker/u16:3-45      [002] d.h1.     4.304885: map: ...": task, CPU, flags, time and event
bool ParseFtraceLine(std::string_view text, FtraceLine* line) {
  std::size_t open = 0;
  std::size_t close = 0;
  do {  // a task's name may look like a CPU number, but no process id precedes that
    if (!FindCpu(text, close, &open, &close)) return false;
  } while (!ScanPid(text.substr(0, open), &line->pid));
  TextScan cpu(text.substr(open + 1, close - open - 1));
  if (!cpu.Decimal(&line->cpu)) return false;
  TextScan scan(text.substr(close + 1));
  scan.Spaces();
  line->interrupt = '.';
  if (!scan.Done() && !IsDigit(scan.rest().front())) {
    std::string_view flags;
    scan.Word(&flags);
    if (flags.size() > 2) line->interrupt = flags[2];
    scan.Spaces();
  }
  if (!ScanTimestamp(scan, &line->time_ns, &line->decimals) || !scan.Literal(":")) return false;
  scan.Spaces();
  std::string_view& event = line->event;
  if (!scan.Until(": ", &event) && !scan.Until(":", &event)) return false;
  if (const std::size_t group = event.rfind(':'); group != std::string_view::npos) event.remove_prefix(group + 1);
  scan.Spaces();
  line->arguments = scan.rest();
  return !event.empty() && event.find(' ') == std::string_view::npos;
}

// "nvme0: disk=nvme0n1, qid=1, cmdid=263, nsid=1, flags=0x0, meta=0x0, cmd=(nvme_cmd_read slba=11862184, len=7, ..."
FtraceCommand ParseNvmeStart(TextScan scan, TraceRecord* record) {
  std::uint64_t queue_id = 0;
  std::uint64_t command = 0;
  std::string_view name;
  if (!scan.Skip("qid=") || !scan.Decimal(&queue_id) || queue_id > 0xffff || !scan.Literal(", cmdid=") ||
      !scan.Decimal(&command) || command > 0xffff || !scan.Skip("cmd=(") || !scan.Word(&name)) {
    return FtraceCommand::kDamaged;
  }
  if (queue_id == 0) return FtraceCommand::kAdmin;  // admin
  record->kind = TraceKind::kCommand;
  record->layer = CommandLayer::kNvme;
  record->phase = CommandPhase::kStart;
  record->tag = NvmeTag(queue_id, command);
  record->opcode = name == "nvme_cmd_read"    ? kOpcodeRead
                   : name == "nvme_cmd_write" ? kOpcodeWrite
                   : name == "nvme_cmd_flush" ? kOpcodeFlush
                                              : kOpcodeOther;
  if (record->opcode == kOpcodeRead || record->opcode == kOpcodeWrite) {
    std::uint64_t last_block = 0;
    if (!scan.Skip("len=") || !scan.Decimal(&last_block) || last_block >= kMostBlocks) return FtraceCommand::kDamaged;
    record->size_bytes = (last_block + 1) * kBytesPerLogicalBlock;
  }
  return FtraceCommand::kRecord;
}

// "nvme0: disk=nvme0n1, qid=3, cmdid=78, res=0x0, retries=0, flags=0x0, status=0x0"
FtraceCommand ParseNvmeComplete(TextScan scan, TraceRecord* record) {
  std::uint64_t queue_id = 0;
  std::uint64_t command = 0;
  if (!scan.Skip("qid=") || !scan.Decimal(&queue_id) || queue_id > 0xffff || !scan.Literal(", cmdid=") ||
      !scan.Decimal(&command) || command > 0xffff) {
    return FtraceCommand::kDamaged;
  }
  if (queue_id == 0) return FtraceCommand::kAdmin;
  record->kind = TraceKind::kCommand;
  record->layer = CommandLayer::kNvme;
  record->phase = CommandPhase::kComplete;
  record->opcode = kOpcodeOther;
  record->tag = NvmeTag(queue_id, command);
  return FtraceCommand::kRecord;
}

// "259,0 R 4096 () 11862184 + 8 be,0,4 [fio]"; a completion leaves the byte count out. Tag: device and first sector.
FtraceCommand ParseBlockRequest(TextScan scan, CommandPhase phase, TraceRecord* record) {
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
    return FtraceCommand::kDamaged;
  }
  record->kind = TraceKind::kCommand;
  record->layer = CommandLayer::kBlock;
  record->phase = phase;
  record->opcode = operation.front() == 'R'   ? kOpcodeRead
                   : operation.front() == 'W' ? kOpcodeWrite
                   : operation.front() == 'F' ? kOpcodeFlush
                                              : kOpcodeOther;
  record->size_bytes = phase == CommandPhase::kStart ? bytes : sectors * kBytesPerLogicalBlock;
  record->tag = (major << 52u) ^ (minor << 44u) ^ sector;
  return FtraceCommand::kRecord;
}

}  // namespace siov
