// SPDX-License-Identifier: Apache-2.0
#include "models/workload/importers/qemu_importer.h"

#include <string>
#include <utility>

namespace siov {
namespace {

constexpr std::size_t kMostThreads = 4'096;  // a recording has a handful; more means a damaged or hostile file
constexpr std::uint64_t kUntagged = std::uint64_t{1} << 63u;  // no thread of a process has such an id

}  // namespace

const LineKinds<QemuImporter::Handler>& QemuImporter::Kinds() {
  static const LineKinds<Handler> kinds = [] {
    LineKinds<Handler> rows = {
        {"vtd_iotlb_page_hit", &QemuImporter::Page},
        {"vtd_iotlb_page_update", &QemuImporter::Page},
        {"vtd_dmar_translate", &QemuImporter::Translate},
        {"vtd_inv_desc", &QemuImporter::Descriptor},
        {"vtd_inv_desc_cc_devices", &QemuImporter::ContextDevices},
        {"vtd_inv_desc_iec", &QemuImporter::InterruptEntries},
        {"vtd_inv_desc_wait_sw", &QemuImporter::Wait},
        {"pci_nvme_io_cmd", &QemuImporter::NvmeCommand},
        {"pci_nvme_read", &QemuImporter::NvmeTransfer},
        {"pci_nvme_write", &QemuImporter::NvmeTransfer},
        {"pci_nvme_rw", &QemuImporter::NvmeTransfer},
        {"pci_nvme_map_addr", &QemuImporter::NvmeAddress},
        {"pci_nvme_rw_cb", &QemuImporter::NvmeCallback},
        {"pci_nvme_rw_complete_cb", &QemuImporter::NvmeCallback},
        {"pci_nvme_enqueue_req_completion", &QemuImporter::NvmeCompletion},
        {"pci_nvme_irq_msix", &QemuImporter::NvmeInterrupt},
        {"pci_nvme_create_sq", &QemuImporter::NvmeSubmissionQueue},
        {"pci_nvme_create_cq", &QemuImporter::NvmeCompletionQueue},
        {"pci_nvme_dbbuf_config", &QemuImporter::NvmeShadowDoorbells},
        {"virtio_blk_handle_read", &QemuImporter::VirtioRead},
        {"virtio_blk_handle_write", &QemuImporter::VirtioWrite},
        {"virtio_blk_req_complete", &QemuImporter::VirtioCompletion},
        {"e1000e_rx_desc_buff_write", &QemuImporter::ReceiveBuffer},
        {"igb_rx_desc_buff_write", &QemuImporter::ReceiveBuffer},
        {"e1000e_rx_descr", &QemuImporter::ReceiveDescriptor},
        {"igb_rx_descr", &QemuImporter::ReceiveDescriptor},
        {"e1000e_tx_descr", &QemuImporter::TransmitDescriptor},
        {"igb_tx_descr", &QemuImporter::TransmitDescriptor},
        {"usb_xhci_fetch_trb", &QemuImporter::UsbDescriptor},
    };
    AddPrintedFields(&rows);
    return rows;
  }();
  return kinds;
}

bool QemuImporter::Recognizes(std::string_view text) {
  if (text.substr(0, 5) == "#MARK" || text.substr(0, 5) == "#CUT ") return true;
  QemuLine line;
  return ParseQemuLine(text, &line) == QemuLineKind::kEvent && (line.has_thread || Kinds().Find(line.event) != nullptr);
}

void QemuImporter::Describe(TraceInfo* info) const {
  info->source = "qemu";
  info->clock = "Host time of the emulator, distorted by software emulation.";
}

void QemuImporter::Forget() {
  threads_.clear();
  rings_.clear();
  outstanding_.clear();
  stream_of_drive_.clear();
  pages_recorded_ = false;
  descriptors_recorded_ = false;
  access_before_ = false;
  tagged_ = false;
  last_requester_ = 0;
  thread_ = nullptr;
}

void QemuImporter::Finish() {
  for (auto& [key, thread] : threads_) SettlePage(thread);
  if (!clock_started()) mutable_info().clock = "The log has no times: its order, one microsecond a line.";
}

QemuImporter::Verdict QemuImporter::Line(std::string_view text) {
  if (text.empty()) return Verdict::kIgnored;
  if (text.front() == '#') return Comment(text);
  QemuLine line;
  const QemuLineKind kind = ParseQemuLine(text, &line);
  if (kind != QemuLineKind::kEvent) return kind == QemuLineKind::kForeign ? Verdict::kForeign : Verdict::kDamaged;
  tagged_ = line.has_thread;
  SelectThread(tagged_ ? line.thread : kUntagged | last_requester_);
  time_ps_ = line.has_time ? Since(line.time_ns, line.decimals) : Untimed();
  event_ = line.event;
  const Handler* handler = Kinds().Find(line.event);
  const bool translation =
      handler != nullptr && (*handler == &QemuImporter::Page || *handler == &QemuImporter::Translate);
  if (!translation) SettlePage(*thread_);  // the translation would have been on the very next line
  if (thread_->command_held && !translation && (handler == nullptr || *handler != &QemuImporter::NvmeTransfer)) {
    queue().Release(thread_->command);  // so would its size
    thread_->command_held = false;
  }
  Thread& thread = *thread_;
  access_before_ = std::exchange(thread.access_held, false);
  const bool release = access_before_;
  const HeldRecords::Ticket access = thread.access;
  TextScan scan(line.arguments);
  const Verdict verdict = handler == nullptr ? IgnoreEvent(line.event) : (this->**handler)(scan);
  if (release) queue().Release(access);
  return verdict;
}

void QemuImporter::SelectThread(std::uint64_t key) {
  if (threads_.size() >= kMostThreads && threads_.find(key) == threads_.end()) {
    for (auto& [other, thread] : threads_) {
      SettlePage(thread);
      if (thread.access_held) queue().Release(thread.access);
    }
    threads_.clear();
  }
  thread_ = &threads_[key];
}

// In a log that names no threads, translations of one requester do not mix with those of another.
void QemuImporter::SelectRequester(RequesterId requester) {
  if (tagged_) return;
  last_requester_ = requester;
  SelectThread(kUntagged | requester);
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
    for (auto& [id, thread] : threads_) {  // a page's other half may be in the hole
      if (std::exchange(thread.page_held, false)) queue().Drop(thread.page);
    }
    return Verdict::kUsed;
  }
  return Verdict::kIgnored;
}

TraceRecord QemuImporter::At(TraceKind kind) const {
  TraceRecord record;
  record.time_ps = time_ps_;
  record.kind = kind;
  return record;
}

}  // namespace siov
