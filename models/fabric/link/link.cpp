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

constexpr std::size_t kPostedTlps = 0, kNonpostedTlps = 1, kCompletionTlps = 2, kPostedBytes = 3, kNonpostedBytes = 4,
                      kCompletionBytes = 5, kDataBytes = 6, kCreditStalls = 7, kBusy = 8, kSerialiserQueue = 9,
                      kCreditQueue = 10;

}  // namespace

Link::Lane::Lane(StatGroup& group, Direction direction, const Names& names, const LinkCredits& advertised,
                 ByteRate rate, Picoseconds credit_return_ps)
    : flow(advertised, rate, credit_return_ps),
      posted_tlps(group, names.name[kPostedTlps], "TLPs", names.sentence[kPostedTlps]),
      nonposted_tlps(group, names.name[kNonpostedTlps], "TLPs", names.sentence[kNonpostedTlps]),
      completion_tlps(group, names.name[kCompletionTlps], "TLPs", names.sentence[kCompletionTlps]),
      posted_bytes(group, names.name[kPostedBytes], "bytes", names.sentence[kPostedBytes]),
      nonposted_bytes(group, names.name[kNonpostedBytes], "bytes", names.sentence[kNonpostedBytes]),
      completion_bytes(group, names.name[kCompletionBytes], "bytes", names.sentence[kCompletionBytes]),
      data_bytes(group, names.name[kDataBytes], "bytes", names.sentence[kDataBytes]),
      credit_stalls(group, names.name[kCreditStalls], "TLPs", names.sentence[kCreditStalls]),
      busy(group, names.name[kBusy], names.sentence[kBusy], 1),
      serialiser_queue(group, names.name[kSerialiserQueue], "TLPs", names.sentence[kSerialiserQueue]),
      credit_queue(group, names.name[kCreditQueue], "TLPs", names.sentence[kCreditQueue], 0),
      credits(group, direction, advertised) {}

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
           {"Posted requests sent by the device.", "Non-posted requests sent by the device.",
            "Completions sent by the device.", "Wire bytes of the device's posted requests.",
            "Wire bytes of the device's non-posted requests.", "Wire bytes of the device's completions.",
            "Payload bytes sent by the device.", "Packets of the device held back by credits, or behind one that was.",
            "Upstream serialiser sending TLPs.", "Packets waiting for the upstream serialiser.",
            "Packets of the device waiting for credits."}},
          config.upstream, format_.rate(), config.credit_return_ps),
      downstream_(
          statistics_, kDownstream,
          {{"downstream_posted_tlps", "downstream_nonposted_tlps", "downstream_completion_tlps",
            "downstream_posted_bytes", "downstream_nonposted_bytes", "downstream_completion_bytes",
            "downstream_data_bytes", "downstream_credit_stalls", "downstream_busy", "downstream_serialiser_queue",
            "downstream_credit_queue"},
           {"Posted requests sent to the device.", "Non-posted requests sent to the device.",
            "Completions sent to the device.", "Wire bytes of posted requests to the device.",
            "Wire bytes of non-posted requests to the device.", "Wire bytes of completions to the device.",
            "Payload bytes sent to the device.", "Packets to the device held back by credits, or behind one that was.",
            "Downstream serialiser sending TLPs.", "Packets waiting for the downstream serialiser.",
            "Packets to the device waiting for credits."}},
          config.downstream, format_.rate(), config.credit_return_ps) {}

// Credits are returned by who receives.
std::vector<std::string> Link::WaitsFor(const Occupancy& held) const {
  return PeersOf(&held == &upstream_.credit_queue ? upstream_out : downstream_out);
}

tlm::tlm_sync_enum Link::Forward(std::uint32_t direction, Tlp& payload, Picoseconds delay) {
  const auto way = static_cast<Direction>(direction);
  const bool told = TellsSender(way, LinkFormat::ClassOf(payload.kind));
  Arrive(delay, kRequest, payload, direction);
  if (told) return tlm::TLM_ACCEPTED;
  // nobody waits for these to leave; credits bound what is in the receiver
  return tlm::TLM_UPDATED;
}

// When the wire has a request whole: a device's posted ones hold a place until then, a switch holds all its own.
bool Link::TellsSender(Direction direction, CreditClass credit_class) const {
  if (credit_class == CreditClass::kCompletion) return false;
  if (direction == kDownstream) return config_.switch_above;
  return credit_class == CreditClass::kPosted || config_.switch_below;
}

// What arrives here answers requests of `direction`, so its completions travel in the other one.
void Link::Backward(std::uint32_t direction, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) {
    Arrive(delay, kCompletion, payload, direction == kUpstream ? kDownstream : kUpstream);
    return;
  }
  if (!LaneOf(static_cast<Direction>(direction)).flow.limited(LinkFormat::ClassOf(payload.kind))) return;
  if (delay == 0) {
    Freed(static_cast<Direction>(direction), format_.Request(payload), now());
  } else {
    Due(delay, kFreed, &payload, direction);
  }
}

void Link::OnDue(const DueItem& item) {
  const auto direction = static_cast<Direction>(item.argument);
  switch (item.kind) {
    case kRequest:
      CheckArrival(PacketOf(item));
      CheckSize(PacketOf(item));
      Offer(direction, PacketOf(item), format_.Request(PacketOf(item)));
      break;
    case kCompletion:
      CheckArrival(PacketOf(item));
      Offer(direction, PacketOf(item), format_.Completion(PacketOf(item)));
      break;
    case kFreed:
      Freed(direction, format_.Request(PacketOf(item)), now());
      break;
    default:
      Retry(direction);
  }
}

void Link::Offer(Direction direction, Tlp& payload, const LinkCost& cost) {
  Lane& lane = LaneOf(direction);
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
  const Picoseconds arrival = slot.end + config_.propagation_ps;
  payload.ledger.Mark(Stage::kLinkCreditWait, now());
  payload.ledger.MarkServed(Stage::kLinkWait, slot.start, Stage::kLinkWire, arrival);
  Count(LaneOf(direction), cost, slot);
  if (TellsSender(direction, cost.credit_class)) {
    (direction == kUpstream ? upstream_in : downstream_in).Release(payload, slot.end - now());
  }
  PassOn(direction, payload, cost, arrival);
}

void Link::Count(Lane& lane, const LinkCost& cost, const LinkSlot& slot) {
  switch (cost.credit_class) {
    case CreditClass::kPosted:
      lane.posted_tlps.Add(cost.tlps);
      lane.posted_bytes.Add(cost.wire_bytes);
      break;
    case CreditClass::kNonPosted:
      lane.nonposted_tlps.Add(cost.tlps);
      lane.nonposted_bytes.Add(cost.wire_bytes);
      break;
    case CreditClass::kCompletion:
      lane.completion_tlps.Add(cost.tlps);
      lane.completion_bytes.Add(cost.wire_bytes);
      break;
  }
  lane.data_bytes.Add(cost.data_bytes);
  if (lane.flow.limited(cost.credit_class)) lane.credits.Take(now(), cost);
  lane.busy.Serve(slot.start, slot.end);
  lane.serialiser_queue.Enter(now(), slot.start);
}

void Link::PassOn(Direction direction, Tlp& payload, const LinkCost& cost, Picoseconds arrival) {
  LinkDirection& flow = LaneOf(direction).flow;
  const Picoseconds delay = arrival - now();
  if (cost.credit_class == CreditClass::kCompletion) {
    // The requester set the room for its answer aside when it asked: it is free again as soon as the answer is there.
    ReturnCredits(direction, arrival, cost);
    (direction == kUpstream ? downstream_in : upstream_in).Respond(payload, delay);
    return;
  }
  const bool unbuffered = (direction == kUpstream ? upstream_out : downstream_out).Send(payload, delay);
  if (unbuffered && flow.limited(cost.credit_class)) Freed(direction, cost, arrival);
}

void Link::Freed(Direction direction, const LinkCost& cost, Picoseconds at) {
  ReturnCredits(direction, at, cost);
  ScheduleRetry(direction);
}

void Link::ReturnCredits(Direction direction, Picoseconds freed, const LinkCost& cost) {
  Lane& lane = LaneOf(direction);
  if (!lane.flow.limited(cost.credit_class)) return;
  lane.flow.Return(freed, cost);
  lane.credits.Return(freed + config_.credit_return_ps, cost);
}

void Link::Retry(Direction direction) {
  Lane& lane = LaneOf(direction);
  if (lane.retry_at <= now()) lane.retry_at = kNever;  // else a later one is still on its way
  LinkItem item;
  LinkSlot slot;
  while (lane.flow.TakeNext(now(), item, slot)) {
    lane.credit_queue.Decrement(now());
    Depart(direction, *static_cast<Tlp*>(item.object), item.cost, slot);
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
void Link::CheckSize(Tlp& payload) const {
  const TlpKind kind = payload.kind;
  if (kind != TlpKind::kMemoryRead && kind != TlpKind::kMemoryWrite) return;
  const std::uint32_t length = payload.length_bytes;
  const std::uint32_t limit = kind == TlpKind::kMemoryRead ? config_.max_read_request_bytes : config_.max_payload_bytes;
  const bool in_page = payload.address % kPage4K + length <= kPage4K;
  CheckInvariant(length != 0 && length <= limit && in_page, [&] {
    return path() + ": a request of " + std::to_string(length) + " bytes at " + std::to_string(payload.address) +
           " must have 1 to " + std::to_string(limit) + " bytes within one 4 KiB page";
  });
}

}  // namespace siov
