// SPDX-License-Identifier: Apache-2.0
// The tenants: produce jobs as their workload says, and account for every job that comes back.
// What it models and what not: models/workload/README.md.
#ifndef SIOV_MODELS_WORKLOAD_TENANTS_TRAFFIC_H_
#define SIOV_MODELS_WORKLOAD_TENANTS_TRAFFIC_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/kernel/block.h"
#include "models/kernel/wake_ups.h"
#include "models/workload/replay/ordered_replay.h"
#include "models/workload/replay/replay.h"
#include "models/workload/tenants/arrivals.h"
#include "models/workload/tenants/job_factory.h"
#include "models/workload/tenants/job_statistics.h"
#include "models/workload/tenants/traffic_config.h"

namespace siov {

class Traffic final : public Block {
 public:
  // `open_trace` is called only if the configuration names a trace to replay. Throws TraceError for a trace that cannot
  // be replayed.
  Traffic(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
          const TrafficConfig& config, const TraceOpener& open_trace = {}, std::uint32_t enders = 0);
  ~Traffic() override;

  InitiatorSocket<Traffic, Submission> to_host;
  InitiatorSocket<Traffic, MappingRequest> to_driver;  // the host's, of replays in recorded order
  // By endpoint, null where no class of jobs begins in the device.
  std::vector<std::unique_ptr<InitiatorSocket<Traffic, Submission>>> to_device;

  std::vector<std::unique_ptr<TargetSocket<Traffic, PasidEnd>>> from_software;  // one for each that ends PASIDs

  std::vector<std::string> WaitsFor(const Occupancy&) const override { return PeersOf(to_host); }

  JobStatistics& job_statistics() { return job_statistics_; }
  std::uint32_t tenants() const { return tenants_; }
  void set_sink(JobSink* sink) { sink_ = sink; }  // null: nobody listens
  // Null: no replay.
  const ReplayFacts* replay_facts() const {
    if (ordered_) return &ordered_->facts();
    return replay_ ? &replay_->facts() : nullptr;
  }

  // Hears of the end of each job that was submitted from outside, when its tenant has noticed it.
  using OutsideEnd = std::function<void(std::uint32_t slot, const Job& job)>;
  void set_outside(OutsideEnd end) { outside_ = std::move(end); }
  // A job of the tenant, as its class's jobs are; `change` may make it another. False: the tenant is not of a class
  // whose jobs arrive from outside, or nothing is submitted any more.
  bool SubmitOutside(std::uint32_t tenant, std::uint32_t slot, const std::function<void(Job*)>& change);

  // End of the run: nothing is submitted any more; jobs in flight go on until they finish.
  void StopSubmitting() { stopped_ = true; }
  std::uint32_t ended_with_nothing_left() const { return ended_with_nothing_left_; }
  std::uint64_t submitted() const { return submitted_; }
  std::uint64_t in_flight() const { return submitted_ - finished_; }
  // Every job that will ever be submitted is finished. The agenda is told to stop when that comes true.
  bool done() const { return (stopped_ || Exhausted()) && in_flight() == 0 && changes_in_flight_ == 0; }

  // From `when` on, before the simulation starts, the devices of all classes refuse what is submitted, for good.
  void set_refused_from(Picoseconds when) { refused_from_ = when; }
  // No job can be done any more, though not all have ended. The agenda is told to stop then.
  bool given_up() const { return given_up_; }
  bool over() const { return done() || given_up_; }
  // Arrivals of an open-loop class that came while as many of its jobs were in flight as are kept.
  std::uint64_t not_submitted(std::size_t tenant_class) const;
  // At the end of the run: those since the last job of a class that ended are left out, too.
  void CountLeftOut(Picoseconds end);

 private:
  enum Kind : std::uint32_t {
    kArrival,   // open loop; argument: class
    kWake,      // a thinking tenant or a recorded time is due
    kAnswer,    // a tenant noticed completion
    kChanged,   // the host's driver did a change of a mapping
    kPasidEnd,  // software ends one
    kGiveUp,    // whether a job was done since all devices refuse them
  };
  struct Class;

  void start_of_simulation() override;
  void OnDue(const DueItem& item) override;
  void OnAnswer(std::uint32_t, Submission& submission, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnChanged(std::uint32_t, MappingRequest& change, tlm::tlm_phase_enum phase, Picoseconds delay);
  void ConstructDeviceSockets();
  tlm::tlm_sync_enum FromSoftware(std::uint32_t, PasidEnd& end, Picoseconds delay);
  // The tenant's process exits or its PASID is stopped: it submits nothing any more, recorded accesses are left out.
  // Its jobs in flight go on until they finish, and in recorded order its driver goes on changing mappings.
  void EndTenant(TenantId tenant);

  void StartClass(std::uint32_t index);
  void ScheduleArrival(std::uint32_t index);
  void Arrival(std::uint32_t index);
  void ResumeArrivals(std::uint32_t index);
  Picoseconds LeaveOut(Class& source, Picoseconds until);
  void GiveUpIfQuiet();
  void Wake();
  void ArmWakeUps();
  Class& ClassOfSlot(std::uint32_t slot);
  void SubmitFrom(Class& source, std::uint32_t tenant, std::uint32_t slot);
  void Submit(Job& job, std::uint32_t slot);
  SubmittingThread ThreadOf(const Job& job) const;
  void Send(Submission& submission);
  void Hold(Submission& submission);
  void SendHeld(Class& source);
  void Finish(Submission& submission);
  void CheckTimeGoesOn(const Job& job);
  void CountOutcome(const Job& job);
  void Continue(std::uint32_t tenant_class, TenantId tenant, std::uint32_t slot);

  void EndTenantOfClass(std::uint32_t tenant);

  // Replay (traffic_replay.cpp).
  void StartReplay();
  void EndTenantOfReplay(std::uint32_t tenant);
  bool HasPlayerEnded(std::uint32_t player) const;  // all whom it plays for have
  void WakePlayer(std::uint32_t player);
  void PlayRecorded(std::uint32_t player);  // all that is due, then waits for the next
  void PlayNext(std::uint32_t player);      // as fast as possible
  void SubmitAccess(const ReplayAccess& access, std::uint32_t tenant);
  void NoteIfFinished(std::uint32_t player);

  // Replay in recorded order (traffic_ordered.cpp).
  struct OrderedPlayer {
    std::uint32_t accesses = 0;  // in flight
    bool changing = false;       // a change is in flight; then no access is
    Picoseconds change_began = 0;
    bool sleeping = false;   // until the next step's recorded time
    bool advancing = false;  // inside Advance(), which sees for itself what an answer makes possible
  };
  void StartOrdered();
  void Advance(std::uint32_t player);
  void SkipEnded(std::uint32_t player);  // accesses of tenants that have ended
  void TakeStep(std::uint32_t player);
  bool MayBegin(const ReplayStep& step, const OrderedPlayer& state) const;
  bool TooEarly(std::uint32_t player);
  void Begin(const ReplayStep& step, std::uint32_t player);
  void BeginAccess(const ReplayStep& step, std::uint32_t player);
  void BeginChange(const ReplayStep& step, std::uint32_t player);
  void CountChange(const ReplayStep& step);
  void Changed(MappingRequest& change);
  void AccessDone(std::uint32_t tenant);
  std::uint32_t TenantOf(std::uint32_t player, std::uint32_t recorded_tenant) const {
    return player * ordered_->tenants_per_player() + recorded_tenant;
  }

  bool LimitReached() const { return config_.job_limit != 0 && submitted_ >= config_.job_limit; }
  bool Exhausted() const { return LimitReached() || sources_left_ == 0; }
  bool Submitting() const { return !stopped_ && !LimitReached(); }
  bool HasEnded(std::uint32_t tenant) const { return !ended_.empty() && ended_[tenant]; }
  bool HasReplayEnded(std::uint32_t tenant) const { return HasEnded(replay_group_.first_tenant + tenant); }

  static constexpr std::uint32_t kNoSlot = 0xFFFF'FFFFu;

  TrafficConfig config_;
  std::vector<std::unique_ptr<Class>> classes_;
  // The replay is one more class after them. Slots (ids of wake-ups): closed-loop jobs class by class, then players.
  std::unique_ptr<ReplayCore> replay_;
  std::unique_ptr<OrderedReplay> ordered_;  // or this one
  std::vector<OrderedPlayer> ordered_players_;
  std::uint64_t changes_in_flight_ = 0;
  TenantGroup replay_group_;
  std::uint32_t replay_first_slot_ = 0;
  std::vector<std::uint32_t> replay_jobs_;  // so far, by tenant of the replay
  std::uint32_t tenants_ = 0;
  WakeUps wake_ups_;
  JobStatistics job_statistics_;
  JobSink* sink_ = nullptr;
  OutsideEnd outside_;
  std::uint64_t submitted_ = 0;
  std::uint64_t finished_ = 0;
  Picoseconds timeless_at_ = 0;  // the last time at which a job ended that began at it, and how many did
  std::uint32_t timeless_jobs_ = 0;
  std::uint64_t sources_left_ = 0;  // classes, and players of the replay that have jobs left
  bool stopped_ = false;
  Picoseconds refused_from_ = kNever;
  bool given_up_ = false;
  Picoseconds succeeded_at_ = 0;  // the last job that did
  Picoseconds longest_success_ = 0;
  std::vector<bool> ended_;  // by tenant; empty: none
  std::uint32_t ended_with_nothing_left_ = 0;

  Counter submitted_jobs_{statistics_, "submitted", "jobs", "Jobs submitted."};
  Counter repeats_{statistics_, "repeats", "slots",
                   "Slots of a line whose packet the device had no room for, so that it came again in the next."};
  Counter not_submitted_{statistics_, "not_submitted", "jobs",
                         "Arrivals left out as too many jobs of their open-loop class were in flight."};
  Counter succeeded_{statistics_, "succeeded", "jobs", "Jobs finished with success."};
  Counter page_faulted_{statistics_, "page_faulted", "jobs", "Jobs stopped at a page fault."};
  Counter translation_failed_{statistics_, "translation_failed", "jobs",
                              "Jobs stopped by a translation that is not allowed."};
  Counter rejected_{statistics_, "rejected", "jobs", "Jobs whose submission was given up."};
  Counter invalid_handle_{statistics_, "invalid_handle", "jobs", "Jobs refused for naming no interrupt message."};
  Counter exceptions_{statistics_, "exceptions", "jobs", "Jobs whose submission raised an exception in its thread."};
  Counter bytes_{statistics_, "bytes", "B", "Bytes completed by finished jobs."};
  Counter ended_tenants_{statistics_, "ended_tenants", "tenants",
                         "Tenants whose process exited or whose PASID was stopped."};
  Counter left_out_{statistics_, "left_out", "accesses", "Recorded accesses under PASIDs that were stopped before."};
  Counter maps_{statistics_, "maps", "calls", "Recorded mappings replayed."};
  Counter unmaps_{statistics_, "unmaps", "calls", "Recorded unmappings replayed."};
  Counter recorded_invalidations_{statistics_, "recorded_invalidations", "descriptors",
                                  "Recorded invalidation descriptors replayed, waits among them."};
  Counter implied_maps_{statistics_, "implied_maps", "pages",
                        "Pages that a recorded access shows and no recorded mapping holds."};
  Counter change_time_{statistics_, "change_time", "ps",
                       "Sum of the time replaying tenants waited for the driver to change their mappings."};
  Occupancy in_flight_jobs_{statistics_, "in_flight", "jobs", "Jobs between submission and completion noticed.", 0};
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TENANTS_TRAFFIC_H_
