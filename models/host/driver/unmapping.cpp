// SPDX-License-Identifier: Apache-2.0
#include "models/host/driver/unmapping.h"

#include <utility>

namespace siov {

Unmapping::Unmapping(PartedBlock& driver, const DriverConfig& config, std::uint32_t iommus, DriverWorks& works,
                     MappedBuffers& buffers, SyncRunner& syncs, DriverStatistics& statistics, DriverClient& client)
    : BlockPart(driver),
      config_(config),
      iommus_(iommus),
      works_(works),
      buffers_(buffers),
      syncs_(syncs),
      statistics_(statistics),
      client_(client),
      flush_queues_(config, iommus) {}

void Unmapping::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kStart:
      return ApplyPolicy(item.argument);
    case kFlushTimer:
      return FlushTimer(item.argument);
    case kBatchTimer:
      return BatchTimer(item.argument);
  }
}

void Unmapping::Begin(std::uint32_t index, Picoseconds delay) {
  DriverWork& work = works_[index];
  statistics_.mapping.unmaps.Add(work.unmapped.size());
  for (std::size_t i = 0; i < work.unmapped.size(); ++i) statistics_.ranges.unflushed.Increment(now());
  work.began = now();
  work.MarkRunner(Stage::kUnmap, now() + delay);
  Due(delay, kStart, nullptr, index);
}

void Unmapping::ApplyPolicy(std::uint32_t index) {
  DriverWork& work = works_[index];
  if (config_.policy == UnmapPolicy::kDeferred) return Defer(index);
  if (config_.policy == UnmapPolicy::kBatched && work.request == nullptr) return JoinBatch(index);
  InvalidateEach(work);
  syncs_.Go(index);
}

void Unmapping::AddRange(Sync* sync, DriverWork* work, const UnmappedRange& range) const {
  AppendRecipe(range.changed, config_, config_.riscv(), &sync->recipe);
  sync->changed.push_back(range.changed);
  work->ranges.push_back(range.range);
}

// Strict: a sync for each range.
void Unmapping::InvalidateEach(DriverWork& work) {
  for (const UnmappedRange& range : work.unmapped) AddRange(&work.AddSync(range.iommu), &work, range);
  work.unmapped.clear();
}

void Unmapping::Defer(std::uint32_t index) {
  DriverWork& work = works_[index];
  const std::uint32_t tenant =
      work.request != nullptr ? work.request->pasid.value() : work.submissions.back()->job->tenant.value();
  if (!work.unmapped.empty()) {
    const FlushQueues::Deferred deferred = flush_queues_.Defer(tenant, &work);
    if (deferred.flushed) statistics_.policy.flushes.Add();
    if (deferred.starts_timer) Due(config_.flush_timeout_ps, kFlushTimer, nullptr, deferred.domain);
  }
  syncs_.Go(index);
}

// Runs in a timer's context, on no CPU that a job could wait for.
void Unmapping::FlushTimer(std::uint32_t domain) {
  if (!flush_queues_.TimerEnds(domain)) return;
  statistics_.policy.timer_flushes.Add();
  statistics_.policy.flushes.Add();
  const std::uint32_t index = works_.Take();
  flush_queues_.FlushAfterTimer(domain, &works_[index]);
  syncs_.Go(index);
}

// The job that fills the batch does the work for all; the others wait without a CPU.
void Unmapping::JoinBatch(std::uint32_t index) {
  DriverWork& joining = works_[index];
  if (batch_ == kNoWork) {
    batch_ = works_.Take();
    ++batch_serial_;
    if (config_.batch_jobs > 1) Due(config_.batch_timeout_ps, kBatchTimer, nullptr, batch_serial_);
  }
  DriverWork& batch = works_[batch_];
  batch.submissions.push_back(joining.submissions.back());
  batch.unmapped.insert(batch.unmapped.end(), joining.unmapped.begin(), joining.unmapped.end());
  const Picoseconds began = joining.began;
  joining.submissions.clear();
  joining.unmapped.clear();
  joining.holds_cpu = false;
  works_.Give(index);
  statistics_.ranges.parked.Increment(now());
  if (batch.submissions.size() < config_.batch_jobs) {
    statistics_.mapping.cpu_time.Add(now() - began);
    return client_.OnCpuFree(now() - began);
  }
  batch.holds_cpu = true;
  batch.began = began;
  CloseBatch();
}

void Unmapping::BatchTimer(std::uint32_t serial) {
  if (batch_ != kNoWork && serial == batch_serial_) CloseBatch();
}

void Unmapping::CloseBatch() {
  const std::uint32_t index = std::exchange(batch_, kNoWork);
  DriverWork& work = works_[index];
  Occupancy& parked = statistics_.ranges.parked;
  parked.Set(now(), parked.level() - work.submissions.size());
  statistics_.policy.batches.Add();
  for (std::uint32_t iommu = 0; iommu < iommus_; ++iommu) {
    Sync* sync = nullptr;
    for (const UnmappedRange& range : work.unmapped) {
      if (range.iommu != iommu) continue;
      if (sync == nullptr) sync = &work.AddSync(iommu);
      AddRange(sync, &work, range);
    }
  }
  work.unmapped.clear();
  syncs_.Go(index);
}

void Unmapping::End(std::uint32_t index) {
  DriverWork& work = works_[index];
  for (const IovaRange& range : work.ranges) {
    statistics_.ranges.unflushed.Decrement(now());
    buffers_.Free(range);
  }
  work.ranges.clear();
  work.used = work.next = 0;
  const bool waited = !std::exchange(work.posted, false);
  // Of a recording's driver, whose CPU no job could wait for.
  if (work.request != nullptr && waited) statistics_.mapping.cpu_time.Add(now() - work.began);
  if (std::exchange(work.holds_cpu, false)) {
    statistics_.mapping.cpu_time.Add(now() - work.began);
    client_.OnCpuFree(now() - work.began);
  }
  for (Submission* submission : work.submissions) {
    submission->job->ledger.Mark(Stage::kInvalidateWait, now());
    client_.OnUnmapped(*submission);
  }
  work.submissions.clear();
  if (work.request != nullptr) client_.OnMappingDone(*std::exchange(work.request, nullptr));
  works_.Give(index);
}

}  // namespace siov
