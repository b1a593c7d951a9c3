// SPDX-License-Identifier: Apache-2.0
#include "models/host/cpus/job_submission.h"

#include <limits>

namespace siov {

SubmissionStatistics::SubmissionStatistics(StatGroup& group, const HostConfig& config, std::uint64_t credits)
    : submissions(group, "submissions", "jobs", "Jobs handed over by tenants."),
      enqcmds(group, "enqcmds", "instructions", "ENQCMD issued, retried ones included."),
      movdir64bs(group, "movdir64bs", "instructions", "MOVDIR64B issued to dedicated queues."),
      exceptions(group, "exceptions", "instructions", "ENQCMD or ENQCMDS that raised an exception and sent nothing."),
      enqcmd_exits(group, "enqcmd_exits", "exits", "VM exits 72: ENQCMD of a guest PASID without translation."),
      enqcmds_exits(group, "enqcmds_exits", "exits", "VM exits 73: ENQCMDS of a guest PASID without translation."),
      no_portal(group, "no_portal", "instructions", "ENQCMD to memory: nobody accepts them."),
      early_reads(group, "undef.early_reads", "jobs",
                  "Jobs whose device read what their CPU had written without a fence and was not visible yet."),
      slot_stalls(group, "slot_stalls", "ps", "CPU time in which MOVDIR64B waited for a slot of its portal."),
      posted_stalls(group, "posted_stalls", "ps",
                    "CPU time in which MOVDIR64B waited because too many posted writes had not left the root port."),
      spin_time(group, "spin_time", "ps", "CPU time in which threads looked for their completion records."),
      umwait_time(group, "umwait_time", "ps", "CPU time in which threads slept until their completion records came."),
      accepted(group, "accepted", "jobs", "ENQCMD answered with Success."),
      retries(group, "retries", "answers", "ENQCMD answered with Retry (or any error)."),
      rejected(group, "rejected", "jobs", "Jobs given up after retry_limit answers of Retry."),
      cpu_time(group, "cpu_time", "ps", "CPU time spent in submission instructions, waiting for ENQCMD included."),
      enqcmd_round_trip(group, "enqcmd_round_trip", "ps",
                        "Sum over ENQCMD of the time from issue until accepted or Retry is known."),
      cpus_busy(group, "cpus_busy", "Share of the submitting CPUs' time (0 if they are without bound).", config.cpus),
      cpu_waiting(group, "cpu_waiting", "jobs", "Jobs that wait for a submitting CPU.", 0),
      credit_waiting(group, "credit_waiting", "jobs", "Jobs that wait for a dedicated queue's slot.", 0),
      credits_used(group, "credits_used", "descriptors",
                   "Slots of dedicated queues taken, from submission to completion.", credits),
      posted_waiting(group, "posted_waiting", "instructions",
                     "MOVDIR64B that wait for a place on the way to the wire, with their CPUs.", 0),
      backing_off(group, "backing_off", "jobs", "Jobs that pause after a Retry.", 0),
      enqcmds_in_flight(group, "enqcmds_in_flight", "instructions", "ENQCMD whose answer is not known.", 0) {}

JobSubmission::JobSubmission(PartedBlock& host, StatGroup& statistics, const HostConfig& config, std::uint32_t ports,
                             const std::vector<EndpointPortals>& portals, const std::vector<bool>& streaming,
                             const std::vector<GuestProcesses>& guests, const Neighbours& neighbours)
    : BlockPart(host),
      from_traffic("from_traffic", this, &JobSubmission::OnSubmission),
      config_(config),
      portals_(portals),
      streaming_(streaming),
      others_(neighbours),
      cpus_(config.cpus),
      credits_(portals),
      enqueue_(guests),
      slots_(config.portal_slots, config.portal_slot_busy_ps),
      back_offs_(config, MakeRandom().Split("backoff")),
      statistics_(statistics, config, QueueCredits::Total(portals)) {
  for (std::uint32_t i = 0; i < ports; ++i) {
    to_port.push_back(std::make_unique<InitiatorSocket<JobSubmission>>(("to_port_" + std::to_string(i)).c_str(), this,
                                                                       &JobSubmission::OnPortAnswer, i));
    paths_.push_back({Lending(config.posted_writes), {}});
  }
}

std::vector<std::string> JobSubmission::Ports() const {
  std::vector<std::string> ports;
  for (const auto& socket : to_port) {
    for (const std::string& peer : PeersOf(*socket)) ports.push_back(peer);
  }
  return ports;
}

tlm::tlm_sync_enum JobSubmission::OnSubmission(std::uint32_t, Submission& submission, Picoseconds delay) {
  Arrive(delay, kSubmit, submission);
  return tlm::TLM_UPDATED;
}

// The answer of an ENQCMD; or the wire has the write of a MOVDIR64B.
void JobSubmission::OnPortAnswer(std::uint32_t port, Tlp& write, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) return Arrive(delay, kAnswer, write);
  if (write.kind == TlpKind::kMemoryWrite) WriteLeft(port, now() + delay);
}

void JobSubmission::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kSubmit:
      return Submit(PacketOf<Submission>(item));
    case kAnswer:
      return Answered(PacketOf(item));
    case kCpuFree:
      return FreeCpu();
    case kNotAccepted:
      return NotAccepted(PacketOf<Submission>(item));
    case kException:
      return EndByException(PacketOf<Submission>(item));
    case kExitServed:
      return ExitServed(PacketOf<Submission>(item));
    case kCreditFree:
      return FreeCredit(item.argument);
    case kMapped:
      return Issue(PacketOf<Submission>(item));
    case kUnmap:
      return Unmap(PacketOf<Submission>(item));
    case kBackoffOver:
      return BackoffOver();
  }
}

void JobSubmission::Submit(Submission& submission) {
  Job& job = *submission.job;
  CheckArrival(submission);
  job.submission = &submission;
  job.end_watch = &others_.lost_ends;
  job.record_observed = false;
  job.interrupt_coalesced = false;
  job.prepared_ps = 0;
  job.waits_from_ps = kNever;
  job.keeps_cpu = false;
  job.read_early = false;
  statistics_.submissions.Add();
  if (!QueueOf(job).shared && !credits_.Take(submission, credits_.PoolOf(job))) {
    statistics_.credit_waiting.Increment(now());
    return;
  }
  NeedCpu(submission);
}

void JobSubmission::NeedCpu(Submission& submission) {
  if (cpus_.Acquire(&submission)) {
    if (!cpus_.unlimited()) statistics_.cpus_busy.Begin(now());
    Run(submission);
  } else {
    statistics_.cpu_waiting.Increment(now());
  }
}

// It has a CPU: to submit it, or to unmap what it used.
void JobSubmission::Run(Submission& submission) {
  Job& job = *submission.job;
  job.ledger.Mark(Stage::kSubmitWait, now());
  if (job.unmapping) return others_.driver.Unmap(submission);
  if (Streams(job) && !job.mapped) return Map(submission);
  Issue(submission);
}

void JobSubmission::Map(Submission& submission) {
  Job& job = *submission.job;
  job.mapped = true;
  const Picoseconds cost = others_.driver.Map(job);
  job.ledger.Mark(Stage::kMap, now() + cost);
  if (cost == 0) return Issue(submission);
  Due(cost, kMapped, &submission);
}

void JobSubmission::Unmap(Submission& submission) {
  submission.job->unmapping = true;
  NeedCpu(submission);
}

void JobSubmission::FreeCpu() {
  Submission* next = nullptr;
  if (!cpus_.Release(&next)) {
    if (!cpus_.unlimited()) statistics_.cpus_busy.End(now());
    return;
  }
  statistics_.cpu_waiting.Decrement(now());
  Run(*next);
}

void JobSubmission::FreeCredit(std::uint32_t pool) {
  statistics_.credits_used.Decrement(now());
  Submission* const next = credits_.Return(pool);
  if (next == nullptr) return;
  statistics_.credit_waiting.Decrement(now());
  NeedCpu(*next);
}

// ENQCMD reports no error code (SDM, ENQCMD): whatever is not Success is tried again, until the driver's time-out.
void JobSubmission::RetryOrGiveUp(Job& job) {
  statistics_.retries.Add();
  job.ledger.FoldIfLong();
  if (job.retries < std::numeric_limits<std::uint16_t>::max()) ++job.retries;
  const bool late = now() >= others_.deadlines.Of(job);
  if (late) others_.ends.timeouts.Add();
  if (!late && (config_.retry_limit == 0 || job.retries < config_.retry_limit)) {
    return BackOff(job, back_offs_.DrawPause(job.retries));
  }
  statistics_.rejected.Add();
  job.status = JobStatus::kRejected;
  End(job, 0);
}

void JobSubmission::BackOff(Job& job, Picoseconds pause) {
  job.ledger.Mark(Stage::kRetryBackoff, now() + pause);
  statistics_.backing_off.Increment(now());
  back_offs_.Pause(*job.submission, now() + pause);
  ArmBackoff();
}

void JobSubmission::BackoffOver() {
  back_offs_.Fired();
  while (Submission* const again = back_offs_.Pop(now())) {
    statistics_.backing_off.Decrement(now());
    NeedCpu(*again);
  }
  ArmBackoff();
}

void JobSubmission::ArmBackoff() {
  const Picoseconds delay = back_offs_.Arm(now());
  if (delay != kNever) Due(delay, kBackoffOver);
}

void JobSubmission::Finish(Job& job, Picoseconds delay) {
  job.FailIfWriteDropped();  // the fault event tells the driver
  if (job.read_early) statistics_.early_reads.Add();
  if (!QueueOf(job).shared) Due(delay, kCreditFree, nullptr, credits_.PoolOf(job));
  End(job, delay);
}

// The device has no more use for the job's buffers, and nobody waits any more for what tells of its end.
void JobSubmission::End(Job& job, Picoseconds delay) {
  job.end_watch = nullptr;
  others_.deadlines.Forget(job);
  if (job.keeps_cpu) StopWaiting(job, delay);
  if (!job.mapped) return Answer(job, delay);
  Due(delay, kUnmap, job.submission);
}

void JobSubmission::Answer(Job& job, Picoseconds delay) {
  Submission& submission = *job.submission;
  submission.ledger.Open(now() + delay);
  from_traffic.Respond(submission, delay);
}

}  // namespace siov
