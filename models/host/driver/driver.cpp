// SPDX-License-Identifier: Apache-2.0
// Works, syncs and the software side of the queues; mapping and policies are in driver_mapping.cpp.
#include "models/host/driver/driver.h"

#include <utility>

#include "models/translation/ring_place.h"

namespace siov {
namespace {

constexpr std::uint64_t kNotLast = ~std::uint64_t{0};  // context of descriptors nobody waits for
constexpr std::uint64_t kStatusBytes = 4;
constexpr std::uint64_t kStatusWords = 1024;  // a page of them

}  // namespace

Driver::Driver(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
               const DriverConfig& config, std::uint32_t iommus, std::uint32_t events,
               std::vector<DriverDevice> devices, AddressSpaces& spaces, DriverClient& client)
    : Block(name, simulation, path),
      config_(config),
      devices_(std::move(devices)),
      spaces_(spaces),
      client_(client),
      status_address_(RingPlace(MakeRandom())),
      queues_(iommus),
      lock_held_(statistics_, "queue_locks", "Share of the time the invalidation queues' locks are held.", iommus) {
  for (std::uint32_t i = 0; i < iommus; ++i) {
    to_invalidation.push_back(std::make_unique<InitiatorSocket<Driver, InvalidationCommand>>(
        ("to_invalidation_" + std::to_string(i)).c_str(), this, &Driver::OnQueue, i));
  }
  for (std::uint32_t i = 0; i < events; ++i) {
    from_iommu.push_back(std::make_unique<TargetSocket<Driver, IommuEvent>>(("from_iommu_" + std::to_string(i)).c_str(),
                                                                            this, &Driver::OnEvent, i));
  }
}

std::vector<std::string> Driver::WaitsFor(const Occupancy& held) const {
  if (&held == &parked_ || &held == &lock_queue_) return {};
  std::vector<std::string> queues;
  for (const auto& socket : to_invalidation) {
    for (const std::string& path : PeersOf(*socket)) queues.push_back(path);
  }
  return queues;
}

tlm::tlm_sync_enum Driver::OnEvent(std::uint32_t socket, IommuEvent& event, Picoseconds delay) {
  Arrive(delay, kEvent, event, socket);
  return tlm::TLM_UPDATED;
}

void Driver::OnQueue(std::uint32_t iommu, InvalidationCommand& command, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::END_REQ) return Placed(iommu);
  const std::uint64_t context = command.context;
  if (context == kNotLast) return GivePacket(command);
  WorkAt(static_cast<std::uint32_t>(context)).aborted = command.status != CompletionStatus::kSuccess;
  GivePacket(command);
  Due(delay + config_.poll_latency_ps, kPolled, nullptr, static_cast<std::uint32_t>(context));
}

void Driver::OnDue(const DueItem& item) {
  switch (static_cast<Kind>(item.kind)) {
    case kStart:
      return ApplyPolicy(item.argument);
    case kWritten:
      return SendDescriptors(item.argument);
    case kPolled:
      return Polled(item.argument);
    case kEvent:
      events_.Add();
      PacketOf<IommuEvent>(item).ledger.Mark(Stage::kInterrupt, now() + config_.event_latency_ps);
      return Due(config_.event_latency_ps, kEventCleared, item.object, item.argument);
    case kEventCleared:
      return from_iommu[item.argument]->Respond(PacketOf<IommuEvent>(item), 0);
    case kFlushTimer:
      return FlushTimer(item.argument);
    case kBatchTimer:
      return BatchTimer(item.argument);
  }
}

std::uint32_t Driver::TakeWork() {
  if (free_works_.empty()) {
    works_.emplace_back();
    return static_cast<std::uint32_t>(works_.size() - 1);
  }
  const std::uint32_t index = free_works_.back();
  free_works_.pop_back();
  return index;
}

// Works keep their vectors, so that in the long run nothing is allocated.
Driver::Sync& Driver::AddSync(Work& work, std::uint32_t iommu) {
  if (work.used == work.syncs.size()) work.syncs.emplace_back();
  Sync& sync = work.syncs[work.used++];
  sync.iommu = iommu;
  sync.recipe.clear();
  sync.changed.clear();
  return sync;
}

void Driver::AddRange(Sync& sync, const ChangedRange& changed) {
  AppendRecipe(changed, config_, riscv(), &sync.recipe);
  sync.changed.push_back(changed);
}

// The CPU works on it until `delay` from now; then the policy decides.
void Driver::Begin(std::uint32_t index, Picoseconds delay) {
  Work& work = WorkAt(index);
  work.began = now();
  MarkRunner(work, Stage::kUnmap, now() + delay);
  Due(delay, kStart, nullptr, index);
}

std::uint32_t Driver::QueueOf(const Work& work) const { return work.syncs[work.next].iommu; }

std::uint32_t Driver::DescriptorsOf(const Work& work) const {
  return work.posted ? 1 : static_cast<std::uint32_t>(work.syncs[work.next].recipe.size());
}

// On with the next sync, or the end. The descriptors of a sync lie next to each other: a wait covers what came since
// the previous one.
void Driver::Go(std::uint32_t index) {
  Work& work = WorkAt(index);
  if (work.next == work.used) return EndWork(index);
  Queue& queue = queues_[QueueOf(work)];
  if (work.attempts == 0) work.submitted = now();
  if (!work.posted) working_.Increment(now());
  if (queue.holder != kNoWork) {
    lock_waits_.Add();
    lock_queue_.Increment(now());
    return queue.waiting.PushBack(index);
  }
  queue.holder = index;
  lock_held_.Begin(now());
  Write(index);
}

void Driver::Write(std::uint32_t index) {
  Work& work = WorkAt(index);
  if (!work.posted && work.attempts == 0) {
    Sync& sync = work.syncs[work.next];
    sync.recipe.push_back(WaitStep(status_address_ + index % kStatusWords * kStatusBytes));
    ApplyOmission(config_.omission, &sync.recipe);
    CountMissing(sync);
  }
  const Picoseconds cost = DescriptorsOf(work) * config_.descriptor_latency_ps + config_.doorbell_latency_ps;
  MarkRunner(work, Stage::kInvalidateWait, now());
  MarkRunner(work, Stage::kUnmap, now() + cost);
  Due(cost, kWritten, nullptr, index);
}

void Driver::SendDescriptors(std::uint32_t index) {
  Work& work = WorkAt(index);
  const std::uint32_t iommu = QueueOf(work);
  work.unplaced = DescriptorsOf(work);
  descriptors_.Add(work.unplaced);
  if (work.posted) {
    InvalidationCommand& command = *std::exchange(work.post, nullptr);
    command.context = index;
    command.ledger.Mark(Stage::kUnmap, now());
    to_invalidation[iommu]->Send(command, 0);
    return;
  }
  Sync& sync = work.syncs[work.next];
  syncs_.Add();
  if (sync.recipe.empty()) {  // only a driver that leaves steps out gets here
    Due(0, kPolled, nullptr, index);
    return Unlock(iommu);
  }
  const std::size_t last = Waits(work) ? sync.recipe.size() - 1 : sync.recipe.size();
  for (std::size_t i = 0; i < sync.recipe.size(); ++i) {
    SendDescriptor(sync.recipe[i], iommu, i == last ? index : kNotLast);
  }
  if (queues_[iommu].holder == index && work.unplaced != 0) ring_waits_.Add();
}

void Driver::SendDescriptor(const CacheInvalidation& step, std::uint32_t iommu, std::uint64_t context) {
  InvalidationCommand* command = TakePacket<InvalidationCommand>();
  command->what = step;
  command->bytes = config_.descriptor_bytes;
  command->context = context;
  to_invalidation[iommu]->Send(*command, 0);
}

// A descriptor of the work that holds the lock is in the ring.
void Driver::Placed(std::uint32_t iommu) {
  const std::uint32_t index = queues_[iommu].holder;
  Work& work = WorkAt(index);
  if (--work.unplaced != 0) return;
  if (!work.posted && !Waits(work)) Due(0, kPolled, nullptr, index);
  Unlock(iommu);
}

// False only for a driver that leaves the wait out.
bool Driver::Waits(const Work& work) const {
  const Recipe& recipe = work.syncs[work.next].recipe;
  return !recipe.empty() && recipe.back().what.status_write;
}

void Driver::Unlock(std::uint32_t iommu) {
  Queue& queue = queues_[iommu];
  queue.holder = kNoWork;
  if (queue.waiting.empty()) return lock_held_.End(now());
  queue.holder = queue.waiting.PopFront();
  lock_queue_.Decrement(now());
  Write(queue.holder);
}

// The CPU sees that its wait has completed, or was aborted: then it submits everything again.
void Driver::Polled(std::uint32_t index) {
  Work& work = WorkAt(index);
  MarkRunner(work, Stage::kInvalidateWait, now());
  const bool aborted = std::exchange(work.aborted, false);
  if (work.posted) {
    return EndWork(index);
  }
  working_.Decrement(now());
  if (aborted && work.attempts < config_.retry_limit) {
    ++work.attempts;
    resubmitted_.Add();
    return Go(index);
  }
  if (aborted) abandoned_.Add();
  sync_latency_.Record(now() - work.submitted);
  work.attempts = 0;
  ++work.next;
  Go(index);
}

void Driver::EndWork(std::uint32_t index) {
  Work& work = WorkAt(index);
  for (const IovaRange& range : work.ranges) {
    deferred_.Decrement(now());
    if (range.shift != 0) iovas_.Give(range);
  }
  work.ranges.clear();
  work.used = work.next = 0;
  work.posted = false;
  if (std::exchange(work.holds_cpu, false)) {
    cpu_time_.Add(now() - work.began);
    client_.OnCpuFree(now() - work.began);
  }
  for (Submission* submission : work.submissions) {
    submission->job->ledger.Mark(Stage::kInvalidateWait, now());
    client_.OnUnmapped(*submission);
  }
  work.submissions.clear();
  if (work.request != nullptr) client_.OnMappingDone(*std::exchange(work.request, nullptr));
  free_works_.push_back(index);
}

void Driver::CountMissing(const Sync& sync) {
  std::uint8_t missing = 0;
  for (const ChangedRange& changed : sync.changed) {
    missing = static_cast<std::uint8_t>(missing | CheckRecipe(changed, sync.recipe));
  }
  if ((missing & kMissingIotlb) != 0) undef_iotlb_.Add();
  if ((missing & kMissingDeviceTlb) != 0) undef_device_tlb_.Add();
  if ((missing & kMissingWait) != 0) undef_wait_.Add();
  if ((missing & kWrongOrder) != 0) undef_order_.Add();
}

// The job whose CPU does the work. Other jobs of a batch only wait.
void Driver::MarkRunner(Work& work, Stage stage, Picoseconds until) {
  if (work.holds_cpu) work.submissions.back()->job->ledger.Mark(stage, until);
}

}  // namespace siov
