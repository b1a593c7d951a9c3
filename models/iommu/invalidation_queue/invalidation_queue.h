// SPDX-License-Identifier: Apache-2.0
// The IOMMU's invalidation queue: fetches descriptors from the ring in memory, executes them in order, sends
// invalidate requests to devices, completes waits, times out. What it does not model: README.md.
#ifndef SIOV_MODELS_IOMMU_INVALIDATION_QUEUE_INVALIDATION_QUEUE_H_
#define SIOV_MODELS_IOMMU_INVALIDATION_QUEUE_INVALIDATION_QUEUE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/base/latency_statistic.h"
#include "models/base/ring_queue.h"
#include "models/iommu/invalidation_queue/invalidation_queue_core.h"
#include "models/kernel/block.h"

namespace siov {

class InvalidationQueue final : public Block {
 public:
  // By which of the root ports below this IOMMU (index into to_port) a requester is reached.
  using Devices = std::unordered_map<RequesterId, std::uint32_t>;

  // `queue_depths`: invalidate requests that a device can hold, as its ATS capability says and software therefore has
  // the queue (MIP) keep to; more would fill the link's buffers, behind which page responses and completions wait that
  // the device needs to get on.
  InvalidationQueue(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                    const InvalidationQueueConfig& config, std::size_t ports, Devices devices,
                    const Devices& queue_depths = {});

  // Software that writes descriptors: the driver's mapping work and the page-fault service. What one of them sends at
  // one instant lies next to each other in the ring.
  TargetSocket<InvalidationQueue, InvalidationCommand> from_driver;
  TargetSocket<InvalidationQueue, InvalidationCommand> from_fault_service;
  std::vector<std::unique_ptr<TargetSocket<InvalidationQueue>>> from_port;
  std::vector<std::unique_ptr<InitiatorSocket<InvalidationQueue>>> to_port;
  InitiatorSocket<InvalidationQueue, InvalidationRequest> to_iotlb;
  InitiatorSocket<InvalidationQueue, InvalidationRequest> to_interrupts;
  InitiatorSocket<InvalidationQueue, InvalidationRequest> to_pri_queue;  // waits that ask for a drain
  InitiatorSocket<InvalidationQueue> to_page_responses;  // page group responses, by way of the pri_queue
  InitiatorSocket<InvalidationQueue, TableAccess> to_memory;
  InitiatorSocket<InvalidationQueue, IommuEvent> to_host;

  // What this queue waits for, as a sentence; empty if it has nothing to do.
  std::string Situation() const;
  std::vector<std::string> WaitsFor(const Occupancy& held) const override;
  InvalidationQueueCore::Block blocked_by() const { return core_.blocked_by(); }

 private:
  enum Kind : std::uint32_t { kCommand, kCompletion, kFetch, kFetched, kExecute, kEnded, kCleared, kTimer };

  enum Writer : std::uint8_t { kDriver, kFaultService };

  tlm::tlm_sync_enum FromHost(std::uint32_t writer, InvalidationCommand& command, Picoseconds delay);
  tlm::tlm_sync_enum FromPort(std::uint32_t, Tlp& payload, Picoseconds delay);
  void CacheBackward(std::uint32_t, InvalidationRequest& request, tlm::tlm_phase_enum phase, Picoseconds delay);
  void Ignore(std::uint32_t, Tlp&, tlm::tlm_phase_enum, Picoseconds) {}  // messages to devices are given away
  void FromMemory(std::uint32_t, TableAccess& access, tlm::tlm_phase_enum phase, Picoseconds delay);
  void EventBackward(std::uint32_t, IommuEvent& event, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;

  // Software's side of the ring.
  void Command(InvalidationCommand& command);
  TargetSocket<InvalidationQueue, InvalidationCommand>& SocketOf(const InvalidationCommand& command);
  bool Place(InvalidationCommand& command);
  void PlaceWaiting();

  // Fetch, issue.
  void Advance();
  void ScheduleFetch();
  void Fetch();
  void Fetched(TableAccess& read);
  void Execute();
  void Issue();
  void Taken(const QueueIssue& issue);
  void CountStall();
  void SendCacheInvalidation(InitiatorSocket<InvalidationQueue, InvalidationRequest>& socket, const QueueIssue& issue);
  void SendInvalidateRequest(const QueueIssue& issue);
  void SendResponse(InvalidationCommand& command);
  void CountDescriptor(InvalidationKind kind);

  // Ends.
  void Ended(InvalidationRequest& invalidation);
  void EndSlot(std::uint32_t slot, CompletionStatus status);
  void EndWaits();
  void EndWait(const InvalidationQueueCore::Wait& wait);
  void WriteStatus(std::uint64_t address, InvalidationCommand& owner);
  void StatusWritten(TableAccess& write, Picoseconds visible);
  void AnswerHost(InvalidationCommand& command, CompletionStatus status, Picoseconds at);
  void InvalidateCompletion(Tlp& completion);
  void CompleteTag(const Tlp& completion, std::uint32_t itag);

  // Errors and interrupts.
  void Raise(IommuEventKind kind, RequesterId requester);
  void Cleared(IommuEvent& event);
  void ArmTimer();
  void Timer();

  InvalidationQueueConfig config_;
  InvalidationQueueCore core_;
  Devices devices_;
  std::uint64_t ring_address_;
  RingQueue<InvalidationCommand*> waiting_;  // commands that found the ring full
  bool fetching_ = false;                    // a read is under way, or about to be sent
  bool executing_ = false;
  Picoseconds timer_at_ = kNever;
  std::array<bool, kIommuEventKinds> raised_{};  // by kind: told to software and not cleared yet

  Counter commands_{statistics_, "commands", "descriptors", "Descriptors software gave to the queue."};
  Counter queue_full_{statistics_, "queue_full", "descriptors", "Descriptors that found the ring full and waited."};
  Counter fetches_{statistics_, "fetches", "reads", "Reads of descriptors from memory."};
  Counter context_{statistics_, "context", "descriptors", "Context-cache invalidations (type 1) executed."};
  Counter iotlb_{statistics_, "iotlb", "descriptors", "IOTLB invalidations (type 2) executed."};
  Counter device_tlb_{statistics_, "device_tlb", "descriptors",
                      "Device-TLB invalidations, with and without PASID (types 3, 8) executed."};
  Counter interrupt_entry_{statistics_, "interrupt_entry", "descriptors",
                           "Interrupt-entry invalidations (type 4) executed."};
  Counter waits_{statistics_, "waits", "descriptors", "Waits (type 5) executed."};
  Counter pasid_iotlb_{statistics_, "pasid_iotlb", "descriptors", "PASID-IOTLB invalidations (type 6) executed."};
  Counter pasid_cache_{statistics_, "pasid_cache", "descriptors", "PASID-cache invalidations (type 7) executed."};
  Counter host_permission_{statistics_, "host_permission", "descriptors",
                           "Host permission invalidations (type Ah) executed."};
  Counter responses_{statistics_, "page_responses", "descriptors", "Page group responses (type 9) executed."};
  Counter completions_{statistics_, "invalidate_completions", "messages", "Invalidate completions received."};
  Counter lost_requests_{statistics_, "unreachable", "requests", "Invalidate requests for devices no port leads to."};
  Counter order_stalls_{statistics_, "order_stalls", "descriptors",
                        "Device-TLB invalidations held back until earlier IOTLB or interrupt-entry ones ended."};
  Counter itag_stalls_{statistics_, "itag_stalls", "descriptors", "Descriptors held back until an ITag was free."};
  Counter fence_stalls_{statistics_, "fence_stalls", "descriptors", "Descriptors held back by a fence."};
  Counter waits_done_{statistics_, "waits_completed", "descriptors", "Waits completed."};
  Counter status_writes_{statistics_, "status_writes", "writes", "Status words written by waits."};
  Counter wait_interrupts_{statistics_, "wait_interrupts", "interrupts", "Completion interrupts of waits sent."};
  Counter wait_coalesced_{statistics_, "wait_interrupts_coalesced", "interrupts",
                          "Completion interrupts not sent because software had not cleared the last one."};
  Counter queue_errors_{statistics_, "queue_errors", "errors", "Bad descriptors that stopped the queue (IQE)."};
  Counter timeouts_{statistics_, "timeouts", "errors", "Invalidate requests not completed in time (ITE)."};
  Counter completion_errors_{statistics_, "completion_errors", "errors",
                             "Invalidate completions nobody waited for (ICE)."};
  Counter aborted_waits_{statistics_, "aborted_waits", "descriptors", "Waits aborted by a time-out."};
  Counter service_time_{statistics_, "service_time", "ps",
                        "Sum over answered descriptors of the time from software's write to completion or abort."};
  Counter answered_{statistics_, "answered", "descriptors", "Descriptors completed or aborted."};
  BusyTime busy_{statistics_, "busy", "Share of the time the queue reads and executes descriptors.", 1};
  LatencyStatistic wait_latency_{statistics_, "wait_latency",
                                 "From software's write of a wait until its status is seen."};
  Occupancy ring_;
  Occupancy in_flight_{statistics_, "in_flight", "descriptors", "Descriptors issued and not ended; waits left out.", 0};
  Occupancy itags_in_use_;
  Occupancy pending_waits_{statistics_, "pending_waits", "descriptors", "Waits issued and not ended.", 0};
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_INVALIDATION_QUEUE_INVALIDATION_QUEUE_H_
