// SPDX-License-Identifier: Apache-2.0
// Classes of tenants, wake-ups, tenants that end; the life of one job is in traffic_jobs.cpp, the replay in
// traffic_replay.cpp.
#include "models/workload/tenants/traffic.h"

#include <algorithm>

#include "models/base/invariant.h"
#include "models/workload/tenants/traffic_class.h"

namespace siov {
namespace {

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
                 const TrafficConfig& config, const TraceOpener& open_trace, std::uint32_t enders)
    : Block(name, simulation, path),
      to_host("to_host", this, &Traffic::OnAnswer),
      to_driver("to_driver", this, &Traffic::OnChanged),
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
  for (std::uint32_t i = 0; i < enders; ++i) {
    from_software.push_back(std::make_unique<TargetSocket<Traffic, PasidEnd>>(
        ("from_software_" + std::to_string(i)).c_str(), this, &Traffic::FromSoftware, i));
  }
  sources_left_ = classes_.size();
  if (config.replay.trace_file.empty()) return;
  const ReplayConfig& replay = config.replay;
  replay_group_ = {static_cast<std::uint16_t>(classes_.size()),
                   tenant,
                   replay.endpoint,
                   replay.queues,
                   replay.wants_interrupt,
                   replay.first_handle};
  replay_first_slot_ = slot;
  const TraceOpener open = ReplayedPart(replay, open_trace);
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
    to_device[source.endpoint] =
        std::make_unique<InitiatorSocket<Traffic, Submission>>(name.c_str(), this, &Traffic::OnAnswer);
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

void Traffic::OnAnswer(std::uint32_t, Submission& submission, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) Arrive(delay, kAnswer, submission);
}

void Traffic::OnChanged(std::uint32_t, MappingRequest& change, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) Arrive(delay, kChanged, change);
}

void Traffic::OnDue(const DueItem& item) {
  switch (static_cast<Kind>(item.kind)) {
    case kArrival:
      return Arrival(item.argument);
    case kWake:
      return Wake();
    case kAnswer:
      return Finish(PacketOf<Submission>(item));
    case kChanged:
      return Changed(PacketOf<MappingRequest>(item));
    case kPasidEnd: {
      auto& end = PacketOf<PasidEnd>(item);
      const auto tenant = TenantRange{0, tenants_}.TenantOf(end.pasid);
      GivePacket(end);
      if (tenant) EndTenant(*tenant);
      return;
    }
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

tlm::tlm_sync_enum Traffic::FromSoftware(std::uint32_t, PasidEnd& end, Picoseconds delay) {
  Arrive(delay, kPasidEnd, end);
  return tlm::TLM_UPDATED;
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

}  // namespace siov
