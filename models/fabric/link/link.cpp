// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/link/link.h"

#include "models/base/invariant.h"

namespace siov {

// Names and sentences of one direction's statistics.
struct Link::Names {
  std::array<const char*, 11> name;
  std::array<const char*, 11> sentence;
};

namespace {

// Of an answer that waits until order permits; one of several packets takes credits and the wire for each by itself.
LinkCost AnswerCost(const LinkFormat& format, const Tlp& tlp) {
  LinkCost cost = format.Completion(tlp);
  if (cost.tlps > 1) cost = {CreditClass::kCompletion, 0, 0, 0, 0};
  return cost;
}

constexpr std::size_t kPostedTlps = 0, kNonpostedTlps = 1, kCompletionTlps = 2, kPostedBytes = 3, kNonpostedBytes = 4,
                      kCompletionBytes = 5, kDataBytes = 6, kCreditStalls = 7, kBusy = 8, kSerialiserQueue = 9,
                      kCreditQueue = 10;

}  // namespace

Link::Lane::Lane(StatGroup& group, Direction direction, const Names& names, const LinkCredits& advertised,
                 ByteRate rate, Picoseconds credit_return_ps, const CompletionFormat& completions)
    : flow(advertised, rate, credit_return_ps, completions),
      tlps{{Counter(group, names.name[kPostedTlps], "TLPs", names.sentence[kPostedTlps]),
            Counter(group, names.name[kNonpostedTlps], "TLPs", names.sentence[kNonpostedTlps]),
            Counter(group, names.name[kCompletionTlps], "TLPs", names.sentence[kCompletionTlps])}},
      bytes{{Counter(group, names.name[kPostedBytes], "bytes", names.sentence[kPostedBytes]),
             Counter(group, names.name[kNonpostedBytes], "bytes", names.sentence[kNonpostedBytes]),
             Counter(group, names.name[kCompletionBytes], "bytes", names.sentence[kCompletionBytes])}},
      data_bytes(group, names.name[kDataBytes], "bytes", names.sentence[kDataBytes]),
      credit_stalls(group, names.name[kCreditStalls], "TLPs", names.sentence[kCreditStalls]),
      busy(group, names.name[kBusy], names.sentence[kBusy], 1),
      serialiser_queue(group, names.name[kSerialiserQueue], "TLPs", names.sentence[kSerialiserQueue]),
      credit_queue(group, names.name[kCreditQueue], "TLPs", names.sentence[kCreditQueue], 0),
      credits(group, direction, &flow) {}

Link::Link(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
           const LinkConfig& config)
    : Block(name, simulation, path),
      upstream_in("upstream_in", this, &Link::Forward, kUpstream),
      upstream_out("upstream_out", this, &Link::Backward, kUpstream),
      downstream_in("downstream_in", this, &Link::Forward, kDownstream),
      downstream_out("downstream_out", this, &Link::Backward, kDownstream),
      config_(config),
      format_(config),
      upstream_(
          statistics_, kUpstream,
          {{"upstream_posted_tlps", "upstream_nonposted_tlps", "upstream_completion_tlps", "upstream_posted_bytes",
            "upstream_nonposted_bytes", "upstream_completion_bytes", "upstream_data_bytes", "upstream_credit_stalls",
            "upstream_busy", "upstream_serialiser_queue", "upstream_credit_queue"},
           {"Posted requests sent upstream.", "Non-posted requests sent upstream.", "Completions sent upstream.",
            "Wire bytes of posted requests sent upstream.", "Wire bytes of non-posted requests sent upstream.",
            "Wire bytes of completions sent upstream.", "Payload bytes sent upstream.",
            "Packets on their way upstream held back by credits, or behind one that was.",
            "Upstream serialiser sending TLPs.", "Packets waiting for the upstream serialiser.",
            "Packets waiting for credits upstream."}},
          config.upstream, format_.rate(), config.credit_return_ps, format_.completions()),
      downstream_(
          statistics_, kDownstream,
          {{"downstream_posted_tlps", "downstream_nonposted_tlps", "downstream_completion_tlps",
            "downstream_posted_bytes", "downstream_nonposted_bytes", "downstream_completion_bytes",
            "downstream_data_bytes", "downstream_credit_stalls", "downstream_busy", "downstream_serialiser_queue",
            "downstream_credit_queue"},
           {"Posted requests sent downstream.", "Non-posted requests sent downstream.", "Completions sent downstream.",
            "Wire bytes of posted requests sent downstream.", "Wire bytes of non-posted requests sent downstream.",
            "Wire bytes of completions sent downstream.", "Payload bytes sent downstream.",
            "Packets on their way downstream held back by credits, or behind one that was.",
            "Downstream serialiser sending TLPs.", "Packets waiting for the downstream serialiser.",
            "Packets waiting for credits downstream."}},
          config.downstream, format_.rate(), config.credit_return_ps, format_.completions()) {}

// Credits are returned by who receives.
std::vector<std::string> Link::WaitsFor(const Occupancy& held) const {
  return PeersOf(&held == &upstream_.credit_queue ? upstream_out : downstream_out);
}

tlm::tlm_sync_enum Link::Forward(std::uint32_t direction, Tlp& payload, Picoseconds delay) {
  const auto way = static_cast<Direction>(direction);
  const bool told = TellsSender(way, payload.kind, LinkFormat::ClassOf(payload.kind));
  if (delay == 0) {
    Requested(way, payload);
  } else {
    Due(delay, kRequest, &payload, direction);
  }
  if (told) return tlm::TLM_ACCEPTED;
  // nobody waits for these to leave; credits bound what is in the receiver
  return tlm::TLM_UPDATED;
}

// When the wire has a request whole: posted ones of devices and CPUs hold a place until then, a switch holds all its
// own.
bool Link::TellsSender(Direction direction, TlpKind kind, CreditClass credit_class) const {
  if (credit_class == CreditClass::kCompletion) return false;
  if (direction == kDownstream) return config_.switch_above || (config_.cpus_above && kind == TlpKind::kMemoryWrite);
  return credit_class == CreditClass::kPosted || config_.switch_below;
}

// What arrives here answers requests of `direction`, so its completions travel in the other one.
void Link::Backward(std::uint32_t direction, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) {
    const Direction way = direction == kUpstream ? kDownstream : kUpstream;
    if (delay == 0) return Answered(way, payload);
    return Due(delay, kCompletion, &payload, way);
  }
  if (!LaneOf(static_cast<Direction>(direction)).flow.limited(LinkFormat::ClassOf(payload.kind))) return;
  if (delay == 0) {
    Freed(static_cast<Direction>(direction), LinkFormat::CreditsOf(payload), now());
  } else {
    Due(delay, kFreed, &payload, direction);
  }
}

void Link::OnDue(const DueItem& item) {
  const auto direction = static_cast<Direction>(item.argument);
  switch (item.kind) {
    case kRequest:
      Requested(direction, PacketOf(item));
      break;
    case kCompletion:
      Answered(direction, PacketOf(item));
      break;
    case kFreed:
      Freed(direction, LinkFormat::CreditsOf(PacketOf(item)), now());
      break;
    case kRetry:
      Retry(direction);
      break;
    default:
      NextOfTrain(direction);
  }
}

void Link::Requested(Direction direction, Tlp& payload) {
  CheckArrival(payload);
  CheckSize(payload);
  Offer(direction, payload, format_.Request(payload));
}

void Link::Answered(Direction direction, Tlp& payload) {
  CheckArrival(payload);
  Offer(direction, payload, AnswerCost(format_, payload));
}

void Link::Offer(Direction direction, Tlp& payload, const LinkCost& cost) {
  Lane& lane = LaneOf(direction);
  if (lane.flow.TrainsTurn()) SendOfTrain(direction);
  LinkSlot slot;
  if (lane.flow.LeaveAtOnce(now(), cost, slot)) return Depart(direction, payload, cost, slot);
  const LinkItem item = ItemOf(payload, cost);
  if (lane.flow.Offer(now(), item, slot)) return Depart(direction, payload, cost, slot);
  lane.credit_stalls.Add();
  lane.credit_queue.Increment(now());
  lane.credits.NoteShortages(now(), lane.flow);
  ScheduleRetry(direction);
}

void Link::Depart(Direction direction, Tlp& payload, const LinkCost& cost, const LinkSlot& slot) {
  if (cost.tlps == 0) return BeginTrain(direction, payload);
  Lane& lane = LaneOf(direction);
  lane.Count(now(), cost, slot);
  const Picoseconds arrival = slot.end + config_.propagation_ps;
  payload.ledger.MarkServed(Stage::kLinkWait, slot.start, Stage::kLinkWire, arrival);
  const bool limited = lane.flow.limited(cost.credit_class);
  if (cost.credit_class == CreditClass::kCompletion) {
    // The requester set the room for its answer aside when it asked: it is free again as soon as the answer is there.
    if (limited) lane.flow.Return(arrival, cost);
    return (direction == kUpstream ? downstream_in : upstream_in).Respond(payload, arrival - now());
  }
  if (TellsSender(direction, payload.kind, cost.credit_class)) {
    (direction == kUpstream ? upstream_in : downstream_in).Release(payload, slot.end - now());
  }
  const bool unbuffered = (direction == kUpstream ? upstream_out : downstream_out).Send(payload, arrival - now());
  if (unbuffered && limited) Freed(direction, cost, arrival);
}

void Link::Retry(Direction direction) {
  Lane& lane = LaneOf(direction);
  if (lane.retry_at <= now()) lane.retry_at = kNever;  // else a later one is still on its way
  LinkItem item;
  LinkSlot slot;
  while (lane.flow.TakeNext(now(), item, slot)) {
    lane.credit_queue.Decrement(now());
    Tlp& payload = *static_cast<Tlp*>(item.object);
    payload.ledger.Mark(Stage::kLinkCreditWait, now());
    Depart(direction, payload, item.cost, slot);
  }
  lane.credits.NoteShortages(now(), lane.flow);
  ScheduleRetry(direction);
}

void Link::ScheduleRetry(Direction direction) {
  Lane& lane = LaneOf(direction);
  if (lane.flow.waiting() == 0) return;
  const Picoseconds next = lane.flow.NextReturn();
  if (next >= lane.retry_at) return;
  lane.retry_at = next;
  Due(next > now() ? next - now() : 0, kRetry, nullptr, direction);
}

// Larger packets are malformed on a link: whoever issues requests splits them (PCIe base specification 2.2.7).
void Link::FailSize(const Tlp& payload, std::uint32_t limit) const {
  throw InvariantError(path() + ": a request of " + std::to_string(payload.length_bytes) + " bytes at " +
                       std::to_string(payload.address) + " must have 1 to " + std::to_string(limit) +
                       " bytes within one 4 KiB page");
}

}  // namespace siov
