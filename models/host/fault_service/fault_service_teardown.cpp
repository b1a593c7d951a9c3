// SPDX-License-Identifier: Apache-2.0
// The end of a PASID (requirements PRI-16; VT-d 7.10, 7.11; Linux drivers/iommu/intel/prq.c): when it is over, no page
// request and no response of it is anywhere, and the number may be given to somebody else.
#include "models/host/fault_service/fault_service.h"

namespace siov {
namespace {

constexpr Picoseconds kPause = kPsPerUs;  // while handlers still serve the PASID
constexpr std::uint64_t kTeardownStatusAddress =
    (std::uint64_t{0x3F} << 40) + 64;  // of waits; nobody reads the word itself

}  // namespace

tlm::tlm_sync_enum FaultService::FromExits(std::uint32_t, PasidTeardown& teardown, Picoseconds delay) {
  Arrive(delay, kTeardown, teardown);
  return tlm::TLM_UPDATED;
}

// Clears its entry, invalidates, waits until no request of it is in the ring or in service, and drains.
void FaultService::StartTeardown(PasidTeardown& command) {
  CheckArrival(command);
  const RequesterId requester = command.requester;
  const Pasid pasid = command.pasid;
  const std::uint32_t iommu = command.iommu;
  auto index = static_cast<std::uint32_t>(teardowns_.size());
  if (free_teardowns_.empty()) {
    teardowns_.emplace_back();
  } else {
    index = free_teardowns_.back();
    free_teardowns_.pop_back();
  }
  Teardown& teardown = teardowns_[index];
  teardown = {Teardown::Step::kInvalidate, iommu, requester, pasid, DomainOf(pasid), &command};
  ending_.Increment(now());
  PasidEntry absent;
  address_spaces_.structures().SetPasidEntry(requester, pasid.value(), absent);
  CacheInvalidation what;
  what.requester = requester;
  what.pasid = pasid;
  what.what.domain = teardown.domain;
  what.what.granularity = InvalidationGranularity::kPasid;
  what.what.kind = InvalidationKind::kPasidCache;
  SendCommand(iommu, what, Waiter::kNobody, index);
  SendDrain(teardown, index);
}

// Wait with fence, IOTLB, device, wait that asks for the drain.
void FaultService::SendDrain(const Teardown& teardown, std::uint32_t index) {
  CacheInvalidation wait;
  wait.what.kind = InvalidationKind::kWait;
  wait.what.fence = true;
  wait.what.status_write = true;
  wait.address = kTeardownStatusAddress;
  const std::uint32_t iommu = teardown.iommu;
  CacheInvalidation what;
  what.requester = teardown.requester;
  what.pasid = teardown.pasid;
  what.what.domain = teardown.domain;
  SendCommand(iommu, wait, Waiter::kNobody, index);
  what.what.kind = InvalidationKind::kPasidIotlb;
  what.what.granularity = InvalidationGranularity::kPasid;
  SendCommand(iommu, what, Waiter::kNobody, index);
  if (riscv()) SendCommand(iommu, wait, Waiter::kNobody, index);  // nothing else orders the device behind the IOTLB
  what.what.kind = InvalidationKind::kPasidDeviceTlb;
  what.what.granularity = InvalidationGranularity::kPage;
  what.what.page_shift = 64;  // every address
  SendCommand(iommu, what, Waiter::kNobody, index);
  wait.what.fence = false;
  wait.what.page_request_drain = true;
  SendCommand(iommu, wait, Waiter::kTeardown, index);
}

void FaultService::EndTeardownWait(std::uint32_t index, CompletionStatus status) {
  Teardown& teardown = teardowns_[index];
  if (status != CompletionStatus::kSuccess) {
    resubmitted_.Add();
    return SendDrain(teardown, index);
  }
  if (teardown.step == Teardown::Step::kInvalidate) teardown.step = Teardown::Step::kEmptyRing;
  ContinueTeardown(index);
}

// Requests of the PASID that were in the ring are served or refused first; then the last drain. Hardware's own answers
// to requests lost meanwhile may still be on their way after an overflow: drain once more.
void FaultService::ContinueTeardown(std::uint32_t index) {
  Teardown& teardown = teardowns_[index];
  const bool overflow = Access(teardown.iommu, PageRequestAccess::Kind::kReadStatus).overflow;
  if (HasRequestsOf(teardown) || overflow) {
    if (teardown.step == Teardown::Step::kDrain) repeated_drains_.Add();
    teardown.step = Teardown::Step::kEmptyRing;
    return Due(kPause, kLookAgain, nullptr, index);
  }
  if (teardown.step == Teardown::Step::kEmptyRing) {
    teardown.step = Teardown::Step::kDrain;
    return SendDrain(teardown, index);
  }
  ending_.Decrement(now());
  teardowns_done_.Add();
  FreePagesOf(teardown.pasid);
  PasidTeardown& command = *teardown.command;
  free_teardowns_.push_back(index);
  command.ledger.Mark(Stage::kInvalidateWait, now());
  from_exits->Respond(command, 0);
}

// Nothing can reach them any more.
void FaultService::FreePagesOf(Pasid pasid) {
  for (std::size_t i = 0; i < faulted_.size();) {
    const PageRequestFields page = faulted_[i].request;
    if (page.pasid != pasid) {
      ++i;
      continue;
    }
    faulted_[i] = faulted_.back();
    faulted_.pop_back();
    if (!address_spaces_.Evict(pasid, page.page)) continue;
    resident_.Set(now(), resident_.level() - PageBytes(pasid, page.page));
  }
}

bool FaultService::HasRequestsOf(const Teardown& teardown) {
  const auto is_its = [&teardown](const PageRequestFields& request) {
    return request.pasid == teardown.pasid && request.requester == teardown.requester;
  };
  const std::uint32_t used = Access(teardown.iommu, PageRequestAccess::Kind::kReadStatus).used;
  for (std::uint32_t i = 0; i < used; ++i) {
    if (is_its(Access(teardown.iommu, PageRequestAccess::Kind::kReadEntry, i).request)) return true;
  }
  for (const Group& group : groups_) {
    if (!group.pages.empty() && group.iommu == teardown.iommu && is_its(group.pages.back())) return true;
  }
  return false;
}

}  // namespace siov
