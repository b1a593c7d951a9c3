// SPDX-License-Identifier: Apache-2.0
#include "models/workload/trace/belady.h"

#include <iterator>

namespace siov {

void NextUses::See(const TraceRecord& record) {
  if (record.kind == TraceKind::kInvalidateIotlb) {
    ForEachInvalidated(
        record, last_, [](auto place) { return place->second.shift; }, [this](auto place) { last_.erase(place); });
  }
  if (!record.is_access()) return;
  if (next_.size() >= kNever - 1) throw TraceError("too many accesses for the oracle; allowed: below 2^32 - 1");
  const auto access = static_cast<std::uint32_t>(next_.size());
  next_.push_back(kNever);
  const auto [place, fresh] = last_.insert({TracePageOf(record), {access, TracePageShift(record)}});
  if (fresh) return;
  next_[place->second.access] = access;
  place->second = {access, TracePageShift(record)};
}

void BeladyProbe::See(const TraceRecord& record) {
  if (record.is_access()) Lookup(record);
  if (record.kind != TraceKind::kInvalidateIotlb) return;
  ForEachInvalidated(
      record, held_, [](auto place) { return place->second.shift; },
      [this](auto place) {
        by_next_use_.erase({place->second.next_use, place->first});
        held_.erase(place);
      });
}

void BeladyProbe::Lookup(const TraceRecord& record) {
  const TracePage page = TracePageOf(record);
  const std::uint32_t next_use = uses_.of(lookups_++);
  const auto [place, missed] = held_.insert({page, {next_use, TracePageShift(record)}});
  if (missed) {
    ++misses_;
  } else {
    by_next_use_.erase({place->second.next_use, page});
    place->second = {next_use, TracePageShift(record)};
  }
  by_next_use_.insert({next_use, page});
  if (held_.size() <= entries_) return;
  const auto victim = std::prev(by_next_use_.end());
  held_.erase(victim->second);
  by_next_use_.erase(victim);
}

std::vector<BeladyProbe> ProbeBelady(TraceSource& source, const std::vector<std::size_t>& entries, bool window_only,
                                     NextUses* uses) {
  ForEachRecord(source, window_only, [uses](const TraceRecord& record) { uses->See(record); });
  std::vector<BeladyProbe> probes;
  for (const std::size_t size : entries) probes.emplace_back(size, *uses);
  ForEachRecord(source, window_only, [&probes](const TraceRecord& record) {
    for (BeladyProbe& probe : probes) probe.See(record);
  });
  return probes;
}

}  // namespace siov
