// SPDX-License-Identifier: Apache-2.0
// Mapping and unmapping of ranges, and what the unmap policy makes of them.
#include <algorithm>
#include <utility>

#include "models/base/invariant.h"
#include "models/host/driver/driver.h"

namespace siov {
namespace {

// fn(address) for each buffer of the job; fn may change it.
template <class Fn>
void ForEachBuffer(Job& job, Fn fn) {
  if (job.op == JobOp::kRead || job.op == JobOp::kMove) fn(job.source);
  if (job.op == JobOp::kWrite || job.op == JobOp::kMove || job.op == JobOp::kFill) fn(job.destination);
}

// The smallest aligned power of two that covers the range.
std::uint8_t CoveringShift(std::uint64_t address, std::uint64_t bytes) {
  std::uint8_t shift = kPageShift4K;
  while (shift < 63 && (address >> shift) != ((address + bytes - 1) >> shift)) ++shift;
  return shift;
}

}  // namespace

unsigned Driver::LeafShift(Pasid pasid) const {
  const auto space = spaces_.Find(pasid);
  CheckInvariant(space.has_value(), [&] { return path() + ": a mapping for a PASID without address space"; });
  return space->leaf_shift(space->tenant_stage(), IovaPool::kFirst);
}

IovaRange Driver::RangeOf(Pasid pasid, std::uint64_t address, std::uint64_t bytes) const {
  const std::uint8_t shift = IovaPool::ShiftFor(address, bytes, LeafShift(pasid));
  return {address >> shift << shift, shift};
}

Picoseconds Driver::Map(Job& job) {
  Picoseconds cost = 0;
  ForEachBuffer(job, [&](std::uint64_t& address) {
    address = MapRange(job.pasid, address, job.size_bytes);
    maps_.Add();
    cost += config_.map_latency_ps;
  });
  cpu_time_.Add(cost);
  return cost;
}

// Procedural tables map every page already. Explicit ones get a fresh frame each time.
std::uint64_t Driver::MapRange(Pasid pasid, std::uint64_t address, std::uint64_t bytes) {
  const unsigned leaf = LeafShift(pasid);
  const std::uint8_t shift = IovaPool::ShiftFor(address, bytes, leaf);
  const std::uint64_t base = iovas_.Take(shift);
  mapped_.Increment(now());
  const auto space = spaces_.Find(pasid);
  if (space->config->explicit_pages) {
    const unsigned bits = space->nested() ? space->config->guest_memory_bits - 1u : 45u;
    const std::uint64_t memory = space->nested() ? 0 : std::uint64_t{1} << 46;
    for (std::uint64_t page = 0; page < std::uint64_t{1} << shift; page += std::uint64_t{1} << leaf) {
      const std::uint64_t frame = (frames_++ << leaf) & ((std::uint64_t{1} << bits) - 1);
      spaces_.Map(pasid, base + page, leaf, memory + frame, true, true);
    }
  }
  return base + (address & (kPage4K - 1));
}

void Driver::Unmap(Submission& submission) {
  const std::uint32_t index = TakeWork();
  Work& work = WorkAt(index);
  Job& job = *submission.job;
  work.submissions.push_back(&submission);
  work.holds_cpu = true;
  ForEachBuffer(job, [&](std::uint64_t& address) {
    UnmapRange(work, job.pasid, job.endpoint, RangeOf(job.pasid, address, job.size_bytes));
  });
  Begin(index, work.unmapped.size() * config_.unmap_latency_ps);
}

void Driver::UnmapRange(Work& work, Pasid pasid, std::uint32_t endpoint, const IovaRange& range) {
  const auto space = spaces_.Find(pasid);
  if (space->config->explicit_pages) {
    const std::uint64_t leaf_bytes = std::uint64_t{1} << space->leaf_shift(space->tenant_stage(), range.address);
    for (std::uint64_t page = 0; page < std::uint64_t{1} << range.shift; page += leaf_bytes) {
      spaces_.Unmap(pasid, range.address + page);
    }
  }
  mapped_.Decrement(now());
  AddUnmapped(work, pasid, endpoint, range.address, range.shift, range);
}

void Driver::AddUnmapped(Work& work, Pasid pasid, std::uint32_t endpoint, std::uint64_t address, std::uint8_t shift,
                         const IovaRange& range) {
  const DriverDevice& device = devices_[endpoint];
  ChangedRange changed;
  changed.space = *spaces_.Find(pasid);
  changed.requester = device.requester;
  changed.ats = device.ats;
  changed.address = address;
  changed.page_shift = shift;
  work.unmapped.push_back({changed, device.iommu, range});
  unmaps_.Add();
  deferred_.Increment(now());
}

// The tables have changed already; what is left are the invalidations.
void Driver::ReplayUnmap(MappingRequest& request) {
  const std::uint32_t index = TakeWork();
  Work& work = WorkAt(index);
  work.request = &request;
  const std::uint8_t shift = CoveringShift(request.address, request.size_bytes);
  AddUnmapped(work, request.pasid, request.endpoint, request.address >> shift << shift, shift, {});
  Begin(index, config_.unmap_latency_ps);
}

void Driver::ReplayInvalidate(MappingRequest& request) {
  const DriverDevice& device = devices_[request.endpoint];
  InvalidationCommand& command = *TakePacket<InvalidationCommand>();
  command.what = {request.invalidation, device.requester, request.pasid, request.address};
  command.bytes = config_.descriptor_bytes;
  if (const auto space = spaces_.Find(request.pasid); request.pasid.valid() && space) {
    command.what.what.domain = space->domain_id;
  }
  const std::uint32_t index = TakeWork();
  Work& work = WorkAt(index);
  AddSync(work, device.iommu);
  work.request = &request;
  work.post = &command;
  work.posted = true;
  Go(index);
}

void Driver::ApplyPolicy(std::uint32_t index) {
  Work& work = WorkAt(index);
  if (config_.policy == UnmapPolicy::kDeferred) return Defer(index);
  if (config_.policy == UnmapPolicy::kBatched && work.request == nullptr) return JoinBatch(index);
  Invalidate(work);
  Go(index);
}

// Strict: a sync for each range.
void Driver::Invalidate(Work& work) {
  for (const Unmapped& range : work.unmapped) {
    AddRange(AddSync(work, range.iommu), range.changed);
    work.ranges.push_back(range.range);
  }
  work.unmapped.clear();
}

// Linux iommu-dma (drivers/iommu/dma-iommu.c): every domain has a flush queue, with a ring for each CPU and a timer;
// the unmapping that finds its ring full has the domain flushed, and nobody else's.
void Driver::Defer(std::uint32_t index) {
  Work& work = WorkAt(index);
  const std::uint32_t tenant =
      work.request != nullptr ? work.request->pasid.value() : work.submissions.back()->job->tenant.value();
  if (!work.unmapped.empty()) {  // all ranges of a work belong to one tenant
    const std::uint32_t domain = FlushDomainOf(work.unmapped.front().changed.space);
    FlushDomain& flush = flush_domains_[domain];
    auto& ring = flush.rings[tenant % flush.rings.size()];
    ring.insert(ring.end(), work.unmapped.begin(), work.unmapped.end());
    flush.ranges += work.unmapped.size();
    work.unmapped.clear();
    if (ring.size() >= config_.flush_entries) {
      AddFlush(work, flush);
    } else if (!flush.timer) {
      flush.timer = true;
      Due(config_.flush_timeout_ps, kFlushTimer, nullptr, domain);
    }
    ForgetFlushDomain(domain);
  }
  Go(index);
}

// What one table maps: a tenant's address space, or with a second stage alone that of its VM.
std::uint32_t Driver::FlushDomainOf(const AddressSpace& space) {
  const bool vm = space.tenant_stage() == TableStage::kSecond;
  const std::uint64_t key = (std::uint64_t{vm} << 32) | (vm ? space.domain_id : space.pasid);
  const auto [found, fresh] = flush_domain_of_.emplace(key, 0);
  if (!fresh) return found->second;
  if (free_flush_domains_.empty()) {
    free_flush_domains_.push_back(static_cast<std::uint32_t>(flush_domains_.size()));
    flush_domains_.emplace_back();
  }
  found->second = free_flush_domains_.back();
  free_flush_domains_.pop_back();
  FlushDomain& domain = flush_domains_[found->second];
  domain.key = key;
  domain.rings.resize(config_.flush_queues);
  return found->second;
}

// Domains with nothing to flush and no timer running are not kept.
void Driver::ForgetFlushDomain(std::uint32_t index) {
  const FlushDomain& domain = flush_domains_[index];
  if (domain.timer || domain.ranges != 0) return;
  flush_domain_of_.erase(domain.key);
  free_flush_domains_.push_back(index);
}

void Driver::AddFlush(Work& work, FlushDomain& domain) {
  flushes_.Add();
  for (std::uint32_t iommu = 0; iommu < queues_.size(); ++iommu) AddFlushOf(work, domain, iommu);
  for (auto& ring : domain.rings) ring.clear();
  domain.ranges = 0;
}

// All of the domain in one IOMMU, and in the device TLB of every device and PASID that used it.
void Driver::AddFlushOf(Work& work, const FlushDomain& domain, std::uint32_t iommu) {
  std::vector<ChangedRange> changed;
  std::vector<std::pair<RequesterId, std::uint32_t>> users;
  Sync* sync = nullptr;
  for (const auto& ring : domain.rings) {
    for (const Unmapped& range : ring) {
      if (range.iommu != iommu) continue;
      changed.push_back(range.changed);
      work.ranges.push_back(range.range);
      const std::pair user(range.changed.requester, range.changed.space.pasid);
      if (std::find(users.begin(), users.end(), user) != users.end()) continue;
      users.push_back(user);
      ChangedRange whole = range.changed;
      whole.address = 0;
      whole.page_shift = 64;
      if (sync == nullptr) {
        sync = &AddSync(work, iommu);
        AppendRecipe(whole, config_, riscv(), &sync->recipe);
      } else {
        AppendDeviceRecipe(whole, &sync->recipe);
      }
    }
  }
  if (sync != nullptr) sync->changed = std::move(changed);
}

// Runs in a timer's context, on no CPU that a job could wait for.
void Driver::FlushTimer(std::uint32_t domain) {
  FlushDomain& flush = flush_domains_[domain];
  flush.timer = false;
  if (flush.ranges != 0) {
    timer_flushes_.Add();
    const std::uint32_t index = TakeWork();
    AddFlush(WorkAt(index), flush);
    Go(index);
  }
  ForgetFlushDomain(domain);
}

// The job that fills the batch does the work for all; the others wait without a CPU.
void Driver::JoinBatch(std::uint32_t index) {
  Work& joining = WorkAt(index);
  if (batch_ == kNoWork) {
    batch_ = TakeWork();
    ++batch_serial_;
    if (config_.batch_jobs > 1) Due(config_.batch_timeout_ps, kBatchTimer, nullptr, batch_serial_);
  }
  Work& batch = WorkAt(batch_);
  batch.submissions.push_back(joining.submissions.back());
  batch.unmapped.insert(batch.unmapped.end(), joining.unmapped.begin(), joining.unmapped.end());
  const Picoseconds began = joining.began;
  joining.submissions.clear();
  joining.unmapped.clear();
  joining.holds_cpu = false;
  free_works_.push_back(index);
  parked_.Increment(now());
  if (batch.submissions.size() < config_.batch_jobs) {
    cpu_time_.Add(now() - began);
    return client_.OnCpuFree(now() - began);
  }
  batch.holds_cpu = true;
  batch.began = began;
  CloseBatch();
}

void Driver::BatchTimer(std::uint32_t serial) {
  if (batch_ != kNoWork && serial == batch_serial_) CloseBatch();
}

void Driver::CloseBatch() {
  const std::uint32_t index = std::exchange(batch_, kNoWork);
  Work& work = WorkAt(index);
  parked_.Set(now(), parked_.level() - work.submissions.size());
  batches_.Add();
  for (std::uint32_t iommu = 0; iommu < queues_.size(); ++iommu) {
    Sync* sync = nullptr;
    for (const Unmapped& range : work.unmapped) {
      if (range.iommu != iommu) continue;
      if (sync == nullptr) sync = &AddSync(work, iommu);
      AddRange(*sync, range.changed);
      work.ranges.push_back(range.range);
    }
  }
  work.unmapped.clear();
  Go(index);
}

}  // namespace siov
