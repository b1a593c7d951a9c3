// SPDX-License-Identifier: Apache-2.0
#include "models/device/ims/ims.h"

#include "models/base/invariant.h"
#include "models/kernel/posted_writes.h"

namespace siov {
namespace {

std::uint32_t HandleOf(const Payload& request) { return static_cast<std::uint32_t>(request.get_address()); }

}  // namespace

Ims::Ims(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path, const ImsConfig& config)
    : Block(name, simulation, path),
      from_engine("from_engine", this, &Ims::OnRequest),
      to_port("to_port", this, &Ims::OnPort),
      config_(config),
      core_(config) {}

tlm::tlm_sync_enum Ims::OnRequest(std::uint32_t, Payload& payload, tlm::tlm_phase& phase, Picoseconds delay) {
  Ledger& ledger = TlpOf(payload).ledger;
  payload.set_address(TlpOf(payload).job->interrupt_handle);  // the job may be another before its message is found
  ledger.Mark(Stage::kInterrupt, ledger.cursor() + config_.lookup_latency_ps);
  requests_.Increment(now());
  Arrive(delay + config_.lookup_latency_ps, kRequest, payload);
  phase = tlm::END_REQ;
  return tlm::TLM_UPDATED;
}

void Ims::OnPort(std::uint32_t, Payload& payload, const tlm::tlm_phase& phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) Arrive(delay, kEntryRead, payload);
}

void Ims::OnDue(const DueItem& item) {
  if (item.kind == kRequest) {
    Lookup(PayloadOf(item));
  } else {
    EntryRead(PayloadOf(item));
  }
}

void Ims::Lookup(Payload& request) {
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

void Ims::ReadEntry(Payload& request) {
  const Tlp& asking = TlpOf(request);
  const std::uint64_t address = core_.EntryAddress(HandleOf(request));
  Payload* read = TakePayload(TlpKind::kMemoryRead, address, config_.entry_bytes);
  Tlp& tlp = TlpOf(*read);
  tlp.job = asking.job;
  tlp.tenant = asking.tenant;
  tlp.virtual_address = address;
  tlp.context = reinterpret_cast<std::uintptr_t>(&request);
  to_port.Send(*read, 0);
}

void Ims::EntryRead(Payload& read) {
  CheckArrival(read);
  const Tlp& tlp = TlpOf(read);
  Payload& request = *reinterpret_cast<Payload*>(static_cast<std::uintptr_t>(tlp.context));
  const bool succeeded = tlp.status == CompletionStatus::kSuccess;
  TlpOf(request).ledger.Append(tlp.ledger);
  GivePayload(read);
  if (succeeded) {
    core_.Fill(HandleOf(request));
    return SendMessage(request);
  }
  failed_reads_.Add();
  requests_.Decrement(now());
  NoteLostEnd(JobOfInterrupt(TlpOf(request)));
  GivePayload(request);
}

void Ims::SendMessage(Payload& request) {
  Tlp& tlp = TlpOf(request);
  request.set_command(tlm::TLM_WRITE_COMMAND);
  request.set_address(core_.Message(HandleOf(request)).address);
  request.set_data_length(kInterruptMessageBytes);
  tlp.kind = TlpKind::kMemoryWrite;
  tlp.interrupt = true;
  tlp.pasid = Pasid{};
  messages_.Add();
  requests_.Decrement(now());
  to_port.Send(request, 0);
}

}  // namespace siov
