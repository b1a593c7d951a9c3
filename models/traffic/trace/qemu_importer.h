// SPDX-License-Identifier: Apache-2.0
// Imports QEMU's trace log of its emulated VT-d unit (`-trace vtd_*`, `-msg timestamp=on`), with the NVMe and
// virtio-blk events beside it.
//
// An access is a vtd_iotlb_page_hit or vtd_iotlb_page_update line and the next vtd_dmar_translate of the same thread;
// whether it hit QEMU's own cache is left out on purpose. Read or write is only known where the page grants just one
// of the two or holds an NVMe ring. An invalidation is a vtd_inv_desc line. The device of a command or interrupt is the
// one whose access precedes it on the same thread, because QEMU's device models name none; a completion takes that of
// its start. Admin commands and register accesses are ignored.
#ifndef SIOV_MODELS_TRAFFIC_TRACE_QEMU_IMPORTER_H_
#define SIOV_MODELS_TRAFFIC_TRACE_QEMU_IMPORTER_H_

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "models/traffic/trace/nvme_rings.h"
#include "models/traffic/trace/text_importer.h"
#include "models/traffic/trace/text_scan.h"

namespace siov {

class QemuImporter final : public TextImporter {
 public:
  explicit QemuImporter(ByteSource& bytes, const ImportOptions& options = {}) : TextImporter(bytes, options) {}

 private:
  // What a thread of the emulator was last seen doing.
  struct Thread {
    bool page_seen = false;  // a page line waits for its vtd_dmar_translate
    std::uint64_t page_iova = 0;
    RequesterId page_requester = 0;
    std::uint32_t page_domain = 0;
    std::uint8_t page_permissions = 0;
    std::uint32_t stream = TraceRecord::kNoStream;  // of its last access, forgotten after an access-less command
    bool command_held = false;
    HeldRecords::Ticket command = 0;
    std::uint64_t command_id = 0;
  };
  struct Outstanding {
    std::uint32_t stream;
    std::uint8_t opcode;
  };
  using Threads = std::unordered_map<std::uint64_t, Thread>;

  Verdict Line(std::string_view line) override;
  void Forget() override;
  void Describe(TraceInfo* info) const override;
  const char* what_it_reads() const override { return "a QEMU trace log"; }

  Verdict Event(std::string_view event, TextScan& scan);
  Verdict Comment(std::string_view line);
  Verdict Page(TextScan& scan);
  Verdict Translate(TextScan& scan);
  Verdict Invalidation(TextScan& scan);
  Verdict NvmeCommand(TextScan& scan);
  Verdict NvmeTransfer(TextScan& scan);
  Verdict NvmeCompletion(TextScan& scan);
  Verdict NvmeInterrupt(TextScan& scan);
  Verdict NvmeQueue(TextScan& scan, bool submission);
  Verdict NvmeShadowDoorbells(TextScan& scan);
  Verdict VirtioCommand(TextScan& scan, std::uint8_t opcode);
  Verdict VirtioCompletion(TextScan& scan);
  TraceRecord At(TraceKind kind) const;
  HeldRecords::Ticket Start(CommandLayer layer, std::uint8_t opcode, Bytes size_bytes, std::uint64_t tag, bool held);
  void Complete(CommandLayer layer, std::uint64_t tag);
  const NvmeRings::Ring* RingOf(std::uint32_t stream, std::uint64_t iova) const;

  Threads threads_;
  std::unordered_map<std::uint32_t, NvmeRings> rings_;                       // by stream
  std::unordered_map<std::uint64_t, std::vector<Outstanding>> outstanding_;  // commands started, by tag, oldest first
  Thread* thread_ = nullptr;                                                 // of the line at hand
  Picoseconds time_ps_ = 0;                                                  // of the line at hand
};

}  // namespace siov

#endif  // SIOV_MODELS_TRAFFIC_TRACE_QEMU_IMPORTER_H_
