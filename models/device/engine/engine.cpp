// SPDX-License-Identifier: Apache-2.0
#include "models/device/engine/engine.h"

#include "models/base/invariant.h"
#include "models/device/engine/engine_words.h"
#include "models/kernel/posted_writes.h"

namespace siov {

Engine::Engine(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
               const EngineConfig& config, const std::vector<Pasid>& message_owners, const AdiBindings& adis)
    : Block(name, simulation, path),
      from_arbiter("from_arbiter", this, &Engine::OnDispatch),
      to_memory("to_memory", this, &Engine::OnMemory),
      to_ims("to_ims", this, &Engine::OnIms),
      config_(config),
      core_(config),
      program_(config, message_owners, core_),
      data_path_(config.bytes_per_second, config.device_bytes_per_second, config.engines()),
      contexts_(config.slots()),
      compute_random_(MakeRandom().Split("compute")),
      read_pacer_(config.read_issue_interval_ps),
      read_store_(config.read_store()),
      arrived_(config.read_access_bytes() != 0 ? config.slots() : 0),
      limits_writes_(config.limits_writes()),
      write_pacer_(config.write_issue_interval_ps),
      write_stage_(config.write_stage()),
      write_room_(config.write_buffers, config.write_buffer_bytes),
      counts_(statistics_, config_, data_path_) {
  if (!adis.adis.empty()) adis_ = std::make_unique<EngineAdis>(statistics_, adis, config.slots());
}

tlm::tlm_sync_enum Engine::OnDispatch(std::uint32_t, Dispatch& dispatch, Picoseconds delay) {
  dispatch.ledger.Mark(Stage::kEngine, dispatch.ledger.cursor() + config_.setup_latency_ps);
  Ledger& story = dispatch.job.ledger();
  story.Mark(Stage::kEngine, story.cursor() + config_.setup_latency_ps);
  counts_.contexts.Increment(now());
  if (adis_) adis_->Begin(dispatch.slot, dispatch.queue, dispatch.descriptor.pasid, now());
  Arrive(delay + config_.setup_latency_ps, kStart, dispatch);
  return tlm::TLM_UPDATED;
}

void Engine::OnMemory(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) {
    if (delay == 0) return Answer(payload);
    return Due(delay, kAnswer, &payload);
  }
  Translated(payload);
  // A posted write is gone: what is needed of it is taken now.
  if (payload.kind == TlpKind::kMemoryWrite) WriteGone(SlotOf(payload), &payload.ledger, payload.length_bytes);
}

void Engine::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kStart:
      return Admit(PacketOf<Dispatch>(item));
    case kStartHeld:
      return StartHeld();
    case kIssueRead:
      return IssuePacedRead(PacketOf(item));
    case kAnswer:
      return Answer(PacketOf(item));
    case kStored:
      return PassOn(PacketOf(item));
    case kDataHandled:
      return DataHandled(PacketOf(item));
    case kGenerated:
      return Generate(item.argument);
    case kStaged:
      return Emit(staging_.PopFront());
    case kIssueWrite:
      return SendWrite(PacketOf(item));
    case kEnd:
      return program_.End(item.argument, [this](std::uint32_t slot) { Conclude(slot); });
  }
}

void Engine::Admit(Dispatch& dispatch) {
  CheckArrival(dispatch);
  const bool room = config_.pending_translations == 0 || pending_ < config_.pending_translations;
  if (room && held_.empty()) return Start(dispatch);
  held_.PushBack(&dispatch);
}

void Engine::StartHeld() {
  while (!held_.empty() && pending_ < config_.pending_translations) {
    Dispatch& dispatch = *held_.PopFront();
    dispatch.job.ledger().Mark(Stage::kEngineWait, now());
    Start(dispatch);
  }
}

// Every request to memory goes this way. Its place among the pending translations is free when its translation is
// known: when it leaves the device translated, or has failed.
bool Engine::SendPending(Tlp& payload) {
  payload.context |= kPendingBit;
  ++pending_;
  if (PendingCounts()) counts_.pending_translations.Increment(now());
  const bool read = payload.kind == TlpKind::kMemoryRead;
  if (!to_memory.Send(payload, 0)) return false;
  if (read) payload.context &= ~kPendingBit;  // its answer is yet to come; a write may be gone
  NotPending();
  return true;
}

void Engine::Translated(Tlp& payload) {
  if ((payload.context & kPendingBit) == 0) return;
  payload.context &= ~kPendingBit;
  NotPending();
}

void Engine::NotPending() {
  if (PendingCounts()) counts_.pending_translations.Decrement(now());
  --pending_;
  if (pending_ + 1 == config_.pending_translations && !held_.empty()) Due(0, kStartHeld);
}

void Engine::Start(Dispatch& dispatch) {
  const std::uint32_t slot = dispatch.slot;
  const WorkDescriptor& descriptor = dispatch.descriptor;
  CheckInvariant(descriptor.wants_record || descriptor.wants_interrupt || dispatch.own, [&] {
    return path() + ": job " + std::to_string(NumberOf(dispatch.job)) +
           " wants neither a completion record nor an interrupt";
  });
  contexts_[slot] = {};
  contexts_[slot].dispatch = &dispatch;
  const EngineProgram::Step step = program_.Begin(slot, descriptor, dispatch.own);
  if (descriptor.wants_interrupt && !program_.interrupts(slot)) TellWithoutInterrupt(dispatch.job);
  Do(step, slot);
}

void Engine::Do(EngineProgram::Step step, std::uint32_t slot) {
  using Step = EngineProgram::Step;
  switch (step) {
    case Step::kWait:
      return;
    case Step::kPacket:
      return StartPacket(slot);
    case Step::kRead:
      return IssueReads(slot);
    case Step::kGenerate:
      return Generate(slot);
    case Step::kDataDone:
      return Do(program_.DataDone(slot), slot);
    case Step::kComplete:
      return Complete(slot);
    case Step::kRecord:
      return SendRecord(slot);
    case Step::kFinish:
      return Finish(slot);
  }
}

void Engine::IssueReads(std::uint32_t slot) {
  Piece piece;
  while (core_.NextRead(slot, &piece)) SendRead(slot, piece);
  if (core_.waits(slot)) counts_.buffer_waiters.Increment(now());
}

// Nothing of a packet waits for anything else of it, and none of it passes the data path: that is the line's.
void Engine::StartPacket(std::uint32_t slot) {
  const WorkDescriptor& descriptor = program_.In(slot);
  for (const PacketAccess& access : descriptor.packet->accesses) {
    const std::uint64_t address = access.AddressOf(descriptor.packet_number);
    if (access.write) {
      WriteAccess write{slot, address, access.size_bytes};
      write.relaxed_ordering = access.relaxed_ordering;
      Write(write);
      continue;
    }
    for (std::uint32_t offset = 0; offset < access.size_bytes;) {
      const std::uint32_t size =
          PieceSize(address + offset, access.size_bytes - offset, config_.max_read_request_bytes);
      SendRead(slot, {address + offset, offset, size, core_.AddRead(slot, size, offset == 0)});
      offset += size;
    }
  }
  core_.EndReads(slot);
  if (core_.Done(slot)) Do(program_.DataDone(slot), slot);
}

// Hands on what the data path has just generated, then generates the next piece.
void Engine::Generate(std::uint32_t slot) {
  for (;;) {
    Context& context = contexts_[slot];
    const Piece ready = context.generated;
    context.generated = {};
    if (ready.size_bytes > 0) {
      WriteAccess write{slot, ready.address, ready.size_bytes};
      write.generates = true;
      if (!Write(write)) return;
    }
    if (!core_.NextGenerated(slot, &context.generated)) return Do(program_.DataDone(slot), slot);
    const DataPath::Passage passage = PassData(slot, context.generated.size_bytes);
    LedgerIn(slot).MarkServed(Stage::kEngineWait, passage.start, Stage::kEngine, passage.end);
    if (passage.end > now()) return Due(passage.end - now(), kGenerated, nullptr, slot);
  }
}

Tlp* Engine::TakeRequest(TlpKind kind, std::uint32_t slot, std::uint64_t address, std::uint32_t size_bytes) {
  const Dispatch& dispatch = *contexts_[slot].dispatch;
  Tlp* payload = TakePacket(kind, address, size_bytes);
  payload->job = dispatch.job;
  payload->tenant = TenantOf(dispatch.job);
  payload->pasid = program_.In(slot).pasid;
  payload->virtual_address = address;
  payload->context = slot;
  payload->traffic_class = config_.TrafficClassOf(dispatch.queue);
  payload->job_stream = dispatch.own ? config_.slots() + dispatch.queue : slot;
  return payload;
}

}  // namespace siov
