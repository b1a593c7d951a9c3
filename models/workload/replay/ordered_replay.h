// SPDX-License-Identifier: Apache-2.0
// Replays a recording in its own order on behalf of many tenants: accesses of all its devices, mappings made and torn
// down, invalidations, one after another.
//
// Each *player* goes through a copy of its own: recorded tenant r of player p is tenant p x recorded tenants + r, with
// its own PASID and pages. All read one sequence of steps (64 bytes each), which is held if it fits into memory_bytes;
// else it is streamed, for one player only. Pages cost memory in every copy; what all copies can have mapped at once
// must fit as well. Pure: when a step may begin is the business of models/workload/tenants/traffic_ordered.cpp.
#ifndef SIOV_MODELS_WORKLOAD_REPLAY_ORDERED_REPLAY_H_
#define SIOV_MODELS_WORKLOAD_REPLAY_ORDERED_REPLAY_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "models/workload/replay/replay.h"
#include "models/workload/replay/replay_script.h"

namespace siov {

class OrderedReplay {
 public:
  // Reads the recording twice. Throws TraceError: nothing to replay, tenants that do not make whole copies, too large.
  OrderedReplay(const ReplayConfig& config, TraceOpener open);

  std::uint32_t players() const { return static_cast<std::uint32_t>(next_.size()); }
  std::uint32_t tenants_per_player() const { return tenants_.size(); }
  // Whether accesses go under the PASID of a recorded tenant: devices that share a domain all use the first one's.
  bool IsSpace(std::uint32_t recorded_tenant) const {
    return tenants_.SpaceOfTenant(recorded_tenant) == recorded_tenant;
  }
  // The player's next step, or nullptr at the end of its copy. Good until Take().
  const ReplayStep* Peek(std::uint32_t player);
  void Take(std::uint32_t player);  // REQUIRES: Peek() is not nullptr
  // When the player's next step is due if times are kept, from the start of the run. REQUIRES as Take().
  Picoseconds NextTime(std::uint32_t player);
  const ReplayFacts& facts() const { return facts_; }  // of one copy

 private:
  void CheckTenants() const;
  void CheckQueues() const;
  void Load();
  void CheckMemory() const;
  [[noreturn]] void Fail(const std::string& why) const;

  ReplayConfig config_;
  TraceOpener open_;
  RecordedTenants tenants_;
  ReplayFacts facts_;
  std::vector<ReplayStep> steps_;         // if held
  std::unique_ptr<ReplayScript> script_;  // if streamed
  ReplayStep streamed_;                   // its next step,
  bool streamed_ready_ = false;           // once it was read
  std::vector<std::uint64_t> next_;       // by player: steps taken
  std::uint64_t length_ = 0;              // steps of a copy
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_REPLAY_ORDERED_REPLAY_H_
