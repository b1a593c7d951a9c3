// SPDX-License-Identifier: Apache-2.0
// The thread that reads a page request queue: woken by its event, it takes what is in the ring and looks again before
// it sleeps.
#include <algorithm>
#include <string>

#include "models/base/invariant.h"
#include "models/host/fault_service/fault_service.h"

namespace siov {

void FaultService::OnEvent(std::uint32_t iommu, IommuEvent& event) {
  Reader& reader = readers_[iommu];
  events_.Add();
  reader.events.push_back(&event);
  if (reader.awake) return;  // it looks again before it sleeps
  reader.awake = true;
  wakeups_.Add();
  Due(config_.wakeup_ps, kAwake, nullptr, iommu);
}

void FaultService::Accessed(std::uint32_t iommu, PageRequestAccess&, tlm::tlm_phase_enum phase, Picoseconds delay) {
  CheckInvariant(phase == tlm::BEGIN_RESP && delay == 0,
                 [&] { return path() + ": an access to page request queue " + std::to_string(iommu) + " took time"; });
}

// The thread waits for it; it takes no time.
PageRequestAccessHeader FaultService::Access(std::uint32_t iommu, PageRequestAccess::Kind kind, std::uint32_t value) {
  PageRequestAccess& access = *TakePacket<PageRequestAccess>();
  access.kind = kind;
  access.value = value;
  to_pri_queue[iommu]->Send(access, 0);
  const PageRequestAccessHeader answer = access;
  GivePacket(access);
  return answer;
}

// Reads what is in the ring now. The status is cleared first: what comes later is told by a new event.
void FaultService::StartPass(std::uint32_t iommu) {
  Reader& reader = readers_[iommu];
  Access(iommu, PageRequestAccess::Kind::kClearPending);
  for (IommuEvent* event : reader.events) from_pri_queue[iommu]->Respond(*event, 0);
  reader.events.clear();
  reader.pass_start = now();
  reader.batch = Access(iommu, PageRequestAccess::Kind::kReadStatus).used;
  if (config_.batch_entries > 0) reader.batch = std::min(reader.batch, config_.batch_entries);
  const Picoseconds busy = reader.batch * config_.entry_ps;
  if (busy == 0) return EndPass(iommu);
  Due(busy, kRead, nullptr, iommu);
}

void FaultService::EndPass(std::uint32_t iommu) {
  Reader& reader = readers_[iommu];
  if (reader.batch > 0) passes_.Add();
  entries_.Add(reader.batch);
  for (std::uint32_t i = 0; i < reader.batch; ++i) {
    const PageRequestAccessHeader entry = Access(iommu, PageRequestAccess::Kind::kReadEntry, i);
    const Stage before = reader.woken ? Stage::kPageEvent : Stage::kPageFaultWait;
    entry.message->ledger.MarkServed(before, reader.pass_start, Stage::kPageFault, now());
    TakeEntry(iommu, entry.request, *entry.message);
  }
  Access(iommu, PageRequestAccess::Kind::kAdvanceHead, reader.batch);
  reader.woken = false;
  const PageRequestAccessHeader status = Access(iommu, PageRequestAccess::Kind::kReadStatus);
  if (status.used > 0 || !reader.events.empty()) return StartPass(iommu);
  Sleep(iommu, status.overflow);
}

// The ring is empty. After an overflow the rest of a group may be lost: what is incomplete is asked for again.
void FaultService::Sleep(std::uint32_t iommu, bool overflow) {
  readers_[iommu].awake = false;
  if (!overflow) return;
  discarded_.Add(assembler_.Discard(iommu));
  Access(iommu, PageRequestAccess::Kind::kClearOverflow);
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

}  // namespace siov
