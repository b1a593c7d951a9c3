// SPDX-License-Identifier: Apache-2.0
#include "models/workload/importers/ftrace_importer.h"

#include <algorithm>
#include <string>
#include <utility>

#include "models/workload/importers/invalidation_descriptor.h"

namespace siov {
namespace {

constexpr std::size_t kMostContexts = 65'536;  // a recording has hundreds

bool StartsWith(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

// What `trace-cmd report` prints before and between events.
bool IsHeading(std::string_view line) {
  const bool empty_cpu = StartsWith(line, "CPU ") && line.find(" is empty") != std::string_view::npos;
  return empty_cpu || StartsWith(line, "cpus=") || StartsWith(line, "version =") || StartsWith(line, "trace-cmd");
}

// "\tffffffff8160a3c1 iommu_map+0x41 ([kernel.kallsyms])": call chains of `perf script -g`
bool IsCallChain(std::string_view line) {
  constexpr std::size_t kShortest = 8;
  TextScan scan(line.substr(std::min(line.find_first_not_of(" \t"), line.size())));
  const std::size_t before = scan.rest().size();
  std::uint64_t address = 0;
  return scan.BareHex(&address) && before - scan.rest().size() >= kShortest && scan.Literal(" ");
}

// Does a line that is not understood look like an event all the same? "[003]" is a CPU.
bool HasCpu(std::string_view line) {
  const std::size_t open = line.find('[');
  return open != std::string_view::npos && open + 1 < line.size() && line[open + 1] >= '0' && line[open + 1] <= '9';
}

}  // namespace

const LineKinds<FtraceImporter::Handler>& FtraceImporter::Kinds() {
  static const LineKinds<Handler> kinds = {
      {"map", &FtraceImporter::Map},
      {"unmap", &FtraceImporter::Unmap},
      {"map_single", &FtraceImporter::DriverMap},
      {"map_sg", &FtraceImporter::DriverMap},
      {"bounce_map_single", &FtraceImporter::DriverMap},
      {"unmap_single", &FtraceImporter::DriverUnmap},
      {"unmap_sg", &FtraceImporter::DriverUnmap},
      {"bounce_unmap_single", &FtraceImporter::DriverUnmap},
      {"qi_submit", &FtraceImporter::QueueSubmit},
      {"nvme_setup_cmd", &FtraceImporter::NvmeStart},
      {"nvme_setup_nvm_cmd", &FtraceImporter::NvmeStart},
      {"nvme_complete_rq", &FtraceImporter::NvmeComplete},
      {"block_rq_issue", &FtraceImporter::BlockIssue},
      {"block_rq_complete", &FtraceImporter::BlockComplete},
      {"dma_map_page", &FtraceImporter::KernelDma},
      {"dma_map_phys", &FtraceImporter::KernelDma},
      {"dma_map_sg", &FtraceImporter::KernelDma},
      {"dma_alloc", &FtraceImporter::KernelDma},
      {"cache_tag_assign", &FtraceImporter::CacheTag},
      {"tracing_mark_write", &FtraceImporter::Mark},
      {"print", &FtraceImporter::Mark},
      // Probes that the recorder sets; traces/raw/README.md says how.
      {"pgmap", &FtraceImporter::PageCall},
      {"pgunmap", &FtraceImporter::PageCall},
      {"attach", &FtraceImporter::Attach},
      {"dmap", &FtraceImporter::DmaProbe},
      {"dmapsg", &FtraceImporter::DmaProbe},
      {"dalloc", &FtraceImporter::DmaAlloc},
  };
  return kinds;
}

bool FtraceImporter::Recognizes(std::string_view text) {
  FtraceLine line;
  return StartsWith(text, "# tracer:") || ParseFtraceLine(text, &line);
}

void FtraceImporter::Describe(TraceInfo* info) const {
  info->source = "ftrace";
  info->clock = "Trace clock of the recorded kernel.";
}

void FtraceImporter::Forget() {
  contexts_.clear();
  domains_.Clear();
  live_.Clear();
  block_bytes_.clear();
  unsized_.clear();
  context_ = nullptr;
  counted_ = false;
}

void FtraceImporter::Finish() {
  if (counted_) mutable_info().clock = "Trace clock of the recorded kernel, which counts: its order, not its times.";
}

FtraceImporter::Verdict FtraceImporter::Line(std::string_view line) {
  const std::size_t text = line.find_first_not_of(' ');
  if (text == std::string_view::npos) return Verdict::kIgnored;
  if (line[text] == '#') return Comment(line.substr(text));
  if (StartsWith(line, "CPU:")) return LostEvents(line);
  if (!ParseFtraceLine(line, &line_)) {
    if (IsHeading(line) || IsCallChain(line)) return Verdict::kForeign;
    if (const std::size_t lost = line.find("PERF_RECORD_LOST lost "); lost != std::string_view::npos) {
      return LostEvents(line.substr(lost));
    }
    return understood_any() || HasCpu(line) ? Verdict::kDamaged : Verdict::kForeign;
  }
  const std::uint64_t key = line_.pid << 24u ^ line_.cpu << 8u ^ static_cast<unsigned char>(line_.interrupt);
  if (contexts_.size() >= kMostContexts && contexts_.find(key) == contexts_.end()) contexts_.clear();
  context_ = &contexts_[key];
  time_ps_ = Since(line_.time_ns, line_.decimals);
  counted_ = counted_ || line_.counted;
  TextScan scan(line_.arguments);
  const Handler* handler = Kinds().Find(line_.event);
  return handler == nullptr ? IgnoreEvent(line_.event) : (this->**handler)(scan);
}

// "# entries-in-buffer/entries-written: 140080/250280   #P:4": what is not in the buffer was overwritten
FtraceImporter::Verdict FtraceImporter::Comment(std::string_view line) {
  TextScan scan(line);
  std::uint64_t held = 0;
  std::uint64_t written = 0;
  if (scan.Skip("entries-in-buffer/entries-written: ") && scan.Decimal(&held) && scan.Literal("/") &&
      scan.Decimal(&written) && written > held) {
    mutable_info().lost_events += written - held;
  }
  return Verdict::kIgnored;
}

// "CPU:2 [LOST 123 EVENTS]" of the kernel, "CPU:2 [123 EVENTS DROPPED]" of trace-cmd, either without a number, and
// "PERF_RECORD_LOST lost 123"
FtraceImporter::Verdict FtraceImporter::LostEvents(std::string_view line) {
  TextScan scan(line);
  std::uint64_t lost = 0;
  std::uint64_t cpu = 0;
  if (scan.Literal("PERF_RECORD_LOST lost ")) {
    if (!scan.Decimal(&lost)) return Verdict::kDamaged;
    mutable_info().lost_events += lost;
    return Verdict::kUsed;
  }
  if (!scan.Literal("CPU:") || !scan.Decimal(&cpu) || !scan.Literal(" [")) return Verdict::kDamaged;
  if (scan.Literal("LOST EVENTS]") || scan.Literal("EVENTS DROPPED]")) {
    ++mutable_info().lost_gaps;
    return Verdict::kUsed;
  }
  const bool kernel = scan.Literal("LOST ");
  if (!scan.Decimal(&lost) || !scan.Literal(kernel ? " EVENTS]" : " EVENTS DROPPED]")) return Verdict::kDamaged;
  mutable_info().lost_events += lost;
  return Verdict::kUsed;
}

// '(intel_iommu_attach_device+0x4/0x230) dom=0xff475573bcac32a0 dev="0000:00:00.0"'
FtraceImporter::Verdict FtraceImporter::Attach(TextScan& scan) {
  TextScan device("");
  std::uint64_t domain = 0;
  std::uint32_t stream = TraceRecord::kNoStream;
  if (!scan.Field("dom", &device) || !scan.Field("dev", &device)) return IgnoreEvent(line_.event);
  if (!scan.NumberField("dom", &domain) || !ScanDevice(device, &stream)) return Verdict::kDamaged;
  context_->attached_domain = domain;
  if (stream != TraceRecord::kNoStream) domains_.Attach(domain, stream);
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
