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
      ports_(requesters.size()) {
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
  if (IsFlush(payload)) return EnterFence(payload, socket);
  Open begun;
  begun.payload = &payload;
  begun.socket = socket;
  begun.number = ports_[socket].requests.Enter();
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
    open->place = writes_.Enter(PortStreamOf(payload->source_port, *payload), payload->relaxed_ordering, open);
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
  if (IsPosted(payload.kind)) return EndWrite(open);
  if (open.failed) payload.status = CompletionStatus::kCompleterAbort;
  const std::uint32_t socket = open.socket;
  ports_[socket].requests.Leave(open.number);
  pool_.Give(open);
  PassFences(ports_[socket]);
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

// What becomes visible by this one is gathered first, as whoever hears of it may send something here.
void MemoryBridge::EndWrite(Open& open) {
  std::vector<WriteOrder::Passed> passed = std::exchange(passed_, {});
  writes_.Done(open.place, &passed);
  for (const WriteOrder::Passed& one : passed) {
    if (one.fence) {
      PassFence(*static_cast<Tlp*>(one.what));
      continue;
    }
    Open& write = *static_cast<Open*>(one.what);
    Tlp& payload = *write.payload;
    const bool failed = write.failed;
    Port& port = ports_[write.socket];
    port.requests.Leave(write.number);
    pool_.Give(write);
    failed ? Lose(payload) : Visible(payload);
    PassFences(port);
  }
  passed.clear();
  passed_ = std::move(passed);
}

void MemoryBridge::Visible(Tlp& payload) {
  order_wait_.Add(now() - payload.ledger.cursor());
  payload.ledger.Mark(Stage::kOrderWait, now());
  if (!payload.completes_job) {
    if (!TellVisible(payload)) GivePacket(payload);  // nobody looks at it any more
    return;
  }
  records_.Add();
  to_host.Send(EndRecord(payload, &simulation().packets), 0);
}

// PCIe answers no posted write: what the model says of it reaches only those who would have heard of its being visible.
void MemoryBridge::Lose(Tlp& payload) {
  lost_writes_.Add();
  NoteDroppedWrite(payload);
  if (payload.completes_job) NoteLostEnd(payload.job);
  GivePacket(payload);
}

// --- Fences ----------------------------------------------------------------------------------------------------------

// Answered in an event of its own, so that nobody is answered before Send() returns.
void MemoryBridge::EnterFence(Tlp& fence, std::uint32_t socket) {
  fenced_.Add();
  fence.PushRoute(static_cast<std::uint8_t>(socket));
  if (fence.requester != 0) {
    if (!writes_.EnterFence(PortStreamOf(fence.source_port, fence), &fence)) PassFence(fence);
    return;
  }
  Port& port = ports_[socket];
  port.fences.PushBack({&fence, port.requests.next()});
  PassFences(port);
}

void MemoryBridge::PassFence(Tlp& fence) {
  fence.ledger.Mark(Stage::kOrderWait, now());
  Due(0, kFencePassed, &fence, fence.PopRoute());
}

void MemoryBridge::PassFences(Port& port) {
  while (!port.fences.empty() && port.fences.front().until <= port.requests.oldest()) {
    PassFence(*port.fences.PopFront().payload);
  }
}

}  // namespace siov
