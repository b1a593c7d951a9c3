// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/conservation.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "models/iommu/fault_recording/fault_recording.h"
#include "platforms/collect/counter_laws.h"
#include "platforms/kinds/block_kind.h"

namespace siov {
namespace {

// Time that packets get to arrive after the last job: bus round trips take microseconds, page responses tens of them;
// of timers that software has set (a flush of what it has unmapped), so many may be waited for, however long they are.
constexpr Picoseconds kRestSlice = 50 * kPsPerUs;
constexpr int kRestSlices = 40;

std::string Count(std::uint64_t count) { return std::to_string(count); }

void CheckJobs(System& system, Results* results) {
  const JobStatistics& jobs = system.traffic().job_statistics();
  Conservation& law = results->conservation;
  const Outcomes& ended = jobs.outcomes_of_run();
  law.submitted = system.traffic().submitted();
  law.succeeded = ended[static_cast<std::size_t>(JobStatus::kSuccess)];
  law.failed = 0;
  for (const std::uint64_t one : ended) law.failed += one;
  law.failed -= law.succeeded;
  law.in_flight = system.simulation().jobs.in_use();
  results->finished_jobs = law.succeeded + law.failed;
  if (law.submitted != law.succeeded + law.failed + law.in_flight) {
    law.violations.push_back(Count(law.submitted) + " jobs were submitted, but " + Count(law.succeeded) +
                             " succeeded, " + Count(law.failed) + " failed and " + Count(law.in_flight) +
                             " are in flight");
  }
}

// Stage by stage the ledgers were summed in other places than the latency was.
void CheckLedgers(Results* results) {
  const Band& all = results->bands.front();
  if (all.jobs == 0) return;
  double stages = 0;
  for (const double mean : all.mean_ns) stages += mean;
  const double latency = results->Metric("job.latency.mean_ns");
  if (std::abs(stages - latency) > 1e-6 * latency + 1e-6) {
    results->conservation.violations.push_back("the stages add up to " + std::to_string(stages) +
                                               " ns, but the mean latency is " + std::to_string(latency) + " ns");
  }
}

// Rings of software hold what nobody has read; that is no packet.
bool IsRing(const System& system, const std::string& block) {
  const BlockKind* const kind = system.topology().KindAt(block);
  return kind != nullptr && kind->ring;
}

// What tenants keep while they live.
bool IsStock(const std::string& occupancy) { return occupancy == "resident_bytes"; }

// Packets whose end is to wait: the faults in records of which a masked event tells nobody.
std::size_t KeptForEver(const System& system) {
  std::size_t kept = 0;
  for (const Block* block : system.blocks()) {
    if (const auto* recording = dynamic_cast<const FaultRecording*>(block)) kept += recording->never_read();
  }
  return kept;
}

}  // namespace

void CheckConservation(System& system, Results* results) {
  CheckJobs(system, results);
  CheckLedgers(results);
}

void CheckDrained(System& system, Picoseconds end, Results* results) {
  if (!system.traffic().done()) return;
  Agenda& agenda = system.simulation().agenda;
  for (int slice = 0; slice < kRestSlices && agenda.pending() != 0; ++slice) {
    const Picoseconds next = agenda.next_due();
    end = std::max(end + kRestSlice, next == kNever ? 0 : next);
    agenda.RunUntil(end);
  }
  if (agenda.pending() != 0) return;  // something that has nothing to do with jobs never ends, swapping for instance
  Conservation& law = results->conservation;
  law.drained = true;
  if (const std::size_t packets = system.simulation().packets.in_use() - KeptForEver(system); packets != 0) {
    law.violations.push_back(Count(packets) + (packets == 1 ? " packet is" : " packets are") +
                             " still under way after the last job");
  }
  for (const StatGroup* group : system.statistics()) {
    if (IsRing(system, group->path())) continue;
    for (const Statistic* member : group->members()) {
      const auto* held = dynamic_cast<const Occupancy*>(member);
      if (held == nullptr || held->level() == 0 || IsStock(held->name())) continue;
      const std::string capacity = held->capacity() == 0 ? "" : " of " + Count(held->capacity());
      law.violations.push_back(group->path() + "." + held->name() + " holds " + Count(held->level()) + capacity +
                               " after the last job");
    }
  }
  if (system.experiment().run.warmup_ps != 0) return;  // the blocks have forgotten what they counted
  for (std::string& broken : BrokenCounterLaws(system)) law.violations.push_back(std::move(broken));
}

}  // namespace siov
