// SPDX-License-Identifier: Apache-2.0
#include "models/engine/engine.h"

#include "models/base/invariant.h"

namespace siov {
namespace {

constexpr std::uint32_t kRecordBytes = 32;

bool Reads(JobOp op) { return op == JobOp::kRead || op == JobOp::kMove; }
bool Writes(JobOp op) { return op == JobOp::kWrite || op == JobOp::kMove || op == JobOp::kFill; }

EngineWork WorkOf(const Job& job) {
  if (Reads(job.op)) return {job.source, job.size_bytes, true};
  return {job.destination, Writes(job.op) ? job.size_bytes : 0, false};
}

// A request that was answered, not blocked on, although translation found nothing wrong but the page's absence.
JobStatus FailureOf(const Tlp& tlp) {
  const bool page_fault = tlp.status == CompletionStatus::kUnsupportedRequest && tlp.translation.fault_reason == 0;
  return page_fault ? JobStatus::kPageFault : JobStatus::kTranslationFailed;
}

std::uint32_t SlotOf(const Tlp& tlp) { return static_cast<std::uint32_t>(tlp.context); }

}  // namespace

Engine::Engine(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
               const EngineConfig& config, std::uint32_t interrupt_handles)
    : Block(name, simulation, path),
      from_arbiter("from_arbiter", this, &Engine::OnDispatch),
      to_memory("to_memory", this, &Engine::OnMemory),
      to_ims("to_ims", this, &Engine::OnIms),
      config_(config),
      interrupt_handles_(interrupt_handles),
      core_(config),
      data_path_(config.bytes_per_second, config.device_bytes_per_second, config.engines()),
      contexts_(config.slots()),
      contexts_busy_(statistics_, "contexts", "jobs", "Engine contexts that hold a job, from its dispatch on.",
                     config.slots()),
      read_buffers_(statistics_, "read_buffers", "buffers",
                    "Read buffers in use, from a read's issue until its data is "
                    "handled.",
                    config.read_buffers),
      buffer_waiters_(statistics_, "buffer_waiters", "jobs", "Jobs that wait for a read buffer.", config.slots()),
      engine_busy_(statistics_, "engine_data_path", "Time the data paths of the engines were moving data.",
                   config.engines()) {}

tlm::tlm_sync_enum Engine::OnDispatch(std::uint32_t, Payload& payload, tlm::tlm_phase& phase, Picoseconds delay) {
  Tlp& tlp = TlpOf(payload);
  tlp.ledger.Mark(Stage::kEngine, tlp.ledger.cursor() + config_.setup_latency_ps);
  tlp.job->ledger.Mark(Stage::kEngine, tlp.job->ledger.cursor() + config_.setup_latency_ps);
  contexts_busy_.Increment(now());
  Arrive(delay + config_.setup_latency_ps, kStart, payload);
  phase = tlm::END_REQ;
  return tlm::TLM_UPDATED;
}

void Engine::OnMemory(std::uint32_t, Payload& payload, const tlm::tlm_phase& phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) return Arrive(delay, kAnswer, payload);
  if (TlpOf(payload).kind != TlpKind::kMemoryWrite) return;
  // The write is given away: only its context is remembered.
  const std::uint32_t slot = SlotOf(TlpOf(payload));
  if (delay == 0) return WriteLeft(slot);
  Due(delay, kWriteLeft, nullptr, slot);
}

void Engine::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kStart:
      return Start(PayloadOf(item));
    case kAnswer:
      return Answer(PayloadOf(item));
    case kDataHandled:
      return DataHandled(PayloadOf(item));
    case kGenerated:
      return Generate(item.argument);
    case kEnd:
      return End(item.argument);
    case kWriteLeft:
      return WriteLeft(item.argument);
    case kAllLeft:
      return AllLeft(item.argument);
  }
}

void Engine::Start(Payload& dispatch) {
  CheckArrival(dispatch);
  const std::uint32_t slot = SlotOf(TlpOf(dispatch));
  Job& job = *TlpOf(dispatch).job;
  CheckInvariant(job.wants_record || job.wants_interrupt, [&] {
    return path() + ": job " + std::to_string(job.id) + " wants neither a completion record nor an interrupt";
  });
  contexts_[slot] = {};
  contexts_[slot].dispatch = &dispatch;
  contexts_[slot].job = &job;
  if (!HandleIsValid(job)) {
    contexts_[slot].failure = JobStatus::kInvalidHandle;
    job.wants_interrupt = false;
    core_.Begin(slot, {});
    return Complete(slot);
  }
  const EngineWork work = WorkOf(job);
  core_.Begin(slot, work);
  if (work.size_bytes == 0) return Complete(slot);
  if (!work.reads) return Generate(slot);
  Piece piece;
  while (core_.NextRead(slot, &piece)) SendRead(slot, piece);
  if (core_.waits(slot)) buffer_waiters_.Increment(now());
}

bool Engine::HandleIsValid(const Job& job) const {
  return !job.wants_interrupt || job.interrupt_handle < interrupt_handles_;
}

// --- Reads -----------------------------------------------------------------------------------------------------------

void Engine::SendRead(std::uint32_t slot, const Piece& piece) {
  read_buffers_.Increment(now());
  reads_.Add();
  Payload* read = TakeRequest(TlpKind::kMemoryRead, slot, piece.address, piece.size_bytes);
  Ledger& ledger = TlpOf(*read).ledger;
  ledger.Open(contexts_[slot].job->ledger.cursor());
  ledger.Mark(Stage::kEngineWait, now());
  to_memory.Send(*read, 0);
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

void Engine::Answer(Payload& payload) {
  CheckArrival(payload);
  if (TlpOf(payload).kind == TlpKind::kMemoryRead) return ReadAnswered(payload);
  if (TlpOf(payload).completes_job) {
    records_lost_.Add();
  } else {
    WriteFailed(payload);
  }
  GivePayload(payload);
}

void Engine::ReadAnswered(Payload& payload) {
  Tlp& tlp = TlpOf(payload);
  const std::uint32_t slot = SlotOf(tlp);
  if (tlp.status != CompletionStatus::kSuccess) {
    failed_reads_.Add();
    Fail(slot, payload, contexts_[slot].job->source);
    return FinishRead(payload);
  }
  const DataPath::Passage passage = PassData(slot, payload.get_data_length());
  tlp.ledger.MarkServed(Stage::kEngineWait, passage.start, Stage::kEngine, passage.end);
  Arrive(passage.end - now(), kDataHandled, payload);
}

void Engine::DataHandled(Payload& payload) {
  const Tlp& tlp = TlpOf(payload);
  const std::uint32_t slot = SlotOf(tlp);
  const Job& job = *contexts_[slot].job;
  bytes_read_.Add(payload.get_data_length());
  if (Writes(job.op)) {
    SendWrites(slot, static_cast<std::uint32_t>(tlp.virtual_address - job.source), payload.get_data_length());
  }
  FinishRead(payload);
}

void Engine::FinishRead(Payload& payload) {
  const std::uint32_t slot = SlotOf(TlpOf(payload));
  core_.ReadFinished(slot);
  read_buffers_.Decrement(now());
  if (core_.Done(slot)) {
    contexts_[slot].job->ledger.Append(TlpOf(payload).ledger);
    Complete(slot);
  }
  GivePayload(payload);
  IssueWaitingReads();
}

// --- Writes ----------------------------------------------------------------------------------------------------------

void Engine::SendWrites(std::uint32_t slot, std::uint32_t offset, std::uint32_t size_bytes) {
  std::uint64_t address = contexts_[slot].job->destination + offset;
  for (std::uint32_t left = size_bytes; left > 0;) {
    const std::uint32_t piece = PieceSize(address, left, config_.max_payload_bytes);
    writes_.Add();
    bytes_written_.Add(piece);
    SendPosted(slot, *TakeRequest(TlpKind::kMemoryWrite, slot, address, piece));
    address += piece;
    left -= piece;
  }
}

// Hands on what the data path has just generated, then generates the next piece.
void Engine::Generate(std::uint32_t slot) {
  for (;;) {
    Context& context = contexts_[slot];
    if (context.generated.size_bytes > 0) SendWrites(slot, context.generated.offset, context.generated.size_bytes);
    context.generated = {};
    if (!core_.NextGenerated(slot, &context.generated)) return Complete(slot);
    const DataPath::Passage passage = PassData(slot, context.generated.size_bytes);
    context.job->ledger.MarkServed(Stage::kEngineWait, passage.start, Stage::kEngine, passage.end);
    if (passage.end > now()) return Due(passage.end - now(), kGenerated, nullptr, slot);
  }
}

void Engine::WriteFailed(Payload& payload) {
  failed_writes_.Add();
  const Tlp& tlp = TlpOf(payload);
  const std::uint32_t slot = SlotOf(tlp);
  // A context is held until all its posted writes have left, so it is still this job's.
  CheckInvariant(contexts_[slot].job == tlp.job, [&] {
    return path() + ": a posted write was handed back at " + std::to_string(now()) +
           " ps, after all writes of its job had left";
  });
  Fail(slot, payload, tlp.job->destination);
  if (contexts_[slot].ending) return SetOutcome(slot);
  if (Reads(tlp.job->op) && !contexts_[slot].completing && core_.Done(slot)) {
    // It was waiting for a read buffer, with no read in flight whose end would notice.
    tlp.job->ledger.Mark(Stage::kEngineWait, now());
    Complete(slot);
  }
}

void Engine::Fail(std::uint32_t slot, Payload& payload, std::uint64_t range_start) {
  const Tlp& tlp = TlpOf(payload);
  Context& context = contexts_[slot];
  const std::uint32_t offset = static_cast<std::uint32_t>(tlp.virtual_address - range_start);
  if (!core_.failed(slot) || offset < core_.failed_at(slot)) {
    context.failure = FailureOf(tlp);
    context.fault_address = tlp.virtual_address;
  }
  const bool waited = core_.waits(slot);
  core_.Fail(slot, offset);
  if (waited) buffer_waiters_.Decrement(now());
}

DataPath::Passage Engine::PassData(std::uint32_t slot, Bytes bytes) {
  const DataPath::Passage passage = data_path_.Pass(slot / config_.jobs_per_engine, now(), bytes);
  engine_busy_.Add(passage.engine_busy);
  device_busy_.Add(passage.device_busy);
  return passage;
}

// --- Completion ------------------------------------------------------------------------------------------------------

void Engine::Complete(std::uint32_t slot) {
  contexts_[slot].completing = true;
  contexts_[slot].job->ledger.Mark(Stage::kEngine, now() + config_.completion_latency_ps);
  if (config_.completion_latency_ps == 0) return End(slot);
  Due(config_.completion_latency_ps, kEnd, nullptr, slot);
}

void Engine::End(std::uint32_t slot) {
  Context& context = contexts_[slot];
  context.ending = true;
  SetOutcome(slot);
  if (context.job->wants_record || context.job->status != JobStatus::kSuccess) return SendRecord(slot);
  if (context.writes_waiting == 0) AllLeft(slot);
}

// What the record says. A data write that fails while it waits ahead of the record still changes it.
void Engine::SetOutcome(std::uint32_t slot) {
  const Context& context = contexts_[slot];
  Job& job = *context.job;
  job.status = context.failure;
  job.fault_address = context.fault_address;
  job.bytes_completed = core_.bytes_completed(slot);
}

void Engine::SendRecord(std::uint32_t slot) {
  Payload* record = TakeRequest(TlpKind::kMemoryWrite, slot, contexts_[slot].job->record_address, kRecordBytes);
  TlpOf(*record).completes_job = true;
  contexts_[slot].record_sent = true;
  SendPosted(slot, *record);
}

void Engine::SendPosted(std::uint32_t slot, Payload& payload) {
  ++contexts_[slot].writes_waiting;
  if (to_memory.Send(payload, 0)) WriteLeft(slot);
}

void Engine::WriteLeft(std::uint32_t slot) {
  Context& context = contexts_[slot];
  if (--context.writes_waiting > 0 || !context.ending) return;
  if (context.record_sent) return AllLeft(slot);
  // Without a record behind it, the last data write may still be handed back in this instant.
  Due(0, kAllLeft, nullptr, slot, DueRank::kDecide);
}

// All posted writes of an ending job have left: now the interrupt cannot overtake them.
void Engine::AllLeft(std::uint32_t slot) {
  Context& context = contexts_[slot];
  if (core_.failed(slot) && !context.record_sent) return SendRecord(slot);
  Job& job = *context.job;
  Payload& dispatch = *context.dispatch;
  CountOutcome(job.status);
  context = {};
  contexts_busy_.Decrement(now());
  if (job.wants_interrupt) SendInterrupt(job);
  TlpOf(dispatch).ledger.Mark(Stage::kEngine, now());
  from_arbiter.Respond(dispatch, 0);
}

void Engine::SendInterrupt(Job& job) {
  Payload* request = TakePayload(TlpKind::kInterruptRequest, 0, 0);
  Tlp& tlp = TlpOf(*request);
  tlp.job = &job;
  tlp.tenant = job.tenant;
  tlp.adi = job.adi;
  tlp.ledger.Open(job.ledger.cursor());
  tlp.ledger.Mark(Stage::kOrderWait, now());
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
    default:
      return succeeded_.Add();
  }
}

Payload* Engine::TakeRequest(TlpKind kind, std::uint32_t slot, std::uint64_t address, std::uint32_t size_bytes) {
  Job* job = contexts_[slot].job;
  Payload* payload = TakePayload(kind, address, size_bytes);
  Tlp& tlp = TlpOf(*payload);
  tlp.job = job;
  tlp.tenant = job->tenant;
  tlp.adi = job->adi;
  tlp.pasid = job->pasid;
  tlp.virtual_address = address;
  tlp.context = slot;
  return payload;
}

}  // namespace siov
