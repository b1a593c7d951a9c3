// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/home_router/home_router.h"

#include "models/kernel/posted_writes.h"

namespace siov {

HomeRouter::HomeRouter(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                       const std::vector<HomeRoute>& routes, std::uint32_t initiators, std::uint32_t agents,
                       std::uint32_t links)
    : Block(name, simulation, path),
      to_memory("to_memory", this, &HomeRouter::FromMemory),
      agents_to_memory("agents_to_memory", this, &HomeRouter::ToAgent),
      to_host("to_host", this, &HomeRouter::Backward),
      routes_(routes),
      visibility_(this, initiators),
      local_(statistics_, "local_requests", "requests", "Requests of devices for memory of this socket."),
      remote_(statistics_, "remote_requests", "requests", "Requests of devices for memory of other sockets."),
      local_accesses_(statistics_, "local_accesses", "accesses", "Accesses of IOMMUs to memory of this socket."),
      remote_accesses_(statistics_, "remote_accesses", "accesses", "Accesses of IOMMUs to memory of other sockets."),
      records_(statistics_, "records", "writes", "Completion records that became visible to the host."),
      unclaimed_(statistics_, "unclaimed", "requests",
                 "Requests for addresses that are no memory's: reads answered Unsupported Request, writes dropped."),
      held_reads_(statistics_, "held_reads", "requests", "Reads that waited for older writes to other memories."),
      order_wait_(statistics_, "order_wait", "ps",
                  "Time posted writes waited for older ones of their link and traffic class."),
      held_(statistics_, "reads_held", "requests", "Reads waiting for older writes to other memories.", 0),
      in_flight_(statistics_, "in_flight", "requests", "Requests of devices in memories, or visible in order later.",
                 0) {
  for (std::uint32_t i = 0; i < initiators; ++i) {
    in.push_back(
        std::make_unique<TargetSocket<HomeRouter>>(("in_" + std::to_string(i)).c_str(), this, &HomeRouter::Forward, i));
  }
  for (std::uint32_t i = 0; i < agents; ++i) {
    from_agent.push_back(std::make_unique<TargetSocket<HomeRouter, TableAccess>>(
        ("from_agent_" + std::to_string(i)).c_str(), this, &HomeRouter::FromAgent, i));
  }
  for (std::uint32_t i = 0; i < links; ++i) {
    const std::string number = std::to_string(i);
    to_link.push_back(
        std::make_unique<InitiatorSocket<HomeRouter>>(("to_link_" + number).c_str(), this, &HomeRouter::FromMemory, i));
    agents_to_link.push_back(std::make_unique<InitiatorSocket<HomeRouter, TableAccess>>(
        ("agents_to_link_" + number).c_str(), this, &HomeRouter::ToAgent, i));
  }
}

std::vector<std::string> HomeRouter::PassesOnTo() const {
  std::vector<std::string> peers = PeersOf(to_memory);
  for (const auto& link : to_link) {
    for (const std::string& peer : PeersOf(*link)) peers.push_back(peer);
  }
  return peers;
}

// Requests wait here, not in the buffers of those who send them: as with one memory, credits come back at once.
tlm::tlm_sync_enum HomeRouter::Forward(std::uint32_t socket, Tlp& payload, Picoseconds delay) {
  Arrive(delay, kRequest, payload, socket);
  return tlm::TLM_UPDATED;
}

tlm::tlm_sync_enum HomeRouter::FromAgent(std::uint32_t socket, TableAccess& access, Picoseconds delay) {
  Arrive(delay, kAccess, access, socket);
  return tlm::TLM_UPDATED;
}

void HomeRouter::FromMemory(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) Arrive(delay, kServed, payload);
}

// Of the host's own agents nobody is ordered.
void HomeRouter::ToAgent(std::uint32_t, TableAccess& access, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase != tlm::BEGIN_RESP) return;
  const auto found = accesses_.find(&access);
  const std::uint32_t socket = found->second;
  accesses_.erase(found);
  from_agent[socket]->Respond(access, delay);
}

void HomeRouter::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kRequest:
      return Request(PacketOf(item), item.argument);
    case kServed:
      return Served(PacketOf(item));
    case kAccess:
      return Access(PacketOf<TableAccess>(item), item.argument);
    case kAccessUnclaimed:
      return from_agent[item.argument]->Respond(PacketOf<TableAccess>(item), 0);
    default:  // kFencePassed, kUnclaimed
      return in[item.argument]->Respond(PacketOf(item), 0);
  }
}

void HomeRouter::Request(Tlp& payload, std::uint32_t socket) {
  CheckArrival(payload);
  if (IsFlush(payload)) {
    payload.PushRoute(static_cast<std::uint8_t>(socket));
    return visibility_.EnterFence(payload, socket);
  }
  const std::optional<std::uint32_t> memory = routes_.HomeOf(payload.address);
  if (!memory) return RefuseUnclaimed(payload, socket);
  in_flight_.Increment(now());
  Open& open = open_[&payload];
  open = {socket, *memory, visibility_.Enter(socket), {}};
  if (IsPosted(payload.kind)) {
    open.place = visibility_.EnterWrite(payload, &payload, *memory);
  } else if (visibility_.HoldsRead(payload, &payload, *memory)) {
    held_reads_.Add();
    held_.Increment(now());
    return;
  }
  GoOn(payload, *memory);
}

void HomeRouter::GoOn(Tlp& payload, std::uint32_t memory) {
  const HomeRoute& route = routes_.To(memory);
  (route.local() ? local_ : remote_).Add();
  (route.local() ? to_memory : *to_link[route.link]).Send(payload, 0);
}

void HomeRouter::Access(TableAccess& access, std::uint32_t socket) {
  CheckArrival(access);
  const bool answered = access.kind != TableAccess::Kind::kPostedWrite;
  const std::optional<std::uint32_t> memory = routes_.HomeOf(access.address);
  if (!memory) {
    unclaimed_.Add();
    access.failed = true;
    return answered ? Due(0, kAccessUnclaimed, &access, socket) : GivePacket(access);
  }
  const HomeRoute& route = routes_.To(*memory);
  (route.local() ? local_accesses_ : remote_accesses_).Add();
  if (answered) accesses_[&access] = socket;
  (route.local() ? agents_to_memory : *agents_to_link[route.link]).Send(access, 0);
}

HomeRouter::Open HomeRouter::TakeOpen(const Tlp& payload) {
  const auto found = open_.find(&payload);
  const Open open = found->second;
  open_.erase(found);
  in_flight_.Decrement(now());
  return open;
}

void HomeRouter::Served(Tlp& payload) {
  CheckArrival(payload);
  if (IsPosted(payload.kind)) return visibility_.WriteDone(open_.at(&payload).place);
  const Open open = TakeOpen(payload);
  visibility_.Leave(open.socket, open.number);
  in[open.socket]->Respond(payload, 0);
}

void HomeRouter::OnVisible(void* write) {
  Tlp& payload = *static_cast<Tlp*>(write);
  const Open open = TakeOpen(payload);
  order_wait_.Add(now() - payload.ledger.cursor());
  payload.ledger.Mark(Stage::kOrderWait, now());
  if (ObservedWrite* const record = EndWrite(payload, &simulation().packets)) {
    records_.Add();
    to_host.Send(*record, 0);
  }
  visibility_.Leave(open.socket, open.number);
}

void HomeRouter::OnReadFree(void* read) {
  Tlp& payload = *static_cast<Tlp*>(read);
  held_.Decrement(now());
  payload.ledger.Mark(Stage::kOrderWait, now());
  GoOn(payload, open_.at(&payload).memory);
}

void HomeRouter::OnFencePassed(Tlp& fence) {
  fence.ledger.Mark(Stage::kOrderWait, now());
  Due(0, kFencePassed, &fence, fence.PopRoute());
}

// As a host answers what is nobody's.
void HomeRouter::RefuseUnclaimed(Tlp& payload, std::uint32_t socket) {
  unclaimed_.Add();
  if (!IsPosted(payload.kind)) {
    payload.status = CompletionStatus::kUnsupportedRequest;
    return Due(0, kUnclaimed, &payload, socket);
  }
  NoteDroppedWrite(payload);
  if (payload.completes_job) NoteLostEnd(payload.job);
  GivePacket(payload);
}

}  // namespace siov
