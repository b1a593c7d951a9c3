// SPDX-License-Identifier: Apache-2.0
// The end of an engine's job: completion record, interrupt, the context free again.
#include "models/base/invariant.h"
#include "models/device/engine/engine.h"
#include "models/device/engine/engine_words.h"

namespace siov {
namespace {

constexpr std::uint32_t kRecordBytes = 32;

}  // namespace

void Engine::Complete(std::uint32_t slot) {
  const Picoseconds latency = config_.compute_time.Draw(compute_random_) + config_.completion_latency_ps;
  program_.JobIn(slot).ledger.Mark(Stage::kEngine, now() + latency);
  if (latency != 0) return Due(latency, kEnd, nullptr, slot);
  program_.End(slot, [this](std::uint32_t ended) { Conclude(ended); });
}

void Engine::Conclude(std::uint32_t slot) {
  program_.JobIn(slot).ledger.Mark(Stage::kEngineWait, now());
  Do(program_.Conclude(slot), slot);
}

void Engine::SendRecord(std::uint32_t slot) {
  Tlp* record = TakeRequest(TlpKind::kMemoryWrite, slot, program_.JobIn(slot).record_address, kRecordBytes);
  record->completes_job = true;
  SendPosted(slot, *record);
}

// The record has left, so the interrupt cannot overtake it.
void Engine::Finish(std::uint32_t slot) {
  Job& job = program_.JobIn(slot);
  Dispatch& dispatch = *contexts_[slot].dispatch;
  CountOutcome(job.status);
  contexts_[slot] = {};
  program_.Free(slot);
  counts_.contexts.Decrement(now());
  if (job.wants_interrupt) SendInterrupt(job);
  dispatch.ledger.Mark(Stage::kEngine, now());
  from_arbiter.Respond(dispatch, 0);
}

void Engine::SendInterrupt(Job& job) {
  auto* const request = TakePacket<InterruptRequest>();
  request->job = &job;
  request->job_id = job.id;
  request->tenant = job.tenant;
  request->handle = job.interrupt_handle;
  request->ledger.Open(job.ledger.cursor());
  request->ledger.Mark(Stage::kOrderWait, now());
  to_ims.Send(*request, 0);
}

void Engine::CountOutcome(JobStatus status) {
  switch (status) {
    case JobStatus::kPageFault:
      return counts_.page_faults.Add();
    case JobStatus::kTranslationFailed:
      return counts_.translation_failures.Add();
    case JobStatus::kInvalidHandle:
      return counts_.invalid_handles.Add();
    case JobStatus::kSuccess:
      return counts_.succeeded.Add();
    case JobStatus::kPending:
    case JobStatus::kRejected:
      break;
  }
  throw InvariantError(path() + ": a job ended neither well nor with an error of an engine");
}

}  // namespace siov
