// SPDX-License-Identifier: Apache-2.0
#include "models/device/engine/engine_adis.h"

#include <algorithm>

namespace siov {
namespace {

bool InUse(const AdiTally& tally) { return tally.jobs != 0; }

}  // namespace

EngineAdis::Type::Type(StatGroup& group, const std::string& name, std::uint64_t own_contexts)
    : names{"adi." + name + ".jobs", "adi." + name + ".failed", "adi." + name + ".bytes",
            "adi." + name + ".context_time", "adi." + name + ".contexts"},
      jobs(group, names[0].c_str(), "jobs", "Jobs of ADIs of this type that ended in an engine."),
      failed(group, names[1].c_str(), "jobs", "Those that did not end well."),
      bytes(group, names[2].c_str(), "bytes", "What those jobs moved, as their completion records say."),
      context_time(group, names[3].c_str(), "ps", "Time that those jobs held engine contexts.") {
  if (own_contexts == 0) return;
  contexts.emplace(group, names[4].c_str(), "jobs", "Contexts of these ADIs that hold a job, from its dispatch on.",
                   own_contexts);
}

EngineAdis::EngineAdis(StatGroup& group, const AdiBindings& bindings, std::uint32_t slots)
    : table_(bindings), contexts_(slots), tallies_(bindings.adis.size()), in_use_(group, &tallies_) {
  for (std::uint32_t i = 0; i < bindings.types.size(); ++i) {
    types_.emplace_back(group, bindings.types[i], OwnContexts(bindings, i));
  }
}

std::uint64_t EngineAdis::OwnContexts(const AdiBindings& bindings, std::uint32_t type) {
  std::uint64_t contexts = 0;
  for (const AdiBinding& one : bindings.adis) contexts += one.type == type ? one.contexts : 0;
  return contexts;
}

void EngineAdis::Begin(std::uint32_t slot, std::uint32_t queue, Pasid pasid, Picoseconds now) {
  const std::uint32_t adi = table_.Find(queue, pasid);
  contexts_[slot] = {adi, now};
  if (adi != AdiTable::kNone && TypeOf(adi).contexts) TypeOf(adi).contexts->Increment(now);
}

void EngineAdis::End(std::uint32_t slot, const CompletionRecord& record, Picoseconds now) {
  const Context& context = contexts_[slot];
  if (context.adi == AdiTable::kNone) return;
  const bool failed = record.status != JobStatus::kSuccess;
  AdiTally& tally = tallies_[context.adi];
  ++tally.jobs;
  tally.failed += failed ? 1 : 0;
  tally.bytes += record.bytes_completed;
  tally.context_time += now - context.since;
  Type& type = TypeOf(context.adi);
  type.jobs.Add();
  if (failed) type.failed.Add();
  type.bytes.Add(record.bytes_completed);
  type.context_time.Add(now - context.since);
  if (type.contexts) type.contexts->Decrement(now);
}

std::vector<StatValue> EngineAdis::UsedAdis::Values(Picoseconds) const {
  return {{"", unit(), static_cast<double>(std::count_if(tallies_.begin(), tallies_.end(), InUse))}};
}

void EngineAdis::UsedAdis::Reset(Picoseconds) { std::fill(tallies_.begin(), tallies_.end(), AdiTally{}); }

bool EngineAdis::UsedAdis::moved() const { return std::any_of(tallies_.begin(), tallies_.end(), InUse); }

}  // namespace siov
