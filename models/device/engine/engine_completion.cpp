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
  LedgerIn(slot).Mark(Stage::kEngine, now() + latency);
  if (latency != 0) return Due(latency, kEnd, nullptr, slot);
  program_.End(slot, [this](std::uint32_t ended) { Conclude(ended); });
}

void Engine::Conclude(std::uint32_t slot) {
  LedgerIn(slot).Mark(Stage::kEngineWait, now());
  const EngineProgram::Step step = program_.Conclude(slot);
  Tell(contexts_[slot].dispatch->job, program_.Record(slot));
  Do(step, slot);
}

void Engine::SendRecord(std::uint32_t slot) {
  WriteAccess record{slot, program_.In(slot).record_address, kRecordBytes};
  record.is_record = true;
  Write(record);
}

// The record has left, so the interrupt cannot overtake it.
void Engine::Finish(std::uint32_t slot) {
  Dispatch& dispatch = *contexts_[slot].dispatch;
  const bool interrupts = program_.interrupts(slot);
  const bool of_function = program_.function_reports(slot);
  CountOutcome(program_.Record(slot).status);
  if (adis_) adis_->End(slot, program_.Record(slot), now());
  contexts_[slot] = {};
  program_.Free(slot);
  counts_.contexts.Decrement(now());
  if (interrupts) SendInterrupt(dispatch.job, dispatch.descriptor.interrupt_handle, of_function);
  dispatch.ledger.Mark(Stage::kEngine, now());
  from_arbiter.Respond(dispatch, 0);
}

void Engine::SendInterrupt(const JobRef& job, std::uint32_t handle, bool of_function) {
  auto* const request = TakePacket<InterruptRequest>();
  request->job = job;
  request->job_id = NumberOf(job);
  request->tenant = TenantOf(job);
  request->handle = handle;
  request->of_function = of_function;
  request->ledger.Open(job.ledger().cursor());
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
    case JobStatus::kException:
      break;
  }
  throw InvariantError(path() + ": a job ended neither well nor with an error of an engine");
}

}  // namespace siov
