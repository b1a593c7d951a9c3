// SPDX-License-Identifier: Apache-2.0
#include "models/workload/replay/ordered_replay.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace siov {

OrderedReplay::OrderedReplay(const ReplayConfig& config, TraceOpener open)
    : config_(config), open_(std::move(open)), tenants_(*open_()) {
  CheckTenants();
  CheckQueues();
  Load();
  CheckMemory();
  next_.assign(config_.tenants / tenants_.size(), 0);
  if (facts_.streamed) script_ = std::make_unique<ReplayScript>(config_, tenants_, open_());
}

void OrderedReplay::Fail(const std::string& why) const { throw TraceError(config_.trace_file + ": " + why); }

void OrderedReplay::CheckTenants() const {
  if (tenants_.size() == 0) Fail(NothingToReplay(tenants_.content()));
  if (config_.tenants % tenants_.size() == 0) return;
  std::string who;
  constexpr std::uint32_t kMostNames = 16;
  for (std::uint32_t i = 0; i < tenants_.size() && i < kMostNames; ++i) who += (i == 0 ? "" : ", ") + tenants_.name(i);
  if (tenants_.size() > kMostNames) who += ", ...";
  Fail("in recorded order each copy of it takes " + std::to_string(tenants_.size()) + " tenants (" + who +
       "), but replay.tenants is " + std::to_string(config_.tenants) + "; allowed: a multiple of " +
       std::to_string(tenants_.size()));
}

// Tenants of one domain have one PASID, and may share a dedicated queue.
void OrderedReplay::CheckQueues() const {
  const std::size_t queues = config_.dedicated.size();
  std::vector<std::optional<std::uint32_t>> bound(queues);  // to the PASID of a tenant
  for (std::uint32_t tenant = 0; tenant < config_.tenants && queues != 0; ++tenant) {
    const std::size_t queue = tenant % queues;
    const std::uint32_t space = tenants_.SpaceOfReplaying(tenant);
    if (!config_.dedicated[queue]) continue;
    if (bound[queue].value_or(space) != space) {
      Fail("tenant " + std::to_string(tenant) + " (" + tenants_.name(tenant % tenants_.size()) +
           ") finds replay.queues[" + std::to_string(queue) + "] bound to the PASID of tenant " +
           std::to_string(*bound[queue]) +
           ": a dedicated queue's requests all carry its one PASID; allowed: a dedicated queue for each domain, or a "
           "shared one");
    }
    bound[queue] = space;
  }
}

void OrderedReplay::Load() {
  ReplayScript script(config_, tenants_, open_());
  ReplayStep step;
  Picoseconds last = 0;
  while (script.Next(&step)) {
    ++length_;
    last = std::max(last, step.time);
    if (steps_.size() * sizeof(ReplayStep) >= config_.memory_bytes) facts_.streamed = true;
    if (facts_.streamed) {
      steps_ = {};
    } else {
      steps_.push_back(step);
    }
  }
  CheckReplayTimes(config_, last);
  const bool streamed = facts_.streamed;
  facts_ = script.facts();
  facts_.streamed = streamed;
  const bool told = facts_.device_tlb_invalidations != 0 || config_.invalidations != ReplayInvalidations::kRecorded;
  if (config_.device_tlb && !told) facts_.stale_unmaps = facts_.unmaps;
}

void OrderedReplay::CheckMemory() const {
  const std::uint64_t copies = config_.tenants / tenants_.size();
  if (facts_.streamed && copies > 1) {
    Fail(std::to_string(length_) + " steps need " + std::to_string(length_ * sizeof(ReplayStep)) +
         " bytes but replay.memory_mib is " + std::to_string(config_.memory_bytes >> 20) + "; " +
         std::to_string(copies) + " copies in recorded order need the whole trace in memory (allowed without: one)");
  }
  const std::uint64_t pages = (facts_.peak_pages + tenants_.size()) * copies;
  if (pages * ReplayScript::kBytesPerPage <= config_.memory_bytes) return;
  Fail("up to " + std::to_string(facts_.peak_pages) + " pages are mapped at once in each of " + std::to_string(copies) +
       " copies, which need " + std::to_string(pages * ReplayScript::kBytesPerPage) +
       " bytes of page tables, but replay.memory_mib is " + std::to_string(config_.memory_bytes >> 20));
}

const ReplayStep* OrderedReplay::Peek(std::uint32_t player) {
  if (next_[player] == length_) return nullptr;
  if (!facts_.streamed) return &steps_[next_[player]];
  if (!streamed_ready_) streamed_ready_ = script_->Next(&streamed_);
  return streamed_ready_ ? &streamed_ : nullptr;
}

void OrderedReplay::Take(std::uint32_t player) {
  ++next_[player];
  streamed_ready_ = false;
}

Picoseconds OrderedReplay::NextTime(std::uint32_t player) {
  const Picoseconds recorded = Peek(player)->time;
  if (config_.time_scale == 1.0) return recorded;
  return static_cast<Picoseconds>(static_cast<double>(recorded) * config_.time_scale + 0.5);
}

}  // namespace siov
