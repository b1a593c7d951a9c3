// SPDX-License-Identifier: Apache-2.0
// Imports QEMU's trace log of its emulated VT-d unit (`-trace vtd_*`, with or without `-msg timestamp=on`), with the
// events of NVMe, virtio-blk, e1000e, igb and xHCI devices beside it. What each kind of line says is in
// qemu_translations.cpp, qemu_invalidations.cpp and qemu_devices.cpp; the table of all kinds is in qemu_importer.cpp.
//
// An access is a vtd_iotlb_page_hit or vtd_iotlb_page_update line and the vtd_dmar_translate of the same thread right
// after it; whether it hit QEMU's own cache is left out on purpose. Either line alone will do where the other was not
// recorded: the page line carries all but the size of a large page (taken as 2 MiB), the translation all but the
// domain and the place in the page. Read or write is known where the page grants just one of the two, holds an NVMe
// ring, or a line of the device model says so. An invalidation is a vtd_inv_desc line, or what QEMU prints of the
// descriptor's fields where those lines were not recorded. The device of a command or interrupt is the one whose access
// precedes it on the same thread, because QEMU's device models name none; a completion takes that of its start. Admin
// commands and register accesses are ignored. A log without threads is taken to have one for each requester; one
// without times gives its order alone, a microsecond a line.
#ifndef SIOV_MODELS_WORKLOAD_IMPORTERS_QEMU_IMPORTER_H_
#define SIOV_MODELS_WORKLOAD_IMPORTERS_QEMU_IMPORTER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "models/workload/importers/access_hints.h"
#include "models/workload/importers/line_kinds.h"
#include "models/workload/importers/nvme_rings.h"
#include "models/workload/importers/qemu_line.h"
#include "models/workload/importers/text_importer.h"
#include "models/workload/importers/text_scan.h"

namespace siov {

class QemuImporter final : public TextImporter {
 public:
  explicit QemuImporter(ByteSource& bytes, const ImportOptions& options = {}) : TextImporter(bytes, options) {}
  // Is this a line such a log is known by? An event of a device it is read for, or a comment of the recorder.
  static bool Recognizes(std::string_view line);

 private:
  // What a thread of the emulator was last seen doing.
  struct Thread {
    bool page_held = false;  // a page line waits for its vtd_dmar_translate, as the access it would be without
    HeldRecords::Ticket page = 0;
    bool orphan_held = false;  // a translation without a page line, which may have been cut off
    HeldRecords::Ticket orphan = 0;
    bool access_held = false;  // its last access, whose direction the next line may tell
    HeldRecords::Ticket access = 0;
    std::uint32_t stream = TraceRecord::kNoStream;  // of its last access, forgotten after an access-less command
    bool command_held = false;
    HeldRecords::Ticket command = 0;
    std::uint64_t command_id = 0;
    TraceKind command_data = TraceKind::kAccess;  // what the last NVMe command does to the addresses it names
    std::uint32_t command_stream = TraceRecord::kNoStream;
    std::uint64_t callback_id = 0;  // of the NVMe command whose data the drive behind it has moved,
    std::string callback_drive;     // and the drive's name
    AccessHints hints;
  };
  struct Outstanding {
    std::uint32_t stream;
    std::uint8_t opcode;
  };
  using Threads = std::unordered_map<std::uint64_t, Thread>;
  using Handler = Verdict (QemuImporter::*)(TextScan&);
  static const LineKinds<Handler>& Kinds();

  Verdict Line(std::string_view line) override;
  void Finish() override;
  void Forget() override;
  void Describe(TraceInfo* info) const override;
  const char* what_it_reads() const override { return "a QEMU trace log"; }
  const std::string& events_it_reads() const override { return Kinds().names(); }

  Verdict Comment(std::string_view line);
  void SelectThread(std::uint64_t key);
  void SelectRequester(RequesterId requester);
  TraceRecord At(TraceKind kind) const;

  // qemu_translations.cpp and qemu_invalidations.cpp
  Verdict Page(TextScan& scan);
  Verdict Translate(TextScan& scan);
  Verdict TranslateAlone(TraceRecord record);
  void SettlePage(Thread& thread);
  void DropOrphans();
  bool Complete(TraceRecord* access, Thread& thread);
  void EmitAccess(const TraceRecord& record);
  const NvmeRings::Ring* RingOf(std::uint32_t stream, std::uint64_t iova) const;
  Verdict Descriptor(TextScan& scan);
  static void AddPrintedFields(LineKinds<Handler>* kinds);
  Verdict PrintedFields(TextScan& scan);
  Verdict ContextDevices(TextScan& scan);
  Verdict InterruptEntries(TextScan& scan);
  Verdict Wait(TextScan& scan);
  Verdict Printed(const TraceRecord& record);
  TraceRecord Invalidation(TraceKind kind, InvalidationScope scope) const;

  // qemu_devices.cpp
  Verdict NvmeCommand(TextScan& scan);
  Verdict NvmeTransfer(TextScan& scan);
  Verdict NvmeAddress(TextScan& scan);
  Verdict NvmeCallback(TextScan& scan);
  Verdict NvmeCompletion(TextScan& scan);
  Verdict NvmeInterrupt(TextScan& scan);
  Verdict NvmeSubmissionQueue(TextScan& scan);
  Verdict NvmeCompletionQueue(TextScan& scan);
  Verdict NvmeQueue(TextScan& scan, bool submission);
  Verdict NvmeShadowDoorbells(TextScan& scan);
  Verdict VirtioRead(TextScan& scan);
  Verdict VirtioWrite(TextScan& scan);
  Verdict VirtioCommand(TextScan& scan, std::uint8_t opcode);
  Verdict VirtioCompletion(TextScan& scan);
  Verdict ReceiveBuffer(TextScan& scan);
  Verdict ReceiveDescriptor(TextScan& scan);
  Verdict TransmitDescriptor(TextScan& scan);
  Verdict UsbDescriptor(TextScan& scan);
  TraceRecord* AccessBefore();
  static void NoteRead(TraceRecord* access, Bytes size_bytes);
  HeldRecords::Ticket Start(CommandLayer layer, std::uint8_t opcode, Bytes size_bytes, std::uint64_t tag, bool held);
  void End(CommandLayer layer, std::uint64_t tag, const std::string& drive);

  Threads threads_;
  std::unordered_map<std::uint32_t, NvmeRings> rings_;                       // by stream
  std::unordered_map<std::uint64_t, std::vector<Outstanding>> outstanding_;  // commands started, by tag, oldest first
  std::unordered_map<std::string, std::uint32_t> stream_of_drive_;           // what was seen of drives' names
  bool pages_recorded_ = false;                                              // the log has vtd_iotlb_page_* lines
  bool descriptors_recorded_ = false;                                        // the log has vtd_inv_desc lines
  bool access_before_ = false;      // the line before of its thread was an access
  bool tagged_ = false;             // the line at hand names its thread
  RequesterId last_requester_ = 0;  // of a log that names no threads
  Thread* thread_ = nullptr;        // of the line at hand
  Picoseconds time_ps_ = 0;         // of the line at hand
  std::string_view event_;          // its name
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_IMPORTERS_QEMU_IMPORTER_H_
