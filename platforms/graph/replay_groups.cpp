// SPDX-License-Identifier: Apache-2.0
#include "platforms/graph/replay_groups.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "platforms/trace/recording.h"

namespace siov {
namespace {

// Accesses of a recording by direction and size.
using Mix = std::map<std::pair<JobOp, std::uint32_t>, double>;

// One whose direction is not known is replayed as a read. The window is not looked for: its mix is near enough.
void AddTo(Mix* mix, const ReplayConfig& replay, const Recording::StreamAccesses& stream) {
  for (const auto& [access, count] : stream.counts) {
    const JobOp op = access.write ? JobOp::kWrite : JobOp::kRead;
    Bytes size = access.size_bytes == 0 ? replay.unknown_size_bytes : access.size_bytes;
    if (replay.order == ReplayOrder::kAsRecorded) size = std::min<Bytes>(size, replay.access_bytes);
    (*mix)[{op, static_cast<std::uint32_t>(size)}] += static_cast<double>(count);
  }
}

std::vector<JobKind> JobsOf(const Mix& mix) {
  std::vector<JobKind> jobs;
  jobs.reserve(mix.size());
  for (const auto& [kind, count] : mix) jobs.push_back({kind.first, kind.second, count});
  return jobs;
}

// What is replayed by whom: of each stream, in the order in which tenants take them; in recorded order, of all.
std::vector<Mix> MixesOf(const ReplayConfig& replay, const Recording::AccessCounts& streams) {
  std::vector<Mix> mixes;
  for (const auto& [id, stream] : streams) {
    const bool together = replay.order == ReplayOrder::kAsRecorded && !mixes.empty();
    if (replay.window_only && !stream.in_window) continue;
    if (!together) mixes.emplace_back();
    AddTo(&mixes.back(), replay, stream);
  }
  return mixes;
}

}  // namespace

// Tenant t repeats stream t mod their number, as fast as its jobs are done: a stream of short jobs is repeated more
// often.
void AddReplay(const ResolvedExperiment& experiment, std::vector<DemandGroup>* groups) {
  const ReplayConfig& replay = experiment.traffic.replay;
  const std::vector<Mix> mixes = MixesOf(replay, experiment.recording->Accesses(replay.memory_bytes));
  const bool in_order = replay.order == ReplayOrder::kAsRecorded;
  for (std::uint32_t stream = 0; stream < mixes.size() && stream < replay.tenants; ++stream) {
    DemandGroup group;
    group.name = "replay";
    group.first_tenant = stream;
    group.tenant_stride = static_cast<std::uint32_t>(mixes.size());
    group.tenants = std::ceil((replay.tenants - static_cast<double>(stream)) / static_cast<double>(mixes.size()));
    group.endpoint = replay.endpoint;
    group.homes = HomesOf(experiment.address_spaces.back());
    group.queues = replay.queues;
    group.jobs = JobsOf(mixes[stream]);
    group.interrupt = replay.wants_interrupt || in_order;
    group.record = !in_order;
    // Recorded times and recorded order put no bound that the network could state: bursts are limited by the other
    // resources.
    const bool paced = replay.timing == ReplayTiming::kRecorded || in_order;
    group.outstanding = paced ? 0 : group.tenants * replay.outstanding;
    group.drawn_jobs = group.drawn_load = group.jobs.size() > 1;
    groups->push_back(group);
  }
}

}  // namespace siov
