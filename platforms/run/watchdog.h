// SPDX-License-Identifier: Apache-2.0
// Watches a run between its slices: one that stands still ends with an error that names who waits for whom.
//
// Standing still is: jobs are unfinished and nothing is due any more, or no job has finished for `stall_limit_ps` of
// simulated time in which something happened: who waits for a time-out (of a driver, an invalidation) does not stand
// still, unless one time-out follows the other and nothing comes of it. What blocks hold and whom they wait for is
// theirs to say (Block::WaitsFor, PassesOnTo). Not seen here: events that follow each other without time going on; the
// agenda notices those itself.
#ifndef SIOV_PLATFORMS_RUN_WATCHDOG_H_
#define SIOV_PLATFORMS_RUN_WATCHDOG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "models/kernel/block.h"

namespace siov {

// A line for each occupancy that is not empty and for each block that only passes on; last, who is waited for although
// it holds nothing: there an answer is owed.
std::string WhoWaitsForWhom(const std::vector<const Block*>& blocks);

class Watchdog {
 public:
  // A limit of 0 is none.
  Watchdog(std::vector<const Block*> blocks, Picoseconds stall_limit_ps)
      : blocks_(std::move(blocks)), stall_limit_ps_(stall_limit_ps) {}

  // Nothing is due in between.
  void NothingBetween(Picoseconds from, Picoseconds to);
  // Throws InvariantError if the run, simulated up to `now`, stands still.
  void Check(const Agenda& agenda, Picoseconds now, std::uint64_t finished_jobs, std::uint64_t unfinished_jobs);

 private:
  std::vector<const Block*> blocks_;
  Picoseconds stall_limit_ps_;
  std::uint64_t finished_jobs_ = 0;
  unsigned timers_ = 0;          // waited for since then
  Picoseconds progress_at_ = 0;  // when a job was last seen to have finished, or none was unfinished
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_RUN_WATCHDOG_H_
