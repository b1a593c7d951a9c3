// SPDX-License-Identifier: Apache-2.0
#include "models/bridge/memory_bridge.h"

#include <utility>

#include "models/kernel/posted_writes.h"

namespace siov {

MemoryBridge::MemoryBridge(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                           const MemoryBridgeConfig& config, const std::vector<AccessSource>& sources)
    : Block(name, simulation, path),
      to_host("to_host", this, &MemoryBridge::Backward),
      outside("outside", simulation, path + ".outside", this),
      config_(config),
      sources_(sources),
      ports_(sources.size()) {
  for (std::uint32_t i = 0; i < sources.size(); ++i) {
    in.push_back(std::make_unique<TargetSocket<MemoryBridge>>(("in_" + std::to_string(i)).c_str(), this,
                                                              &MemoryBridge::Forward, i));
  }
}

// Requests wait here, not in the buffers of those who send them: as with the memory inside, credits come back at once.
tlm::tlm_sync_enum MemoryBridge::Forward(std::uint32_t socket, Tlp& payload, Picoseconds delay) {
  Arrive(delay, kArrived, payload, socket);
  return tlm::TLM_UPDATED;
}

void MemoryBridge::OnDue(const DueItem& item) {
  Tlp& payload = PacketOf(item);
  if (item.kind == kFencePassed) {
    in[item.argument]->Respond(payload, 0);
    return;
  }
  CheckArrival(payload);
  if (IsFlush(payload)) return EnterFence(payload, item.argument);
  Request(payload, item.argument);
}

void MemoryBridge::Request(Tlp& payload, std::uint32_t socket) {
  const bool write = payload.kind != TlpKind::kMemoryRead;
  const std::uint32_t bytes = payload.length_bytes;
  (write ? written_ : reads_).Add();
  (write ? written_bytes_ : read_bytes_).Add(bytes);
  open_.Increment(now());
  Open* const open = &pool_.Take();
  *open = Open{&payload, socket, CountAccesses(config_, payload.address, bytes),
               false,    false,  ports_[socket].requests.Enter(),
               {}};
  // Requester 0 is the host's own agents: not one stream.
  if (IsPosted(payload.kind) && payload.requester != 0) {
    open->place = writes_.Enter(payload.requester, payload.relaxed_ordering, open);
  }
  const RequestInfo info = InfoOf(payload, socket);
  ForEachAccess(config_, payload.address, bytes, [&](std::uint64_t address, std::uint32_t length) {
    outside.Issue(write, address, length, info, open);
  });
}

RequestInfo MemoryBridge::InfoOf(Tlp& payload, std::uint32_t socket) const {
  RequestInfo info;
  info.source = sources_[socket];
  info.requester = payload.requester;
  if (payload.pasid.valid()) info.pasid = payload.pasid.value();
  if (payload.tenant.valid()) info.tenant = payload.tenant.value();
  info.traffic_class = payload.traffic_class;
  info.completion_record = payload.completes_job;
  info.virtual_address = payload.virtual_address;
  return info;
}

void MemoryBridge::OnBegun(void* request) {
  Open& open = *static_cast<Open*>(request);
  if (std::exchange(open.begun, true)) return;
  Ledger& ledger = open.payload->ledger;
  wait_.Add(now() - ledger.cursor());
  ledger.Mark(Stage::kMemoryWait, now());
}

void MemoryBridge::OnEnded(void* request, bool served) {
  Open& open = *static_cast<Open*>(request);
  open.failed = open.failed || !served;
  if (--open.accesses != 0) return;
  Tlp& payload = *open.payload;
  payload.ledger.Mark(Stage::kMemory, now());
  if (open.failed) failed_.Add();
  open_.Decrement(now());
  if (IsPosted(payload.kind)) return EndWrite(open);
  if (open.failed) payload.status = CompletionStatus::kCompleterAbort;
  const std::uint32_t socket = open.socket;
  ports_[socket].requests.Leave(open.number);
  pool_.Give(open);
  PassFences(ports_[socket]);
  in[socket]->Respond(payload, 0);
}

// What becomes visible by this one is gathered first, as whoever hears of it may send something here.
void MemoryBridge::EndWrite(Open& open) {
  std::vector<WriteOrder::Passed> passed = std::exchange(passed_, {});
  if (open.payload->requester == 0) {
    passed.push_back({&open, false});
  } else {
    writes_.Done(open.place, &passed);
  }
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
    if (payload.watched) return payload.job->watch->OnWriteVisible(payload);
    return GivePacket(payload);  // nobody looks at it any more
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
  const RequesterId requester = fence.requester;
  if (requester != 0) {
    if (!writes_.EnterFence(requester, &fence)) PassFence(fence);
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
