// SPDX-License-Identifier: Apache-2.0
// The page walker: a bounded number of walks at a time, each a chain of dependent reads that really go to memory.
//
// Models walkers, the queue before them, merging of equal walks, and the caches of page_walker_core.h. A walk that
// finds the queue full keeps its place in the sender's buffer (END_REQ comes when it enters the queue). Updates of
// accessed and dirty bits are atomic writes to memory, done before the walk is answered.
#ifndef SIOV_MODELS_IOMMU_PAGE_WALKER_PAGE_WALKER_H_
#define SIOV_MODELS_IOMMU_PAGE_WALKER_PAGE_WALKER_H_

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "models/iommu/page_walker/cache_ports.h"
#include "models/iommu/page_walker/page_walker_core.h"
#include "models/iommu/page_walker/walk_queue.h"
#include "models/kernel/block.h"
#include "models/translation/miss_table.h"

namespace siov {

class PageWalker final : public Block {
 public:
  PageWalker(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
             const PageWalkerConfig& config, AddressSpaces& spaces, const CachePartitions& partitions = {});

  TargetSocket<PageWalker, Walk> from_iotlb;
  TargetSocket<PageWalker, InvalidationRequest> from_invalidation;  // of the IOTLB: what it forgets, too
  InitiatorSocket<PageWalker, TableAccess> to_memory;

  std::vector<std::string> WaitsFor(const Occupancy& held) const override {
    if (&held == &walking_) return PeersOf(to_memory);
    return {};
  }

 private:
  enum : std::uint32_t { kArrived, kInvalidate, kBegin, kStep };
  // A miss is worked on for its first waiter; the others are equal walks merged into it.
  struct NoState {};
  using Walks = MissTable<NoState, Walk*>;
  struct Walker {
    OngoingWalk walk;
    std::uint32_t entry = 0;        // in walks_
    Walk* request = nullptr;        // the first waiter
    TableAccess* access = nullptr;  // one packet for all reads and updates
  };
  // An invalidation that waits for walks it overtook.
  struct Invalidating {
    InvalidationRequest* request = nullptr;
    std::vector<std::uint32_t> walkers;
  };

  tlm::tlm_sync_enum Forward(std::uint32_t, Walk& request, Picoseconds delay);
  tlm::tlm_sync_enum FromInvalidation(std::uint32_t, InvalidationRequest& invalidation, Picoseconds delay);
  void FromMemory(std::uint32_t, TableAccess& access, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;

  void OnArrived(Walk& request);
  bool QueueHasRoom() const { return queue_entries_ == 0 || queue_.size() < queue_entries_; }
  void Accept(Walk& request, const MissKey& key, std::uint32_t entry);
  void Start(std::uint32_t entry);
  void Begin(Walker& walker);
  void Advance(Walker& walker);
  void Access(Walker& walker, TableAccess::Kind kind, std::uint64_t address);
  void LookUp(Walker& walker, WalkerCacheSet caches);
  void Finish(Walker& walker);
  void OnInvalidation(InvalidationRequest& invalidation);
  void AnswerInvalidations(std::uint32_t slot);
  void AdmitBlocked();
  void CountWalk(const OngoingWalk& walk);
  void BookSlots(WalkerCacheSet caches);

  PageWalkerCore core_;
  CachePorts cache_ports_;
  std::uint32_t queue_entries_;
  Picoseconds begin_latency_;
  Picoseconds step_latency_;
  std::array<Picoseconds, kWalkerCaches> slot_latency_{};
  Walks walks_;
  std::vector<Walker> walkers_;
  std::vector<std::uint32_t> free_walkers_;
  WalkQueue queue_;            // entries that wait for a walker
  std::deque<Walk*> blocked_;  // arrived while the queue was full; not released
  std::vector<Invalidating> invalidating_;

  Counter requests_{statistics_, "requests", "walks", "walks asked for by the IOTLB"};
  Counter merged_{statistics_, "merged", "walks", "walks that joined an equal one in progress or queued"};
  Counter faults_{statistics_, "faults", "walks", "walks that ended at an entry that is not present or not usable"};
  Counter queue_full_{statistics_, "queue_full", "walks", "walks that found the queue full and waited before it"};
  Counter invalidations_{statistics_, "invalidations", "invalidations", "invalidations applied to the walker's caches"};
  Counter invalidated_{statistics_, "invalidated", "entries", "entries of the walker's caches that they removed"};
  Counter overtaken_{statistics_, "overtaken", "walks",
                     "walks in progress that an invalidation waited for and that were not cached"};
  Counter context_hits_{statistics_, "context_cache.hits", "lookups", "context cache hits"};
  Counter context_misses_{statistics_, "context_cache.misses", "lookups", "context cache misses"};
  Counter pasid_hits_{statistics_, "pasid_cache.hits", "lookups", "PASID cache hits"};
  Counter pasid_misses_{statistics_, "pasid_cache.misses", "lookups", "PASID cache misses"};
  Counter first_hits_{statistics_, "first_stage_cache.hits", "walks", "walks whose first stage began below its root"};
  Counter second_hits_{statistics_, "second_stage_cache.hits", "translations",
                       "second-stage translations that began below their root"};
  Counter nested_hits_{statistics_, "nested_cache.hits", "translations",
                       "first-stage tables whose second-stage translation was cached"};
  Counter lookup_wait_{statistics_, "cache_slot_wait", "ps", "sum over lookups of the time until the cache had a slot"};
  Counter structure_reads_{statistics_, "reads.structures", "reads", "reads of root, context and PASID entries"};
  Counter permission_reads_{statistics_, "reads.permissions", "reads", "reads of host permission table entries"};
  Counter updates_{statistics_, "updates", "writes", "atomic updates of accessed and dirty bits"};
  Counter undefined_{statistics_, "undefined_domains", "walks",
                     "walks by a PASID entry that contradicts another one of its domain id"};
  Counter first_reads_[kMaxTableLevels] = {
      {statistics_, "reads.first.l1", "reads", "reads of first-stage entries of level 1 (4 KiB leaves)"},
      {statistics_, "reads.first.l2", "reads", "reads of first-stage entries of level 2 (2 MiB)"},
      {statistics_, "reads.first.l3", "reads", "reads of first-stage entries of level 3 (1 GiB)"},
      {statistics_, "reads.first.l4", "reads", "reads of first-stage entries of level 4 (512 GiB)"},
      {statistics_, "reads.first.l5", "reads", "reads of first-stage entries of level 5 (256 TiB)"}};
  Counter second_reads_[kMaxTableLevels] = {
      {statistics_, "reads.second.l1", "reads", "reads of second-stage entries of level 1 (4 KiB leaves)"},
      {statistics_, "reads.second.l2", "reads", "reads of second-stage entries of level 2 (2 MiB)"},
      {statistics_, "reads.second.l3", "reads", "reads of second-stage entries of level 3 (1 GiB)"},
      {statistics_, "reads.second.l4", "reads", "reads of second-stage entries of level 4 (512 GiB)"},
      {statistics_, "reads.second.l5", "reads", "reads of second-stage entries of level 5 (256 TiB)"}};
  Occupancy queued_;
  Occupancy walking_;
  std::array<std::unique_ptr<BusyTime>, kWalkerCaches> cache_slots_;  // null: unlimited
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_PAGE_WALKER_PAGE_WALKER_H_
