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

constexpr std::uint64_t kDoubleWord = 4;

// Of an answer that waits until order permits; one of several packets takes credits and the wire for each by itself.
LinkCost AnswerCost(const LinkFormat& format, const Tlp& tlp) {
  LinkCost cost = format.Completion(tlp);
  if (cost.tlps > 1) cost = {CreditClass::kCompletion, 0, 0, 0, 0};
  return cost;
}

// What its packets did not spend on the wire, others did.
void MarkTrain(Ledger& ledger, const CompletionTrain& train, Picoseconds sent, Picoseconds propagation_ps) {
  ledger.MarkServed(Stage::kLinkWait, sent - train.wire_ps, Stage::kLinkWire, sent + propagation_ps);
}

constexpr std::size_t kPostedTlps = 0, kNonpostedTlps = 1, kCompletionTlps = 2, kPostedBytes = 3, kNonpostedBytes = 4,
                      kCompletionBytes = 5, kDataBytes = 6, kCreditStalls = 7, kBusy = 8, kSerialiserQueue = 9,
                      kCreditQueue = 10;

}  // namespace

Link::Lane::Lane(StatGroup& group, Direction direction, const Names& names, const LinkCredits& advertised,
                 ByteRate rate, Picoseconds credit_return_ps, const CompletionFormat& completions)
    : flow(advertised, rate, credit_return_ps, completions),
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
          config.upstream, format_.rate(), config.credit_return_ps, format_.completions()),
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
          config.downstream, format_.rate(), config.credit_return_ps, format_.completions()) {}

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
      Offer(direction, PacketOf(item), AnswerCost(format_, PacketOf(item)));
      break;
    case kFreed:
      Freed(direction, format_.Request(PacketOf(item)), now());
      break;
    case kRetry:
      Retry(direction);
      break;
    default:
      NextOfTrain(direction);
  }
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
  const Picoseconds arrival = slot.end + config_.propagation_ps;
  payload.ledger.Mark(Stage::kLinkCreditWait, now());
  if (cost.tlps == 0) return BeginTrain(direction, payload);
  Count(LaneOf(direction), cost, slot, kNever);
  payload.ledger.MarkServed(Stage::kLinkWait, slot.start, Stage::kLinkWire, arrival);
  if (TellsSender(direction, cost.credit_class)) {
    (direction == kUpstream ? upstream_in : downstream_in).Release(payload, slot.end - now());
  }
  PassOn(direction, payload, cost, arrival);
}

// `waits_since`: it is one of a train and has waited for the wire so long; kNever: it has just come.
void Link::Count(Lane& lane, const LinkCost& cost, const LinkSlot& slot, Picoseconds waits_since) {
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
  if (waits_since != kNever) lane.serialiser_queue.Before(waits_since, now());
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

// --- Reads answered by several packets ----------------------------------------------------------------------------

void Link::BeginTrain(Direction direction, Tlp& read) {
  const LinkCost all = format_.Completion(read);
  LaneOf(direction).flow.Begin({&read, AlignDown(read.address, kDoubleWord), all.data_bytes, all.tlps, 0, now()});
  ArmTrain(direction);
}

void Link::ArmTrain(Direction direction) {
  Lane& lane = LaneOf(direction);
  if (!lane.flow.has_trains()) return;
  const Picoseconds next = lane.flow.NextOfTrain(now());
  if (next >= lane.train_at) return;
  lane.train_at = next;
  Due(next - now(), kTrain, nullptr, direction, DueRank::kDecide);
}

// Whatever came meanwhile has gone first.
void Link::NextOfTrain(Direction direction) {
  Lane& lane = LaneOf(direction);
  if (lane.train_at <= now()) lane.train_at = kNever;  // else a later one is still on its way
  if (lane.flow.has_trains() && lane.flow.NextOfTrain(now()) <= now()) SendOfTrain(direction);
  lane.credits.NoteShortages(now(), lane.flow);
  ArmTrain(direction);
}

bool Link::SendOfTrain(Direction direction) {
  Lane& lane = LaneOf(direction);
  CompletionTrain train;
  LinkCost cost;
  LinkSlot slot;
  if (!lane.flow.TakeOfTrain(now(), train, cost, slot)) return false;
  Count(lane, cost, slot, train.waits_since);
  ReturnCredits(direction, slot.end + config_.propagation_ps, cost);
  Tlp& read = *static_cast<Tlp*>(train.object);
  if (SwitchGetsAnswers(direction)) {
    PassOnOfTrain(direction, read, train, cost, slot);
  } else if (train.left == 0) {
    MarkTrain(read.ledger, train, slot.end, config_.propagation_ps);
    (direction == kUpstream ? downstream_in : upstream_in).Respond(read, slot.end + config_.propagation_ps - now());
  }
  return true;
}

// A switch looks at every packet: each is one of its own from here to the device.
void Link::PassOnOfTrain(Direction direction, Tlp& read, const CompletionTrain& train, const LinkCost& cost,
                         const LinkSlot& slot) {
  Tlp& completion = *TakePacket(TlpKind::kMemoryRead, train.address - cost.data_bytes, cost.data_bytes);
  completion.requester = read.requester;
  completion.tenant = read.tenant;
  completion.traffic_class = read.traffic_class;
  completion.relaxed_ordering = read.relaxed_ordering;
  completion.id_based_ordering = read.id_based_ordering;
  completion.completed_read = &read;
  completion.last_completion = train.left == 0;
  completion.ledger.Open(read.ledger.cursor());
  MarkTrain(completion.ledger, train, slot.end, config_.propagation_ps);
  (direction == kUpstream ? downstream_in : upstream_in).Respond(completion, slot.end + config_.propagation_ps - now());
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
