// SPDX-License-Identifier: Apache-2.0
// Reads of an engine, from their issue to when their data is handled, and what a failed request means for its job.
#include "models/device/engine/engine.h"
#include "models/device/engine/engine_words.h"

namespace siov {

void Engine::SendRead(std::uint32_t slot, const Piece& piece) {
  read_buffers_.Increment(now());
  reads_.Add();
  Tlp* read = TakeRequest(TlpKind::kMemoryRead, slot, piece.address, piece.size_bytes);
  Ledger& ledger = read->ledger;
  ledger.Open(contexts_[slot].job->ledger.cursor());
  ledger.Mark(Stage::kEngineWait, now());
  SendPending(*read);
}

void Engine::IssueWaitingReads() {
  std::uint32_t slot = 0;
  Piece piece;
  while (core_.NextWaitingRead(&slot, &piece)) {
    buffer_waiters_.Decrement(now());
    if (core_.waits(slot)) buffer_waiters_.Increment(now());
    SendRead(slot, piece);
  }
}

void Engine::Answer(Tlp& payload) {
  CheckArrival(payload);
  Translated(payload);
  if (payload.kind == TlpKind::kMemoryRead) return ReadAnswered(payload);
  const std::uint32_t slot = SlotOf(payload);
  if (payload.completes_job) {
    RecordFailed(slot, payload);
  } else {
    failed_writes_.Add();
    if (payload.watched) --contexts_[slot].job->writes_in_flight;
    Fail(slot, payload, contexts_[slot].job->destination);
  }
  WriteEnded(slot, &payload.ledger);
  GivePacket(payload);
}

void Engine::ReadAnswered(Tlp& payload) {
  const std::uint32_t slot = SlotOf(payload);
  if (payload.status != CompletionStatus::kSuccess) {
    failed_reads_.Add();
    Fail(slot, payload, contexts_[slot].job->source);
    return FinishRead(payload);
  }
  const DataPath::Passage passage = PassData(slot, payload.length_bytes);
  payload.ledger.MarkServed(Stage::kEngineWait, passage.start, Stage::kEngine, passage.end);
  Arrive(passage.end - now(), kDataHandled, payload);
}

void Engine::DataHandled(Tlp& payload) {
  const std::uint32_t slot = SlotOf(payload);
  const Job& job = *contexts_[slot].job;
  bytes_read_.Add(payload.length_bytes);
  if (Writes(job.op)) {
    SendWrites(slot, job.destination + (payload.virtual_address - job.source), payload.length_bytes);
  }
  FinishRead(payload);
}

void Engine::FinishRead(Tlp& payload) {
  const std::uint32_t slot = SlotOf(payload);
  core_.ReadFinished(slot);
  read_buffers_.Decrement(now());
  if (core_.Done(slot)) {
    contexts_[slot].job->ledger.Append(payload.ledger);
    DataDone(slot);
  }
  GivePacket(payload);
  IssueWaitingReads();
}

void Engine::Fail(std::uint32_t slot, Tlp& payload, std::uint64_t range_start) {
  Context& context = contexts_[slot];
  const bool in_range = context.job->op != JobOp::kPacket;  // a packet that failed has done nothing that counts
  const std::uint32_t offset = in_range ? static_cast<std::uint32_t>(payload.virtual_address - range_start) : 0;
  if (offset < core_.failed_at(slot)) {  // or nothing has failed before
    context.failure = FailureOf(payload);
    context.fault_address = payload.virtual_address;
  }
  const bool waited = core_.waits(slot);
  core_.Fail(slot, offset);
  if (waited) buffer_waiters_.Decrement(now());
}

DataPath::Passage Engine::PassData(std::uint32_t slot, Bytes bytes) {
  const DataPath::Passage passage = data_path_.Pass(slot / config_.jobs_per_engine, now(), bytes);
  engine_busy_.Book(passage.engine_busy);
  device_busy_.Serve(passage.device_start, passage.device_start + passage.device_busy);
  return passage;
}

}  // namespace siov
