// SPDX-License-Identifier: Apache-2.0
// Reads of an engine, from their issue to when their data is handled, and what a failed request means for its job.
#include "models/device/engine/engine.h"
#include "models/device/engine/engine_words.h"
#include "models/kernel/posted_writes.h"

namespace siov {

void Engine::SendRead(std::uint32_t slot, const Piece& piece) {
  counts_.read_buffers.Increment(now());
  counts_.reads.Add();
  Tlp* read = TakeRequest(TlpKind::kMemoryRead, slot, piece.address, piece.size_bytes);
  read->buffer_left = LeftOf(program_.In(slot).source, program_.In(slot), piece.address);
  Ledger& ledger = read->ledger;
  ledger.Open(LedgerIn(slot).cursor());
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
    TellByErrorRegister(payload.job, program_.Record(slot));
  } else {
    counts_.failed_writes.Add();
    NoteReturnedWrite(payload);
    Fail(slot, payload, program_.In(slot).destination);
  }
  WriteEnded(slot, &payload.ledger);
  GivePacket(payload);
}

void Engine::ReadAnswered(Tlp& payload) {
  const std::uint32_t slot = SlotOf(payload);
  if (payload.status != CompletionStatus::kSuccess) {
    counts_.failed_reads.Add();
    Fail(slot, payload, program_.In(slot).source);
    return FinishRead(payload);
  }
  const DataPath::Passage passage = PassData(slot, payload.length_bytes);
  payload.ledger.MarkServed(Stage::kEngineWait, passage.start, Stage::kEngine, passage.end);
  Arrive(passage.end - now(), kDataHandled, payload);
}

void Engine::DataHandled(Tlp& payload) {
  const std::uint32_t slot = SlotOf(payload);
  const WorkDescriptor& descriptor = program_.In(slot);
  counts_.bytes_read.Add(payload.length_bytes);
  if (Writes(descriptor.op)) {
    SendWrites(slot, descriptor.destination + (payload.virtual_address - descriptor.source), payload.length_bytes);
  }
  FinishRead(payload);
}

void Engine::FinishRead(Tlp& payload) {
  const std::uint32_t slot = SlotOf(payload);
  core_.ReadFinished(slot);
  counts_.read_buffers.Decrement(now());
  if (core_.Done(slot)) {
    LedgerIn(slot).Append(payload.ledger);
    Do(program_.DataDone(slot), slot);
  }
  GivePacket(payload);
  IssueWaitingReads();
}

void Engine::Fail(std::uint32_t slot, Tlp& payload, std::uint64_t range_start) {
  const bool in_range = program_.In(slot).op != JobOp::kPacket;  // a packet that failed has done nothing that counts
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
