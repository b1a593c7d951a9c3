// SPDX-License-Identifier: Apache-2.0
// When the driver gives a job up that nothing tells of, and which jobs those are. Pure.
#ifndef SIOV_MODELS_HOST_CPUS_JOB_DEADLINES_H_
#define SIOV_MODELS_HOST_CPUS_JOB_DEADLINES_H_

#include <cstdint>
#include <unordered_map>

#include "models/protocol/job.h"

namespace siov {

class JobDeadlines {
 public:
  explicit JobDeadlines(Picoseconds timeout_ps) : timeout_ps_(timeout_ps) {}
  Picoseconds Of(const Job& job) const { return job.ledger.start() + timeout_ps_; }

  // Its end is lost: it ends by its deadline, unless somebody tells of it before. False if that was known.
  bool Await(const Job& job) { return awaited_.emplace(&job, job.id).second; }
  // Does job number `id` await its deadline, and is it still the one in this place?
  bool Awaits(const Job& job, std::uint64_t id) const {
    const auto found = awaited_.find(&job);
    return found != awaited_.end() && found->second == id;
  }
  // As Awaits(), for who kept only the number's lower half.
  bool AwaitsLow(const Job& job, std::uint32_t low) const {
    const auto found = awaited_.find(&job);
    return found != awaited_.end() && static_cast<std::uint32_t>(found->second) == low;
  }
  void Forget(const Job& job) {
    if (!awaited_.empty()) awaited_.erase(&job);
  }

 private:
  Picoseconds timeout_ps_;
  std::unordered_map<const Job*, std::uint64_t> awaited_;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_CPUS_JOB_DEADLINES_H_
