// SPDX-License-Identifier: Apache-2.0
// Reads of an engine, from their issue to when their data is handled, and what a failed request means for its job.
#include "models/device/engine/engine.h"
#include "models/device/engine/engine_words.h"

namespace siov {

void Engine::SendRead(std::uint32_t slot, const Piece& piece) {
  counts_.read_buffers.Increment(now());
  counts_.reads.Add();
  Tlp* read = TakeRequest(TlpKind::kMemoryRead, slot, piece.address, piece.size_bytes);
  Ledger& ledger = read->ledger;
  ledger.Open(program_.JobIn(slot).ledger.cursor());
  ledger.Mark(Stage::kEngineWait, now());
  SendPending(*read);
}

void Engine::IssueWaitingReads() {
  std::uint32_t slot = 0;
  Piece piece;
  while (core_.NextWaitingRead(&slot, &piece)) {
    counts_.buffer_waiters.Decrement(now());
    if (core_.waits(slot)) counts_.buffer_waiters.Increment(now());
    SendRead(slot, piece);
  }
}

void Engine::Answer(Tlp& payload) {
  CheckArrival(payload);
  Translated(payload);
  if (payload.kind == TlpKind::kMemoryRead) return ReadAnswered(payload);
  const std::uint32_t slot = SlotOf(payload);
  if (payload.completes_job) {
    counts_.records_lost.Add();
    program_.RecordFailed(slot, FailureOf(payload), payload.virtual_address);
  } else {
    counts_.failed_writes.Add();
    if (payload.watched) --program_.JobIn(slot).writes_in_flight;
    Fail(slot, payload, program_.JobIn(slot).destination);
  }
  WriteEnded(slot, &payload.ledger);
  GivePacket(payload);
}

void Engine::ReadAnswered(Tlp& payload) {
  const std::uint32_t slot = SlotOf(payload);
  if (payload.status != CompletionStatus::kSuccess) {
    counts_.failed_reads.Add();
    Fail(slot, payload, program_.JobIn(slot).source);
    return FinishRead(payload);
  }
  const DataPath::Passage passage = PassData(slot, payload.length_bytes);
  payload.ledger.MarkServed(Stage::kEngineWait, passage.start, Stage::kEngine, passage.end);
  Arrive(passage.end - now(), kDataHandled, payload);
}

void Engine::DataHandled(Tlp& payload) {
  const std::uint32_t slot = SlotOf(payload);
  const Job& job = program_.JobIn(slot);
  counts_.bytes_read.Add(payload.length_bytes);
  if (Writes(job.op)) {
    SendWrites(slot, job.destination + (payload.virtual_address - job.source), payload.length_bytes);
  }
  FinishRead(payload);
}

void Engine::FinishRead(Tlp& payload) {
  const std::uint32_t slot = SlotOf(payload);
  core_.ReadFinished(slot);
  counts_.read_buffers.Decrement(now());
  if (core_.Done(slot)) {
    program_.JobIn(slot).ledger.Append(payload.ledger);
    Do(program_.DataDone(slot), slot);
  }
  GivePacket(payload);
  IssueWaitingReads();
}

void Engine::Fail(std::uint32_t slot, Tlp& payload, std::uint64_t range_start) {
  const bool in_range = program_.JobIn(slot).op != JobOp::kPacket;  // a packet that failed has done nothing that counts
  const std::uint32_t offset = in_range ? static_cast<std::uint32_t>(payload.virtual_address - range_start) : 0;
  const bool waited = core_.waits(slot);
  program_.Fail(slot, offset, FailureOf(payload), payload.virtual_address);
  if (waited) counts_.buffer_waiters.Decrement(now());
}

DataPath::Passage Engine::PassData(std::uint32_t slot, Bytes bytes) {
  const DataPath::Passage passage = data_path_.Pass(slot / config_.jobs_per_engine, now(), bytes);
  counts_.engine_busy.Book(passage.engine_busy);
  counts_.device_busy.Serve(passage.device_start, passage.device_start + passage.device_busy);
  return passage;
}

}  // namespace siov
