// SPDX-License-Identifier: Apache-2.0
// The invalidation queue without SystemC: ring, order of descriptors, waits, ITags, errors (VT-d 6.5.2; RISC-V IOMMU,
// command queue). Times are only told to it, for the time-outs.
//
// Descriptors are fetched into a buffer (Fetchable, Fetched) and issued from the head, in order (Issue). What was
// issued is in flight until End(); several may be. The head moves when a descriptor is issued, so it stays on one that
// is bad or may not go yet. A wait ends when all that was issued since the previous wait has ended (RISC-V: all there
// is); EndedWait() then hands it out.
#ifndef SIOV_MODELS_IOMMU_INVALIDATION_QUEUE_INVALIDATION_QUEUE_CORE_H_
#define SIOV_MODELS_IOMMU_INVALIDATION_QUEUE_INVALIDATION_QUEUE_CORE_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "models/iommu/invalidation_queue/descriptor_rules.h"
#include "models/iommu/invalidation_queue/invalidation_queue_config.h"
#include "models/iommu/invalidation_queue/itag_table.h"

namespace siov {

enum class QueueStop : std::uint8_t { kNone, kQueueError, kTimeout };  // IQE, ITE

struct QueueIssue {
  enum class Step : std::uint8_t {
    kNothing,       // nothing fetched, or the queue is stopped
    kBlocked,       // the head may not go yet: see blocked_by()
    kError,         // the queue has just stopped: see stop()
    kToIotlb,       // types 1, 2, 6, 7
    kToInterrupts,  // type 4
    kToDevice,      // types 3, 8
    kResponse,      // type 9: ends here
    kWait,          // type 5: ends by itself
  };
  Step step = Step::kNothing;
  std::uint8_t itag = ItagTable::kNone;
  std::uint32_t slot = 0;  // to be given to End()
  QueueDescriptor descriptor;
};

class InvalidationQueueCore {
 public:
  enum class Block : std::uint8_t { kNone, kFence, kOrder, kItag };
  struct Wait {
    QueueDescriptor descriptor;
    std::uint64_t epoch = 0;
    std::uint32_t outstanding = 0;  // descriptors since the previous wait that have not ended
    bool draining = false;          // PD: asked the page request queue
    bool drained = false;
  };

  explicit InvalidationQueueCore(const InvalidationQueueConfig& config)
      : config_(config), ring_(config.entries), itags_(config.outstanding_per_device, config.completion_timeout_ps) {}

  // Software. False: the ring is full.
  bool Push(const QueueDescriptor& descriptor);
  // Of software's clearing of IQE: the bad descriptor's owner; the head is past it.
  void* ClearQueueError();
  void ClearTimeout() {
    if (stop_ == QueueStop::kTimeout) stop_ = QueueStop::kNone;
  }

  // Fetching: how many descriptors from slot `head` one read of at most `bytes` up to a multiple of `bytes` brings.
  std::uint32_t Fetchable(std::uint32_t bytes) const;
  std::uint32_t head() const { return head_; }
  // They are here. Ignored if the queue has stopped since the read (`incarnation` as it was then).
  void Fetched(std::uint32_t count, std::uint32_t incarnation);
  std::uint32_t incarnation() const { return incarnation_; }
  std::uint32_t fetched() const { return fetched_; }

  QueueIssue Issue(Picoseconds now);
  // What was issued into `slot` is over. Returns its owner.
  void* End(std::uint32_t slot);
  // The next wait whose descriptors have ended, oldest first. kDrain: it has PD, ask the page request queue and tell
  // Drained(wait->epoch); it comes again. kEnded: it is over and forgotten.
  enum class WaitStep : std::uint8_t { kNone, kDrain, kEnded };
  WaitStep NextWait(Wait* wait);
  void Drained(std::uint64_t epoch);

  ItagTable::Outcome Complete(RequesterId requester, std::uint32_t itag, std::uint32_t count, std::uint32_t* slot) {
    return itags_.Complete(requester, itag, count, slot);
  }
  // An invalidate request whose time is over: its slot (End() it), or nothing. VT-d stops (ITE) and loses all waits
  // that are pending: their owners are in *aborted. RISC-V goes on until a fence notices.
  std::optional<std::uint32_t> Expire(Picoseconds now, std::vector<void*>* aborted);
  Picoseconds NextDeadline() { return itags_.NextDeadline(); }

  QueueStop stop() const { return stop_; }
  Block blocked_by() const { return blocked_by_; }
  RequesterId error_requester() const { return error_requester_; }  // of the last time-out or bad completion
  void set_error_requester(RequesterId requester) { error_requester_ = requester; }
  std::uint32_t used() const { return (tail_ + config_.entries - head_) % config_.entries; }
  std::uint32_t in_flight() const { return in_flight_; }
  void SetQueueDepth(RequesterId requester, std::uint32_t depth) { itags_.SetQueueDepth(requester, depth); }
  std::uint32_t itags_in_flight() const { return itags_.in_flight(); }
  std::size_t pending_waits() const { return waits_.size(); }
  // What the queue waits for, as a sentence without the queue's name; empty if it has nothing to do.
  std::string WaitsFor() const;

 private:
  struct InFlight {
    void* owner = nullptr;
    std::uint64_t epoch = 0;
    InvalidationKind kind = InvalidationKind::kNone;
  };

  QueueIssue Blocked(Block by);
  QueueIssue Stop(QueueStop why);
  QueueIssue IssueWait(const QueueDescriptor& descriptor);
  QueueIssue IssueDeviceTlb(const QueueDescriptor& descriptor, Picoseconds now);
  QueueIssue Send(QueueIssue::Step step, const QueueDescriptor& descriptor, std::uint32_t slot);
  std::uint32_t TakeSlot();
  void Advance();
  Wait* WaitOf(std::uint64_t epoch);

  InvalidationQueueConfig config_;
  std::vector<QueueDescriptor> ring_;
  std::uint32_t head_ = 0;
  std::uint32_t tail_ = 0;
  std::uint32_t fetched_ = 0;      // from the head on
  std::uint32_t incarnation_ = 0;  // of the fetch buffer
  QueueStop stop_ = QueueStop::kNone;
  Block blocked_by_ = Block::kNone;
  ItagTable itags_;
  std::vector<InFlight> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::uint32_t in_flight_ = 0;
  std::uint32_t ordering_in_flight_ = 0;  // types 2, 6, 4
  std::uint64_t epoch_ = 0;               // the descriptors since the newest wait
  std::uint32_t epoch_outstanding_ = 0;
  std::deque<Wait> waits_;
  std::uint64_t fence_ = kNoFence;  // epoch of the wait with FN that holds everything back
  bool timed_out_ = false;          // RISC-V: for the next fence to report
  RequesterId error_requester_ = 0;

  static constexpr std::uint64_t kNoFence = ~std::uint64_t{0};
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_INVALIDATION_QUEUE_INVALIDATION_QUEUE_CORE_H_
