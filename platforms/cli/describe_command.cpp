// SPDX-License-Identifier: Apache-2.0
#include "platforms/cli/describe_command.h"

#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <map>

#include "platforms/cli/config_arguments.h"
#include "platforms/cli/describe_adis.h"
#include "platforms/cli/describe_entries.h"
#include "platforms/cli/describe_functions.h"
#include "platforms/cli/recording_faults.h"
#include "platforms/graph/picture.h"
#include "platforms/graph/throughput_bound.h"
#include "platforms/graph/zero_load.h"
#include "platforms/resolve/load_experiment.h"

namespace siov {
namespace {

constexpr int kNameWidth = 58;

// A platform by itself has no tenants: the usual address spaces stand in for theirs.
std::vector<AddressSpaceClass> UsualSpaces() {
  AddressSpaceClass first;
  AddressSpaceClass nested;
  nested.stages = TranslationStages::kNested;
  nested.second_format = TableFormat::kX86FourLevel;
  return {first, nested};
}

void PrintPath(const ZeroLoadPath& path) {
  std::cout << "  " << std::left << std::setw(kNameWidth) << path.name << std::right << std::setw(12) << std::fixed
            << std::setprecision(3) << ToNs(path.total_ps) << " ns  ";
  const char* separator = "";
  for (std::size_t i = 0; i < kStageCount; ++i) {
    const auto stage = static_cast<Stage>(i);
    if (const Picoseconds spent = path.InStage(stage)) {
      std::cout << separator << Describe(stage).name << ' ' << ToNs(spent);
      separator = ", ";
    }
  }
  std::cout << '\n';
}

// Where the memory of an endpoint's tenants lies, of a host of several sockets; one without tenants has it beside it.
std::vector<MemoryHomes> HomesAt(const ResolvedPlatform& platform, const ResolvedExperiment* experiment,
                                 std::size_t endpoint) {
  std::vector<MemoryHomes> all;
  const auto add = [&all](const AddressSpaceClass& space) {
    const auto same = [&space](const MemoryHomes& known) {
      return known.pages == space.pages_home && known.page_tables == space.page_tables_home;
    };
    if (std::none_of(all.begin(), all.end(), same)) all.push_back(HomesOf(space));
  };
  if (platform.has_sockets() && experiment != nullptr) {
    const TrafficConfig& traffic = experiment->traffic;
    for (std::size_t i = 0; i < traffic.classes.size(); ++i) {
      if (traffic.classes[i].endpoint == endpoint) add(experiment->address_spaces[i]);
    }
    if (!traffic.replay.trace_file.empty() && traffic.replay.endpoint == endpoint) {
      add(experiment->address_spaces.back());
    }
  }
  if (all.empty()) all.emplace_back();
  return all;
}

void PrintLatencies(const ResolvedPlatform& platform, const ResolvedExperiment* experiment) {
  const Topology topology(platform);
  const std::vector<AddressSpaceClass> spaces = experiment != nullptr ? experiment->address_spaces : UsualSpaces();
  for (std::size_t i = 0; i < platform.endpoints.size(); ++i) {
    if (platform.endpoints[i].outside) continue;
    for (const MemoryHomes& homes : HomesAt(platform, experiment, i)) {
      std::cout << "\nZero-load latency of " << platform.endpoints[i].name;
      if (homes.pages) std::cout << ", pages in " << platform.memories[*homes.pages].name;
      if (homes.page_tables) std::cout << " and their tables in " << platform.memories[*homes.page_tables].name;
      std::cout << " (by stage, ns)\n";
      for (const ZeroLoadPath& path : ZeroLoad(topology, i, homes).All(spaces)) PrintPath(path);
    }
  }
}

// What the numbers above and below do not know.
void PrintOutside(const ResolvedPlatform& platform) {
  for (const ResolvedEndpoint& endpoint : platform.endpoints) {
    if (!endpoint.outside) continue;
    std::cout << "\nDevice " << endpoint.name
              << " is a model from outside: its latencies are not known, and no throughput bound is.\n";
  }
  const ResolvedMemory* const memory = platform.outside_memory();
  if (memory == nullptr) return;
  const Picoseconds stated = memory->config.llc_latency_ps;
  std::cout << "\nMemory " << memory->name << " is a model from outside: latencies take "
            << (stated == 0 ? "nothing for it, as its stated_latency_ns is 0"
                            : "its stated_latency_ns of " + std::to_string(ToNs(stated)) + " ns for it")
            << ", and the bound leaves it out.\n";
}

void PrintBound(const ThroughputBound& bound) {
  std::cout << "\nThroughput bound: " << std::setprecision(0) << bound.jobs_per_second
            << " jobs/s, set by: " << bound.bottleneck << '\n';
  std::vector<ResourceBound> resources = bound.resources;
  std::stable_sort(resources.begin(), resources.end(), [](const ResourceBound& a, const ResourceBound& b) {
    return a.jobs_per_second < b.jobs_per_second;
  });
  for (const ResourceBound& resource : resources) {
    std::cout << "  " << std::left << std::setw(kNameWidth) << resource.name << std::right << std::setw(16)
              << resource.jobs_per_second << " jobs/s" << (resource.in_cut ? "  <- bottleneck" : "") << '\n';
  }
}

void PrintUnverified(const ResolvedExperiment& experiment) {
  if (experiment.unverified.empty()) {
    return;
  }
  std::cout << "\nParameters without a verified source: " << experiment.unverified.size() << '\n';
  for (const UnverifiedParameter& one : experiment.unverified) {
    std::cout << "  " << one.path << " = " << one.value << " (" << one.note << ")\n";
  }
}

// Not 0 after a sentence about what could not be written.
int DrawPicture(const ResolvedPlatform& platform, const std::string& out) {
  const std::filesystem::path folder =
      out.empty() ? std::filesystem::path("results") / "describe" : std::filesystem::path(out);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::string dot_file = (folder / (platform.name + ".dot")).string();
  const std::string svg_file = (folder / (platform.name + ".svg")).string();
  if (const int failed = WriteOutput(dot_file, ToDot(platform)); failed != 0) return failed;
  std::string why_not;
  if (!DrawSvg(dot_file, svg_file, &why_not)) {
    std::cerr << "siovsim: " << why_not << '\n';
    return 1;
  }
  std::cout << "\nPicture: " << svg_file << '\n';
  return 0;
}

// What was asked for instead of the description; false: nothing was.
bool PrintViews(const ConfigArguments& wanted, const ResolvedPlatform& platform) {
  if (wanted.config_space == "hex") PrintConfigBytes(platform, std::cout);
  if (wanted.config_space == "fields") PrintConfigFields(platform, std::cout);
  if (wanted.address) PrintRoute(platform, *wanted.address, std::cout);
  return !wanted.config_space.empty() || wanted.address;
}

}  // namespace

int DescribeMain(const std::vector<std::string>& arguments) {
  const auto parsed = ParseConfigArguments({"describe", false, true, false, true}, arguments);
  if (!parsed) {
    return 2;
  }
  CheckedFile checked = CheckFile(parsed->files[0], parsed->overrides);
  CheckRecording(checked.experiment, &checked.faults);
  if (!checked.faults.empty()) {
    PrintFaults(checked.faults, std::cerr);
    return 2;
  }
  if (!checked.platform.has_value()) {
    std::cerr << "siovsim: " << parsed->files[0] << " is a " << checked.kind
              << " and holds no whole platform; give a platform, an experiment or a sweep\n";
    return 2;
  }
  if (PrintViews(*parsed, *checked.platform)) return 0;
  std::cout << "Platform " << checked.platform->name;
  if (checked.points > 1) std::cout << ", as the first of the sweep's " << checked.points << " points has it";
  std::cout << '\n';
  PrintLatencies(*checked.platform, checked.experiment ? &*checked.experiment : nullptr);
  PrintOutside(*checked.platform);
  PrintFunctions(*checked.platform, std::cout);
  if (checked.experiment.has_value()) {
    if (const ThroughputBound bound = ComputeThroughputBound(*checked.experiment); !bound.bottleneck.empty()) {
      PrintBound(bound);
    }
    PrintAdisOfTenants(*checked.experiment, std::cout);
    PrintEntries(*checked.experiment, std::cout);
    PrintUnverified(*checked.experiment);
  }
  return DrawPicture(*checked.platform, parsed->out);
}

}  // namespace siov
