// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/iotlb/iotlb.h"

#include <algorithm>

namespace siov {
namespace {

std::uint64_t OffsetIn(std::uint64_t address, unsigned page_shift) {
  return address & ((std::uint64_t{1} << page_shift) - 1);
}

}  // namespace

Iotlb::Iotlb(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
             const IotlbConfig& config, std::size_t ports, const AddressSpaces& spaces,
             const CachePartitions& partitions, bool asks_memory)
    : Block(name, simulation, path),
      to_walker("to_walker", this, &Iotlb::FromWalker),
      to_walker_invalidation("to_walker_invalidation", this, &Iotlb::FromWalkerInvalidation),
      to_memory("to_memory", this, &Iotlb::FromMemory),
      to_faults("to_faults", this, &Iotlb::FromFaults),
      from_invalidation("from_invalidation", this, &Iotlb::FromInvalidation),
      from_pri_queue("from_pri_queue", this, &Iotlb::FromPriQueue),
      core_(config, spaces, partitions),
      lookup_latency_(config.lookup_latency_ps),
      lookup_interval_(config.lookup_interval_ps),
      miss_slots_(config.miss_slots),
      asks_memory_(asks_memory),
      order_(config.order),
      profile_(config.profile),
      containment_(config.containment),
      device_memory_(config.device_memory),
      prefetcher_(config.prefetch),
      reuse_(statistics_, "reuse", config.geometry.entries),
      walks_(statistics_, "walks", "misses", "misses in flight to the page walker", config.miss_slots) {
  core_.set_watch(&reuse_);
  for (std::uint32_t port = 0; port < ports; ++port) {
    const std::string socket = "from_port_" + std::to_string(port);
    from_port.push_back(std::make_unique<TargetSocket<Iotlb>>(socket.c_str(), this, &Iotlb::Forward, port));
  }
}

tlm::tlm_sync_enum Iotlb::Forward(std::uint32_t port, Tlp& payload, Picoseconds delay) {
  Arrive(delay, kArrived, payload, port);
  return tlm::TLM_ACCEPTED;
}

void Iotlb::FromWalker(std::uint32_t, Walk& walk, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) Arrive(delay, kWalked, walk);
}

// Data on its way back: nothing happens to it here.
void Iotlb::FromMemory(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase != tlm::BEGIN_RESP) return;
  if (IsFlush(payload)) return Arrive(delay, kFlushed, payload);
  drained_ = std::max(drained_, now() + delay);
  from_port[payload.PopRoute()]->Respond(payload, delay);
}

void Iotlb::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kArrived:
      return OnArrived(PacketOf(item), item.argument);
    case kLookup:
      return OnLookup(PacketOf(item), item.argument);
    case kWalked:
      return OnWalked(PacketOf<Walk>(item));
    case kPortFree:
      return OnPortFree();
    case kInvalidate:
      return OnInvalidate(PacketOf<InvalidationRequest>(item));
    case kForget:
      return OnForget(PacketOf<InvalidationRequest>(item));
    case kFlushed:
      return Flushed(PacketOf(item));
    default:
      return OnInvalidated(PacketOf<InvalidationRequest>(item));
  }
}

void Iotlb::OnLookup(Tlp& payload, std::uint32_t port) {
  Request request{&payload, TicketOf(payload, port), 0, port, 0};
  if (!payload.pasid.valid()) {
    no_pasid_.Add();
    const bool interrupt = payload.kind == TlpKind::kTranslationRequest && IsInterruptAddress(payload.address);
    const bool checked = IsContained(payload) && containment_ == Containment::kPermissionTable;
    if (interrupt || (!checked && core_.PassesWithoutPasid(payload.requester))) return WithoutPasid(request);
  }
  if (IsContained(payload)) contained_.Add();
  const std::uint64_t address = AddressOf(payload, payload);
  Translation* hit = core_.Lookup(payload.requester, payload.pasid, address, IsContained(payload));
  if (hit != nullptr && !NeedsWalk(*hit, payload)) {
    hits_.Add();
    if (hit->prefetched) {
      UsePrefetched(payload, *hit);
    }
    if (payload.translations == 1) return Settle(request, *hit);
    const Translation found = *hit;  // walks may end at once, and fill others in
    WalkAhead(payload);
    return Settle(request, found);
  }
  if (hit != nullptr) dirty_walks_.Add();
  misses_count_.Add();
  if (payload.kind == TlpKind::kMemoryWrite && !request.ticket.valid()) {
    request.ticket = order_of_.Enter(PortStreamOf(port, payload), OrderOfRequest(payload));
  }
  Miss(request, address);
  if (payload.translations > 1) WalkAhead(payload);
}

void Iotlb::WithoutPasid(const Request& request) {
  const Tlp& tlp = *request.payload;
  const std::uint64_t address = request.payload->address;
  if (tlp.kind != TlpKind::kTranslationRequest) return PassToMemory(request);
  if (IsInterruptAddress(address)) {
    request.payload->translation = InterruptRangeAnswer(tlp);
    translation_requests_.Add();
    return Respond(request);
  }
  Translation identity;
  identity.page_shift = kPageShift1G;
  identity.address = address - OffsetIn(address, kPageShift1G);
  identity.read = identity.write = true;
  identity.privileged_read = identity.privileged_write = true;
  Answer(request, identity);
}

void Iotlb::Miss(const Request& request, std::uint64_t address) {
  const Tlp& tlp = *request.payload;
  const Pasid tag = core_.TagOf(tlp.requester, tlp.pasid, IsContained(tlp));
  const MissKey key = MissKey::Of(tlp.requester, tag, address);
  const std::uint32_t pending = misses_.Find(key);
  if (pending != Misses::kNone) {
    merged_.Add();
    MissState& state = misses_.state(pending);
    if (state.prefetch && !misses_.HasWaiters(pending)) prefetches_useful_.Add();
    return misses_.Wait(pending, request);
  }
  const std::uint32_t miss = misses_.Open(key, MissState{});
  misses_.Wait(miss, request);
  if (SlotFree() && waiting_.empty()) return StartWalk(miss);
  waiting_.Push(ClassOf(tlp, request.port), miss);
  slot_queue_.Increment(now());
}

void Iotlb::StartWalk(std::uint32_t miss) {
  ++in_flight_;
  walks_.Increment(now());
  misses_.state(miss).walks = true;
  const Tlp& packet = *misses_.first(miss).payload;
  Tlp& cause = *misses_.first(miss).payload;
  cause.ledger.Mark(Stage::kIotlbWait, now());
  const bool of_first = misses_.first(miss).gathered == 0;
  const std::uint64_t address = of_first ? AddressOf(packet, cause) : misses_.key(miss).address();
  Walk* walk = TakeWalk(miss, address);
  CopyCause(cause, *walk);
  to_walker.Send(*walk, 0);
}

void Iotlb::CopyCause(const Tlp& cause, Walk& walk) {
  walk.pasid = cause.pasid;
  walk.tenant = cause.tenant;
  walk.at = KindOf(cause).first;
  walk.privileged = cause.privileged;
  walk.traffic_class = cause.traffic_class;
  walk.write = WantsDirty(cause);
}

Walk* Iotlb::TakeWalk(std::uint32_t miss, std::uint64_t address) {
  const MissKey key = misses_.key(miss);
  Walk* walk = TakePacket<Walk>();
  walk->requester = key.requester;
  walk->pasid = Pasid(key.pasid);
  walk->address = address;
  walk->miss = miss;
  return walk;
}

void Iotlb::OnWalked(Walk& walk) {
  CheckArrival(walk);
  const std::uint32_t miss = walk.miss;
  Translation translation = walk.translation;
  const MissState state = misses_.state(miss);
  const bool contained = IsContained(walk);
  translation.prefetched = state.prefetch && !misses_.HasWaiters(miss);
  if (state.stale || translation.overtaken) {
    stale_walks_.Add();
  } else if (core_.Fill(walk.requester, walk.pasid, walk.address, translation, contained)) {
    evictions_.Add();
    CountUnusedPrefetches();
  }
  const MissKey key = misses_.key(miss);
  if (!state.prefetch && !state.ahead) misses_.first(miss).payload->ledger.Append(walk.ledger);
  GivePacket(walk);
  Misses::Chain waiters = misses_.TakeWaiters(miss);
  misses_.Close(miss);
  --in_flight_;
  walks_.Decrement(now());
  SettleWaiters(waiters, key, translation, Stage::kWalkWait);
  if (translation.fault_reason == kNoFault && !translation.prefetched && !state.ahead && !contained) {
    Prefetch(key.requester, Pasid(key.pasid), key.address(), translation.page_shift);
  } else if (translation.prefetched && translation.fault_reason != kNoFault) {
    prefetches_useless_.Add();
  }
  if (state.waited_for_by != 0) StaleWalkEnded(state.waited_for_by);
  StartWaitingWalks();
}

// A miss that waited may have been filled meanwhile, by a larger page.
void Iotlb::StartWaitingWalks() {
  while (!waiting_.empty() && SlotFree()) {
    const std::uint32_t miss = waiting_.Pop();
    slot_queue_.Decrement(now());
    const MissKey key = misses_.key(miss);
    const Tlp& first = *misses_.first(miss).payload;
    const Translation* hit = core_.Lookup(first.requester, first.pasid, key.address(), IsContained(first));
    if (hit == nullptr || NeedsWalk(*hit, first)) {
      StartWalk(miss);
      continue;
    }
    const Translation translation = *hit;
    Misses::Chain waiters = misses_.TakeWaiters(miss);
    misses_.Close(miss);
    SettleWaiters(waiters, key, translation, Stage::kIotlbWait);
  }
}

// What a walk found is for the request it was made for. One of another class that joined it walks on its own if that
// makes a difference: a fault may be the first one's alone, and a read's walk leaves the page clean.
void Iotlb::SettleWaiters(Misses::Chain waiters, const MissKey& key, const Translation& translation, Stage waited) {
  Request request{};
  bool is_first = true;
  RequestKind first{};
  while (misses_.Pop(waiters, &request)) {
    Tlp& tlp = *request.payload;
    tlp.ledger.Mark(waited, now());
    const RequestKind kind = KindOf(tlp);
    if (is_first) first = kind;
    is_first = false;
    if (NeedsWalk(translation, tlp) || (translation.fault_reason != kNoFault && kind != first)) {
      Miss(request, key.address());
    } else {
      Settle(request, translation);
    }
  }
}

// The page is known, for better or worse.
void Iotlb::Settle(const Request& request, const Translation& translation) {
  Tlp& tlp = *request.payload;
  if (tlp.kind == TlpKind::kTranslationRequest) return Answer(request, translation);
  const FaultReason fault = FaultOf(translation, tlp);
  if (fault != kNoFault) return Refuse(request, translation, fault);
  const std::uint64_t address = AddressOf(*request.payload, tlp);
  request.payload->address = translation.address + OffsetIn(address, translation.page_shift);
  PassToMemory(request);
}

}  // namespace siov
