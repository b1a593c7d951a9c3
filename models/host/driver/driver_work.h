// SPDX-License-Identifier: Apache-2.0
// Pieces of the driver's work: a list of syncs, one after the other on one CPU; a sync is what goes into one
// invalidation queue at once, under its lock: some descriptors and the wait that ends them. Pure.
#ifndef SIOV_MODELS_HOST_DRIVER_DRIVER_WORK_H_
#define SIOV_MODELS_HOST_DRIVER_DRIVER_WORK_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "models/host/driver/driver_recipes.h"
#include "models/host/driver/iova_pool.h"
#include "models/protocol/job.h"
#include "models/protocol/mapping_request.h"
#include "models/protocol/submission.h"

namespace siov {

// A range unmapped and not yet invalidated.
struct UnmappedRange {
  ChangedRange changed;
  std::uint32_t iommu = 0;
  IovaRange range;
};

struct Sync {
  std::uint32_t iommu = 0;
  Recipe recipe;
  std::vector<ChangedRange> changed;  // for the checker
};

struct DriverWork {
  Sync& AddSync(std::uint32_t iommu) {
    if (used == syncs.size()) syncs.emplace_back();
    Sync& sync = syncs[used++];
    sync.iommu = iommu;
    sync.recipe.clear();
    sync.changed.clear();
    return sync;
  }
  Sync& current() { return syncs[next]; }
  const Sync& current() const { return syncs[next]; }
  bool done() const { return next == used; }
  // How many descriptors the current sync has.
  std::uint32_t descriptors() const { return posted ? 1 : static_cast<std::uint32_t>(current().recipe.size()); }
  // Does the current sync end with a wait? False only for a driver that leaves it out.
  bool waits() const { return !current().recipe.empty() && current().recipe.back().what.status_write; }
  // The job whose CPU does the work; others of a batch only wait.
  void MarkRunner(Stage stage, Picoseconds until) {
    if (holds_cpu) submissions.back()->job->ledger.Mark(stage, until);
  }

  std::vector<Sync> syncs;
  std::size_t used = 0;  // of those allocated
  std::size_t next = 0;
  std::uint32_t attempts = 0;
  std::uint32_t unplaced = 0;  // descriptors of the current sync that are not in the ring yet
  Picoseconds began = 0;       // on this CPU
  Picoseconds submitted = 0;   // the current sync
  bool aborted = false;
  bool posted = false;                   // the one descriptor that `request` asks for, instead of syncs
  bool holds_cpu = false;                // that of the last submission
  std::vector<Submission*> submissions;  // told at the end
  MappingRequest* request = nullptr;     // told at the end
  std::vector<UnmappedRange> unmapped;   // what the policy has not dealt with yet
  std::vector<IovaRange> ranges;         // free at the end
};

// Works keep their vectors, so that in the long run nothing is allocated.
class DriverWorks {
 public:
  std::uint32_t Take() {
    if (free_.empty()) {
      works_.emplace_back();
      return static_cast<std::uint32_t>(works_.size() - 1);
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    return index;
  }
  void Give(std::uint32_t index) { free_.push_back(index); }
  DriverWork& operator[](std::uint32_t index) { return works_[index]; }

 private:
  std::deque<DriverWork> works_;
  std::vector<std::uint32_t> free_;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_DRIVER_DRIVER_WORK_H_
