// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/socket_link/socket_link.h"

namespace siov {
namespace {

constexpr std::array<const char*, SocketLink::kEnds> kBytesNames{"from_first.bytes", "from_second.bytes"};
constexpr std::array<const char*, SocketLink::kEnds> kWaitNames{"from_first.wait", "from_second.wait"};
constexpr std::array<const char*, SocketLink::kEnds> kBusyNames{"from_first_busy", "from_second_busy"};
constexpr std::array<const char*, SocketLink::kEnds> kLinesNames{"from_first_lines", "from_second_lines"};
constexpr std::array<const char*, SocketLink::kEnds> kWaiterNames{"from_first_waiting", "from_second_waiting"};

std::uint32_t OtherEnd(std::uint32_t end) { return 1 - end; }
bool IsWrite(const Tlp& payload) { return payload.kind != TlpKind::kMemoryRead; }
bool IsWrite(const TableAccess& access) { return access.kind != TableAccess::Kind::kRead; }
bool IsAnswered(const TableAccess& access) { return access.kind != TableAccess::Kind::kPostedWrite; }

}  // namespace

SocketLink::Direction::Direction(StatGroup& group, const SocketLinkConfig& config, std::uint32_t end)
    : wire(config),
      tracker(config.outstanding_lines),
      bytes(group, kBytesNames[end], "bytes",
            "Headers and lines sent from this end, ends in the order of their names."),
      wait(group, kWaitNames[end], "ps", "Time requests and answers waited at this end for lines and the wire."),
      busy(group, kBusyNames[end], "The wire from this end sends.", 1) {
  if (!tracker.limited()) return;
  lines.emplace(group, kLinesNames[end], "lines", "Lines of requests from this end that are not answered yet.",
                config.outstanding_lines);
  line_waiters.emplace(group, kWaiterNames[end], "requests", "Requests and accesses that wait for lines at this end.",
                       0);
}

SocketLink::SocketLink(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                       const SocketLinkConfig& config)
    : Block(name, simulation, path),
      config_(config),
      requests_(statistics_, "requests", "requests", "Requests of devices for memory of the other socket."),
      accesses_(statistics_, "accesses", "accesses", "Accesses of IOMMUs to memory of the other socket.") {
  for (std::uint32_t end = 0; end < kEnds; ++end) {
    const std::string number = std::to_string(end);
    from_router[end] =
        std::make_unique<TargetSocket<SocketLink>>(("from_router_" + number).c_str(), this, &SocketLink::Forward, end);
    from_agents[end] = std::make_unique<TargetSocket<SocketLink, TableAccess>>(("from_agents_" + number).c_str(), this,
                                                                               &SocketLink::FromAgents, end);
    to_memory[end] = std::make_unique<InitiatorSocket<SocketLink>>(("to_memory_" + number).c_str(), this,
                                                                   &SocketLink::Backward, end);
    agents_to_memory[end] = std::make_unique<InitiatorSocket<SocketLink, TableAccess>>(
        ("agents_to_memory_" + number).c_str(), this, &SocketLink::AgentsBackward, end);
    directions_[end] = std::make_unique<Direction>(statistics_, config, end);
  }
}

tlm::tlm_sync_enum SocketLink::Forward(std::uint32_t end, Tlp& payload, Picoseconds delay) {
  Arrive(delay, kRequest, payload, end);
  return tlm::TLM_UPDATED;
}

tlm::tlm_sync_enum SocketLink::FromAgents(std::uint32_t end, TableAccess& access, Picoseconds delay) {
  Arrive(delay, kAccess, access, end);
  return tlm::TLM_UPDATED;
}

// The memory says at once what it will answer; the wire is the answer's when it is there.
void SocketLink::Backward(std::uint32_t end, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) Arrive(delay, kAnswer, payload, end);
}

void SocketLink::AgentsBackward(std::uint32_t end, TableAccess& access, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) Arrive(delay, kAccessAnswer, access, end);
}

void SocketLink::OnDue(const DueItem& item) {
  const std::uint32_t from = item.argument;
  const std::uint32_t to = OtherEnd(from);
  switch (item.kind) {
    case kRequest: {
      requests_.Add();
      Tlp& payload = PacketOf(item);
      CheckArrival(payload);
      const Waiting request = LinesOf(payload);
      if (TakeLines(from, request)) Issue(from, request);
      return;
    }
    case kAnswer: {
      Tlp& payload = PacketOf(item);
      CheckArrival(payload);
      const Picoseconds delay = Cross(from, payload, !IsWrite(payload));
      ReturnLines(to, LinesOf(payload), delay);
      return from_router[to]->Respond(payload, delay);
    }
    case kAccess: {
      accesses_.Add();
      auto& access = PacketOf<TableAccess>(item);
      CheckArrival(access);
      const Waiting request = LinesOf(access);
      if (TakeLines(from, request)) Issue(from, request);
      return;
    }
    case kAccessAnswer: {
      auto& access = PacketOf<TableAccess>(item);
      CheckArrival(access);
      const Picoseconds delay = Cross(from, access, !IsWrite(access));
      ReturnLines(to, LinesOf(access), delay);
      return from_agents[to]->Respond(access, delay);
    }
    default:
      return LinesFree(item.argument % kEnds, item.argument / kEnds);
  }
}

// What nobody answers takes none.
SocketLink::Waiting SocketLink::LinesOf(Tlp& request) const {
  return {&request, nullptr, directions_[0]->tracker.NeededBy(SocketLines(request.address, request.length_bytes))};
}
SocketLink::Waiting SocketLink::LinesOf(TableAccess& access) const {
  const std::uint64_t lines = IsAnswered(access) ? SocketLines(access.address, access.length_bytes) : 0;
  return {nullptr, &access, directions_[0]->tracker.NeededBy(lines)};
}

bool SocketLink::TakeLines(std::uint32_t end, const Waiting& request) {
  Direction& direction = *directions_[end];
  if (!direction.tracker.limited()) return true;
  if (!direction.waiting.empty() || !direction.tracker.Take(request.lines)) {
    direction.waiting.PushBack(request);
    direction.line_waiters->Increment(now());
    return false;
  }
  direction.lines->Set(now(), direction.tracker.taken());
  return true;
}

void SocketLink::ReturnLines(std::uint32_t end, const Waiting& request, Picoseconds delay) {
  if (request.lines != 0) Due(delay, kLinesFree, nullptr, static_cast<std::uint32_t>(request.lines) * kEnds + end);
}

void SocketLink::LinesFree(std::uint32_t end, std::uint64_t lines) {
  Direction& direction = *directions_[end];
  direction.tracker.Give(lines);
  while (!direction.waiting.empty() && direction.tracker.Take(direction.waiting.front().lines)) {
    direction.line_waiters->Decrement(now());
    Issue(end, direction.waiting.PopFront());
  }
  direction.lines->Set(now(), direction.tracker.taken());
}

void SocketLink::Issue(std::uint32_t end, const Waiting& request) {
  const std::uint32_t to = OtherEnd(end);
  if (request.request != nullptr) {
    to_memory[to]->Send(*request.request, Cross(end, *request.request, IsWrite(*request.request)));
  } else {
    agents_to_memory[to]->Send(*request.access, Cross(end, *request.access, IsWrite(*request.access)));
  }
}

// From the packet's arrival here on it may have waited for lines.
template <class Packet>
Picoseconds SocketLink::Cross(std::uint32_t end, Packet& packet, bool with_data) {
  Direction& direction = *directions_[end];
  const std::uint64_t bytes = SocketLinkBytes(config_, packet.address, packet.length_bytes, with_data);
  const SocketWire::Crossing crossing = direction.wire.Send(now(), bytes);
  direction.bytes.Add(bytes);
  direction.wait.Add(crossing.begins - packet.ledger.cursor());
  direction.busy.Serve(crossing.begins, crossing.sent);
  packet.ledger.MarkServed(Stage::kSocketLinkWait, crossing.begins, Stage::kSocketLink, crossing.arrives);
  return crossing.arrives - now();
}

}  // namespace siov
