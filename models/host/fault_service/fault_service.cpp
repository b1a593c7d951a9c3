// SPDX-License-Identifier: Apache-2.0
#include "models/host/fault_service/fault_service.h"

#include <algorithm>

namespace siov {

FaultService::FaultService(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                           const FaultServiceConfig& config, std::uint32_t iommus, AddressSpaces& address_spaces,
                           const MemoryAtStart& memory)
    : Block(name, simulation, path),
      config_(config),
      address_spaces_(address_spaces),
      memory_(memory),
      random_(MakeRandom()),
      readers_(iommus),
      handlers_(config.handlers),
      busy_(statistics_, "handlers", "Share of the handlers' time.", config.handlers) {
  resident_.Set(0, memory.resident_bytes);
  for (std::uint32_t i = 0; i < iommus; ++i) {
    const std::string suffix = std::to_string(i);
    from_pri_queue.push_back(std::make_unique<TargetSocket<FaultService>>(("from_pri_queue_" + suffix).c_str(), this,
                                                                          &FaultService::OnPageRequestEvent, i));
    to_iommu.push_back(std::make_unique<InitiatorSocket<FaultService>>(("to_iommu_" + suffix).c_str(), this,
                                                                       &FaultService::OnAnswer, i));
  }
}

std::vector<std::string> FaultService::PassesOnTo() const {
  std::vector<std::string> peers;
  for (const auto& socket : to_iommu) {
    for (const std::string& peer : PeersOf(*socket)) peers.push_back(peer);
  }
  return peers;
}

tlm::tlm_sync_enum FaultService::OnPageRequestEvent(std::uint32_t iommu, Tlp& event, Picoseconds delay) {
  Due(delay, kEvent, &event, iommu);
  return tlm::TLM_UPDATED;
}

void FaultService::OnDue(const DueItem& item) {
  switch (static_cast<Kind>(item.kind)) {
    case kEvent:
      return OnEvent(item.argument, PacketOf(item));
    case kAwake:
      readers_[item.argument].woken = true;
      return StartPass(item.argument);
    case kRead:
      return EndPass(item.argument);
    case kServed:
      return OnServed(item.argument);
    case kGuestServed:
      in_guests_.Decrement(now());
      return Respond(item.argument, MapPages(groups_[item.argument]));
    case kAnswered:
      return Answered(PacketOf(item));
    case kReclaim:
      return Reclaim();
    case kLookAgain:
      return ContinueTeardown(item.argument);
  }
}

// --- The thread that reads the ring ---

void FaultService::OnEvent(std::uint32_t iommu, Tlp& event) {
  Reader& reader = readers_[iommu];
  events_.Add();
  reader.events.push_back(&event);
  if (reader.awake) return;  // it looks again before it sleeps
  reader.awake = true;
  wakeups_.Add();
  Due(config_.wakeup_ps, kAwake, nullptr, iommu);
}

// Reads what is in the ring now. The status is cleared first: what comes later is told by a new event.
void FaultService::StartPass(std::uint32_t iommu) {
  Reader& reader = readers_[iommu];
  reader.registers->ClearPending();
  for (Tlp* event : reader.events) from_pri_queue[iommu]->Respond(*event, 0);
  reader.events.clear();
  reader.pass_start = now();
  reader.batch = reader.registers->ring().used();
  if (config_.batch_entries > 0) reader.batch = std::min(reader.batch, config_.batch_entries);
  const Picoseconds busy = reader.batch * config_.entry_ps;
  if (busy == 0) return EndPass(iommu);
  Due(busy, kRead, nullptr, iommu);
}

void FaultService::EndPass(std::uint32_t iommu) {
  Reader& reader = readers_[iommu];
  const PageRequestRing& ring = reader.registers->ring();
  if (reader.batch > 0) passes_.Add();
  entries_.Add(reader.batch);
  for (std::uint32_t i = 0; i < reader.batch; ++i) {
    Tlp& message = *static_cast<Tlp*>(ring.packet(i));
    Ledger& ledger = message.ledger;
    const Stage before = reader.woken ? Stage::kPageEvent : Stage::kPageFaultWait;
    ledger.MarkServed(before, reader.pass_start, Stage::kPageFault, now());
    TakeEntry(iommu, ring.Read(i), message);
  }
  reader.registers->AdvanceHead(reader.batch);
  reader.woken = false;
  if (ring.used() > 0 || !reader.events.empty()) return StartPass(iommu);
  Sleep(iommu);
}

// The ring is empty. After an overflow the rest of a group may be lost: what is incomplete is asked for again.
void FaultService::Sleep(std::uint32_t iommu) {
  Reader& reader = readers_[iommu];
  reader.awake = false;
  if (!reader.registers->ring().overflow()) return;
  discarded_.Add(assembler_.Discard(iommu));
  reader.registers->ClearOverflow();
}

void FaultService::TakeEntry(std::uint32_t iommu, const PageRequestFields& request, Tlp& message) {
  const auto space = address_spaces_.Find(request.pasid);
  const bool accepts = !space || space->pass_through() || space->layout(space->tenant_stage()).Accepts(request.page);
  const bool known = !request.pasid.valid() || request.IsStopMarker() || IsBound(request);
  switch (JudgePageRequest(request, accepts && known, config_.devices)) {
    case PageRequestVerdict::kDrop:
      stop_markers_.Add();
      return GivePacket(message);
    case PageRequestVerdict::kInvalid: {
      bad_requests_.Add();
      if (!request.last) return GivePacket(message);
      assembler_.DiscardGroup(iommu, request);
      const std::uint32_t group = TakeGroup();
      groups_[group].last = &message;
      groups_[group].iommu = iommu;
      return Respond(group, PageResponseCode::kInvalidRequest);
    }
    case PageRequestVerdict::kServe:
      break;
  }
  if (!request.last) {
    assembler_.Add(iommu, request, nullptr);
    return GivePacket(message);
  }
  const std::uint32_t group = TakeGroup();
  assembler_.Add(iommu, request, &groups_[group].pages);
  groups_[group].last = &message;
  groups_[group].iommu = iommu;
  Queue(group);
}

// RISC-V queues requests of processes that nobody has, or has any more; VT-d has looked.
bool FaultService::IsBound(const PageRequestFields& request) const {
  const TranslationStructures& structures = address_spaces_.structures();
  const PasidEntry* set = structures.FindPasidEntry(request.requester, request.pasid.value());
  return set == nullptr || set->present;
}

// --- The handlers ---

void FaultService::Queue(std::uint32_t group) {
  if (handlers_.Acquire(group)) {
    busy_.Begin(now());
    return Serve(group);
  }
  waiting_.Increment(now());
}

void FaultService::Serve(std::uint32_t index) {
  Group& group = groups_[index];
  group.guests = IsGuests(group.pages.back());
  const Picoseconds busy = group.guests ? config_.guest_inject_ps : DrawService(group);
  group.last->ledger.MarkServed(Stage::kPageFaultWait, now(), Stage::kPageFault, now() + busy);
  Due(busy, kServed, nullptr, index);
}

// A page that is there already costs what mapping one costs: the handler finds that out under the same locks.
Picoseconds FaultService::DrawService(const Group& group) {
  Picoseconds busy = 0;
  for (const PageRequestFields& request : group.pages) {
    const bool there = IsThere(request);
    const bool drawn = !there && config_.major_fraction > 0.0 && random_.Bernoulli(config_.major_fraction);
    const bool major = !there && (drawn || WasSwappedOut(request));
    (there ? spurious_ : major ? major_ : minor_).Add();
    if (major) copied_bytes_.Add(PageBytes(request.pasid, request.page));
    busy += (major ? config_.major_service : config_.minor_service).Draw(random_);
  }
  return busy;
}

// With the rights asked for: a spurious fault, answered without a change of the tables.
bool FaultService::IsThere(const PageRequestFields& request) const {
  const PageMapping mapping = address_spaces_.Translate(request.pasid, request.page);
  return mapping.present && (mapping.write || !request.write);
}

bool FaultService::IsGuests(const PageRequestFields& request) const {
  const auto space = address_spaces_.Find(request.pasid);
  return space && space->nested();
}

void FaultService::OnServed(std::uint32_t index) {
  std::uint32_t next = 0;
  if (groups_[index].guests) {
    StartGuest(index);
  } else {
    Respond(index, MapPages(groups_[index]));
  }
  if (!handlers_.Release(&next)) return busy_.End(now());
  waiting_.Decrement(now());
  Serve(next);
}

// The guest's own handler serves one group after the other; its answer comes back by way of the host.
void FaultService::StartGuest(std::uint32_t index) {
  Group& group = groups_[index];
  guests_.Add();
  in_guests_.Increment(now());
  const auto space = address_spaces_.Find(group.pages.back().pasid);
  Picoseconds& free_at = guest_free_at_[space->domain];
  const Picoseconds start = std::max(now(), free_at);
  Picoseconds busy = 0;
  for (const PageRequestFields& request : group.pages) {
    (IsThere(request) ? spurious_ : minor_).Add();
    busy += config_.guest_service.Draw(random_);
  }
  free_at = start + busy;
  group.last->ledger.MarkServed(Stage::kPageFaultWait, start, Stage::kPageFault, free_at + config_.guest_respond_ps);
  Due(free_at + config_.guest_respond_ps - now(), kGuestServed, nullptr, index);
}

PageResponseCode FaultService::MapPages(const Group& group) {
  for (const PageRequestFields& request : group.pages) {
    if (!MapPage(request, group.iommu)) return PageResponseCode::kInvalidRequest;
  }
  return PageResponseCode::kSuccess;
}

bool FaultService::MapPage(const PageRequestFields& request, std::uint32_t iommu) {
  const bool there = address_spaces_.IsResident(request.pasid, request.page);
  if (!address_spaces_.MakeResident(request.pasid, request.page, request.write)) return false;
  if (there) return true;
  resident_.Set(now(), resident_.level() + PageBytes(request.pasid, request.page));
  if (RemembersPages()) {
    faulted_.push_back({request, iommu});
    swapped_out_.erase(PageKey(request));
  }
  return true;
}

std::uint64_t FaultService::PageBytes(Pasid pasid, std::uint64_t address) const {
  const auto space = address_spaces_.Find(pasid);
  return space ? std::uint64_t{1} << space->leaf_shift(space->tenant_stage(), address) : 0;
}

// The message that closed the group becomes its response descriptor.
void FaultService::Respond(std::uint32_t index, PageResponseCode code) {
  Group& group = groups_[index];
  (code == PageResponseCode::kSuccess ? served_ : failed_).Add();
  Tlp& response = *group.last;
  response.kind = TlpKind::kInvalidationCommand;
  response.invalidation.kind = InvalidationKind::kPageGroupResponse;
  response.response_code = code;
  response.length_bytes = config_.descriptor_bytes;
  const std::uint32_t iommu = group.iommu;
  group.pages.clear();
  free_groups_.push_back(index);
  to_iommu[iommu]->Send(response, 0);
}

std::uint32_t FaultService::TakeGroup() {
  if (free_groups_.empty()) {
    groups_.emplace_back();
    return static_cast<std::uint32_t>(groups_.size() - 1);
  }
  const std::uint32_t group = free_groups_.back();
  free_groups_.pop_back();
  return group;
}

}  // namespace siov
