// SPDX-License-Identifier: Apache-2.0
// Swapping out: pages that came by a fault are taken away again. The table entry goes first, then IOTLB and device
// caches are told, and the memory is free when the wait behind them has completed (requirements SVM-03).
#include "models/host/driver/driver_recipes.h"
#include "models/host/fault_service/fault_service.h"

namespace siov {
namespace {

constexpr std::uint64_t kReclaimStatusAddress = std::uint64_t{0x3F} << 40;  // of waits; nobody reads the word itself

}  // namespace

void FaultService::start_of_simulation() {
  if (config_.swap_out_per_second > 0.0) ScheduleReclaim();
}

void FaultService::ScheduleReclaim() {
  const double gap = random_.Exponential(static_cast<double>(kPsPerSecond) / config_.swap_out_per_second);
  Due(static_cast<Picoseconds>(gap) + 1, kReclaim);
}

std::uint64_t FaultService::PageKey(const PageRequestFields& request) {
  return Mix64((std::uint64_t{request.pasid.value()} << 44) ^ (request.page >> kPageShift4K));
}

void FaultService::Reclaim() {
  ScheduleReclaim();
  if (faulted_.empty()) return;
  const std::size_t nth = random_.Below(faulted_.size());
  const Faulted page = faulted_[nth];
  faulted_[nth] = faulted_.back();
  faulted_.pop_back();
  if (!address_spaces_.Evict(page.request.pasid, page.request.page)) return;  // its address space is gone
  swapped_out_.insert(PageKey(page.request));
  swapped_pages_.Add();
  reclaiming_.Increment(now());
  const std::uint64_t bytes = PageBytes(page.request.pasid, page.request.page);
  copied_bytes_.Add(bytes);
  auto slot = static_cast<std::uint32_t>(invalidating_.size());
  if (free_invalidating_.empty()) {
    invalidating_.push_back({page, bytes});
  } else {
    slot = free_invalidating_.back();
    free_invalidating_.pop_back();
    invalidating_[slot] = {page, bytes};
  }
  SendInvalidations(slot);
}

// What a process that has exited meanwhile had cached went with its PASID.
void FaultService::SendInvalidations(std::uint32_t slot) {
  const Faulted& page = invalidating_[slot].page;
  const auto space = address_spaces_.Find(page.request.pasid);
  if (!space) return EndReclaim(slot, CompletionStatus::kSuccess);
  ChangedRange changed;
  changed.space = *space;
  changed.requester = page.request.requester;
  changed.ats = true;  // or it could not have asked for the page
  changed.page_shift = static_cast<std::uint8_t>(space->leaf_shift(space->tenant_stage(), page.request.page));
  changed.address = AlignDown(page.request.page, std::uint64_t{1} << changed.page_shift);
  Recipe recipe;
  AppendRecipe(changed, {}, riscv(), &recipe);
  for (const CacheInvalidation& step : recipe) SendCommand(page.iommu, step, Waiter::kNobody, slot);
  SendCommand(page.iommu, WaitStep(kReclaimStatusAddress), Waiter::kReclaim, slot);
}

void FaultService::EndReclaim(std::uint32_t slot, CompletionStatus status) {
  if (status != CompletionStatus::kSuccess) {
    resubmitted_.Add();
    return SendInvalidations(slot);
  }
  reclaiming_.Decrement(now());
  resident_.Set(now(), resident_.level() - invalidating_[slot].bytes);
  free_invalidating_.push_back(slot);
}

// --- Descriptors of the invalidation queue ---

std::uint16_t FaultService::DomainOf(Pasid pasid) const {
  const auto space = address_spaces_.Find(pasid);
  return space ? space->domain_id : 0;
}

void FaultService::SendCommand(std::uint32_t iommu, const CacheInvalidation& what, Waiter waiter, std::uint32_t index) {
  InvalidationCommand* command = TakePacket<InvalidationCommand>();
  command->what = what;
  command->bytes = config_.descriptor_bytes;
  command->context = (std::uint64_t{index} << 8) | static_cast<std::uint64_t>(waiter);
  to_iommu[iommu]->Send(*command, 0);
}

// Nobody waits for a page group response.
void FaultService::OnAnswer(std::uint32_t, InvalidationCommand& command, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase != tlm::BEGIN_RESP) return;
  if (command.what.what.kind == InvalidationKind::kPageGroupResponse) return GivePacket(command);
  Due(delay, kAnswered, &command);
}

void FaultService::Answered(InvalidationCommand& command) {
  const auto waiter = static_cast<Waiter>(command.context & 0xFF);
  const auto index = static_cast<std::uint32_t>(command.context >> 8);
  const CompletionStatus status = command.status;
  GivePacket(command);
  if (waiter == Waiter::kReclaim) EndReclaim(index, status);
  if (waiter == Waiter::kTeardown) EndTeardownWait(index, status);
}

}  // namespace siov
