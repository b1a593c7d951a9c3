// SPDX-License-Identifier: Apache-2.0
#include "models/host/driver/sync_runner.h"

#include <utility>

#include "models/translation/ring_place.h"

namespace siov {
namespace {

constexpr std::uint64_t kNotLast = ~std::uint64_t{0};  // context of descriptors nobody waits for
constexpr std::uint64_t kStatusBytes = 4;
constexpr std::uint64_t kStatusWords = 1024;  // a page of them

}  // namespace

SyncRunner::SyncRunner(PartedBlock& driver, const DriverConfig& config, std::uint32_t iommus, DriverWorks& works,
                       DriverStatistics& statistics, Client& client)
    : BlockPart(driver),
      config_(config),
      works_(works),
      statistics_(statistics),
      client_(client),
      status_address_(RingPlace(MakeRandom(), config.memory_home)),
      queues_(iommus) {
  for (std::uint32_t i = 0; i < iommus; ++i) {
    to_invalidation.push_back(std::make_unique<InitiatorSocket<SyncRunner, InvalidationCommand>>(
        ("to_invalidation_" + std::to_string(i)).c_str(), this, &SyncRunner::OnQueue, i));
  }
}

std::vector<std::string> SyncRunner::Queues() const {
  std::vector<std::string> queues;
  for (const auto& socket : to_invalidation) {
    for (const std::string& path : PeersOf(*socket)) queues.push_back(path);
  }
  return queues;
}

void SyncRunner::OnQueue(std::uint32_t iommu, InvalidationCommand& command, tlm::tlm_phase_enum phase,
                         Picoseconds delay) {
  if (phase == tlm::END_REQ) return Placed(iommu);
  const std::uint64_t context = command.context;
  const bool aborted = command.status != CompletionStatus::kSuccess;
  GivePacket(command);
  if (context == kNotLast) return;
  const auto work = static_cast<std::uint32_t>(context);
  works_[work].aborted = aborted;
  Due(delay + config_.poll_latency_ps, kPolled, nullptr, work);
}

void SyncRunner::OnDue(const DueItem& item) {
  if (item.kind == kWritten) return SendDescriptors(item.argument);
  Polled(item.argument);
}

// The descriptors of a sync lie next to each other: a wait covers what came since the previous one.
void SyncRunner::Go(std::uint32_t index) {
  DriverWork& work = works_[index];
  if (work.done()) return client_.OnSyncsDone(index);
  Queue& queue = queues_[work.current().iommu];
  if (work.attempts == 0) work.submitted = now();
  if (!work.posted) statistics_.queues.in_flight.Increment(now());
  if (queue.holder != kNoWork) {
    statistics_.sync.lock_waits.Add();
    statistics_.queues.lock_queue.Increment(now());
    return queue.waiting.PushBack(index);
  }
  queue.holder = index;
  statistics_.queues.locks.Begin(now());
  Write(index);
}

void SyncRunner::Write(std::uint32_t index) {
  DriverWork& work = works_[index];
  if (!work.posted && work.attempts == 0) CloseSync(index, &work.current());
  const Picoseconds cost = work.descriptors() * config_.descriptor_latency_ps + config_.doorbell_latency_ps;
  work.MarkRunner(Stage::kInvalidateWait, now());
  work.MarkRunner(Stage::kUnmap, now() + cost);
  Due(cost, kWritten, nullptr, index);
}

void SyncRunner::CloseSync(std::uint32_t index, Sync* sync) {
  sync->recipe.push_back(WaitStep(status_address_ + index % kStatusWords * kStatusBytes));
  ApplyOmission(config_.omission, &sync->recipe);
  CountMissing(*sync);
}

void SyncRunner::SendDescriptors(std::uint32_t index) {
  DriverWork& work = works_[index];
  const Sync& sync = work.current();
  const std::uint32_t iommu = sync.iommu;
  const bool posted = work.posted;
  work.unplaced = work.descriptors();
  statistics_.sync.descriptors.Add(work.unplaced);
  if (!posted) statistics_.sync.syncs.Add();
  if (sync.recipe.empty()) {  // only a driver that leaves steps out gets here
    Due(0, kPolled, nullptr, index);
    return Unlock(iommu);
  }
  const std::size_t steps = sync.recipe.size();
  const std::size_t last = posted || work.waits() ? steps - 1 : steps;
  for (std::size_t i = 0; i < steps; ++i) {
    InvalidationCommand& command = CommandFor(sync.recipe[i], i == last ? index : kNotLast);
    if (posted) {  // its story began when the recording asked for it
      command.ledger.Open(work.submitted);
      command.ledger.Mark(Stage::kUnmap, now());
    }
    to_invalidation[iommu]->Send(command, 0);
  }
  if (!posted && queues_[iommu].holder == index && work.unplaced != 0) statistics_.sync.ring_waits.Add();
}

InvalidationCommand& SyncRunner::CommandFor(const CacheInvalidation& step, std::uint64_t context) {
  InvalidationCommand& command = *TakePacket<InvalidationCommand>();
  command.what = step;
  command.bytes = config_.descriptor_bytes;
  command.context = context;
  return command;
}

// A descriptor of the work that holds the lock is in the ring.
void SyncRunner::Placed(std::uint32_t iommu) {
  const std::uint32_t index = queues_[iommu].holder;
  DriverWork& work = works_[index];
  if (--work.unplaced != 0) return;
  if (!work.posted && !work.waits()) Due(0, kPolled, nullptr, index);
  Unlock(iommu);
}

void SyncRunner::Unlock(std::uint32_t iommu) {
  Queue& queue = queues_[iommu];
  queue.holder = kNoWork;
  if (queue.waiting.empty()) return statistics_.queues.locks.End(now());
  queue.holder = queue.waiting.PopFront();
  statistics_.queues.lock_queue.Decrement(now());
  Write(queue.holder);
}

// The CPU sees that its wait has completed, or was aborted: then it submits everything again.
void SyncRunner::Polled(std::uint32_t index) {
  DriverWork& work = works_[index];
  work.MarkRunner(Stage::kInvalidateWait, now());
  const bool aborted = std::exchange(work.aborted, false);
  if (work.posted) return client_.OnSyncsDone(index);
  statistics_.queues.in_flight.Decrement(now());
  if (aborted && work.attempts < config_.retry_limit) {
    ++work.attempts;
    statistics_.aborts.resubmitted.Add();
    return Go(index);
  }
  if (aborted) statistics_.aborts.abandoned.Add();
  statistics_.sync.latency.Record(now() - work.submitted);
  work.attempts = 0;
  ++work.next;
  Go(index);
}

void SyncRunner::CountMissing(const Sync& sync) {
  std::uint8_t missing = 0;
  for (const ChangedRange& changed : sync.changed) {
    missing = static_cast<std::uint8_t>(missing | CheckRecipe(changed, sync.recipe));
  }
  if ((missing & kMissingIotlb) != 0) statistics_.missing.iotlb.Add();
  if ((missing & kMissingDeviceTlb) != 0) statistics_.missing.device_tlb.Add();
  if ((missing & kMissingWait) != 0) statistics_.missing.wait.Add();
  if ((missing & kWrongOrder) != 0) statistics_.missing.order.Add();
}

}  // namespace siov
