// SPDX-License-Identifier: Apache-2.0
#include "models/device/engine/engine.h"

#include "models/base/invariant.h"
#include "models/device/engine/engine_words.h"

namespace siov {
namespace {

EngineWork WorkOf(const Job& job) {
  if (Reads(job.op)) return {job.source, job.size_bytes, true};
  return {job.destination, Writes(job.op) ? job.size_bytes : 0, false};
}

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
      compute_random_(MakeRandom().Split("compute")),
      order_(config.in_order ? config.engines() : 0),
      pending_translations_(statistics_, "pending_translations", "requests",
                            "Requests issued whose translation is not known yet; where their number keeps jobs from "
                            "beginning, up to that number.",
                            config.pending_translations),
      contexts_busy_(statistics_, "contexts", "jobs", "Engine contexts that hold a job, from its dispatch on.",
                     config.slots()),
      read_buffers_(statistics_, "read_buffers", "buffers",
                    "Read buffers in use, from a read's issue until its data is "
                    "handled.",
                    config.read_buffers),
      buffer_waiters_(statistics_, "buffer_waiters", "jobs", "Jobs that wait for a read buffer.", config.slots()),
      engine_busy_(statistics_, "engine_data_path", "Time the data paths of the engines were moving data.",
                   config.engines(), [this](Picoseconds at) { return data_path_.EnginesBusyAfter(at); }) {}

tlm::tlm_sync_enum Engine::OnDispatch(std::uint32_t, Dispatch& dispatch, Picoseconds delay) {
  dispatch.ledger.Mark(Stage::kEngine, dispatch.ledger.cursor() + config_.setup_latency_ps);
  dispatch.job->ledger.Mark(Stage::kEngine, dispatch.job->ledger.cursor() + config_.setup_latency_ps);
  contexts_busy_.Increment(now());
  Arrive(delay + config_.setup_latency_ps, kStart, dispatch);
  return tlm::TLM_UPDATED;
}

void Engine::OnMemory(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) return Arrive(delay, kAnswer, payload);
  Translated(payload);
  // A posted write is gone: what is needed of it is taken now.
  if (payload.kind == TlpKind::kMemoryWrite) WriteEnded(SlotOf(payload), &payload.ledger);
}

void Engine::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kStart:
      return Admit(PacketOf<Dispatch>(item));
    case kStartHeld:
      return StartHeld();
    case kAnswer:
      return Answer(PacketOf(item));
    case kDataHandled:
      return DataHandled(PacketOf(item));
    case kGenerated:
      return Generate(item.argument);
    case kEnd:
      return End(item.argument);
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
    dispatch.job->ledger.Mark(Stage::kEngineWait, now());
    Start(dispatch);
  }
}

// Every request to memory goes this way. Its place among the pending translations is free when its translation is
// known: when it leaves the device translated, or has failed.
bool Engine::SendPending(Tlp& payload) {
  payload.context |= kPendingBit;
  ++pending_;
  if (PendingCounts()) pending_translations_.Increment(now());
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
  if (PendingCounts()) pending_translations_.Decrement(now());
  --pending_;
  if (pending_ + 1 == config_.pending_translations && !held_.empty()) Due(0, kStartHeld);
}

void Engine::Start(Dispatch& dispatch) {
  const std::uint32_t slot = dispatch.slot;
  Job& job = *dispatch.job;
  CheckInvariant(job.wants_record || job.wants_interrupt || job.from_device, [&] {
    return path() + ": job " + std::to_string(job.id) + " wants neither a completion record nor an interrupt";
  });
  contexts_[slot] = {};
  contexts_[slot].dispatch = &dispatch;
  contexts_[slot].job = &job;
  if (config_.in_order) order_[slot / config_.jobs_per_engine].PushBack(slot);
  if (!HandleIsValid(job)) {
    contexts_[slot].failure = JobStatus::kInvalidHandle;
    job.wants_interrupt = false;
    core_.Begin(slot, {});
    return Complete(slot);
  }
  if (job.op == JobOp::kPacket) return StartPacket(slot);
  const EngineWork work = WorkOf(job);
  core_.Begin(slot, work);
  if (work.size_bytes == 0) return Complete(slot);
  if (!work.reads) return Generate(slot);
  Piece piece;
  while (core_.NextRead(slot, &piece)) SendRead(slot, piece);
  if (core_.waits(slot)) buffer_waiters_.Increment(now());
}

// Nothing of a packet waits for anything else of it, and none of it passes the data path: that is the line's.
void Engine::StartPacket(std::uint32_t slot) {
  const Job& job = *contexts_[slot].job;
  core_.Begin(slot, {});
  for (const PacketAccess& access : job.packet->accesses) {
    const std::uint64_t address = access.AddressOf(job.packet_number);
    if (access.write) {
      SendWrites(slot, address, access.size_bytes, access.relaxed_ordering);
      continue;
    }
    for (std::uint32_t offset = 0; offset < access.size_bytes;) {
      const std::uint32_t size =
          PieceSize(address + offset, access.size_bytes - offset, config_.max_read_request_bytes);
      core_.AddRead(slot);
      SendRead(slot, {address + offset, offset, size});
      offset += size;
    }
  }
  if (core_.Done(slot)) DataDone(slot);
}

bool Engine::HandleIsValid(const Job& job) const {
  return !job.wants_interrupt || job.interrupt_handle < interrupt_handles_;
}

// --- Writes ----------------------------------------------------------------------------------------------------------

void Engine::SendWrites(std::uint32_t slot, std::uint64_t address, std::uint32_t size_bytes, bool relaxed_ordering) {
  for (std::uint32_t left = size_bytes; left > 0;) {
    const std::uint32_t piece = PieceSize(address, left, config_.max_payload_bytes);
    writes_.Add();
    bytes_written_.Add(piece);
    Tlp& write = *TakeRequest(TlpKind::kMemoryWrite, slot, address, piece);
    write.relaxed_ordering = relaxed_ordering;
    SendPosted(slot, write);
    address += piece;
    left -= piece;
  }
}

void Engine::SendPosted(std::uint32_t slot, Tlp& payload) {
  ++contexts_[slot].writes_waiting;
  Job& job = *contexts_[slot].job;
  if (job.watch != nullptr) {
    ++job.writes_in_flight;
    payload.watched = true;
  }
  // Taken without a buffer: it is gone, and the payload may be too.
  if (SendPending(payload)) WriteEnded(slot, nullptr);
}

// A posted write left translated, or failed. `branch` is its ledger, or null if it took no time.
void Engine::WriteEnded(std::uint32_t slot, const Ledger* branch) {
  Context& context = contexts_[slot];
  --context.writes_waiting;
  if (context.record_sent) return Finish(slot);
  if (!context.data_done) {
    if (core_.failed(slot) && Reads(context.job->op) && core_.Done(slot)) {
      // The job was waiting for a read buffer, with no read in flight whose end would notice.
      context.job->ledger.Mark(Stage::kEngineWait, now());
      DataDone(slot);
    }
    return;
  }
  if (context.writes_waiting > 0) return;
  // The job follows its last write; a write that started before the job's other parts ended kept it waiting in order.
  Ledger& ledger = context.job->ledger;
  if (branch != nullptr && branch->start() == ledger.cursor()) ledger.AppendUntil(*branch, now());
  ledger.Mark(Stage::kOrderWait, now());
  Complete(slot);
}

// Hands on what the data path has just generated, then generates the next piece.
void Engine::Generate(std::uint32_t slot) {
  for (;;) {
    Context& context = contexts_[slot];
    if (context.generated.size_bytes > 0) SendWrites(slot, context.generated.address, context.generated.size_bytes);
    context.generated = {};
    if (!core_.NextGenerated(slot, &context.generated)) return DataDone(slot);
    const DataPath::Passage passage = PassData(slot, context.generated.size_bytes);
    context.job->ledger.MarkServed(Stage::kEngineWait, passage.start, Stage::kEngine, passage.end);
    if (passage.end > now()) return Due(passage.end - now(), kGenerated, nullptr, slot);
  }
}

Tlp* Engine::TakeRequest(TlpKind kind, std::uint32_t slot, std::uint64_t address, std::uint32_t size_bytes) {
  Job* job = contexts_[slot].job;
  Tlp* payload = TakePacket(kind, address, size_bytes);
  payload->job = job;
  payload->tenant = job->tenant;
  payload->adi = job->adi;
  payload->pasid = job->pasid;
  payload->virtual_address = address;
  payload->context = slot;
  payload->traffic_class = config_.TrafficClassOf(job->queue.value());
  return payload;
}

}  // namespace siov
