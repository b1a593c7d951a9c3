// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/page_walker/page_walker.h"

#include <algorithm>

namespace siov {
namespace {

// Walks merge if they would do the same: what they ask for besides the page goes into the bits above its number.
MissKey KeyOf(const Walk& request) {
  MissKey key = MissKey::Of(request.requester, request.pasid, request.address);
  const bool translation_request = request.at == AddressType::kTranslationRequest;
  const bool translated = request.at == AddressType::kTranslated;
  const unsigned asked = (request.write ? 1u : 0u) | (request.privileged ? 2u : 0u) | (translation_request ? 4u : 0u) |
                         (translated ? 8u : 0u);
  key.page |= std::uint64_t{asked} << 56;
  return key;
}

// By number of the cache.
constexpr std::array<const char*, kWalkerCaches> kSlotNames{
    "context_cache.slots",         "pasid_cache.slots",           "nested_cache.slots",
    "first_stage_cache.l2.slots",  "first_stage_cache.l3.slots",  "first_stage_cache.l4.slots",
    "first_stage_cache.l5.slots",  "second_stage_cache.l2.slots", "second_stage_cache.l3.slots",
    "second_stage_cache.l4.slots", "second_stage_cache.l5.slots"};

}  // namespace

PageWalker::PageWalker(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                       const PageWalkerConfig& config, AddressSpaces& spaces, const CachePartitions& partitions)
    : Block(name, simulation, path),
      from_iotlb("from_iotlb", this, &PageWalker::Forward),
      from_invalidation("from_invalidation", this, &PageWalker::FromInvalidation),
      to_memory("to_memory", this, &PageWalker::FromMemory),
      core_(config, spaces, partitions),
      cache_ports_(config),
      queue_entries_(config.queue_entries),
      begin_latency_(config.cache_latency_ps + config.setup_latency_ps),
      step_latency_(config.step_latency_ps),
      walkers_(config.walkers),
      queue_(config.order),
      queued_(statistics_, "queue", "walks", "walks waiting for a walker", config.queue_entries),
      walking_(statistics_, "walkers", "walks", "walks in progress", config.walkers) {
  for (std::uint32_t slot = config.walkers; slot > 0; --slot) free_walkers_.push_back(slot - 1);
  for (unsigned cache = 0; cache < kWalkerCaches; ++cache) {
    slot_latency_[cache] = config.cache(cache).lookup_latency_ps;
    if (config.cache(cache).slots == 0) continue;
    cache_slots_[cache] = std::make_unique<BusyTime>(
        statistics_, kSlotNames[cache], "share of the time the cache's slots were in lookups",
        config.cache(cache).slots, [this, cache](Picoseconds at) { return cache_ports_.BusyAfter(cache, at); });
  }
}

tlm::tlm_sync_enum PageWalker::Forward(std::uint32_t, Walk& request, Picoseconds delay) {
  Arrive(delay, kArrived, request);
  return tlm::TLM_ACCEPTED;
}

tlm::tlm_sync_enum PageWalker::FromInvalidation(std::uint32_t, InvalidationRequest& invalidation, Picoseconds delay) {
  Arrive(delay, kInvalidate, invalidation);
  return tlm::TLM_UPDATED;
}

// A table entry is on its way: the walk goes on when it is here and looked at.
void PageWalker::FromMemory(std::uint32_t, TableAccess& access, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase != tlm::BEGIN_RESP) return;
  Walker& walker = *reinterpret_cast<Walker*>(static_cast<std::uintptr_t>(access.context));
  const Picoseconds data = now() + delay;
  walker.request->ledger.MarkServed(Stage::kWalkMemory, data, Stage::kWalk, data + step_latency_);
  Due(delay + step_latency_, kStep, &walker);
}

void PageWalker::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kArrived:
      return OnArrived(PacketOf<Walk>(item));
    case kInvalidate:
      return OnInvalidation(PacketOf<InvalidationRequest>(item));
    case kBegin:
      return Begin(*static_cast<Walker*>(item.object));
    default:
      return Advance(*static_cast<Walker*>(item.object));
  }
}

void PageWalker::OnArrived(Walk& request) {
  CheckArrival(request);
  requests_.Add();
  const MissKey key = KeyOf(request);
  const std::uint32_t entry = walks_.Find(key);
  const bool room = blocked_.empty() && (!free_walkers_.empty() || QueueHasRoom());
  if (entry == Walks::kNone && !room) {
    queue_full_.Add();
    blocked_.push_back(&request);
    return;
  }
  Accept(request, key, entry);
}

// Takes the walk out of the sender's buffer. REQUIRES an equal walk (`entry`), a free walker or room in the queue.
void PageWalker::Accept(Walk& request, const MissKey& key, std::uint32_t entry) {
  if (entry != Walks::kNone) {
    merged_.Add();
    walks_.Wait(entry, &request);
  } else {
    const std::uint32_t opened = walks_.Open(key, {});
    walks_.Wait(opened, &request);
    if (!free_walkers_.empty()) {
      Start(opened);
    } else {
      queue_.Push(opened, {request.requester, request.at == AddressType::kTranslationRequest, request.traffic_class});
      queued_.Increment(now());
    }
  }
  from_iotlb.Release(request);
}

void PageWalker::Start(std::uint32_t entry) {
  const std::uint32_t slot = free_walkers_.back();
  free_walkers_.pop_back();
  walking_.Increment(now());
  Walker& walker = walkers_[slot];
  walker.entry = entry;
  walker.request = walks_.first(entry);
  walker.request->ledger.MarkServed(Stage::kWalkWait, now(), Stage::kWalk, now() + begin_latency_);
  Due(begin_latency_, kBegin, &walker);
}

void PageWalker::Begin(Walker& walker) {
  const Walk& request = *walker.request;
  core_.Begin(walker.walk, {request.requester, request.pasid, request.address, request.write, request.privileged,
                            request.at == AddressType::kTranslationRequest, request.at == AddressType::kTranslated});
  walker.access = TakeAccess(TableAccess::Kind::kRead, 0, kTableEntryBytes);
  walker.access->tenant = request.tenant;
  walker.access->context = reinterpret_cast<std::uintptr_t>(&walker);
  Advance(walker);
}

void PageWalker::Advance(Walker& walker) {
  if (walker.access->failed) core_.AccessFailed(walker.walk);
  const EntryAccess next = core_.Next(walker.walk);
  switch (next.kind) {
    case EntryAccess::Kind::kRead:
      return Access(walker, TableAccess::Kind::kRead, next.address);
    case EntryAccess::Kind::kUpdate:
      return Access(walker, TableAccess::Kind::kWrite, next.address);
    case EntryAccess::Kind::kLookUp:
      return LookUp(walker, next.lookup);
    case EntryAccess::Kind::kNone:
      return Finish(walker);
  }
}

// What the caches hold is looked at when they have answered.
void PageWalker::LookUp(Walker& walker, WalkerCacheSet caches) {
  const CachePorts::Lookup lookup = cache_ports_.Ask(caches, now());
  BookSlots(caches);
  lookup_wait_.Add(lookup.start - now());
  walker.request->ledger.MarkServed(Stage::kWalkWait, lookup.start, Stage::kWalk, lookup.done);
  Due(lookup.done - now(), kStep, &walker);
}

void PageWalker::BookSlots(WalkerCacheSet caches) {
  for (unsigned left = caches; left != 0; left &= left - 1) {
    const auto cache = static_cast<unsigned>(__builtin_ctz(left));
    if (cache_slots_[cache]) cache_slots_[cache]->Book(slot_latency_[cache]);
  }
}

void PageWalker::Access(Walker& walker, TableAccess::Kind kind, std::uint64_t address) {
  TableAccess& access = *walker.access;
  access.address = address;
  access.kind = kind;
  access.failed = false;
  access.ledger.Open(now());
  to_memory.Send(access, 0);
}

void PageWalker::Finish(Walker& walker) {
  const auto slot = static_cast<std::uint32_t>(&walker - walkers_.data());
  const Translation result = walker.walk.result();
  CountWalk(walker.walk);
  GivePacket(*walker.access);
  Walk* const first = walker.request;
  Walks::Chain waiters = walks_.TakeWaiters(walker.entry);
  walks_.Close(walker.entry);
  walker.request = nullptr;
  free_walkers_.push_back(slot);
  walking_.Decrement(now());
  if (!queue_.empty()) {
    const std::uint32_t next = queue_.Pop();
    queued_.Decrement(now());
    Start(next);
  }
  AdmitBlocked();
  Walk* request = nullptr;
  while (walks_.Pop(waiters, &request)) {
    if (request != first) request->ledger.Mark(Stage::kWalkWait, now());
    request->translation = result;
    from_iotlb.Respond(*request, 0);
  }
  if (!invalidating_.empty()) AnswerInvalidations(slot);
}

// Walks in progress may have read the old tables: the invalidation is complete when they have answered (IOM-25).
void PageWalker::OnInvalidation(InvalidationRequest& invalidation) {
  CheckArrival(invalidation);
  if (invalidation.before_page_request) {
    core_.InvalidatePage(invalidation.what.pasid, invalidation.what.address);
    return from_invalidation.Respond(invalidation, 0);
  }
  invalidations_.Add();
  invalidated_.Add(core_.Invalidate(invalidation.what));
  Invalidating waits{&invalidation, {}};
  for (std::uint32_t slot = 0; slot < walkers_.size(); ++slot) {
    Walker& walker = walkers_[slot];
    if (walker.request != nullptr && core_.Overtake(walker.walk, invalidation.what)) waits.walkers.push_back(slot);
  }
  overtaken_.Add(waits.walkers.size());
  if (waits.walkers.empty()) return from_invalidation.Respond(invalidation, 0);
  invalidating_.push_back(std::move(waits));
}

void PageWalker::AnswerInvalidations(std::uint32_t slot) {
  for (std::size_t i = 0; i < invalidating_.size();) {
    std::vector<std::uint32_t>& walkers = invalidating_[i].walkers;
    walkers.erase(std::remove(walkers.begin(), walkers.end(), slot), walkers.end());
    if (!walkers.empty()) {
      ++i;
      continue;
    }
    InvalidationRequest& invalidation = *invalidating_[i].request;
    invalidating_.erase(invalidating_.begin() + static_cast<std::ptrdiff_t>(i));
    invalidation.ledger.Mark(Stage::kWalkWait, now());
    from_invalidation.Respond(invalidation, 0);
  }
}

// In order of arrival; a blocked walk may by now equal one that is in progress.
void PageWalker::AdmitBlocked() {
  while (!blocked_.empty() && (QueueHasRoom() || !free_walkers_.empty())) {
    Walk& request = *blocked_.front();
    blocked_.pop_front();
    const MissKey key = KeyOf(request);
    Accept(request, key, walks_.Find(key));
  }
}

void PageWalker::CountWalk(const OngoingWalk& walk) {
  const WalkTally& tally = walk.tally();
  if (walk.result().fault_reason != kNoFault) faults_.Add();
  (tally.pasid_hit ? pasid_hits_ : pasid_misses_).Add();
  if (tally.context_looked_up) (tally.context_hit ? context_hits_ : context_misses_).Add();
  first_hits_.Add(tally.first_cache_hit ? 1u : 0u);
  second_hits_.Add(tally.second_cache_hits);
  nested_hits_.Add(tally.nested_cache_hits);
  structure_reads_.Add(tally.structure_reads);
  permission_reads_.Add(tally.permission_reads);
  updates_.Add(tally.updates);
  undefined_.Add(tally.undefined ? 1u : 0u);
  for (std::size_t level = 0; level < kMaxTableLevels; ++level) {
    first_reads_[level].Add(tally.first_reads[level]);
    second_reads_[level].Add(tally.second_reads[level]);
  }
}

}  // namespace siov
