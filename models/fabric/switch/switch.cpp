// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/switch/switch.h"

#include <algorithm>

#include "models/base/invariant.h"

namespace siov {
namespace {

// Of an item that says when a request has left.
constexpr unsigned kIngressBits = 16;
constexpr std::uint32_t kIngressMask = (1u << kIngressBits) - 1;

}  // namespace

Switch::Switch(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
               const SwitchConfig& config)
    : Block(name, simulation, path),
      from_above("from_above", this, &Switch::Request, static_cast<std::uint32_t>(config.ports.size())),
      to_above("to_above", this, &Switch::Answer, static_cast<std::uint32_t>(config.ports.size())),
      latency_ps_(config.latency_ps),
      upstream_(static_cast<std::uint32_t>(config.ports.size())),
      routes_(config),
      upstream_requests_(statistics_, "upstream_requests", "TLPs", "Requests and messages of devices sent up."),
      downstream_requests_(statistics_, "downstream_requests", "TLPs", "Requests and messages sent to devices."),
      upstream_completions_(statistics_, "upstream_completions", "requests", "Answers of devices sent up."),
      downstream_completions_(statistics_, "downstream_completions", "requests", "Answers sent to devices."),
      refused_(statistics_, "refused", "requests", "Register accesses to what no port has behind it."),
      upstream_queue_(statistics_, "upstream_queue", "TLPs", "Packets waiting for the wire above.", 0),
      downstream_queue_(statistics_, "downstream_queue", "TLPs", "Packets waiting for the wires below.", 0) {
  const std::uint32_t ports = upstream_ + 1;
  for (std::uint32_t i = 0; i < upstream_; ++i) {
    const std::string number = std::to_string(i);
    from_below.push_back(
        std::make_unique<TargetSocket<Switch>>(("from_below_" + number).c_str(), this, &Switch::Request, i));
    to_below.push_back(
        std::make_unique<InitiatorSocket<Switch>>(("to_below_" + number).c_str(), this, &Switch::Answer, i));
    egress_.emplace_back(config.ports[i].link, ports);
  }
  egress_.emplace_back(config.above, ports);
}

// Credits and wires are the links' business.
std::vector<std::string> Switch::WaitsFor(const Occupancy& held) const {
  return &held == &upstream_queue_ ? PeersOf(to_above) : PeersBelow();
}

std::vector<std::string> Switch::PassesOnTo() const {
  std::vector<std::string> peers = PeersBelow();
  for (const std::string& peer : PeersOf(to_above)) peers.push_back(peer);
  return peers;
}

std::vector<std::string> Switch::PeersBelow() const {
  std::vector<std::string> peers;
  for (const auto& socket : to_below) {
    for (const std::string& peer : PeersOf(*socket)) peers.push_back(peer);
  }
  return peers;
}

tlm::tlm_sync_enum Switch::Request(std::uint32_t ingress, Tlp& payload, Picoseconds delay) {
  Arrive(delay + latency_ps_, kRequest, payload, ingress);
  return tlm::TLM_ACCEPTED;
}

// Of the link at a port: it begins to send a request it was given, or brings the answer to one.
void Switch::Answer(std::uint32_t port, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::END_REQ) return Leaves(port, payload, delay);
  Arrive(delay + latency_ps_, kCompletion, payload, port);
}

void Switch::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kRequest:
    case kCompletion:
      return Arrived(item.argument, PacketOf(item), item.kind == kCompletion);
    case kSent:
      return Sent(item.argument >> kIngressBits, item.argument & kIngressMask, PacketOf(item));
    default:
      return Choose(item.argument);
  }
}

void Switch::Arrived(std::uint32_t ingress, Tlp& payload, bool completion) {
  payload.ledger.Mark(Stage::kPort, payload.ledger.cursor() + latency_ps_);
  CheckArrival(payload);
  if (IsRegisterAccess(payload.kind) && !completion) return Access(payload);
  const std::uint32_t port = EgressOf(ingress, payload, completion);
  const LinkFormat& format = egress_[port].format;
  Queue(port, ingress, payload, completion ? format.Completion(payload) : format.Request(payload));
}

void Switch::Queue(std::uint32_t port, std::uint32_t ingress, Tlp& payload, const LinkCost& cost) {
  egress_[port].order.Push(ingress, ItemOf(payload, cost));
  QueueOf(port).Increment(now());
  Decide(port);
}

// Of a CPU, from above.
void Switch::Access(Tlp& payload) {
  const std::uint32_t port = routes_.OfAccess(payload);
  if (port == SwitchRoutes::kNobody) return Refuse(payload);
  payload.type_1 = payload.type_1 && !routes_.EndsAtDevice(port);
  Queue(port, upstream_, payload, egress_[port].format.Request(payload));
}

// Unsupported Request: no port has what is asked for behind it.
void Switch::Refuse(Tlp& payload) {
  refused_.Add();
  from_above.Release(payload);
  if (IsPosted(payload.kind)) return GivePacket(payload);
  payload.status = CompletionStatus::kUnsupportedRequest;
  Queue(upstream_, upstream_, payload, egress_[upstream_].format.Completion(payload));
}

std::uint32_t Switch::EgressOf(std::uint32_t ingress, const Tlp& payload, bool completion) const {
  if (!IsUp(ingress)) return upstream_;
  return completion ? routes_.OfCompletion(payload.requester)
                    : routes_.OfRequest(payload.kind, payload.address, payload.requester);
}

// As soon as the wire is free, among all that is there by then.
void Switch::Decide(std::uint32_t port) {
  Egress& egress = egress_[port];
  if (egress.decide_due || egress.order.waiting() == 0) return;
  egress.decide_due = true;
  Due(std::max(now(), egress.free_at) - now(), kDecide, nullptr, port, DueRank::kDecide);
}

void Switch::Choose(std::uint32_t port) {
  Egress& egress = egress_[port];
  egress.decide_due = false;
  if (egress.free_at > now()) return Decide(port);  // meanwhile the link sends what had waited for credits
  LinkItem item;
  std::uint32_t ingress = 0;
  if (!egress.order.TakeNext(item, ingress)) return;  // until credits return
  Tlp& payload = *static_cast<Tlp*>(item.object);
  Ledger& ledger = payload.ledger;
  ledger.Mark(Stage::kLinkCreditWait, std::max(ledger.cursor(), egress.CreditsUntil(item.cost.credit_class)));
  MarkOwnRead(egress, payload);
  ledger.Mark(Stage::kLinkWait, now());
  QueueOf(port).Decrement(now());
  if (item.cost.credit_class == CreditClass::kCompletion) {
    SendCompletion(port, payload, item.cost);
  } else {
    SendRequest(port, ingress, payload, item.cost.credit_class);
  }
  Decide(port);
}

// What it waits for packets of its own read is not for others.
void Switch::MarkOwnRead(Egress& egress, Tlp& completion) {
  if (completion.completed_read == nullptr || egress.read != completion.completed_read || egress.free_at != now()) {
    egress.read = completion.completed_read;
    egress.read_since = now();
    return;
  }
  Ledger& ledger = completion.ledger;
  ledger.MarkServed(Stage::kLinkWait, std::max(ledger.cursor(), egress.read_since), Stage::kLinkWire, now());
}

// Nobody holds answers back: who asked has room for them.
void Switch::SendCompletion(std::uint32_t port, Tlp& payload, const LinkCost& cost) {
  Egress& egress = egress_[port];
  egress.free_at = now() + egress.format.rate().TimeFor(cost.wire_bytes);
  const bool further = payload.completed_read != nullptr && !payload.last_completion;
  if (!further) (IsUp(port) ? upstream_completions_ : downstream_completions_).Add();
  (IsUp(port) ? from_above : *from_below[port]).Respond(payload, 0);
}

void Switch::SendRequest(std::uint32_t port, std::uint32_t ingress, Tlp& payload, CreditClass credit_class) {
  Egress& egress = egress_[port];
  egress.order.Given(credit_class);
  egress.given[static_cast<std::size_t>(credit_class)] = {&payload, now(), ingress};
  payload.Hold();  // whoever takes it may consume it before its credits are returned here
  (IsUp(port) ? upstream_requests_ : downstream_requests_).Add();
  const bool unnoticed = (IsUp(port) ? to_above : *to_below[port]).Send(payload, 0);
  CheckInvariant(!unnoticed, [&] { return path() + ": a link does not say when it has sent what a switch gave it"; });
}

void Switch::Leaves(std::uint32_t port, Tlp& payload, Picoseconds until_sent) {
  Egress& egress = egress_[port];
  egress.free_at = std::max(egress.free_at, now() + until_sent);
  for (const CreditClass credit_class : {CreditClass::kPosted, CreditClass::kNonPosted}) {
    Egress::Given& given = egress.given[static_cast<std::size_t>(credit_class)];
    if (given.payload != &payload) continue;
    Due(until_sent, kSent, &payload, (port << kIngressBits) | given.ingress);
    if (now() > given.since) egress.credits_until[static_cast<std::size_t>(credit_class)] = now();
    given.payload = nullptr;
    egress.order.Left(credit_class);
  }
  Decide(port);
}

void Switch::Sent(std::uint32_t port, std::uint32_t ingress, Tlp& payload) {
  (IsUp(ingress) ? from_above : *from_below[ingress]).Release(payload);
  GivePacket(payload);
  Decide(port);
}

}  // namespace siov
