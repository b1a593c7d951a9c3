// SPDX-License-Identifier: Apache-2.0
// The end of an engine's job: completion record, interrupt, the context free again.
#include "models/base/invariant.h"
#include "models/device/engine/engine.h"
#include "models/device/engine/engine_words.h"

namespace siov {
namespace {

constexpr std::uint32_t kRecordBytes = 32;
constexpr std::uint32_t kErrorHandle = 0;  // errors are reported by the first message

}  // namespace

// Every read's data was handled, or all data generated, or as much as a failure allowed.
void Engine::DataDone(std::uint32_t slot) {
  contexts_[slot].data_done = true;
  if (contexts_[slot].writes_waiting == 0) Complete(slot);
}

void Engine::Complete(std::uint32_t slot) {
  const Picoseconds latency = config_.compute_time.Draw(compute_random_) + config_.completion_latency_ps;
  contexts_[slot].job->ledger.Mark(Stage::kEngine, now() + latency);
  if (latency == 0) return End(slot);
  Due(latency, kEnd, nullptr, slot);
}

void Engine::End(std::uint32_t slot) {
  if (!config_.in_order) return Conclude(slot);
  RingQueue<std::uint32_t>& order = order_[slot / config_.jobs_per_engine];
  contexts_[slot].ended = true;
  while (!order.empty() && contexts_[order.front()].ended) Conclude(order.PopFront());
}

void Engine::Conclude(std::uint32_t slot) {
  Context& context = contexts_[slot];
  context.job->ledger.Mark(Stage::kEngineWait, now());
  Job& job = *context.job;
  job.status = context.failure;
  job.fault_address = context.fault_address;
  job.bytes_completed = core_.bytes_completed(slot);
  if (job.op == JobOp::kPacket && job.status == JobStatus::kSuccess) job.bytes_completed = job.size_bytes;
  if (job.from_device) return Finish(slot);
  if (!job.wants_record && job.status == JobStatus::kSuccess) return Finish(slot);
  Tlp* record = TakeRequest(TlpKind::kMemoryWrite, slot, job.record_address, kRecordBytes);
  record->completes_job = true;
  context.record_sent = true;
  SendPosted(slot, *record);
}

// The tenant will never see the record. The device's error register and error interrupt tell host software instead.
void Engine::RecordFailed(std::uint32_t slot, const Tlp& record) {
  records_lost_.Add();
  Job& job = *contexts_[slot].job;
  job.status = FailureOf(record);
  job.fault_address = record.virtual_address;
  job.wants_record = false;
  if (job.wants_interrupt) return;
  job.wants_interrupt = true;
  job.interrupt_handle = kErrorHandle;
}

// The record has left, so the interrupt cannot overtake it.
void Engine::Finish(std::uint32_t slot) {
  Job& job = *contexts_[slot].job;
  Dispatch& dispatch = *contexts_[slot].dispatch;
  CountOutcome(job.status);
  contexts_[slot] = {};
  contexts_busy_.Decrement(now());
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
      return page_faults_.Add();
    case JobStatus::kTranslationFailed:
      return translation_failures_.Add();
    case JobStatus::kInvalidHandle:
      return invalid_handles_.Add();
    case JobStatus::kSuccess:
      return succeeded_.Add();
    case JobStatus::kPending:
    case JobStatus::kRejected:
      break;
  }
  throw InvariantError(path() + ": a job ended neither well nor with an error of an engine");
}

}  // namespace siov
