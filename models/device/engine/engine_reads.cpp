// SPDX-License-Identifier: Apache-2.0
// Reads of an engine, from their issue to when their data is handled, and what a failed request means for its job.
#include <algorithm>

#include "models/device/engine/engine.h"
#include "models/device/engine/engine_words.h"
#include "models/kernel/posted_writes.h"

namespace siov {

void Engine::SendRead(std::uint32_t slot, const Piece& piece) {
  counts_.read_buffers.Increment(now());
  NoteReadBuffers();
  Tlp* read = TakeRequest(TlpKind::kMemoryRead, slot, piece.address, piece.size_bytes);
  read->context |= std::uint64_t{piece.access} << kAccessShift;
  read->buffer_left = LeftOf(program_.In(slot).source, program_.In(slot), piece.address);
  Ledger& ledger = read->ledger;
  ledger.Open(LedgerIn(slot).cursor());
  if (!counts_.read_issue) {
    ledger.Mark(Stage::kEngineWait, now());
    return IssueRead(*read);
  }
  const Picoseconds at = read_pacer_.Next(now());
  counts_.read_issue->Serve(at, at + read_pacer_.interval_ps());
  ledger.Mark(Stage::kEngineWait, at);
  if (at > now()) return Due(at - now(), kIssueRead, read);
  IssueRead(*read);
}

void Engine::IssueRead(Tlp& payload) {
  counts_.reads.Add();
  SendPending(payload);
}

// Its turn has come; its job may have failed meanwhile.
void Engine::IssuePacedRead(Tlp& payload) {
  if (!core_.failed(SlotOf(payload))) return IssueRead(payload);
  ReadArrived(payload);
  FinishRead(payload);
}

void Engine::NoteReadBuffers() {
  if (counts_.read_buffer_bytes) counts_.read_buffer_bytes->Set(now(), core_.buffers().bytes());
  for (std::size_t i = 0; i < counts_.groups.size(); ++i) {
    counts_.groups[i]->read_buffers.Set(now(), core_.groups()->taken(i));
  }
}

void Engine::IssueWaitingReads() {
  std::uint32_t slot = 0;
  Piece piece;
  while (core_.NextWaitingRead(&slot, &piece)) {
    if (!core_.waits(slot)) counts_.buffer_waiters.Decrement(now());
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
  WriteGone(slot, &payload.ledger, payload.length_bytes);
  GivePacket(payload);
}

void Engine::ReadAnswered(Tlp& payload) {
  const std::uint32_t slot = SlotOf(payload);
  if (payload.status != CompletionStatus::kSuccess) {
    counts_.failed_reads.Add();
    Fail(slot, payload, program_.In(slot).source);
    ReadArrived(payload);
    return FinishRead(payload);
  }
  if (config_.read_access_bytes() == 0) return PassOn(payload);
  arrived_[slot].push_back(&payload);
  ReadArrived(payload);
}

// A read is answered or will never be issued; of a failed job that may have been what other accesses waited for, too.
void Engine::ReadArrived(Tlp& payload) {
  if (config_.read_access_bytes() == 0) return;
  const std::uint32_t slot = SlotOf(payload);
  core_.ReadArrived(slot, AccessOf(payload));
  const std::vector<Tlp*>& arrived = arrived_[slot];
  const auto complete = [&](const Tlp* read) { return core_.AccessComplete(slot, AccessOf(*read)); };
  for (auto read = arrived.begin(); read != arrived.end();) {
    read = std::find_if(read, arrived.end(), complete);
    if (read == arrived.end()) break;
    StoreAccess(slot, AccessOf(**read));
    read = arrived.begin();
  }
  core_.ForgetAccesses(slot);
}

// An access is there: it is stored as a whole before any of it goes on.
void Engine::StoreAccess(std::uint32_t slot, std::uint32_t access) {
  std::vector<Tlp*>& arrived = arrived_[slot];
  const auto first = std::stable_partition(arrived.begin(), arrived.end(),
                                           [access](const Tlp* read) { return AccessOf(*read) != access; });
  Bytes bytes = 0;
  for (auto read = first; read != arrived.end(); ++read) bytes += (*read)->length_bytes;
  const DeviceStore::Passage passage = read_store_.Pass(now(), bytes);
  counts_.read_store->Serve(passage.start, passage.start + passage.busy);
  for (auto read = first; read != arrived.end(); ++read) {
    (*read)->ledger.MarkServed(Stage::kEngineWait, passage.start, Stage::kEngine, passage.end);
    Due(passage.end - now(), kStored, *read);
  }
  arrived.erase(first, arrived.end());
}

void Engine::PassOn(Tlp& payload) {
  const std::uint32_t slot = SlotOf(payload);
  const DataPath::Passage passage = PassData(slot, payload.length_bytes);
  payload.ledger.MarkServed(Stage::kEngineWait, passage.start, Stage::kEngine, passage.end);
  if (passage.end == now()) return DataHandled(payload);
  Due(passage.end - now(), kDataHandled, &payload);
}

void Engine::DataHandled(Tlp& payload) {
  const std::uint32_t slot = SlotOf(payload);
  const WorkDescriptor& descriptor = program_.In(slot);
  counts_.bytes_read.Add(payload.length_bytes);
  if (descriptor.op == JobOp::kMove) {
    WriteAccess write{slot, descriptor.destination + (payload.virtual_address - descriptor.source),
                      payload.length_bytes};
    write.read = &payload;
    if (!Write(write)) return;  // it keeps its buffer
  }
  FinishRead(payload);
}

void Engine::FinishRead(Tlp& payload) {
  const std::uint32_t slot = SlotOf(payload);
  core_.ReadFinished(slot, payload.length_bytes);
  counts_.read_buffers.Decrement(now());
  NoteReadBuffers();
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
  if (data_path_.unlimited()) return {now(), now(), 0, now(), 0};
  const DataPath::Passage passage = data_path_.Pass(slot / config_.jobs_per_engine, now(), bytes);
  counts_.engine_busy.Book(passage.engine_busy);
  counts_.device_busy.Serve(passage.device_start, passage.device_start + passage.device_busy);
  return passage;
}

}  // namespace siov
