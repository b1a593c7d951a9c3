// SPDX-License-Identifier: Apache-2.0
// Reads answered by several packets: each completion leaves when the wire has nothing else to send.
#include "models/fabric/link/link.h"

namespace siov {
namespace {

constexpr std::uint64_t kDoubleWord = 4;

// What its packets did not spend on the wire, others did.
void MarkTrain(Ledger& ledger, const CompletionTrain& train, Picoseconds sent, Picoseconds propagation_ps) {
  ledger.MarkServed(Stage::kLinkWait, sent - train.wire_ps, Stage::kLinkWire, sent + propagation_ps);
}

}  // namespace

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
  lane.serialiser_queue.Before(train.waits_since, now());
  lane.Count(now(), cost, slot);
  lane.flow.Return(slot.end + config_.propagation_ps, cost);
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

}  // namespace siov
