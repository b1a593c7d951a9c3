// SPDX-License-Identifier: Apache-2.0
// Synthetic classes and the accounting of jobs; the replay is in traffic_replay.cpp.
#include "models/workload/tenants/traffic.h"

#include <algorithm>

#include "models/base/invariant.h"
#include "models/workload/tenants/traffic_class.h"

namespace siov {
namespace {

constexpr std::uint32_t kSubmissionBytes = 64;

// Near the mean gap between think times' ends, which is all that the wheel's speed depends on.
Picoseconds WakeTick(const TrafficConfig& config) {
  double rate = 1.0 / static_cast<double>(kPsPerUs);
  for (const TenantClassConfig& source : config.classes) {
    const double think = source.think_time.MeanPs();
    if (source.arrivals == ArrivalProcess::kClosedLoop && think > 0) {
      rate += static_cast<double>(source.tenants) * source.queue_depth / think;
    }
  }
  return std::max(kPsPerNs, static_cast<Picoseconds>(1.0 / rate));
}

std::uint32_t TotalTenants(const TrafficConfig& config) {
  std::uint32_t tenants = config.replay.trace_file.empty() ? 0 : config.replay.tenants;
  for (const TenantClassConfig& source : config.classes) tenants += source.tenants;
  return tenants;
}

}  // namespace

Traffic::Traffic(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                 const TrafficConfig& config, const TraceOpener& open_trace)
    : Block(name, simulation, path),
      to_host("to_host", this, &Traffic::OnAnswer),
      config_(config),
      tenants_(TotalTenants(config)),
      wake_ups_(WakeTick(config)),
      job_statistics_(tenants_, config.classes.size() + (config.replay.trace_file.empty() ? 0 : 1),
                      config.per_tenant_histograms) {
  const RandomStream random = MakeRandom();
  std::uint32_t tenant = 0;
  std::uint32_t slot = 0;
  for (std::size_t i = 0; i < config.classes.size(); ++i) {
    classes_.push_back(
        std::make_unique<Class>(config.classes[i], static_cast<std::uint16_t>(i), tenant, slot, random.Split(i)));
    tenant += config.classes[i].tenants;
    slot += classes_.back()->slots();
  }
  ConstructDeviceSockets();
  sources_left_ = classes_.size();
  if (config.replay.trace_file.empty()) return;
  const ReplayConfig& replay = config.replay;
  replay_group_ = {static_cast<std::uint16_t>(classes_.size()),
                   tenant,
                   replay.endpoint,
                   replay.queues,
                   replay.wants_interrupt,
                   replay.interrupt_handles};
  replay_first_slot_ = slot;
  const TraceOpener open = replay.window_only ? WindowOf(open_trace, replay.trace_file) : open_trace;
  if (replay.order == ReplayOrder::kAsRecorded) {
    ordered_ = std::make_unique<OrderedReplay>(replay, open);
    ordered_players_.resize(ordered_->players());
    sources_left_ += ordered_->players();
    return;
  }
  replay_ = std::make_unique<ReplayCore>(replay, open);
  replay_jobs_.assign(replay.tenants, 0);
  sources_left_ += replay_->players();
}

Traffic::~Traffic() = default;

void Traffic::ConstructDeviceSockets() {
  for (const TenantClassConfig& source : config_.classes) {
    if (source.origin != JobOrigin::kDevice) continue;
    if (to_device.size() <= source.endpoint) to_device.resize(source.endpoint + 1u);
    if (to_device[source.endpoint]) continue;
    const std::string name = "to_device_" + std::to_string(source.endpoint);
    to_device[source.endpoint] = std::make_unique<InitiatorSocket<Traffic>>(name.c_str(), this, &Traffic::OnAnswer);
  }
}

void Traffic::start_of_simulation() {
  for (std::uint32_t i = 0; i < classes_.size(); ++i) StartClass(i);
  if (replay_) StartReplay();
  if (ordered_) StartOrdered();
  ArmWakeUps();
  if (refused_from_ != kNever) Due(refused_from_, kGiveUp);
}

// Closed loops start spread over one mean think time: in step with each other they would never get out of step.
void Traffic::StartClass(std::uint32_t index) {
  Class& source = *classes_[index];
  if (source.config.arrivals == ArrivalProcess::kOutside) return;
  if (source.config.arrivals != ArrivalProcess::kClosedLoop) {
    ScheduleArrival(index);
    return;
  }
  const auto spread = static_cast<Picoseconds>(source.config.think_time.MeanPs());
  for (std::uint32_t i = 0; i < source.slots(); ++i) {
    wake_ups_.Schedule(source.first_slot + i, spread == 0 ? 0 : source.arrival_random.Below(spread));
  }
}

void Traffic::OnAnswer(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase != tlm::BEGIN_RESP) return;
  Arrive(delay, payload.kind == TlpKind::kMapping ? kChanged : kAnswer, payload);
}

void Traffic::OnDue(const DueItem& item) {
  switch (static_cast<Kind>(item.kind)) {
    case kArrival:
      return Arrival(item.argument);
    case kWake:
      return Wake();
    case kAnswer:
      return Finish(PacketOf(item));
    case kChanged:
      return Changed(PacketOf(item));
    case kGiveUp:
      return GiveUpIfQuiet();
  }
}

void Traffic::Wake() {
  wake_ups_.Fired();
  std::uint32_t slot = 0;
  while (wake_ups_.Pop(now(), &slot)) {
    if (!Submitting()) continue;
    if (ordered_ && slot >= replay_first_slot_) {
      ordered_players_[slot - replay_first_slot_].sleeping = false;
      Advance(slot - replay_first_slot_);
    } else if (replay_ && slot >= replay_first_slot_) {
      WakePlayer(slot - replay_first_slot_);
    } else {
      Class& source = ClassOfSlot(slot);
      SubmitFrom(source, (slot - source.first_slot) / source.config.queue_depth, slot);
    }
  }
  ArmWakeUps();
}

void Traffic::ArmWakeUps() {
  const Picoseconds delay = wake_ups_.Arm(now());
  if (delay != kNever) Due(delay, kWake);
}

Traffic::Class& Traffic::ClassOfSlot(std::uint32_t slot) {
  for (const std::unique_ptr<Class>& source : classes_) {
    if (slot - source->first_slot < source->slots()) return *source;
  }
  throw InvariantError(path() + ": wake-up of unknown slot " + std::to_string(slot));
}

void Traffic::EndTenant(TenantId tenant) {
  if (ended_.empty()) ended_.resize(tenants_);
  if (ended_[tenant.value()]) return;
  ended_tenants_.Add();
  ended_[tenant.value()] = true;
  const bool replays = (replay_ || ordered_) && tenant.value() >= replay_group_.first_tenant;
  if (replays) {
    EndTenantOfReplay(tenant.value() - replay_group_.first_tenant);
  } else {
    EndTenantOfClass(tenant.value());
  }
  if (done()) simulation().agenda.Stop();
}

void Traffic::EndTenantOfClass(std::uint32_t tenant) {
  if (!Submitting()) ++ended_with_nothing_left_;
  if (config_.job_limit == 0) return;  // the run has a time to end at
  for (const std::unique_ptr<Class>& source : classes_) {
    const bool of_class = tenant - source->first_tenant < source->config.tenants;
    if (of_class && ++source->ended_tenants == source->config.tenants) --sources_left_;
  }
}

void Traffic::SubmitFrom(Class& source, std::uint32_t tenant, std::uint32_t slot) {
  if (HasEnded(source.first_tenant + tenant)) return;
  Job& job = *jobs().Take();
  source.factory.Fill(tenant, source.job_random, &job);
  ++source.in_flight;
  Submit(job, slot);
}

bool Traffic::SubmitOutside(std::uint32_t tenant, std::uint32_t slot, const std::function<void(Job*)>& change) {
  for (const std::unique_ptr<Class>& source : classes_) {
    const std::uint32_t of_class = tenant - source->first_tenant;
    if (source->config.arrivals != ArrivalProcess::kOutside || of_class >= source->config.tenants) continue;
    if (!Submitting() || HasEnded(tenant)) return false;
    Job& job = *jobs().Take();
    source->factory.Fill(of_class, source->job_random, &job);
    change(&job);
    Submit(job, slot);
    return true;
  }
  return false;
}

void Traffic::Submit(Job& job, std::uint32_t slot) {
  job.id = submitted_++;
  job.ledger.Open(now());
  Tlp& submission = *TakePacket(TlpKind::kSubmission, 0, kSubmissionBytes);
  submission.job = &job;
  submission.tenant = job.tenant;
  submission.adi = job.adi;
  submission.pasid = job.pasid;
  submission.context = slot;
  submitted_jobs_.Add();
  in_flight_jobs_.Increment(now());
  Send(submission);
}

void Traffic::Send(Tlp& submission) {
  const Job& job = *submission.job;
  (job.from_device ? *to_device[job.endpoint] : to_host).Send(submission, 0);
}

// A device without room: the packet comes again in the line's next slot, and those behind it wait.
void Traffic::Hold(Tlp& submission) {
  Class& source = *classes_[submission.job->tenant_class];
  CheckInvariant(source.fixed.has_value() && source.held == nullptr, [&] {
    return path() + ": a job of " + source.config.name + " found no room in its device, and has no slot to come again";
  });
  submission.status = CompletionStatus::kSuccess;
  source.held = &submission;
  repeats_.Add();
}

void Traffic::SendHeld(Class& source) {
  Tlp& submission = *source.held;
  source.held = nullptr;
  source.fixed->Repeated();
  submission.job->ledger.Mark(Stage::kSubmitWait, now());
  submission.ledger.Open(now());
  Send(submission);
}

void Traffic::Finish(Tlp& submission) {
  CheckArrival(submission);
  if (submission.status == CompletionStatus::kRetry) return Hold(submission);
  Job& job = *submission.job;
  const auto slot = static_cast<std::uint32_t>(submission.context);
  job_statistics_.Finish(job, now());
  if (sink_ != nullptr) sink_->OnJobFinished(job, now());
  CountOutcome(job);
  in_flight_jobs_.Decrement(now());
  ++finished_;
  if (job.ledger.start() == now()) CheckTimeGoesOn(job);
  const std::uint32_t tenant_class = job.tenant_class;
  const TenantId tenant = job.tenant;
  if (job.status == JobStatus::kSuccess) {
    succeeded_at_ = now();
    longest_success_ = std::max(longest_success_, now() - job.ledger.start());
  }
  if (outside_ && tenant_class < classes_.size() &&
      classes_[tenant_class]->config.arrivals == ArrivalProcess::kOutside) {
    outside_(slot, job);
  }
  jobs().Give(&job);
  GivePacket(submission);
  if (tenant_class < classes_.size()) {
    Class& source = *classes_[tenant_class];
    --source.in_flight;
    if (source.full) ResumeArrivals(tenant_class);
  }
  if (Submitting()) Continue(tenant_class, tenant, slot);
  if (done()) simulation().agenda.Stop();
}

// A closed loop of jobs that take no time never lets time go on; what is configured so is refused, but a device may
// also come to refuse its jobs at once, when its function is reset.
void Traffic::CheckTimeGoesOn(const Job& job) {
  constexpr std::uint32_t kMost = 1u << 22;  // beyond what a million tenants that all begin at once need
  if (timeless_at_ != now()) timeless_jobs_ = 0;
  timeless_at_ = now();
  CheckInvariant(++timeless_jobs_ < kMost, [&] {
    return path() + ": livelock at " + std::to_string(now()) + " ps: " + std::to_string(kMost) +
           " jobs began and ended without time going on, the last of " +
           (job.tenant_class < classes_.size() ? "class " + classes_[job.tenant_class]->config.name : "the replay");
  });
}

void Traffic::CountOutcome(const Job& job) {
  bytes_.Add(job.bytes_completed);
  switch (job.status) {
    case JobStatus::kPending:  // refused by JobStatistics
      break;
    case JobStatus::kSuccess:
      return succeeded_.Add();
    case JobStatus::kPageFault:
      return page_faulted_.Add();
    case JobStatus::kTranslationFailed:
      return translation_failed_.Add();
    case JobStatus::kRejected:
      return rejected_.Add();
    case JobStatus::kInvalidHandle:
      return invalid_handle_.Add();
  }
}

// What the end of a job sets off.
void Traffic::Continue(std::uint32_t tenant_class, TenantId tenant, std::uint32_t slot) {
  if (tenant_class == classes_.size()) {
    if (ordered_) return AccessDone(tenant.value() - replay_group_.first_tenant);
    if (config_.replay.timing == ReplayTiming::kAsFastAsPossible) PlayNext(tenant.value() - replay_group_.first_tenant);
    return;
  }
  Class& source = *classes_[tenant_class];
  if (source.config.arrivals != ArrivalProcess::kClosedLoop) return;
  const Picoseconds think = source.config.think_time.Draw(source.arrival_random);
  if (think == 0) {
    SubmitFrom(source, tenant.value() - source.first_tenant, slot);
    return;
  }
  wake_ups_.Schedule(slot, now() + think);
  ArmWakeUps();
}

}  // namespace siov
