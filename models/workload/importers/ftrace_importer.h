// SPDX-License-Identifier: Apache-2.0
// Imports the text a Linux kernel's ftrace buffer is read as (also `trace-cmd report` and `perf script`): what drivers
// map, unmap and invalidate, and the commands they issue. The table of the kinds of line is in ftrace_importer.cpp;
// what each says is in ftrace_mappings.cpp, ftrace_dma.cpp and ftrace_commands.cpp.
//
// iommu:map and iommu:unmap are the complete record of mappings but name no device. Domain and device come from probes
// that fire in the same task, on the same CPU, in the same interrupt context: pgmap/pgunmap before, dmap/dmapsg or the
// kernel's own dma:dma_map_* after (they also bring direction and the buffer's exact bytes). A MAP therefore waits for
// its dmap before it is passed on. Probes set on entry come before the map and say the same of the next one; probes
// without the arguments needed are not read. Where a pgunmap is missing, the domain is the only one that has the
// address mapped, or that of the flush that follows the unmap. Kernels from 5.3 to 5.10 have intel_iommu:map_single and
// its like in place of iommu:map for DMA buffers. The identity maps of firmware regions that the kernel makes at boot
// (process 1, no pgmap, below 4 GiB, iova equal to the physical address) are left out and counted; every other identity
// map is kept.
#ifndef SIOV_MODELS_WORKLOAD_IMPORTERS_FTRACE_IMPORTER_H_
#define SIOV_MODELS_WORKLOAD_IMPORTERS_FTRACE_IMPORTER_H_

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "models/workload/importers/ftrace_line.h"
#include "models/workload/importers/guest_domains.h"
#include "models/workload/importers/line_kinds.h"
#include "models/workload/importers/text_importer.h"
#include "models/workload/importers/text_scan.h"
#include "models/workload/trace/live_mappings.h"

namespace siov {

class FtraceImporter final : public TextImporter {
 public:
  explicit FtraceImporter(ByteSource& bytes, const ImportOptions& options = {}) : TextImporter(bytes, options) {}
  // Is this a line such a text is known by? Any event, or the kernel's heading.
  static bool Recognizes(std::string_view line);

 private:
  // What a probe on the entry of a DMA call says of the maps to come.
  struct Expected {
    bool active = false;
    bool list = false;  // several maps, until the next call
    std::uint32_t stream = TraceRecord::kNoStream;
    std::uint8_t permissions = 0;
    std::uint32_t buffer_offset = 0;
    std::uint32_t buffer_bytes = 0;
  };
  // What one task on one CPU in one interrupt context was last seen doing.
  struct Context {
    bool page_call_seen = false;  // a pgmap or pgunmap waits for its map or unmap
    std::uint64_t page_call_domain = 0;
    std::uint64_t page_call_iova = 0;
    std::uint64_t page_size = 0;
    Bytes coherent_bytes = 0;                     // of a dma_alloc whose maps are still to come
    Expected expected;                            // of an entry probe
    std::vector<HeldRecords::Ticket> unresolved;  // MAPs that wait for direction and device
    bool unmap_held = false;                      // an UNMAP waits for a flush that names its domain
    HeldRecords::Ticket unmap = 0;
    std::uint64_t attached_domain = 0;  // by the last attach, waits for the domain's number
  };
  // An NVMe command whose size in bytes is known once that of its drive's blocks is.
  struct Unsized {
    HeldRecords::Ticket command;
    std::string disk;
    std::uint64_t first_block;
    std::uint64_t blocks;
    std::uint8_t opcode;
  };
  using Handler = Verdict (FtraceImporter::*)(TextScan&);
  static const LineKinds<Handler>& Kinds();

  Verdict Line(std::string_view line) override;
  void Finish() override;
  void Forget() override;
  void Describe(TraceInfo* info) const override;
  const char* what_it_reads() const override { return "an ftrace text"; }
  const std::string& events_it_reads() const override { return Kinds().names(); }

  Verdict Comment(std::string_view line);
  Verdict LostEvents(std::string_view line);
  Verdict Attach(TextScan& scan);
  Verdict CacheTag(TextScan& scan);
  Verdict QueueSubmit(TextScan& scan);
  Verdict Mark(TextScan& scan);
  TraceRecord At(TraceKind kind) const;

  // ftrace_mappings.cpp
  Verdict Map(TextScan& scan);
  Verdict Unmap(TextScan& scan);
  Verdict PageCall(TextScan& scan);
  Verdict DriverMap(TextScan& scan);
  Verdict DriverUnmap(TextScan& scan);
  bool IsBootIdentityMap(const TraceRecord& record) const;
  void EmitMap(TraceRecord record);
  void EmitUnmap(TraceRecord record);
  bool ApplyExpected(TraceRecord* map);
  void DropMapping(TraceRecord* unmap);
  void ResolveUnmap(const TraceRecord& flush);
  bool PageCallBelongsTo(const TraceRecord& record) const;

  // ftrace_dma.cpp
  Verdict DmaProbe(TextScan& scan);
  Verdict DmaAlloc(TextScan& scan);
  Verdict KernelDma(TextScan& scan);
  void ResolveMap(std::uint32_t stream, std::uint8_t permissions, std::uint64_t iova, Bytes bytes);
  void ResolveAll(std::uint32_t stream, std::uint8_t permissions);
  bool ScanDevice(TextScan scan, std::uint32_t* stream);

  // ftrace_commands.cpp
  Verdict NvmeStart(TextScan& scan);
  Verdict NvmeComplete(TextScan& scan);
  Verdict BlockIssue(TextScan& scan);
  Verdict BlockComplete(TextScan& scan);
  Verdict BlockRequest(TextScan& scan, CommandPhase phase);
  void EmitUnsized(TraceRecord record, std::string disk, std::uint64_t first_block, std::uint64_t blocks);
  void LearnBlockSize(std::uint64_t sector, std::uint64_t sectors, std::uint8_t opcode);

  std::unordered_map<std::uint64_t, Context> contexts_;
  GuestDomains domains_;
  LiveMappings live_;
  std::unordered_map<std::string, Bytes> block_bytes_;  // by disk, once known
  std::deque<Unsized> unsized_;
  FtraceLine line_;             // the line at hand
  Context* context_ = nullptr;  // of the line at hand
  Picoseconds time_ps_ = 0;     // of the line at hand
  bool counted_ = false;        // the clock counts something else than seconds
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_IMPORTERS_FTRACE_IMPORTER_H_
