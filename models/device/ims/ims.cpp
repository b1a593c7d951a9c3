// SPDX-License-Identifier: Apache-2.0
#include "models/device/ims/ims.h"

#include "models/base/invariant.h"
#include "models/kernel/posted_writes.h"

namespace siov {

Ims::Ims(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path, const ImsConfig& config)
    : Block(name, simulation, path),
      from_engine("from_engine", this, &Ims::OnRequest),
      to_port("to_port", this, &Ims::OnPort),
      config_(config),
      core_(config) {}

tlm::tlm_sync_enum Ims::OnRequest(std::uint32_t, InterruptRequest& request, Picoseconds delay) {
  Ledger& ledger = request.ledger;
  ledger.Mark(Stage::kInterrupt, ledger.cursor() + config_.lookup_latency_ps);
  requests_.Increment(now());
  Arrive(delay + config_.lookup_latency_ps, kRequest, request);
  return tlm::TLM_UPDATED;
}

void Ims::OnPort(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) Arrive(delay, kEntryRead, payload);
}

void Ims::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kRequest:
      return Lookup(PacketOf<InterruptRequest>(item));
    case kEntryRead:
      return EntryRead(PacketOf(item));
    case kMask:
      return Mask(config_.masks[item.argument]);
    case kUnmask:
      return Unmask(config_.masks[item.argument]);
  }
}

void Ims::start_of_simulation() {
  for (std::uint32_t i = 0; i < config_.masks.size(); ++i) {
    Due(config_.masks[i].at_ps, kMask, nullptr, i);
    Due(config_.masks[i].at_ps + config_.masks[i].for_ps, kUnmask, nullptr, i);
  }
}

void Ims::Mask(const MessageMask& mask) {
  for (std::uint32_t i = 0; i < mask.messages; ++i) {
    if (core_.Valid(mask.first_message + i)) core_.Mask(mask.first_message + i);
  }
}

void Ims::Unmask(const MessageMask& mask) {
  for (std::uint32_t i = 0; i < mask.messages; ++i) {
    const std::uint32_t handle = mask.first_message + i;
    if (!core_.Valid(handle) || !core_.Unmask(handle)) continue;
    const auto held = pending_.find(handle);
    InterruptRequest& request = *held->second;
    pending_.erase(held);
    request.ledger.Mark(Stage::kInterruptWait, now());
    unmasked_.Add();
    messages_.Add();
    SendMessage(request, core_.Message(handle));
  }
}

// Its entry is at hand. The message that is sent when the mask is taken off is that of the last event, behind whose
// record all others lie.
void Ims::Raise(InterruptRequest& request) {
  const std::uint32_t handle = request.handle;
  const ImsCore::Event event = core_.Raise(handle);
  if (event == ImsCore::Event::kSend) {
    messages_.Add();
    return SendMessage(request, core_.Message(handle));
  }
  masked_.Add();
  InterruptRequest*& held = pending_[handle];
  if (event == ImsCore::Event::kCoalesce) {
    coalesced_.Add();
    NoteCoalesced(*held);
    GivePacket(*held);
    requests_.Decrement(now());
  }
  held = &request;
}

void Ims::Lookup(InterruptRequest& request) {
  CheckArrival(request);
  if (request.of_function) {
    function_messages_.Add();
    return SendMessage(request, config_.function_message);
  }
  const std::uint32_t handle = request.handle;
  CheckInvariant(core_.Valid(handle), [&] {
    return path() + ": the engine asked for message " + std::to_string(handle) + ", and " +
           std::to_string(config_.programmed.size()) + " are programmed; it must check handles before a job runs";
  });
  if (core_.Lookup(handle)) {
    hits_.Add();
    return Raise(request);
  }
  misses_.Add();
  ReadEntry(request);
}

void Ims::ReadEntry(InterruptRequest& request) {
  const std::uint64_t address = core_.EntryAddress(request.handle);
  Tlp* read = TakePacket(TlpKind::kMemoryRead, address, config_.entry_bytes);
  read->job = request.job;
  read->tenant = request.tenant;
  read->virtual_address = address;
  read->context = reinterpret_cast<std::uintptr_t>(&request);
  to_port.Send(*read, 0);
}

void Ims::EntryRead(Tlp& read) {
  CheckArrival(read);
  InterruptRequest& request = *reinterpret_cast<InterruptRequest*>(static_cast<std::uintptr_t>(read.context));
  const bool succeeded = read.status == CompletionStatus::kSuccess;
  request.ledger.Append(read.ledger);
  GivePacket(read);
  if (succeeded) {
    core_.Fill(request.handle);
    return Raise(request);
  }
  failed_reads_.Add();
  requests_.Decrement(now());
  NoteLostEnd(JobOfInterrupt(request));
  GivePacket(request);
}

void Ims::SendMessage(InterruptRequest& request, const InterruptMessage& programmed) {
  Tlp* message = TakePacket(TlpKind::kMemoryWrite, programmed.address, kInterruptMessageBytes);
  message->interrupt = true;
  message->job = request.job;
  message->context = request.job_id;
  message->tenant = request.tenant;
  message->ledger = request.ledger;
  GivePacket(request);
  requests_.Decrement(now());
  to_port.Send(*message, 0);
}

}  // namespace siov
