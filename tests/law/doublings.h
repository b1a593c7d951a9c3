// SPDX-License-Identifier: Apache-2.0
// Twice of everything finite, in turn: what the verdict blames must be what helps most.
#ifndef SIOV_TESTS_LAW_DOUBLINGS_H_
#define SIOV_TESTS_LAW_DOUBLINGS_H_

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <map>
#include <sstream>
#include <string>

#include "platforms/run/run.h"
#include "tests/support/small_platform.h"

namespace siov::testing {

// False: there is nothing of it to double, it is not there or unlimited.
using Doubling = std::function<bool(ResolvedExperiment*)>;

// The one device, of every experiment here.
inline ResolvedEndpoint& Device(ResolvedExperiment* experiment) { return experiment->platform.endpoints[0]; }

template <class Number>
bool Twice(Number& number) {
  number *= 2;
  return number != 0;
}

// Both directions of a wire are doubled at once.
inline std::string Doubled(const std::string& resource) {
  if (resource == "host0.credits_used" || resource.find(".occupancy") != std::string::npos) {
    return "dsa0.swq_arbiter.places";
  }
  const std::size_t direction = resource.find(".upstream_busy");
  return direction == std::string::npos ? resource : resource.substr(0, direction) + ".downstream_busy";
}

inline void AddCredits(const std::string& link, std::map<std::string, Doubling>* all) {
  struct Pool {
    const char* name;
    std::uint32_t LinkCredits::*field;
  };
  constexpr Pool kPools[] = {
      {"posted_headers", &LinkCredits::posted_header},         {"posted_data", &LinkCredits::posted_data},
      {"nonposted_headers", &LinkCredits::nonposted_header},   {"nonposted_data", &LinkCredits::nonposted_data},
      {"completion_headers", &LinkCredits::completion_header}, {"completion_data", &LinkCredits::completion_data}};
  for (const Pool& pool : kPools) {
    (*all)[link + ".upstream_" + pool.name] = [pool](auto* e) { return Twice(LinkOf(e).upstream.*pool.field); };
    (*all)[link + ".downstream_" + pool.name] = [pool](auto* e) { return Twice(LinkOf(e).downstream.*pool.field); };
  }
}

inline void AddCaches(std::map<std::string, Doubling>* all) {
  (*all)["dsa0.atc.entries"] = [](auto* e) { return Device(e).atc && Twice(Device(e).atc->geometry.entries); };
  (*all)["iommu0.iotlb.entries"] = [](auto* e) { return Twice(e->platform.iommus[0].iotlb.geometry.entries); };
  (*all)["iommu0.page_walker.first_stage_cache.l2.slots"] = [](auto* e) {
    return Twice(e->platform.iommus[0].page_walker.first_stage_cache[0].slots);
  };
}

inline void AddServers(std::map<std::string, Doubling>* all) {
  (*all)["host0.cpus_busy"] = [](auto* e) { return Twice(e->platform.host.config.cpus); };
  (*all)["host0.vcpus_busy"] = [](auto* e) {  // over which tenants are spread anew
    const bool finite = Twice(e->platform.host.config.vcpus);
    HandOut(e);
    return finite;
  };
  (*all)["host0.fault_service.handlers"] = [](auto* e) { return Twice(e->platform.host.config.faults.handlers); };
  (*all)["host0.driver.queue_locks"] = [](auto* e) {  // twice as fast: there is one
    e->platform.host.config.driver.descriptor_latency_ps /= 2;
    e->platform.host.config.driver.doorbell_latency_ps /= 2;
    return true;
  };
  (*all)["dsa0.atc.invalidation"] = [](auto* e) {
    if (!Device(e).atc) return false;
    Device(e).atc->invalidation_latency_ps /= 2;
    return true;
  };
  (*all)["dsa0.atc.port"] = [](auto* e) {
    if (!Device(e).atc) return false;
    Device(e).atc->lookup_interval_ps /= 2;
    return true;
  };
  (*all)["iommu0.iotlb.port"] = [](auto* e) {
    e->platform.iommus[0].iotlb.lookup_interval_ps /= 2;
    return true;
  };
  (*all)["dsa0.engine.engine_data_path"] = [](auto* e) { return Twice(Device(e).engine.bytes_per_second); };
  (*all)["mem0.dram_busy"] = [](auto* e) { return Twice(e->platform.memories[0].config.dram_channels); };
}

inline void AddPools(std::map<std::string, Doubling>* all) {
  (*all)["dsa0.swq_arbiter.places"] = [](auto* e) {
    for (WorkQueueConfig& queue : Device(e).arbiter.queues) {
      queue.size *= 2;
      queue.threshold *= 2;
    }
    return true;
  };
  (*all)["dsa0.engine.contexts"] = [](auto* e) { return Twice(Device(e).engine.jobs_per_engine); };
  (*all)["dsa0.engine.pending_translations"] = [](auto* e) { return Twice(Device(e).engine.pending_translations); };
  (*all)["dsa0.engine.read_buffers"] = [](auto* e) { return Twice(Device(e).engine.read_buffers); };
  (*all)["dsa0.atc.translations"] = [](auto* e) { return Device(e).atc && Twice(Device(e).atc->outstanding_requests); };
  (*all)["dsa0.atc.faults"] = [](auto* e) { return Device(e).atc && Twice(Device(e).atc->pri.allocation); };
  (*all)["dsa0.port.tags_in_use"] = [](auto* e) { return Twice(Device(e).port.tags); };
  (*all)["dsa0.port.posted_queue"] = [](auto* e) { return Twice(Device(e).port.posted_queue); };
  (*all)["rp0.reads_outstanding"] = [](auto* e) { return Twice(e->platform.root_ports[0].config.outstanding_reads); };
  (*all)["rp0.translation_window"] = [](auto* e) { return Twice(e->platform.root_ports[0].config.translation_window); };
  (*all)["iommu0.iotlb.walks"] = [](auto* e) { return Twice(e->platform.iommus[0].iotlb.miss_slots); };
  (*all)["iommu0.page_walker.walkers"] = [](auto* e) { return Twice(e->platform.iommus[0].page_walker.walkers); };
  (*all)["iommu0.page_walker.queue"] = [](auto* e) { return Twice(e->platform.iommus[0].page_walker.queue_entries); };
  (*all)["iommu0.invalidation_queue.ring"] = [](auto* e) {  // one stays empty
    std::uint32_t& entries = e->platform.iommus[0].invalidation_queue.entries;
    entries = 2 * (entries - 1) + 1;
    return true;
  };
  (*all)["iommu0.invalidation_queue.itags"] = [](auto* e) {
    std::uint32_t& itags = e->platform.iommus[0].invalidation_queue.outstanding_per_device;
    itags = std::min(2 * itags, 32u);
    if (!Device(e).atc) return true;
    std::uint32_t& depth = Device(e).atc->invalidate_queue_depth;  // software keeps to both
    depth = std::min(2 * depth, 32u);
    return true;
  };
}

// By the name that the verdict has for what is doubled.
inline std::map<std::string, Doubling> Doublings(const std::string& link) {
  std::map<std::string, Doubling> all;
  all[link + ".downstream_busy"] = [](auto* e) { return LinkOf(e).lanes < 16 && Twice(LinkOf(e).lanes); };
  AddCredits(link, &all);
  AddCaches(&all);
  AddServers(&all);
  AddPools(&all);
  return all;
}

struct Outcome {
  double throughput = 0;
  std::string bottleneck;
  std::string sentence;
};

// SystemC elaborates once a process, so each run has one of its own; what it found comes back through a pipe.
inline Outcome RunApart(const ResolvedExperiment& experiment) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  const pid_t child = fork();
  if (child == 0) {
    Results results;
    try {
      results = RunExperiment(experiment, RunOptions{});
    } catch (const std::exception& error) {
      results.metrics = {{"job.throughput_per_s", 0}};
      results.sentences = {error.what()};
    }
    const std::string text = std::to_string(results.Metric("job.throughput_per_s")) + "\n" +
                             results.measured_bottleneck + "\n" + results.sentences.back();
    const bool written = write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  std::string text;
  char part[4096];
  for (ssize_t bytes; (bytes = read(ends[0], part, sizeof part)) > 0;)
    text.append(part, static_cast<std::size_t>(bytes));
  close(ends[0]);
  waitpid(child, nullptr, 0);
  Outcome outcome;
  std::istringstream lines(text);
  lines >> outcome.throughput >> outcome.bottleneck;
  lines.ignore();
  std::getline(lines, outcome.sentence);
  return outcome;
}

// Runs the platform as it is, and with twice of everything in turn.
inline void ExpectBlamed(const ResolvedExperiment& experiment, const std::string& limit) {
  const Outcome base = RunApart(experiment);
  EXPECT_EQ(base.bottleneck, limit) << base.sentence;
  std::string best;
  double most = 0;
  std::string table;
  for (const auto& [name, change] : Doublings(experiment.platform.LinkAbove({NodeKind::kEndpoint, 0}).name)) {
    ResolvedExperiment doubled = experiment;
    if (!change(&doubled)) continue;
    const double gain = RunApart(doubled).throughput / base.throughput;
    table += "\n  " + name + " x2: " + std::to_string(gain);
    if (gain > most) {
      most = gain;
      best = name;
    }
  }
  EXPECT_EQ(best, Doubled(limit)) << base.sentence << table;
  EXPECT_GT(most, 1.1) << base.sentence << table;
}

}  // namespace siov::testing

#endif  // SIOV_TESTS_LAW_DOUBLINGS_H_
