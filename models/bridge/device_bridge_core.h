// SPDX-License-Identifier: Apache-2.0
// What a device outside cannot say with addresses and lengths alone: how its requests become TLPs, which of its writes
// end a job, and which tell of it. Pure.
#ifndef SIOV_MODELS_BRIDGE_DEVICE_BRIDGE_CORE_H_
#define SIOV_MODELS_BRIDGE_DEVICE_BRIDGE_CORE_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "models/base/ring_queue.h"
#include "models/base/units.h"
#include "models/protocol/job.h"

namespace siov {

// Calls fn(address, length) for each TLP: none is longer than `most` or crosses a 4 KiB boundary (PCIe 2.2.7).
template <class Fn>
void ForEachTlp(std::uint64_t address, std::uint32_t length, std::uint32_t most, Fn fn) {
  while (length != 0) {
    const std::uint64_t left_in_page = kPage4K - address % kPage4K;
    const auto piece = static_cast<std::uint32_t>(std::min<std::uint64_t>({length, most, left_in_page}));
    fn(address, piece);
    address += piece;
    length -= piece;
  }
}

// Jobs of the device by what it will write for them; among equal addresses the oldest comes first. A job that the
// driver has given up meanwhile is no longer one: it is recognised by its number.
class OpenJobs {
 public:
  struct Entry {
    Job* job = nullptr;
    std::uint64_t id = 0;
    bool alive() const { return job != nullptr && job->id == id && job->end_watch != nullptr; }
  };
  void Add(std::uint32_t space, std::uint64_t address, Job* job) { jobs_[{space, address}].PushBack({job, job->id}); }
  // Takes it out; null: there is none.
  Job* Take(std::uint32_t space, std::uint64_t address) {
    const auto found = jobs_.find({space, address});
    if (found == jobs_.end()) return nullptr;
    Job* job = nullptr;
    while (job == nullptr && !found->second.empty()) {
      const Entry entry = found->second.PopFront();
      if (entry.alive()) job = entry.job;
    }
    if (found->second.empty()) jobs_.erase(found);
    return job;
  }

 private:
  std::map<std::pair<std::uint32_t, std::uint64_t>, RingQueue<Entry>> jobs_;
};

}  // namespace siov

#endif  // SIOV_MODELS_BRIDGE_DEVICE_BRIDGE_CORE_H_
