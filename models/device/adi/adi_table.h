// SPDX-License-Identifier: Apache-2.0
// What a device's registers say of the ADIs in use: which one a job is of, by its queue and, where others share that,
// its PASID; and under which PASID its completion record is written (requirement SIOV-08). A device looks at nothing
// else. Two ADIs of one PASID on one shared queue cannot be told apart, and are none that it can hold. Pure.
#ifndef SIOV_MODELS_DEVICE_ADI_ADI_TABLE_H_
#define SIOV_MODELS_DEVICE_ADI_ADI_TABLE_H_

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/base/ids.h"
#include "models/base/units.h"

namespace siov {

// An ADI as the host driver has programmed it.
struct AdiBinding {
  std::uint32_t adi = 0;          // AdiCore's
  std::uint32_t type = 0;         // position in AdiBindings::types
  std::uint32_t first_queue = 0;  // those it has, or the shared one that it submits to
  std::uint32_t queues = 1;
  bool shared = false;
  Pasid pasid;       // its primary one; none: it comes with submissions, and the device cannot tell whose they are
  Pasid completion;  // that of its completion records; none: that of the job
  std::uint32_t contexts = 0;  // of the engines, for its queues alone
};

struct AdiBindings {
  std::vector<std::string> types;  // names
  std::vector<AdiBinding> adis;
};

// What a device can say of one of its ADIs.
struct AdiTally {
  std::uint64_t jobs = 0;  // that ended, well or not
  std::uint64_t failed = 0;
  std::uint64_t bytes = 0;       // of the jobs' own transfers, as their records say
  Picoseconds context_time = 0;  // from a job's dispatch until its context was free again
};

class AdiTable {
 public:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFFu;

  explicit AdiTable(const AdiBindings& bindings) : bindings_(bindings) {
    for (std::uint32_t i = 0; i < bindings_.adis.size(); ++i) Bind(i);
  }

  bool empty() const { return bindings_.adis.empty(); }
  std::uint32_t size() const { return static_cast<std::uint32_t>(bindings_.adis.size()); }
  // Position among the bindings; kNone: none of theirs.
  std::uint32_t Find(std::uint32_t queue, Pasid pasid) const {
    if (queue < of_queue_.size() && of_queue_[queue] != kNone) return of_queue_[queue];
    const auto found = of_shared_.find(Key(queue, pasid));
    return found != of_shared_.end() ? found->second : kNone;
  }
  // Of the record of a job that has `pasid`. REQUIRES a position below size().
  Pasid RecordPasid(std::uint32_t at, Pasid pasid) const {
    const Pasid secondary = bindings_.adis[at].completion;
    return secondary.valid() ? secondary : pasid;
  }
  const AdiBindings& bindings() const { return bindings_; }

 private:
  static std::uint64_t Key(std::uint32_t queue, Pasid pasid) { return std::uint64_t{queue} << 32 | pasid.value(); }
  void Bind(std::uint32_t at) {
    const AdiBinding& one = bindings_.adis[at];
    if (one.shared) {
      if (one.pasid.valid()) of_shared_[Key(one.first_queue, one.pasid)] = at;
      return;
    }
    if (of_queue_.size() < one.first_queue + one.queues) of_queue_.resize(one.first_queue + one.queues, kNone);
    for (std::uint32_t i = 0; i < one.queues; ++i) of_queue_[one.first_queue + i] = at;
  }

  AdiBindings bindings_;
  std::vector<std::uint32_t> of_queue_;
  std::unordered_map<std::uint64_t, std::uint32_t> of_shared_;  // by queue and PASID
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ADI_ADI_TABLE_H_
