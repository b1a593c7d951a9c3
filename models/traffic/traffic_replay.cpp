// SPDX-License-Identifier: Apache-2.0
// The replay of a recorded trace by Traffic.
#include "models/traffic/traffic.h"

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

void Traffic::PlayRecorded(std::uint32_t player) {
  while (!replay_->Finished(player) && Submitting()) {
    const Picoseconds due = replay_->NextTime(player);
    if (due > now()) {
      wake_ups_.Schedule(replay_first_slot_ + player, due);
      return;
    }
    const ReplayAccess access = replay_->Next(player);
    NoteIfFinished(player);
    for (std::uint32_t tenant = player; tenant < config_.replay.tenants; tenant += replay_->tenant_step()) {
      if (Submitting()) SubmitAccess(access, tenant);
    }
  }
}

void Traffic::PlayNext(std::uint32_t player) {
  if (replay_->Finished(player) || !Submitting()) return;
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
