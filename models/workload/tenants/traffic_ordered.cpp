// SPDX-License-Identifier: Apache-2.0
// The replay in recorded order by Traffic: accesses become jobs, everything else asks the host's driver.
//
// A change waits until all accesses before it are done, and everything after it waits until it is done; up to
// `outstanding` accesses between two changes overlap. Jobs end by interrupt and write no completion record: a record's
// translation is none of the recording's.
#include "models/base/invariant.h"
#include "models/workload/tenants/traffic.h"

namespace siov {

void Traffic::StartOrdered() {
  for (std::uint32_t player = 0; player < ordered_->players(); ++player) {
    ordered_players_[player].sleeping = true;
    wake_ups_.Schedule(replay_first_slot_ + player, 0);
  }
}

// Begins every step that may begin now.
void Traffic::Advance(std::uint32_t player) {
  OrderedPlayer& state = ordered_players_[player];
  if (state.advancing || state.sleeping) return;
  state.advancing = true;
  SkipEnded(player);
  while (const ReplayStep* next = ordered_->Peek(player)) {
    if (!Submitting() || !MayBegin(*next, state) || TooEarly(player)) break;
    const ReplayStep step = *next;
    TakeStep(player);
    Begin(step, player);
    SkipEnded(player);
  }
  state.advancing = false;
}

void Traffic::TakeStep(std::uint32_t player) {
  ordered_->Take(player);
  if (ordered_->Peek(player) == nullptr) --sources_left_;
}

// Whoever has ended submits nothing more, and nobody waits for what it does not submit. PASIDs are of address spaces.
void Traffic::SkipEnded(std::uint32_t player) {
  if (ended_.empty()) return;
  bool skipped = false;
  while (const ReplayStep* next = ordered_->Peek(player)) {
    const bool access = next->kind == ReplayStep::Kind::kAccess;
    if (!access || !HasReplayEnded(TenantOf(player, next->space)) || !Submitting()) break;
    TakeStep(player);
    left_out_.Add();
    skipped = true;
  }
  if (skipped && done()) simulation().agenda.Stop();
}

bool Traffic::MayBegin(const ReplayStep& step, const OrderedPlayer& state) const {
  if (state.changing) return false;
  return step.kind == ReplayStep::Kind::kAccess ? state.accesses < config_.replay.outstanding : state.accesses == 0;
}

bool Traffic::TooEarly(std::uint32_t player) {
  if (config_.replay.timing != ReplayTiming::kRecorded) return false;
  const Picoseconds due = ordered_->NextTime(player);
  if (due <= now()) return false;
  ordered_players_[player].sleeping = true;
  wake_ups_.Schedule(replay_first_slot_ + player, due);
  ArmWakeUps();
  return true;
}

void Traffic::Begin(const ReplayStep& step, std::uint32_t player) {
  if (step.kind == ReplayStep::Kind::kAccess) {
    BeginAccess(step, player);
  } else {
    BeginChange(step, player);
  }
}

void Traffic::BeginAccess(const ReplayStep& step, std::uint32_t player) {
  Job& job = *jobs().Take();
  replay_group_.SetTenant(TenantOf(player, step.tenant), &job);
  job.pasid = replay_group_.PasidOf(TenantOf(player, step.space));
  job.op = step.op;
  job.size_bytes = static_cast<std::uint32_t>(step.bytes);
  (step.op == JobOp::kRead ? job.source : job.destination) = step.iova;
  job.record_address = config_.replay.record_address;
  job.wants_record = false;
  job.wants_interrupt = true;
  ++ordered_players_[player].accesses;
  Submit(job, kNoSlot);
}

void Traffic::BeginChange(const ReplayStep& step, std::uint32_t player) {
  CountChange(step);
  MappingRequest& change = *TakePacket<MappingRequest>();
  change.address = step.iova;
  change.size_bytes = step.bytes;
  change.player = player;
  change.endpoint = config_.replay.endpoint;
  change.invalidation = step.invalidation;
  if (step.space != ReplayStep::kNobody) change.pasid = replay_group_.PasidOf(TenantOf(player, step.space));
  switch (step.kind) {
    case ReplayStep::Kind::kAccess:
      break;
    case ReplayStep::Kind::kMap:
      change.action = MappingAction::kMap;
      change.page = {step.pa, step.page_shift, step.read, step.write};
      break;
    case ReplayStep::Kind::kUnmap:
      change.action = config_.replay.invalidations == ReplayInvalidations::kByHost ? MappingAction::kUnmap
                                                                                   : MappingAction::kUnmapTable;
      break;
    case ReplayStep::Kind::kInvalidate:
      change.action = MappingAction::kInvalidate;
      break;
  }
  ordered_players_[player].changing = true;
  ordered_players_[player].change_began = now();
  ++changes_in_flight_;
  to_driver.Send(change, 0);
}

void Traffic::CountChange(const ReplayStep& step) {
  switch (step.kind) {
    case ReplayStep::Kind::kAccess:
      return;
    case ReplayStep::Kind::kMap:
      maps_.Add(step.recorded ? 1 : 0);
      return implied_maps_.Add(step.implied ? 1 : 0);
    case ReplayStep::Kind::kUnmap:
      return unmaps_.Add(step.recorded ? 1 : 0);
    case ReplayStep::Kind::kInvalidate:
      return recorded_invalidations_.Add();
  }
}

void Traffic::Changed(MappingRequest& change) {
  const std::uint32_t player = change.player;
  CheckInvariant(ordered_players_[player].changing, [&] { return path() + ": an answer to no change"; });
  change_time_.Add(now() - ordered_players_[player].change_began);
  GivePacket(change);
  --changes_in_flight_;
  ordered_players_[player].changing = false;
  Advance(player);
  if (done()) simulation().agenda.Stop();
}

void Traffic::AccessDone(std::uint32_t tenant) {
  const std::uint32_t player = tenant / ordered_->tenants_per_player();
  --ordered_players_[player].accesses;
  Advance(player);
}

}  // namespace siov
