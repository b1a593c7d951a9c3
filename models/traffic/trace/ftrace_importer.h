// SPDX-License-Identifier: Apache-2.0
// Imports the text a Linux kernel's ftrace buffer is read as (also `trace-cmd report` and `perf script`): what drivers
// map, unmap and invalidate, and the commands they issue.
//
// iommu:map and iommu:unmap are the complete record of mappings but name no device. Domain and device come from probes
// that fire in the same task, on the same CPU, in the same interrupt context: pgmap/pgunmap before, dmap/dmapsg after
// (they also bring direction and the buffer's exact bytes). A MAP therefore waits for its dmap before it is passed on.
// Where a pgunmap is missing, the domain is the only one that has the address mapped, or that of the flush that follows
// the unmap. The identity map of boot firmware
// regions (no pgmap, iova equal to the physical address) is ignored.
#ifndef SIOV_MODELS_TRAFFIC_TRACE_FTRACE_IMPORTER_H_
#define SIOV_MODELS_TRAFFIC_TRACE_FTRACE_IMPORTER_H_

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "models/traffic/trace/ftrace_line.h"
#include "models/traffic/trace/guest_domains.h"
#include "models/traffic/trace/live_mappings.h"
#include "models/traffic/trace/text_importer.h"
#include "models/traffic/trace/text_scan.h"

namespace siov {

class FtraceImporter final : public TextImporter {
 public:
  explicit FtraceImporter(ByteSource& bytes, const ImportOptions& options = {}) : TextImporter(bytes, options) {}

 private:
  // What one task on one CPU in one interrupt context was last seen doing.
  struct Context {
    bool page_call_seen = false;  // a pgmap or pgunmap waits for its map or unmap
    std::uint64_t page_call_domain = 0;
    std::uint64_t page_call_iova = 0;
    std::uint64_t page_size = 0;
    Bytes coherent_bytes = 0;                     // of a dma_alloc whose maps are still to come
    std::vector<HeldRecords::Ticket> unresolved;  // MAPs that wait for direction and device
    bool unmap_held = false;                      // an UNMAP waits for a flush that names its domain
    HeldRecords::Ticket unmap = 0;
    std::uint64_t attached_domain = 0;  // by the last attach, waits for the domain's number
  };

  Verdict Line(std::string_view line) override;
  void Forget() override;
  void Describe(TraceInfo* info) const override;
  const char* what_it_reads() const override { return "an ftrace text"; }

  Verdict Event(std::string_view event, TextScan& scan);
  Verdict Map(TextScan& scan);
  Verdict Unmap(TextScan& scan);
  Verdict PageCall(TextScan& scan);
  Verdict Attach(TextScan& scan);
  Verdict CacheTag(TextScan& scan);
  Verdict DmaMap(TextScan& scan);
  Verdict DmaMapList(TextScan& scan);
  Verdict DmaAlloc(TextScan& scan);
  Verdict QueueSubmit(TextScan& scan);
  Verdict Command(FtraceCommand outcome, const TraceRecord& record);
  Verdict Mark(TextScan& scan);
  bool ScanDevice(TextScan& scan, std::uint32_t* stream);
  void DropMapping(TraceRecord* unmap);
  void ResolveUnmap(const TraceRecord& flush);
  bool PageCallBelongsTo(const TraceRecord& record) const;
  TraceRecord At(TraceKind kind) const;

  std::unordered_map<std::uint64_t, Context> contexts_;
  GuestDomains domains_;
  LiveMappings live_;
  Context* context_ = nullptr;  // of the line at hand
  Picoseconds time_ps_ = 0;     // of the line at hand
};

}  // namespace siov

#endif  // SIOV_MODELS_TRAFFIC_TRACE_FTRACE_IMPORTER_H_
