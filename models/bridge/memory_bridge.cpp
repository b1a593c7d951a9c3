// SPDX-License-Identifier: Apache-2.0
#include "models/bridge/memory_bridge.h"

#include <utility>

#include "models/kernel/posted_writes.h"
#include "models/protocol/ordering.h"

namespace siov {

MemoryBridge::MemoryBridge(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                           const MemoryBridgeConfig& config, const Sources& requesters, const Sources& agents)
    : Block(name, simulation, path),
      to_host("to_host", this, &MemoryBridge::Backward),
      outside("outside", simulation, path + ".outside", this),
      config_(config),
      requesters_(requesters),
      agents_(agents),
      visibility_(this, requesters.size()) {
  for (std::uint32_t i = 0; i < requesters.size(); ++i) {
    in.push_back(std::make_unique<TargetSocket<MemoryBridge>>(("in_" + std::to_string(i)).c_str(), this,
                                                              &MemoryBridge::Forward, i));
  }
  for (std::uint32_t i = 0; i < agents.size(); ++i) {
    from_agent.push_back(std::make_unique<TargetSocket<MemoryBridge, TableAccess>>(
        ("from_agent_" + std::to_string(i)).c_str(), this, &MemoryBridge::FromAgent, i));
  }
}

// Requests wait here, not in the buffers of those who send them: as with the memory inside, credits come back at once.
tlm::tlm_sync_enum MemoryBridge::Forward(std::uint32_t socket, Tlp& payload, Picoseconds delay) {
  Arrive(delay, kRequest, payload, socket);
  return tlm::TLM_UPDATED;
}

tlm::tlm_sync_enum MemoryBridge::FromAgent(std::uint32_t socket, TableAccess& access, Picoseconds delay) {
  Arrive(delay, kAccess, access, socket);
  return tlm::TLM_UPDATED;
}

void MemoryBridge::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kAccess:
      return Access(PacketOf<TableAccess>(item), item.argument);
    case kFencePassed:
      return in[item.argument]->Respond(PacketOf(item), 0);
    default:
      return Request(PacketOf(item), item.argument);
  }
}

void MemoryBridge::Request(Tlp& payload, std::uint32_t socket) {
  CheckArrival(payload);
  if (IsFlush(payload)) {
    fenced_.Add();
    payload.PushRoute(static_cast<std::uint8_t>(socket));
    return visibility_.EnterFence(payload, socket);
  }
  Open begun;
  begun.payload = &payload;
  begun.socket = socket;
  begun.number = visibility_.Enter(socket);
  Issue(begun, InfoOf(payload, socket), payload.kind != TlpKind::kMemoryRead, payload.address, payload.length_bytes);
}

void MemoryBridge::Access(TableAccess& access, std::uint32_t socket) {
  CheckArrival(access);
  Open begun;
  begun.access = &access;
  begun.socket = socket;
  RequestInfo info;
  info.source = agents_[socket];
  if (const TenantId tenant = access.tenant.ForStatistics(); tenant.valid()) info.tenant = tenant.value();
  Issue(begun, info, access.kind != TableAccess::Kind::kRead, access.address, access.length_bytes);
}

void MemoryBridge::Issue(const Open& begun, const RequestInfo& info, bool write, std::uint64_t address,
                         std::uint32_t bytes) {
  (write ? written_ : reads_).Add();
  (write ? written_bytes_ : read_bytes_).Add(bytes);
  open_.Increment(now());
  Open* const open = &pool_.Take();
  *open = begun;
  open->accesses = CountAccesses(config_, address, bytes);
  if (const Tlp* payload = open->payload; payload != nullptr && IsPosted(payload->kind)) {
    open->place = visibility_.EnterWrite(*payload, open);
  }
  ForEachAccess(config_, address, bytes,
                [&](std::uint64_t part, std::uint32_t length) { outside.Issue(write, part, length, info, open); });
}

RequestInfo MemoryBridge::InfoOf(const Tlp& payload, std::uint32_t socket) const {
  RequestInfo info;
  info.source = requesters_[socket];
  info.requester = payload.requester;
  if (payload.pasid.valid()) info.pasid = payload.pasid.value();
  if (const TenantId tenant = payload.tenant.ForStatistics(); tenant.valid()) info.tenant = tenant.value();
  info.traffic_class = payload.traffic_class;
  info.completion_record = payload.completes_job;
  info.virtual_address = payload.virtual_address;
  return info;
}

void MemoryBridge::OnBegun(void* request) {
  Open& open = *static_cast<Open*>(request);
  if (std::exchange(open.begun, true)) return;
  Ledger& ledger = open.ledger();
  wait_.Add(now() - ledger.cursor());
  ledger.Mark(Stage::kMemoryWait, now());
}

void MemoryBridge::OnEnded(void* request, bool served) {
  Open& open = *static_cast<Open*>(request);
  open.failed = open.failed || !served;
  if (--open.accesses != 0) return;
  open.ledger().Mark(Stage::kMemory, now());
  if (open.failed) failed_.Add();
  open_.Decrement(now());
  open.payload != nullptr ? EndRequest(open) : EndAccess(open);
}

void MemoryBridge::EndRequest(Open& open) {
  Tlp& payload = *open.payload;
  if (IsPosted(payload.kind)) return visibility_.WriteDone(open.place);
  if (open.failed) payload.status = CompletionStatus::kCompleterAbort;
  const std::uint32_t socket = open.socket;
  const std::uint64_t number = open.number;
  pool_.Give(open);
  visibility_.Leave(socket, number);
  in[socket]->Respond(payload, 0);
}

// Of the host's own agents each write is a stream of its own.
void MemoryBridge::EndAccess(Open& open) {
  TableAccess& access = *open.access;
  access.failed = open.failed;
  const std::uint32_t socket = open.socket;
  pool_.Give(open);
  if (access.kind != TableAccess::Kind::kPostedWrite) return from_agent[socket]->Respond(access, 0);
  if (access.failed) lost_writes_.Add();
  GivePacket(access);
}

void MemoryBridge::OnVisible(void* write) {
  Open& open = *static_cast<Open*>(write);
  Tlp& payload = *open.payload;
  const bool failed = open.failed;
  const std::uint32_t socket = open.socket;
  const std::uint64_t number = open.number;
  pool_.Give(open);
  failed ? Lose(payload) : Visible(payload);
  visibility_.Leave(socket, number);
}

void MemoryBridge::Visible(Tlp& payload) {
  order_wait_.Add(now() - payload.ledger.cursor());
  payload.ledger.Mark(Stage::kOrderWait, now());
  if (ObservedWrite* const record = EndWrite(payload, &simulation().packets)) {
    records_.Add();
    to_host.Send(*record, 0);
  }
}

// PCIe answers no posted write: what the model says of it reaches only those who would have heard of its being visible.
void MemoryBridge::Lose(Tlp& payload) {
  lost_writes_.Add();
  NoteDroppedWrite(payload);
  if (payload.completes_job) NoteLostEnd(payload.job);
  GivePacket(payload);
}

// Answered in an event of its own, so that nobody is answered before Send() returns.
void MemoryBridge::OnFencePassed(Tlp& fence) {
  fence.ledger.Mark(Stage::kOrderWait, now());
  Due(0, kFencePassed, &fence, fence.PopRoute());
}

}  // namespace siov
