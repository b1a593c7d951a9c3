// SPDX-License-Identifier: Apache-2.0
#include "models/device/swq_arbiter/swq_arbiter.h"

#include <algorithm>

namespace siov {

// Submitters use a shared queue's limited portal: it is full at its threshold.
SwqArbiter::Queue::Queue(StatGroup& group, const WorkQueueConfig& config)
    : names{config.name + ".accepted", config.name + ".retries",    config.name + ".ignored",
            config.name + ".dropped",  config.name + ".dispatches", config.name + ".occupancy"},
      accepted(group, names[0].c_str(), "descriptors", "Submissions the queue took."),
      retries(group, names[1].c_str(), "submissions", "Deferrable writes answered with Retry."),
      ignored(group, names[2].c_str(), "writes",
              "Posted writes to a shared queue or malformed ones: silently ignored."),
      dropped(group, names[3].c_str(), "descriptors", "Posted writes lost because the dedicated queue was full."),
      dispatches(group, names[4].c_str(), "descriptors", "Descriptors handed to an engine."),
      occupancy(group, names[5].c_str(), "descriptors", "Accepted descriptors that wait for an engine.",
                config.mode == QueueMode::kShared ? std::min(config.threshold, config.size) : config.size) {}

SwqArbiter::SwqArbiter(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                       const SwqArbiterConfig& config, const EngineSlots& slots, bool own_jobs)
    : Block(name, simulation, path),
      from_port("from_port", this, &SwqArbiter::OnPortalWrite),
      to_engine("to_engine", this, &SwqArbiter::OnEngineAnswer),
      config_(config),
      core_(config, slots),
      own_jobs_(slots.count()),
      decision_due_(core_.groups()) {
  for (const WorkQueueConfig& queue : config.queues) queues_.emplace_back(statistics_, queue);
  if (own_jobs) {
    from_device = std::make_unique<TargetSocket<SwqArbiter, Submission>>("from_device", this, &SwqArbiter::OnOwnJob);
  }
}

tlm::tlm_sync_enum SwqArbiter::OnPortalWrite(std::uint32_t, Tlp& payload, Picoseconds delay) {
  // Portals take everything as it comes; what cannot be held is answered with Retry or dropped.
  Ledger& ledger = payload.ledger;
  ledger.Mark(Stage::kArbitration, ledger.cursor() + config_.accept_latency_ps);
  Arrive(delay + config_.accept_latency_ps, kPortalWrite, payload);
  return tlm::TLM_UPDATED;
}

tlm::tlm_sync_enum SwqArbiter::OnOwnJob(std::uint32_t, Submission& submission, Picoseconds delay) {
  Arrive(delay, kOwnJob, submission);
  return tlm::TLM_ACCEPTED;
}

void SwqArbiter::OnEngineAnswer(std::uint32_t, Dispatch& dispatch, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) Arrive(delay, kSlotFree, dispatch);
}

void SwqArbiter::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kPortalWrite:
      return Submit(PacketOf(item));
    case kOwnJob:
      return SubmitOwn(PacketOf<Submission>(item));
    case kDecide:
      return Decide(item.argument);
    case kSlotFree:
      return FreeSlot(PacketOf<Dispatch>(item));
    case kEvent:
      Apply(config_.events[item.argument].kind, &control_);  // stops of PASIDs: software tells who submits
      return;
    case kOwnEnded:
      return EndOwn(*static_cast<Job*>(item.object));
  }
}

// The same control bits as the ATC's: a function that is reset has its portals closed until software enables its PASIDs
// again, one that has halted until it is reset. What was accepted before is executed, and fails in the ATC.
void SwqArbiter::start_of_simulation() {
  for (std::uint32_t i = 0; i < config_.events.size(); ++i) Due(config_.events[i].at_ps, kEvent, nullptr, i);
}

// A function without memory space answers Unsupported Request, a halted one Retry (DSA-18); neither is what ENQCMD
// shows. Whoever wrote to a dedicated queue is not told at all.
void SwqArbiter::RefuseSubmission(Tlp& payload) {
  refused_.Add();
  if (payload.kind == TlpKind::kDeferrableWrite) {
    const bool halted = control_.state() == AtsControl::State::kHalted;
    return Answer(payload, halted ? Admission::kRetry : Admission::kUnsupported);
  }
  NoteLostEnd(payload.job);
  GivePacket(payload);
}

void SwqArbiter::Submit(Tlp& payload) {
  CheckArrival(payload);
  if (RefusesJobs(control_)) return RefuseSubmission(payload);
  const bool deferrable = payload.kind == TlpKind::kDeferrableWrite;
  const auto outcome = core_.Submit(payload.address, payload.length_bytes, deferrable);
  Count(outcome);
  if (outcome.admission == Admission::kAccepted) {
    payload.job.ledger().Append(payload.ledger);
    Entry entry{*payload.descriptor, payload.job, nullptr};
    entry.descriptor.pasid = core_.PasidOf(outcome.queue, payload.descriptor->pasid);
    Enqueue(outcome.queue, entry);
  }
  if (deferrable) {
    Answer(payload, outcome.admission);
  } else {
    GivePacket(payload);
  }
}

void SwqArbiter::Enqueue(std::uint32_t queue, const Entry& entry) {
  queues_[queue].entries.PushBack(entry);
  queues_[queue].occupancy.Increment(now());
  RequestDecision(core_.GroupOfQueue(queue));
}

// The job's submission is kept until the job ends, and answered then.
void SwqArbiter::SubmitOwn(Submission& submission) {
  CheckArrival(submission);
  Job& job = *submission.job;
  const std::uint32_t queue = job.queue.value();
  if (!core_.SubmitOwn(queue)) {
    own_refused_.Add();
    submission.refused = true;
    return from_device->Respond(submission, 0);
  }
  job.submission = &submission;
  job.watch = this;
  queues_[queue].accepted.Add();
  Enqueue(queue, {{job, job.pasid}, &job, &job});
}

// Of several the one that is visible last; the packet is kept for the story it tells.
void SwqArbiter::OnWriteVisible(Tlp& write, Job& job) {
  Tlp* const last = job.last_write;
  const bool later = last == nullptr || write.ledger.cursor() >= last->ledger.cursor();
  if (later) job.last_write = &write;
  Tlp* other = later ? last : &write;
  if (other != nullptr) GivePacket(*other);
  OwnWriteGone(job);
}

void SwqArbiter::OnWriteDropped(Job& job) { OwnWriteGone(job); }

void SwqArbiter::OwnWriteGone(Job& job) {
  --job.writes_in_flight;
  if (job.executed && job.writes_in_flight == 0) EndOwnWhenVisible(job);
}

void SwqArbiter::EndOwnWhenVisible(Job& job) {
  Picoseconds end = now();
  if (Tlp* const last = job.last_write; last != nullptr) {
    end = std::max(end, last->ledger.cursor());
    job.ledger.AppendRest(last->ledger);
    GivePacket(*last);
  }
  job.ledger.Mark(Stage::kOrderWait, end);  // a younger write that was dropped after the last was visible
  Due(end - now(), kOwnEnded, &job);
}

void SwqArbiter::EndOwn(Job& job) {
  job.FailIfWriteDropped();
  Submission& submission = *job.submission;
  submission.ledger.Open(now());
  from_device->Respond(submission, 0);
}

void SwqArbiter::Count(const SwqArbiterCore::Outcome& outcome) {
  if (outcome.admission == Admission::kUnsupported) return malformed_.Add();
  if (outcome.queue == SwqArbiterCore::kNone) return no_portal_.Add();
  Queue& queue = queues_[outcome.queue];
  switch (outcome.admission) {
    case Admission::kAccepted:
      return queue.accepted.Add();
    case Admission::kRetry:
      return queue.retries.Add();
    case Admission::kIgnored:
      return queue.ignored.Add();
    case Admission::kDropped:
      software_errors_.Add();
      return queue.dropped.Add();
    case Admission::kUnsupported:
      return;
  }
}

void SwqArbiter::Answer(Tlp& payload, Admission admission) {
  payload.status = admission == Admission::kAccepted      ? CompletionStatus::kSuccess
                   : admission == Admission::kUnsupported ? CompletionStatus::kUnsupportedRequest
                                                          : CompletionStatus::kRetry;
  from_port.Respond(payload, 0);
}

void SwqArbiter::RequestDecision(std::uint32_t group) {
  if (decision_due_[group] != 0) return;
  decision_due_[group] = 1;
  Due(0, kDecide, nullptr, group, DueRank::kDecide);
}

void SwqArbiter::Decide(std::uint32_t group) {
  decision_due_[group] = 0;
  SwqArbiterCore::Choice choice{};
  while (core_.Choose(group, &choice)) Assign(choice);
}

void SwqArbiter::Assign(const SwqArbiterCore::Choice& choice) {
  Queue& queue = queues_[choice.queue];
  const Entry entry = queue.entries.PopFront();
  queue.occupancy.Decrement(now());
  queue.dispatches.Add();
  entry.job.ledger().MarkServed(Stage::kQueueWait, now(), Stage::kArbitration, now() + config_.dispatch_latency_ps);
  auto* const dispatch = TakePacket<Dispatch>();
  dispatch->job = entry.job;
  dispatch->descriptor = entry.descriptor;
  dispatch->queue = choice.queue;
  dispatch->own = entry.own != nullptr;
  dispatch->slot = choice.slot;
  own_jobs_[choice.slot] = entry.own;
  dispatch->ledger.Mark(Stage::kArbitration, now() + config_.dispatch_latency_ps);
  to_engine.Send(*dispatch, config_.dispatch_latency_ps);
}

void SwqArbiter::FreeSlot(Dispatch& dispatch) {
  CheckArrival(dispatch);
  const std::uint32_t slot = dispatch.slot;
  Job* own = own_jobs_[slot];
  own_jobs_[slot] = nullptr;
  GivePacket(dispatch);
  core_.FreeSlot(slot);
  RequestDecision(core_.GroupOfSlot(slot));
  if (own == nullptr) return;
  own->executed = true;
  if (own->writes_in_flight == 0 && own->last_write == nullptr) return EndOwn(*own);
  if (own->writes_in_flight == 0) EndOwnWhenVisible(*own);
}

}  // namespace siov
