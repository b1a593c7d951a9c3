// SPDX-License-Identifier: Apache-2.0
// The replay of a recorded trace by Traffic.
#include "models/workload/tenants/traffic.h"

namespace siov {

void Traffic::StartReplay() {
  const bool recorded = config_.replay.timing == ReplayTiming::kRecorded;
  for (std::uint32_t player = 0; player < replay_->players(); ++player) {
    wake_ups_.Schedule(replay_first_slot_ + player, recorded ? replay_->NextTime(player) : 0);
  }
}

void Traffic::WakePlayer(std::uint32_t player) {
  if (config_.replay.timing == ReplayTiming::kRecorded) return PlayRecorded(player);
  for (std::uint32_t i = 0; i < config_.replay.outstanding; ++i) PlayNext(player);
}

bool Traffic::HasPlayerEnded(std::uint32_t player) const {
  if (ended_.empty()) return false;
  for (std::uint32_t tenant = player; tenant < config_.replay.tenants; tenant += replay_->tenant_step()) {
    if (!HasReplayEnded(tenant)) return false;
  }
  return true;
}

void Traffic::EndTenantOfReplay(std::uint32_t tenant) {
  if (ordered_) {  // its accesses are skipped one by one, between changes that are made all the same
    const std::uint32_t player = tenant / ordered_->tenants_per_player();
    const bool submits = ordered_->IsSpace(tenant % ordered_->tenants_per_player()) && Submitting();
    if (!submits || ordered_->Peek(player) == nullptr) ++ended_with_nothing_left_;
    return;
  }
  const std::uint32_t player = tenant % replay_->players();
  if (replay_->Finished(player) || !Submitting()) {
    ++ended_with_nothing_left_;
  } else if (HasPlayerEnded(player)) {
    --sources_left_;
  }
}

void Traffic::PlayRecorded(std::uint32_t player) {
  if (HasPlayerEnded(player)) return;
  while (!replay_->Finished(player) && Submitting()) {
    const Picoseconds due = replay_->NextTime(player);
    if (due > now()) {
      wake_ups_.Schedule(replay_first_slot_ + player, due);
      return;
    }
    const ReplayAccess access = replay_->Next(player);
    NoteIfFinished(player);
    for (std::uint32_t tenant = player; tenant < config_.replay.tenants; tenant += replay_->tenant_step()) {
      if (HasReplayEnded(tenant)) {
        left_out_.Add();
      } else if (Submitting()) {
        SubmitAccess(access, tenant);
      }
    }
  }
}

void Traffic::PlayNext(std::uint32_t player) {
  if (replay_->Finished(player) || HasReplayEnded(player) || !Submitting()) return;
  const ReplayAccess access = replay_->Next(player);
  NoteIfFinished(player);
  SubmitAccess(access, player);
}

void Traffic::NoteIfFinished(std::uint32_t player) {
  if (replay_->Finished(player)) --sources_left_;
}

void Traffic::SubmitAccess(const ReplayAccess& access, std::uint32_t tenant) {
  Job& job = *jobs().Take();
  replay_group_.SetTenant(tenant, &job);
  job.op = access.op;
  job.size_bytes = access.size_bytes;
  (access.op == JobOp::kRead ? job.source : job.destination) = access.iova;
  job.record_address = AddressMap::RecordAt(config_.replay.record_address, replay_jobs_[tenant]++);
  Submit(job, kNoSlot);
}

}  // namespace siov
