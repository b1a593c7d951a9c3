// SPDX-License-Identifier: Apache-2.0
#include "models/host/cpus/host.h"

#include <algorithm>
#include <limits>

#include "models/device/swq_arbiter/portal_map.h"

namespace siov {
namespace {

constexpr Picoseconds kBackoffTick = kPsPerNs;

std::uint64_t TotalCredits(const std::vector<EndpointPortals>& portals) {
  std::uint64_t total = 0;
  for (const EndpointPortals& endpoint : portals) {
    for (const PortalQueue& queue : endpoint.queues) total += queue.shared ? 0 : queue.size;
  }
  return total;
}

}  // namespace

Host::Host(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
           const HostConfig& config, const HostPeers& peers, AddressSpaces& address_spaces)
    : Block(name, simulation, path),
      from_traffic("from_traffic", this, &Host::OnRequest<Submission>, kSubmit),
      from_replay("from_replay", this, &Host::OnRequest<MappingRequest>, kChange),
      from_memory("from_memory", this, &Host::OnRequest<ObservedWrite>, kRecord),
      config_(config),
      portals_(peers.endpoints),
      address_spaces_(address_spaces),
      streaming_(peers.streaming),
      driver_("driver", simulation, path + ".driver", config.driver, peers.iommus, peers.iommus, peers.devices,
              address_spaces, *this),
      backoff_random_(MakeRandom().Split("backoff")),
      wakeup_random_(MakeRandom().Split("wakeup")),
      cpus_(config.cpus),
      backoffs_(kBackoffTick),
      vcpus_(config),
      cpus_busy_(statistics_, "cpus_busy", "Share of the submitting CPUs' time (0 if there is one for each tenant).",
                 config.cpus),
      credits_used_(statistics_, "credits_used", "descriptors",
                    "Slots of dedicated queues taken, from submission to completion.", TotalCredits(peers.endpoints)),
      vcpus_busy_(statistics_, "vcpus_busy", "Share of the vCPUs' time in wake-up and interrupt handlers.",
                  config.vcpus, [this](Picoseconds at) { return vcpus_.BusyAfter(at); }) {
  for (const EndpointPortals& endpoint : portals_) {
    first_credit_.push_back(static_cast<std::uint32_t>(credits_.size()));
    for (const PortalQueue& queue : endpoint.queues) credits_.emplace_back(queue.size);
  }
  for (std::uint32_t i = 0; i < peers.interrupt_remappers; ++i) {
    from_interrupts.push_back(std::make_unique<TargetSocket<Host, Notification>>(
        ("from_interrupts_" + std::to_string(i)).c_str(), this, &Host::OnRequest<Notification>, kNotify));
  }
  for (std::uint32_t i = 0; i < peers.iommu_events; ++i) {
    const std::string suffix = std::to_string(i);
    from_iommu.push_back(std::make_unique<TargetSocket<Host, IommuEvent>>(("from_iommu_" + suffix).c_str(), this,
                                                                          &Host::OnIommuEvent, i));
    from_faults.push_back(
        std::make_unique<TargetSocket<Host, FaultRecord>>(("from_faults_" + suffix).c_str(), this, &Host::OnFault, i));
  }
  for (std::uint32_t i = 0; i < peers.ports; ++i) {
    to_port.push_back(std::make_unique<InitiatorSocket<Host>>(("to_port_" + std::to_string(i)).c_str(), this,
                                                              &Host::OnPortAnswer, i));
  }
}

std::vector<std::string> Host::PassesOnTo() const {
  std::vector<std::string> ports;
  for (const auto& socket : to_port) {
    for (const std::string& peer : PeersOf(*socket)) ports.push_back(peer);
  }
  return ports;
}

std::vector<std::string> Host::WaitsFor(const Occupancy& held) const {
  if (&held == &enqcmds_in_flight_ || &held == &credits_used_) return PassesOnTo();
  return {};
}

void Host::OnPortAnswer(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) Arrive(delay, kAnswer, payload);
}

void Host::OnDue(const DueItem& item) {
  switch (static_cast<Kind>(item.kind)) {
    case kSubmit:
      return Submit(PacketOf<Submission>(item));
    case kChange:
      return ChangeMapping(PacketOf<MappingRequest>(item));
    case kAnswer:
      return Answer(PacketOf(item));
    case kCpuFree:
      return FreeCpu();
    case kCreditFree:
      return FreeCredit(item.argument);
    case kMapped:
      return Issue(PacketOf<Submission>(item));
    case kUnmap:
      return Unmap(PacketOf<Submission>(item));
    case kBackoffOver:
      return BackoffOver();
    case kRecord:
      return ObserveRecord(PacketOf<ObservedWrite>(item));
    case kNotify:
      return Notify(PacketOf<Notification>(item));
    case kHandlerStart:
      return interrupts_waiting_.Decrement(now());
    case kIommuEvent:
      return ServeEvent(PacketOf<IommuEvent>(item), item.argument);
    case kFault:
      return EndJobWithoutRecord(PacketOf<FaultRecord>(item));
    case kFaultEnd:
      return TellOfFault(PacketOf<FaultRecord>(item));
    case kGiveUp:
      return GiveUp(*static_cast<Job*>(item.object), item.argument);
  }
}

void Host::Submit(Submission& submission) {
  Job& job = *submission.job;
  CheckArrival(submission);
  job.submission = &submission;
  job.end_watch = this;
  job.record_observed = false;
  submissions_.Add();
  if (!QueueOf(job).shared && !credits_[CreditPoolOf(job)].Acquire(&submission)) {
    credit_waiting_.Increment(now());
    return;
  }
  NeedCpu(submission);
}

void Host::NeedCpu(Submission& submission) {
  if (cpus_.Acquire(&submission)) {
    if (!cpus_.unlimited()) cpus_busy_.Begin(now());
    Run(submission);
  } else {
    cpu_waiting_.Increment(now());
  }
}

// It has a CPU: to submit it, or to unmap what it used.
void Host::Run(Submission& submission) {
  Job& job = *submission.job;
  job.ledger.Mark(Stage::kSubmitWait, now());
  if (job.unmapping) return driver_.Unmap(submission);
  if (Streams(job) && !job.mapped) return Map(submission);
  Issue(submission);
}

void Host::Issue(Submission& submission) {
  Job& job = *submission.job;
  const PortalQueue& queue = QueueOf(job);
  const Picoseconds latency = queue.shared ? config_.enqcmd_latency_ps : config_.movdir64b_latency_ps;
  Tlp& write = *TakePacket(queue.shared ? TlpKind::kDeferrableWrite : TlpKind::kMemoryWrite,
                           PortalAddress(job.queue.value(), PortalLimit::kLimited), kDescriptorBytes);
  write.job = &job;
  write.tenant = job.tenant;
  write.adi = job.adi;
  write.pasid = job.pasid;
  write.ledger.Mark(Stage::kSubmit, now() + latency);
  if (queue.shared) {
    enqcmds_.Add();
    enqcmds_in_flight_.Increment(now());
  } else {
    movdir64bs_.Add();
    credits_used_.Increment(now());
    cpu_time_.Add(latency);
    if (cpus_.unlimited()) {
      FreeCpu();
    } else {
      Due(latency, kCpuFree);
    }
  }
  to_port[portals_[job.endpoint].port]->Send(write, latency);
}

// The job may be finished already when Success is known, so only a Retry looks at it.
void Host::Answer(Tlp& write) {
  CheckArrival(write);
  const Picoseconds round_trip = write.ledger.elapsed();
  enqcmds_in_flight_.Decrement(now());
  enqcmd_round_trip_.Add(round_trip);
  cpu_time_.Add(round_trip);
  const bool accepted = write.status == CompletionStatus::kSuccess;
  Job& job = *write.job;
  if (!accepted) job.ledger.Append(write.ledger);
  GivePacket(write);
  FreeCpu();
  if (accepted) {
    accepted_.Add();
  } else {
    RetryOrGiveUp(job);
  }
}

void Host::FreeCpu() {
  Submission* next = nullptr;
  if (!cpus_.Release(&next)) {
    if (!cpus_.unlimited()) cpus_busy_.End(now());
    return;
  }
  cpu_waiting_.Decrement(now());
  Run(*next);
}

void Host::FreeCredit(std::uint32_t pool) {
  credits_used_.Decrement(now());
  Submission* next = nullptr;
  if (!credits_[pool].Release(&next)) return;
  credit_waiting_.Decrement(now());
  NeedCpu(*next);
}

// ENQCMD reports no error code (SDM, ENQCMD): whatever is not Success is tried again, until the driver's time-out.
void Host::RetryOrGiveUp(Job& job) {
  retries_.Add();
  job.ledger.FoldIfLong();
  if (job.retries < std::numeric_limits<std::uint16_t>::max()) ++job.retries;
  const bool late = now() >= DeadlineOf(job);
  if (late) timeouts_.Add();
  if (!late && (config_.retry_limit == 0 || job.retries < config_.retry_limit)) {
    BackOff(job, RetryPause(config_, job.retries, backoff_random_));
    return;
  }
  rejected_.Add();
  job.status = JobStatus::kRejected;
  EndJob(job, 0);
}

void Host::BackOff(Job& job, Picoseconds pause) {
  job.ledger.Mark(Stage::kRetryBackoff, now() + pause);
  backing_off_jobs_.Increment(now());
  auto slot = static_cast<std::uint32_t>(backing_off_.size());
  if (free_backoff_slots_.empty()) {
    backing_off_.push_back(job.submission);
  } else {
    slot = free_backoff_slots_.back();
    free_backoff_slots_.pop_back();
    backing_off_[slot] = job.submission;
  }
  backoffs_.Schedule(slot, now() + pause);
  ArmBackoff();
}

void Host::BackoffOver() {
  backoffs_.Fired();
  std::uint32_t slot = 0;
  while (backoffs_.Pop(now(), &slot)) {
    free_backoff_slots_.push_back(slot);
    backing_off_jobs_.Decrement(now());
    NeedCpu(*backing_off_[slot]);
  }
  ArmBackoff();
}

void Host::ArmBackoff() {
  const Picoseconds delay = backoffs_.Arm(now());
  if (delay != kNever) Due(delay, kBackoffOver);
}

}  // namespace siov
