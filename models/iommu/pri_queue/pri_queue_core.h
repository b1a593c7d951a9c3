// SPDX-License-Identifier: Apache-2.0
// The page request ring and its status: what hardware and software agree on (VT-d 7.4, 7.5; requirements PRI-10,
// PRI-11, PRI-13). A ring of N entries holds N-1. Hardware reserves a place when a request arrives and moves the tail
// when the descriptor is visible; software reads from head to tail and moves the head. Pure.
#ifndef SIOV_MODELS_IOMMU_PRI_QUEUE_PRI_QUEUE_CORE_H_
#define SIOV_MODELS_IOMMU_PRI_QUEUE_PRI_QUEUE_CORE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "models/iommu/pri_queue/pri_queue_config.h"
#include "models/protocol/page_request_words.h"

namespace siov {

class PageRequestRing {
 public:
  struct Entry {
    PageRequestDescriptor descriptor;
    void* packet = nullptr;  // the message that brought it: carries the story of the job that waits
  };

  explicit PageRequestRing(const PriQueueConfig& config)
      : entries_(config.entries), riscv_(config.descriptor_bytes == 16), slots_(config.entries) {}

  // --- Hardware ---
  // The slot to write the descriptor to, or nothing: full, or overflowed and not yet emptied and cleared by software.
  std::optional<std::uint32_t> Reserve() {
    const std::uint32_t next = (reserved_ + 1) % entries_;
    if (overflow_ || next == head_) return std::nullopt;
    const std::uint32_t slot = reserved_;
    reserved_ = next;
    return slot;
  }
  // The descriptor is in memory. REQUIRES calls in the order of Reserve().
  void Publish(const PageRequestFields& request, void* packet) {
    slots_[tail_] = {riscv_ ? RiscvPageRequest(request) : VtdPageRequest(request), packet};
    tail_ = (tail_ + 1) % entries_;
  }
  // A request was queued (PPR) or lost (PRO). True if the event is due: neither was set before, and it is not masked.
  bool SetPending() { return Set(&pending_); }
  bool SetOverflow() { return Set(&overflow_); }

  // --- Software ---
  std::uint32_t used() const { return (tail_ + entries_ - head_) % entries_; }
  PageRequestFields Read(std::uint32_t nth) const {
    const PageRequestDescriptor& descriptor = slots_[(head_ + nth) % entries_].descriptor;
    return riscv_ ? ReadRiscvPageRequest(descriptor) : ReadVtdPageRequest(descriptor);
  }
  void* packet(std::uint32_t nth) const { return slots_[(head_ + nth) % entries_].packet; }
  void AdvanceHead(std::uint32_t entries) { head_ = (head_ + entries) % entries_; }
  bool pending() const { return pending_; }
  bool overflow() const { return overflow_; }
  bool event_pending() const { return event_pending_; }  // IP
  void ClearPending() { Clear(&pending_); }
  void ClearOverflow() { Clear(&overflow_); }
  // True if an event that was held back is due now.
  bool Mask(bool masked) {
    masked_ = masked;
    const bool due = !masked && event_pending_;
    if (due) event_pending_ = false;
    return due;
  }

  std::uint32_t reserved() const { return (reserved_ + entries_ - head_) % entries_; }
  std::uint32_t unpublished() const { return (reserved_ + entries_ - tail_) % entries_; }

 private:
  bool Set(bool* flag) {
    const bool first = !pending_ && !overflow_;
    *flag = true;
    if (first && masked_) event_pending_ = true;
    return first && !masked_;
  }
  void Clear(bool* flag) {
    *flag = false;
    if (!pending_ && !overflow_) event_pending_ = false;
  }

  std::uint32_t entries_;
  bool riscv_;
  std::vector<Entry> slots_;
  std::uint32_t head_ = 0;
  std::uint32_t tail_ = 0;      // what software may read ends here
  std::uint32_t reserved_ = 0;  // what hardware has given places to ends here
  bool pending_ = false;        // PPR
  bool overflow_ = false;       // PRO
  bool masked_ = false;         // IM
  bool event_pending_ = false;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_PRI_QUEUE_PRI_QUEUE_CORE_H_
