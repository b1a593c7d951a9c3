// SPDX-License-Identifier: Apache-2.0
#include "platforms/bench/bench_command.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>

#include "models/base/ends_with.h"
#include "platforms/bench/heap_loop.h"
#include "platforms/cli/arguments.h"
#include "platforms/resolve/load_experiment.h"
#include "platforms/run/run.h"

namespace siov {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::vector<std::string> cases = {"atc_hits",          "iotlb_hits",  "nested_walks", "nested_walks_uncached",
                                    "split_completions", "mixed_faults"};
  std::vector<std::uint64_t> tenants = {16, 1'024, 65'536, 1'048'576};
  std::string directory = "configs/bench";
  bool json = false;
};

constexpr std::uint64_t kHeapEvents = 4'000'000;
constexpr std::uint64_t kHeapInFlight = 1'024;

std::vector<std::string> SplitCommas(const std::string& text) {
  std::vector<std::string> parts;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  return parts;
}

Arguments::Refused ListOfTenants(const std::string& value, std::vector<std::uint64_t>* tenants) {
  tenants->clear();
  for (const std::string& part : SplitCommas(value)) {
    const auto count = WholeNumber(part, 1, kMaxPasids);
    if (!count) return "whole numbers from 1 to 1048576, with commas between them";
    tenants->push_back(*count);
  }
  if (tenants->empty()) return "at least one";
  return std::nullopt;
}

bool Parse(const std::vector<std::string>& words, Options* options) {
  Arguments arguments("bench");
  arguments.Value("--cases", [options](const std::string& value) {
    options->cases = SplitCommas(value);
    return Arguments::Refused();
  });
  arguments.Value("--tenants", [options](const std::string& value) { return ListOfTenants(value, &options->tenants); });
  arguments.Value("--dir", &options->directory);
  arguments.Flag("--json", &options->json);
  return arguments.ReadOrSay(words, std::cerr);
}

// The most memory this process ever had resident, in bytes.
std::uint64_t PeakResidentBytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

// Throws with every fault of the file.
ResolvedExperiment Load(const std::string& file, const std::vector<std::string>& overrides) {
  LoadedExperiment loaded = LoadExperiment(file, overrides);
  if (loaded.faults.empty()) return loaded.experiment;
  std::ostringstream text;
  PrintFaults(loaded.faults, text);
  std::string faults = text.str();
  faults.erase(faults.find_last_not_of('\n') + 1);
  throw std::runtime_error(faults);
}

// The case with so many tenants: those of other classes than the first stay as they are, the first has the rest.
// Open-loop tenants share the rate that those in the file have together, so that the jobs in flight do not grow with
// tenants.
ResolvedExperiment LoadCase(const std::string& file, std::uint64_t tenants) {
  const ResolvedExperiment as_written = Load(file, {});
  if (as_written.traffic.classes.empty()) throw std::runtime_error(file + ": a case needs a class of tenants");
  const TenantClassConfig& written = as_written.traffic.classes.front();
  std::uint64_t others = 0;
  for (const TenantClassConfig& one : as_written.traffic.classes) others += &one == &written ? 0 : one.tenants;
  if (tenants <= others) {
    throw std::runtime_error(file + ": --tenants has to be more than the " + std::to_string(others) +
                             " tenants of all classes but the first");
  }
  const std::uint64_t rest = tenants - others;
  const std::string prefix = "workload.tenant_classes[0].";
  std::vector<std::string> overrides = {prefix + "tenants=" + std::to_string(rest)};
  if (written.arrivals != ArrivalProcess::kClosedLoop) {
    const double rate = written.jobs_per_second * written.tenants / static_cast<double>(rest);
    overrides.push_back(prefix + "jobs_per_second=" + std::to_string(rate));
  }
  return Load(file, overrides);
}

std::string FileOf(const Options& options, const std::string& name) {
  return options.directory + "/" + name + ".txtpb";
}

// The cases of a folder: what stands in it and is an experiment.
std::string CasesOf(const std::string& directory) {
  std::set<std::string> names;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(directory, none)) {
    if (entry.path().extension() != ".txtpb") continue;
    if (CheckFile(entry.path().string()).kind == "Experiment") names.insert(entry.path().stem().string());
  }
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "nothing" : text;
}

// Every case that cannot be run, in a sentence each: found before the first is measured.
std::vector<std::string> WrongCases(const Options& options) {
  std::vector<std::string> wrong;
  const auto refuse = [&wrong, &options](const std::string& name, const std::string& why) {
    wrong.push_back("siovsim: bench: --cases " + name + ": " + why + "; " + options.directory + " has " +
                    CasesOf(options.directory));
  };
  if (options.cases.empty()) refuse("''", "it names none");
  for (const std::string& name : options.cases) {
    const std::string file = FileOf(options, name);
    if (!std::filesystem::exists(file)) {
      refuse(name, "there is no " + file);
      continue;
    }
    if (const std::string kind = CheckFile(file).kind; kind != "Experiment") {
      refuse(name, file + " is a " + kind + " and no experiment");
      continue;
    }
    try {
      LoadCase(file, options.tenants.front());
    } catch (const std::exception& error) {
      wrong.emplace_back(error.what());
    }
  }
  return wrong;
}

// Packets on all links: requests, messages, and every completion by itself.
double LinkTlps(const Results& results) {
  double tlps = 0;
  for (const StructureRow& row : results.structures) {
    const bool of_link = row.statistic.rfind("upstream_", 0) == 0 || row.statistic.rfind("downstream_", 0) == 0;
    if (of_link && EndsWith(row.statistic, "_tlps")) tlps += row.value;
  }
  return tlps;
}

// Runs one case; called in a process of its own because SystemC elaborates once a process.
Json RunCase(const std::string& file, std::uint64_t tenants) {
  const Results results = RunExperiment(LoadCase(file, tenants), RunOptions{});
  return {{"jobs", results.Metric("job.completed")},
          {"translations", results.Metric("translation.completed")},
          {"tlps", LinkTlps(results)},
          {"events", results.events},
          {"cpu_s", results.cpu_s},
          {"peak_resident_bytes", PeakResidentBytes()}};
}

// Forks, runs the case in the child and reads its JSON from a pipe.
Json RunInChild(const std::string& file, std::uint64_t tenants) {
  std::array<int, 2> pipe_ends{};
  if (pipe(pipe_ends.data()) != 0) return {{"error", "no pipe"}};
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    close(pipe_ends[0]);
    std::string text;
    try {
      text = RunCase(file, tenants).dump();
    } catch (const std::exception& error) {
      text = Json{{"error", error.what()}}.dump();
    }
    const bool sent = write(pipe_ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    _exit(sent ? 0 : 1);
  }
  close(pipe_ends[1]);
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t n = 0; (n = read(pipe_ends[0], buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (text.empty()) return {{"error", "the case ended without a result (status " + std::to_string(status) + ")"}};
  return Json::parse(text);
}

void Derive(Json& row, double heap_ns) {
  const double cpu = row["cpu_s"];
  const double events = row["events"];
  const double requests = row["translations"];
  row["requests_per_s"] = row["jobs"].get<double>() / cpu;
  row["translations_per_s"] = requests / cpu;
  row["tlps_per_s"] = row["tlps"].get<double>() / cpu;
  row["events_per_request"] = requests > 0 ? events / requests : 0.0;
  row["ns_per_event"] = cpu * 1e9 / events;
  row["heap_ns_per_event"] = heap_ns;
  row["ratio_to_heap_loop"] = cpu * 1e9 / events / heap_ns;
}

void PrintHeader() {
  std::printf("%-21s %9s %12s %14s %12s %11s %9s %9s %11s %10s\n", "case", "tenants", "jobs/s", "translations/s",
              "TLPs/s", "events/req", "ns/event", "x heap", "x first", "B/tenant");
}

void PrintRow(const Json& row) {
  std::printf("%-21s %9llu %12.0f %14.0f %12.0f %11.2f %9.1f %9.2f %11.2f %10.0f\n",
              row["case"].get<std::string>().c_str(), static_cast<unsigned long long>(row["tenants"]),
              row["requests_per_s"].get<double>(), row["translations_per_s"].get<double>(),
              row["tlps_per_s"].get<double>(), row["events_per_request"].get<double>(),
              row["ns_per_event"].get<double>(), row["ratio_to_heap_loop"].get<double>(),
              row["cost_relative"].get<double>(), row["bytes_per_tenant"].get<double>());
  std::fflush(stdout);
}

}  // namespace

int BenchMain(const std::vector<std::string>& arguments) {
  Options options;
  if (!Parse(arguments, &options)) return 2;
  const std::vector<std::string> wrong = WrongCases(options);
  for (const std::string& sentence : wrong) std::fprintf(stderr, "%s\n", sentence.c_str());
  if (!wrong.empty()) return 2;
  if (!options.json) PrintHeader();
  Json rows = Json::array();
  int status = 0;
  for (const std::string& name : options.cases) {
    std::optional<Json> first;
    for (const std::uint64_t tenants : options.tenants) {
      const double heap_ns = HeapLoopNsPerEvent(kHeapInFlight, kHeapEvents);
      Json row = RunInChild(FileOf(options, name), tenants);
      if (row.contains("error")) {
        std::fprintf(stderr, "siovsim: case %s at %llu tenants: %s\n", name.c_str(),
                     static_cast<unsigned long long>(tenants), row["error"].get<std::string>().c_str());
        status = 1;
        continue;
      }
      row["case"] = name;
      row["tenants"] = tenants;
      Derive(row, heap_ns);
      if (!first) first = row;
      const double more_tenants = static_cast<double>(tenants) - (*first)["tenants"].get<double>();
      const double more_bytes =
          row["peak_resident_bytes"].get<double>() - (*first)["peak_resident_bytes"].get<double>();
      row["cost_relative"] = (*first)["translations_per_s"].get<double>() / row["translations_per_s"].get<double>();
      row["bytes_per_tenant"] = more_tenants > 0 ? more_bytes / more_tenants : 0.0;
      if (!options.json) PrintRow(row);
      rows.push_back(row);
    }
  }
  if (options.json) std::printf("%s\n", rows.dump(2).c_str());
  return status;
}

}  // namespace siov
