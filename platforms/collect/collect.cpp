// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/collect.h"

#include <algorithm>
#include <cmath>

#include "models/base/lent_places.h"
#include "models/device/atc/function_stops.h"
#include "platforms/collect/collect_adis.h"
#include "platforms/collect/collect_jobs.h"
#include "platforms/collect/conservation.h"
#include "platforms/collect/host_resources.h"
#include "platforms/collect/resource_roles.h"
#include "platforms/collect/verdict.h"
#include "platforms/collect/workload_words.h"
#include "platforms/graph/throughput_bound.h"
#include "platforms/kinds/block_kind.h"

namespace siov {
namespace {

// A ratio of two counters of one block, named here once.
struct Ratio {
  const char* name;
  const char* part;
  const char* rest;
  const char* sentence;
};
constexpr Ratio kRatios[] = {
    {"hit_rate", "hits", "misses", "hits / (hits + misses)"},
    {"entry_hit_rate", "entry_hits", "entry_misses", "entry_hits / (entry_hits + entry_misses)"},
    {"context_cache.hit_rate", "context_cache.hits", "context_cache.misses", "context-cache hits / lookups"},
    {"pasid_cache.hit_rate", "pasid_cache.hits", "pasid_cache.misses", "PASID-cache hits / lookups"},
    {"retry_rate", "retries", "accepted", "Retry answers / submissions answered"},
};

const Counter* FindCounter(const StatGroup& group, const std::string& name) {
  for (const Statistic* member : group.members()) {
    if (name == member->name()) return dynamic_cast<const Counter*>(member);
  }
  return nullptr;
}

const Occupancy* FindOccupancy(const StatGroup& group, const std::string& name) {
  for (const Statistic* member : group.members()) {
    if (name == member->name()) return dynamic_cast<const Occupancy*>(member);
  }
  return nullptr;
}

using Translates = BlockKind::Translates;

// Parts that a block brings itself, such as the ports of a bridge, are of no kind that the registry knows.
const BlockKind& KindOf(const System& system, const StatGroup& group) {
  static const BlockKind unknown{"part"};
  const BlockKind* const kind = system.topology().KindAt(group.path());
  return kind != nullptr ? *kind : unknown;
}

// "wq0.occupancy" has "wq0.retries" and "wq0.accepted" beside it.
double TurnedAway(const StatGroup& group, const std::string& occupancy) {
  const std::string queue = occupancy.substr(0, occupancy.rfind('.') + 1);
  const Counter* retries = FindCounter(group, queue + "retries");
  const Counter* accepted = FindCounter(group, queue + "accepted");
  if (retries == nullptr || accepted == nullptr || retries->value() == 0) return 0;
  return static_cast<double>(retries->value()) / static_cast<double>(retries->value() + accepted->value());
}

// `kind`: of the block that has the statistic.
void CollectResource(const Statistic& member, const StatGroup& group, const BlockKind& kind, Picoseconds now,
                     Results* results) {
  const std::string& block = group.path();
  ResourceLoad load;
  load.block = block;
  load.name = member.name();
  load.depth = kind.depth;
  load.role = kind.RoleOf(member.name());
  if (load.role == ResourceRole::kQueuePlaces) load.turned_away = TurnedAway(group, member.name());
  if (const char* const waiters = WaitersOf(load.role)) {
    if (const Occupancy* const all = FindOccupancy(group, waiters)) load.waiting = all->Mean(now);
  }
  if (const auto* busy = dynamic_cast<const BusyTime*>(&member)) {
    load.utilisation = busy->Utilisation(now);
    results->resources.push_back(load);
  } else if (const auto* slots = dynamic_cast<const Occupancy*>(&member); slots != nullptr && slots->capacity() > 0) {
    load.slots = true;
    load.mean = slots->Mean(now);
    load.utilisation = load.mean / static_cast<double>(slots->capacity());
    results->resources.push_back(load);
  } else if (const auto* lent = dynamic_cast<const LentPlaces*>(&member)) {
    load.slots = true;
    load.mean = lent->Mean(now);
    load.utilisation = load.mean / static_cast<double>(lent->capacity());
    load.waited = lent->Short(now);
    results->resources.push_back(load);
  } else if (const auto* watch = dynamic_cast<const ReuseWatch*>(&member)) {
    CachePressure cache{block, kind.translates == Translates::kForDevice, watch->entries(), watch->fills(), {}};
    for (std::size_t i = 0; i < cache.spared.size(); ++i) cache.spared[i] = static_cast<double>(watch->spared(i));
    results->caches.push_back(cache);
  }
}

void CollectGroup(const StatGroup& group, const BlockKind& kind, Picoseconds now, Results* results) {
  for (const Statistic* member : group.members()) {
    for (const StatValue& value : member->Values(now)) {
      results->structures.push_back(
          {group.path(), member->name() + value.suffix, value.unit, value.value, member->sentence()});
    }
    CollectResource(*member, group, kind, now, results);
  }
  for (const Ratio& ratio : kRatios) {
    const Counter* part = FindCounter(group, ratio.part);
    const Counter* rest = FindCounter(group, ratio.rest);
    if (part == nullptr || rest == nullptr || part->value() + rest->value() == 0) continue;
    const double value = static_cast<double>(part->value()) / static_cast<double>(part->value() + rest->value());
    results->structures.push_back({group.path(), ratio.name, "fraction", value, ratio.sentence});
  }
}

std::uint64_t CounterValue(const StatGroup& group, const std::string& name) {
  const Counter* counter = FindCounter(group, name);
  return counter != nullptr ? counter->value() : 0;
}

// Every DMA request that needed a translation, once: where it was looked up first. That is the ATC of a device that has
// one, the IOTLB otherwise (whose lookups for translation requests were counted at the ATC already).
void CollectTranslations(const System& system, Results* results) {
  std::uint64_t requests = 0;
  for (const StatGroup* group : system.statistics()) {
    const Translates translates = KindOf(system, *group).translates;
    if (translates == Translates::kNo) continue;
    requests += CounterValue(*group, "hits") + CounterValue(*group, "misses");
    requests -= translates == Translates::kForDevice ? 0 : CounterValue(*group, "translation_requests");
  }
  const double seconds = ToSeconds(results->measured_ps);
  results->metrics.emplace_back("translation.completed", static_cast<double>(requests));
  results->metrics.emplace_back("translation.rate_per_s",
                                seconds > 0 ? static_cast<double>(requests) / seconds : std::nan(""));
}

void CollectMemory(const System& system, Picoseconds now, Results* results) {
  const FaultService& service = system.fault_service();
  results->metrics.emplace_back("memory.resident_bytes", service.resident_bytes().Mean(now));
  results->metrics.emplace_back("memory.pinned_bytes", static_cast<double>(service.memory_at_start().pinned_bytes));
  results->metrics.emplace_back("memory.pin_ns", ToNs(service.pin_time()));
}

void CollectBound(const ResolvedExperiment& experiment, Results* results) {
  const ThroughputBound bound = ComputeThroughputBound(experiment);
  results->bound_jobs_per_s = bound.jobs_per_second;
  results->bound_is_mean = bound.mean;
  results->bound_bottleneck = bound.bottleneck;
  for (const ResourceBound& resource : bound.resources) {
    results->limits.push_back({resource.name, resource.jobs_per_second, resource.in_cut, resource.users});
  }
}

std::uint32_t TenantsOf(const TrafficConfig& traffic) {
  std::uint32_t tenants = 0;
  for (const TenantClassConfig& one : traffic.classes) tenants += one.tenants;
  return tenants;
}

// What the configured events make of the functions, by the rules the devices themselves go by.
void CollectStops(const ResolvedPlatform& platform, Picoseconds end, Results* results) {
  for (const ResolvedEndpoint& endpoint : platform.endpoints) {
    if (!endpoint.atc) continue;
    AtsControl control;
    for (const std::size_t i : InOrder(endpoint.atc->events)) {
      const AtcEvent& event = endpoint.atc->events[i];
      if (event.at_ps >= end) {
        results->missed_events.push_back({endpoint.name + " " + NameOf(event.kind), event.at_ps});
        continue;
      }
      const bool halted_before = control.state() == AtsControl::State::kHalted;
      Apply(event.kind, &control);
      const bool halts = !halted_before && control.state() == AtsControl::State::kHalted;
      if (halts || event.kind == AtcEvent::Kind::kFunctionReset) {
        results->stops.push_back({endpoint.name, halts, event.at_ps});
      }
      const bool stops = event.kind == AtcEvent::Kind::kPasidStop || event.kind == AtcEvent::Kind::kPasidStopResponses;
      if (stops) results->pasid_stops.push_back({endpoint.name, event.pasid.value(), event.at_ps});
    }
  }
}

// Classes whose function takes no job any more.
void CollectStopped(const ResolvedExperiment& experiment, System& system, Picoseconds end, Results* results) {
  const TrafficConfig& traffic = experiment.traffic;
  const auto note = [&](std::size_t index, std::uint16_t endpoint, const std::string& name, std::uint64_t tenants) {
    const ResolvedEndpoint& function = experiment.platform.endpoints[endpoint];
    const Picoseconds from = function.atc ? RefusesJobsFrom(function.atc->events, end) : kNever;
    if (from == kNever) return;
    results->stopped.push_back({function.name, name, tenants, system.traffic().job_statistics().last_success(index)});
  };
  for (std::size_t i = 0; i < traffic.classes.size(); ++i) {
    note(i, traffic.classes[i].endpoint, traffic.classes[i].name, traffic.classes[i].tenants);
  }
  if (traffic.replay.trace_file.empty()) return;
  note(traffic.classes.size(), traffic.replay.endpoint, "replay", system.traffic().tenants() - TenantsOf(traffic));
}

void CollectNotSubmitted(const TrafficConfig& traffic, const Traffic& source, Results* results) {
  for (std::size_t i = 0; i < traffic.classes.size(); ++i) {
    if (const std::uint64_t jobs = source.not_submitted(i); jobs != 0) {
      results->not_submitted.push_back({traffic.classes[i].name, jobs});
    }
  }
}

// What happened to processes, and what was to happen and did not, wholly or in part.
void CollectExits(System& system, Picoseconds end, Results* results) {
  std::uint64_t missed = 0;
  Picoseconds first = kNever;
  for (const ProcessExit& exit : system.experiment().exits) {
    const bool happened = exit.at_ps < end;
    ++(happened ? results->exits : missed);
    Picoseconds& earliest = happened ? results->first_exit : first;
    earliest = std::min(earliest, exit.at_ps);
  }
  if (missed > 0)
    results->missed_events.push_back(
        {"the exit of " + std::to_string(missed) + (missed == 1 ? " process" : " processes"), first});
  results->stopped_with_nothing_left = system.traffic().ended_with_nothing_left();
  results->exits_unfinished = system.exits_unfinished();
}

// From its first access until its last has ended.
SetUpRow SetUpOf(const ResolvedSetUp& set_up, const std::vector<RegisterOutcome>& outcomes) {
  SetUpRow row{set_up.function, set_up.count};
  for (std::size_t i = set_up.first; i < set_up.first + set_up.count && outcomes[i].done; ++i) {
    if (row.done++ == 0) row.began_ps = outcomes[i].issued_ps;
    row.took_ps = outcomes[i].issued_ps + outcomes[i].latency_ps - row.began_ps;
  }
  return row;
}

void CollectRegisters(const System& system, Results* results) {
  const std::vector<RegisterOutcome> outcomes = system.register_outcomes();
  const std::vector<ResolvedRegisterAccess>& accesses = system.experiment().register_accesses;
  for (std::size_t i = 0; i < accesses.size(); ++i) results->register_accesses.push_back({accesses[i], outcomes[i]});
  for (const ResolvedSetUp& set_up : system.experiment().set_ups) {
    results->set_ups.push_back(SetUpOf(set_up, outcomes));
  }
}

}  // namespace

Results CollectResults(System& system, const Sampler& sampler, Picoseconds now, bool interrupted) {
  const ResolvedExperiment& experiment = system.experiment();
  system.traffic().CountLeftOut(now);
  const JobStatistics& jobs = system.traffic().job_statistics();
  Results results;
  results.name = experiment.name;
  results.run_id = experiment.run_id;
  results.seed = experiment.run.seed;
  results.partial = interrupted;
  results.sim_time_ps = now;
  results.measured_ps = results.sim_time_ps > jobs.since() ? results.sim_time_ps - jobs.since() : 0;
  results.events = system.simulation().agenda.events();
  results.trace_file = experiment.traffic.replay.trace_file;
  if (const ReplayFacts* facts = system.traffic().replay_facts()) results.replay = *facts;
  results.unverified = experiment.unverified;
  results.setup = {experiment.platform.name, DescribeWorkload(experiment), PictureOf(experiment.platform)};

  results.warmup_ps = experiment.run.warmup_ps;
  results.begun_before = jobs.begun_before();
  CollectJobs(experiment.traffic, jobs, &results);
  CollectAdis(system, &results);
  CollectMemory(system, now, &results);
  CollectTranslations(system, &results);
  CollectClassMetrics(jobs, &results);
  for (const StatGroup* group : system.statistics()) {
    CollectGroup(*group, KindOf(system, *group), now, &results);
  }
  AddHostResources(experiment, &results);
  results.series = sampler.series();
  CollectBound(experiment, &results);
  CollectStops(experiment.platform, now, &results);
  CollectExits(system, now, &results);
  CollectStopped(experiment, system, now, &results);
  CollectRegisters(system, &results);
  CollectNotSubmitted(experiment.traffic, system.traffic(), &results);
  results.given_up = system.traffic().given_up();
  CheckConservation(system, &results);
  results.jobs_checked = jobs.overall().jobs();
  CheckDrained(system, now, &results);  // lets time go on: everything else is collected
  JudgeResults(experiment.targets, &results);
  return results;
}

}  // namespace siov
