// SPDX-License-Identifier: Apache-2.0
// Writes of an engine: room in the write buffers, staging, issue, and when they have left the device.
#include "models/device/engine/engine.h"
#include "models/device/engine/engine_words.h"
#include "models/kernel/posted_writes.h"

namespace siov {

// Hands data to the write engine. False: it waits for room, and whoever `what` names goes on when it has got it.
bool Engine::Write(const WriteAccess& what) {
  const std::uint32_t limit = config_.write_access_bytes();
  bool taken = true;
  for (std::uint32_t offset = 0; offset < what.size_bytes;) {
    WriteAccess access = what;
    access.address += offset;
    access.size_bytes = PieceSize(access.address, what.size_bytes - offset, limit);
    offset += access.size_bytes;
    if (offset < what.size_bytes) {  // the last one goes on
      access.read = nullptr;
      access.generates = false;
    }
    taken = Demand(access);
  }
  return taken;
}

bool Engine::Demand(WriteAccess access) {
  const std::uint32_t writes = WritesOf(access);
  for (std::uint32_t i = 0; i < writes; ++i) program_.WriteIssued(access.slot);
  access.opened = now();
  if (waiting_writes_.empty() && !taking_ && Fits(access)) {
    Take(access);
    return true;
  }
  waiting_writes_.PushBack(access);
  counts_.write_waiters->Increment(now());
  return false;
}

bool Engine::Fits(const WriteAccess& access) const { return write_room_.Fits(WritesOf(access), access.size_bytes); }

std::uint32_t Engine::WritesOf(const WriteAccess& access) const {
  const bool one = access.size_bytes <= config_.max_payload_bytes - access.address % 4;
  return one ? 1
             : static_cast<std::uint32_t>(CeilDiv(access.address % 4 + access.size_bytes, config_.max_payload_bytes));
}

// Its room is taken; what it holds is staged as a whole before the first of it leaves.
void Engine::Take(WriteAccess& access) {
  if (!limits_writes_) return Emit(access);
  write_room_.Take(WritesOf(access), access.size_bytes);
  NoteWriteBuffers();
  access.staged = write_stage_.Pass(now(), access.size_bytes);
  if (counts_.write_stage) counts_.write_stage->Serve(access.staged.start, access.staged.start + access.staged.busy);
  if (access.staged.end == now()) return Emit(access);
  staging_.PushBack(access);
  Due(access.staged.end - now(), kStaged);
}

// Room has become free.
void Engine::TakeWaiting() {
  if (taking_) return;
  taking_ = true;
  while (!waiting_writes_.empty() && Fits(waiting_writes_.front())) {
    WriteAccess access = waiting_writes_.PopFront();
    counts_.write_waiters->Decrement(now());
    const std::uint32_t slot = access.slot;
    if (access.read != nullptr || access.generates) access.opened = now();  // the job's own story tells of the wait
    if (access.generates) LedgerIn(slot).Mark(Stage::kEngineWait, now());
    if (access.read != nullptr) access.read->ledger.Mark(Stage::kEngineWait, now());
    Take(access);
    if (access.generates) Generate(slot);
    if (access.read != nullptr) FinishRead(*access.read);
  }
  taking_ = false;
}

void Engine::Emit(const WriteAccess& access) {
  const WorkDescriptor& descriptor = program_.In(access.slot);
  for (std::uint32_t offset = 0; offset < access.size_bytes;) {
    const std::uint64_t address = access.address + offset;
    const std::uint32_t size = PieceSize(address, access.size_bytes - offset, config_.max_payload_bytes);
    offset += size;
    Tlp& write = *TakeRequest(TlpKind::kMemoryWrite, access.slot, address, size);
    write.completes_job = access.is_record;
    if (access.is_record && adis_) write.pasid = adis_->RecordPasid(access.slot, descriptor.pasid);
    if (!access.is_record) {
      counts_.writes.Add();
      counts_.bytes_written.Add(size);
      write.buffer_left = LeftOf(descriptor.destination, descriptor, address);
    }
    write.relaxed_ordering = access.relaxed_ordering;
    if (limits_writes_) {
      IssueWrite(access, write);
    } else {
      SendWrite(write);
    }
  }
}

// In its turn.
void Engine::IssueWrite(const WriteAccess& access, Tlp& write) {
  const Picoseconds at = write_pacer_.Next(now());
  if (counts_.write_issue) counts_.write_issue->Serve(at, at + write_pacer_.interval_ps());
  Ledger& ledger = write.ledger;
  ledger.Open(access.opened);
  ledger.MarkServed(Stage::kEngineWait, access.staged.start, Stage::kEngine, access.staged.end);
  ledger.Mark(Stage::kEngineWait, at);
  if (at > now()) return Due(at - now(), kIssueWrite, &write);
  SendWrite(write);
}

void Engine::SendWrite(Tlp& payload) {
  const std::uint32_t slot = SlotOf(payload);
  const std::uint32_t size = payload.length_bytes;
  payload.watched = NoteIssuedWrite(payload.job);
  if (!limits_writes_) {
    // Taken without a buffer: it is gone, and the payload may be too. It took no time.
    if (SendPending(payload)) WriteEnded(slot, nullptr);
    return;
  }
  const Ledger story = payload.ledger;
  if (SendPending(payload)) WriteGone(slot, &story, size);
}

// It left translated, or failed; its room is free.
void Engine::WriteGone(std::uint32_t slot, const Ledger* branch, std::uint32_t size_bytes) {
  WriteEnded(slot, branch);
  if (!limits_writes_) return;
  write_room_.Give(1, size_bytes);
  NoteWriteBuffers();
  TakeWaiting();
}

// A posted write left translated, or failed. `branch` is its ledger, or null if it took no time.
void Engine::WriteEnded(std::uint32_t slot, const Ledger* branch) {
  using Step = EngineProgram::Step;
  const Step step = program_.WriteEnded(slot);
  if (step == Step::kDataDone) LedgerIn(slot).Mark(Stage::kEngineWait, now());
  if (step == Step::kComplete || step == Step::kRead) {
    // The job follows its last write; a write that started before the job's other parts ended kept it waiting in order.
    Ledger& ledger = LedgerIn(slot);
    if (branch != nullptr && branch->start() == ledger.cursor()) ledger.AppendUntil(*branch, now());
    ledger.Mark(Stage::kOrderWait, now());
  }
  Do(step, slot);
}

void Engine::NoteWriteBuffers() {
  if (counts_.write_buffers) counts_.write_buffers->Set(now(), write_room_.places());
  if (counts_.write_buffer_bytes) counts_.write_buffer_bytes->Set(now(), write_room_.bytes());
}

}  // namespace siov
