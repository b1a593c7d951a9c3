// SPDX-License-Identifier: Apache-2.0
// The handlers; the thread that reads the ring is in fault_service_reader.cpp.
#include "models/host/fault_service/fault_service.h"

#include <algorithm>
#include <string>

namespace siov {

FaultService::FaultService(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                           const FaultServiceConfig& config, std::uint32_t iommus, AddressSpaces& address_spaces,
                           const MemoryAtStart& memory, bool exits)
    : Block(name, simulation, path),
      config_(config),
      address_spaces_(address_spaces),
      memory_(memory),
      random_(MakeRandom()),
      readers_(iommus),
      handlers_(config.handlers),
      busy_(statistics_, "handlers", "Share of the handlers' time.", config.handlers) {
  resident_.Set(0, memory.resident_bytes);
  if (exits) {
    from_exits =
        std::make_unique<TargetSocket<FaultService, PasidTeardown>>("from_exits", this, &FaultService::FromExits);
  }
  for (std::uint32_t i = 0; i < iommus; ++i) {
    const std::string suffix = std::to_string(i);
    from_pri_queue.push_back(std::make_unique<TargetSocket<FaultService, IommuEvent>>(
        ("from_pri_queue_" + suffix).c_str(), this, &FaultService::OnPageRequestEvent, i));
    to_iommu.push_back(std::make_unique<InitiatorSocket<FaultService, InvalidationCommand>>(
        ("to_iommu_" + suffix).c_str(), this, &FaultService::OnAnswer, i));
    to_pri_queue.push_back(std::make_unique<InitiatorSocket<FaultService, PageRequestAccess>>(
        ("to_pri_queue_" + suffix).c_str(), this, &FaultService::Accessed, i));
  }
}

std::vector<std::string> FaultService::PassesOnTo() const {
  std::vector<std::string> peers;
  for (const auto& socket : to_iommu) {
    for (const std::string& peer : PeersOf(*socket)) peers.push_back(peer);
  }
  return peers;
}

tlm::tlm_sync_enum FaultService::OnPageRequestEvent(std::uint32_t iommu, IommuEvent& event, Picoseconds delay) {
  Due(delay, kEvent, &event, iommu);
  return tlm::TLM_UPDATED;
}

void FaultService::OnDue(const DueItem& item) {
  switch (static_cast<Kind>(item.kind)) {
    case kEvent:
      return OnEvent(item.argument, PacketOf<IommuEvent>(item));
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
      return Answered(PacketOf<InvalidationCommand>(item));
    case kTeardown:
      return StartTeardown(PacketOf<PasidTeardown>(item));
    case kReclaim:
      return Reclaim();
    case kLookAgain:
      return ContinueTeardown(item.argument);
  }
}

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

// The response descriptor takes the story of the message that closed the group.
void FaultService::Respond(std::uint32_t index, PageResponseCode code) {
  Group& group = groups_[index];
  (code == PageResponseCode::kSuccess ? served_ : failed_).Add();
  Tlp& request = *group.last;
  InvalidationCommand& response = *TakePacket<InvalidationCommand>();
  response.what.what.kind = InvalidationKind::kPageGroupResponse;
  response.what.requester = request.requester;
  response.what.pasid = request.pasid;
  response.page_group = {code, request.page_group, request.response_with_pasid, request.source_port};
  response.bytes = config_.descriptor_bytes;
  response.ledger = request.ledger;
  GivePacket(request);
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
