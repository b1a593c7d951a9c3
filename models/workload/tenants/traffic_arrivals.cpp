// SPDX-License-Identifier: Apache-2.0
// Open-loop arrivals of Traffic, those that are left out, and the end of a run whose devices refuse everything.
#include <algorithm>

#include "models/workload/tenants/traffic.h"
#include "models/workload/tenants/traffic_class.h"

namespace siov {
namespace {

// An open-loop class that offers more than can be done would fill any memory: what it keeps in flight is bounded.
constexpr std::uint64_t kMostOpen = 65'536;
// What was taken before all devices refused jobs may still be done: the run goes on until none was for so long.
constexpr Picoseconds kQuiet = kPsPerMs;
constexpr Picoseconds kQuietLatencies = 10;

}  // namespace

void Traffic::GiveUpIfQuiet() {
  if (done()) return;
  const Picoseconds quiet = std::max(kQuiet, kQuietLatencies * longest_success_);
  const Picoseconds until = std::max(refused_from_, succeeded_at_) + quiet;
  if (now() < until) return Due(until - now(), kGiveUp);
  given_up_ = true;
  simulation().agenda.Stop();
}

std::uint64_t Traffic::not_submitted(std::size_t tenant_class) const {
  return tenant_class < classes_.size() ? classes_[tenant_class]->not_submitted : 0;
}

void Traffic::ScheduleArrival(std::uint32_t index) {
  Class& source = *classes_[index];
  const Picoseconds time = source.poisson ? source.poisson->NextTime(source.arrival_random) : source.fixed->NextTime();
  Due(time - now(), kArrival, nullptr, index);
}

void Traffic::Arrival(std::uint32_t index) {
  Class& source = *classes_[index];
  if (source.held != nullptr) {  // submitted before, so it comes in even when submission has ended
    SendHeld(source);
    if (source.held != nullptr || Submitting()) ScheduleArrival(index);
    return;
  }
  if (!Submitting()) return;
  if (source.in_flight >= std::max<std::uint64_t>(kMostOpen, 2 * std::uint64_t{source.config.tenants})) {
    source.full = true;
    ++source.not_submitted;
    return not_submitted_.Add();
  }
  const std::uint32_t tenant = source.poisson ? source.poisson->Tenant(source.arrival_random) : source.fixed->Tenant();
  ScheduleArrival(index);
  SubmitFrom(source, tenant, kNoSlot);
}

// A job of a class ended that had too many in flight: what came meanwhile is left out.
void Traffic::ResumeArrivals(std::uint32_t index) {
  Class& source = *classes_[index];
  source.full = false;
  Due(LeaveOut(source, now()) - now(), kArrival, nullptr, index);
}

void Traffic::CountLeftOut(Picoseconds end) {
  for (const std::unique_ptr<Class>& source : classes_) {
    if (source->full) LeaveOut(*source, end);
  }
}

// All arrivals before `until`; when the next one comes.
Picoseconds Traffic::LeaveOut(Class& source, Picoseconds until) {
  std::uint64_t skipped = 0;
  const Picoseconds next = source.poisson ? source.poisson->SkipTo(until, source.arrival_random, &skipped)
                                          : source.fixed->SkipTo(until, &skipped);
  source.not_submitted += skipped;
  not_submitted_.Add(skipped);
  return next;
}

}  // namespace siov
