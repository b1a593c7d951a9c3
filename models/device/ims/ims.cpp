// SPDX-License-Identifier: Apache-2.0
#include "models/device/ims/ims.h"

#include "models/base/invariant.h"
#include "models/kernel/posted_writes.h"

namespace siov {
namespace {

std::uint32_t HandleOf(const Tlp& request) { return static_cast<std::uint32_t>(request.address); }

}  // namespace

Ims::Ims(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path, const ImsConfig& config)
    : Block(name, simulation, path),
      from_engine("from_engine", this, &Ims::OnRequest),
      to_port("to_port", this, &Ims::OnPort),
      config_(config),
      core_(config) {}

tlm::tlm_sync_enum Ims::OnRequest(std::uint32_t, Tlp& payload, Picoseconds delay) {
  Ledger& ledger = payload.ledger;
  payload.address = payload.job->interrupt_handle;  // the job may be another before its message is found
  ledger.Mark(Stage::kInterrupt, ledger.cursor() + config_.lookup_latency_ps);
  requests_.Increment(now());
  Arrive(delay + config_.lookup_latency_ps, kRequest, payload);
  return tlm::TLM_UPDATED;
}

void Ims::OnPort(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) Arrive(delay, kEntryRead, payload);
}

void Ims::OnDue(const DueItem& item) {
  if (item.kind == kRequest) {
    Lookup(PacketOf(item));
  } else {
    EntryRead(PacketOf(item));
  }
}

void Ims::Lookup(Tlp& request) {
  CheckArrival(request);
  const std::uint32_t handle = HandleOf(request);
  CheckInvariant(core_.Valid(handle), [&] {
    return path() + ": the engine asked for message " + std::to_string(handle) + " of " +
           std::to_string(config_.entries) + "; it must check handles before a job runs";
  });
  if (core_.Lookup(handle)) {
    hits_.Add();
    return SendMessage(request);
  }
  misses_.Add();
  ReadEntry(request);
}

void Ims::ReadEntry(Tlp& request) {
  const std::uint64_t address = core_.EntryAddress(HandleOf(request));
  Tlp* read = TakePacket(TlpKind::kMemoryRead, address, config_.entry_bytes);
  read->job = request.job;
  read->tenant = request.tenant;
  read->virtual_address = address;
  read->context = reinterpret_cast<std::uintptr_t>(&request);
  to_port.Send(*read, 0);
}

void Ims::EntryRead(Tlp& read) {
  CheckArrival(read);
  Tlp& request = *reinterpret_cast<Tlp*>(static_cast<std::uintptr_t>(read.context));
  const bool succeeded = read.status == CompletionStatus::kSuccess;
  request.ledger.Append(read.ledger);
  GivePacket(read);
  if (succeeded) {
    core_.Fill(HandleOf(request));
    return SendMessage(request);
  }
  failed_reads_.Add();
  requests_.Decrement(now());
  NoteLostEnd(JobOfInterrupt(request));
  GivePacket(request);
}

void Ims::SendMessage(Tlp& request) {
  request.address = core_.Message(HandleOf(request)).address;
  request.length_bytes = kInterruptMessageBytes;
  request.kind = TlpKind::kMemoryWrite;
  request.interrupt = true;
  request.pasid = Pasid{};
  messages_.Add();
  requests_.Decrement(now());
  to_port.Send(request, 0);
}

}  // namespace siov
