// SPDX-License-Identifier: Apache-2.0
// The work-queue portals of a device and the arbiter that hands accepted descriptors to engine contexts.
//
// A write to a portal is decided `accept_latency` after it arrived; a DMWr's completion (Success or Retry) leaves at
// that moment. Whenever a group has work and a free engine context, the arbiter of the group picks; the descriptor is
// at the engine `dispatch_latency` later. All picks of an instant come after all arrivals of that instant. What it does
// not model is listed in README.md.
#ifndef SIOV_MODELS_DEVICE_SWQ_ARBITER_SWQ_ARBITER_H_
#define SIOV_MODELS_DEVICE_SWQ_ARBITER_SWQ_ARBITER_H_

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "models/base/ring_queue.h"
#include "models/device/atc/function_stops.h"
#include "models/device/swq_arbiter/swq_arbiter_config.h"
#include "models/device/swq_arbiter/swq_arbiter_core.h"
#include "models/kernel/block.h"
#include "models/kernel/posted_writes.h"

namespace siov {

class SwqArbiter final : public Block, private PostedWriteWatch {
 public:
  // `slots` are those of the device's engine block. `own_jobs`: some jobs begin in the device.
  SwqArbiter(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
             const SwqArbiterConfig& config, const EngineSlots& slots, bool own_jobs = false);

  TargetSocket<SwqArbiter> from_port;
  // Jobs that begin in the device: straight into their queue, or answered with Retry; null if there are none.
  std::unique_ptr<TargetSocket<SwqArbiter, Submission>> from_device;
  InitiatorSocket<SwqArbiter, Dispatch> to_engine;

  std::vector<std::string> WaitsFor(const Occupancy&) const override { return PeersOf(to_engine); }

 private:
  enum : std::uint32_t { kPortalWrite, kOwnJob, kDecide, kSlotFree, kOwnEnded, kEvent };

  // An accepted descriptor.
  struct Entry {
    WorkDescriptor descriptor;  // with the PASID on whose behalf it is executed
    JobRef job;
    Job* own;  // the job, if it began in the device
  };
  // A queue: its descriptors and what is reported of it.
  struct Queue {
    Queue(StatGroup& group, const WorkQueueConfig& config);
    RingQueue<Entry> entries;
    std::string names[6];  // of the statistics, which refer to them
    Counter accepted, retries, ignored, dropped, dispatches;
    Occupancy occupancy;
  };

  tlm::tlm_sync_enum OnPortalWrite(std::uint32_t index, Tlp& payload, Picoseconds delay);
  tlm::tlm_sync_enum OnOwnJob(std::uint32_t index, Submission& submission, Picoseconds delay);
  void OnEngineAnswer(std::uint32_t index, Dispatch& dispatch, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;
  void start_of_simulation() override;
  void Submit(Tlp& payload);
  void RefuseSubmission(Tlp& payload);
  void SubmitOwn(Submission& submission);
  void OnWriteVisible(Tlp& write, Job& job) override;
  void OnWriteDropped(Job& job) override;
  void OwnWriteGone(Job& job);
  void EndOwnWhenVisible(Job& job);
  void EndOwn(Job& job);
  void Enqueue(std::uint32_t queue, const Entry& entry);
  void Count(const SwqArbiterCore::Outcome& outcome);
  void Answer(Tlp& payload, Admission admission);
  void RequestDecision(std::uint32_t group);
  void Decide(std::uint32_t group);
  void Assign(const SwqArbiterCore::Choice& choice);
  void FreeSlot(Dispatch& dispatch);

  SwqArbiterConfig config_;
  SwqArbiterCore core_;
  AtsControl control_;
  std::deque<Queue> queues_;
  std::vector<Job*> own_jobs_;      // by engine slot: the job in it, if it began in the device
  std::vector<char> decision_due_;  // by group: a decision of this instant is already in the due queue

  Counter no_portal_{statistics_, "no_portal", "writes", "Portal writes to a page where no queue is."};
  Counter malformed_{statistics_, "malformed", "writes", "Portal writes that are not 64 aligned bytes."};
  Counter refused_{statistics_, "refused", "submissions",
                   "Submissions to a function that was reset or has halted: Unsupported Request, Retry, or dropped."};
  Counter own_refused_{statistics_, "own_refused", "jobs",
                       "Jobs begun in the device that found their queue full and were answered with Retry."};
  Counter software_errors_{statistics_, "software_errors", "errors",
                           "Descriptors lost because a dedicated queue was full (recorded as software error 53h)."};
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_SWQ_ARBITER_SWQ_ARBITER_H_
