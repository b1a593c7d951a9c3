// SPDX-License-Identifier: Apache-2.0
#include "platforms/cli/resolve_command.h"

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "platforms/cli/config_arguments.h"
#include "platforms/cli/recording_faults.h"
#include "platforms/resolve/load_experiment.h"
#include "platforms/resolve/sweep_points.h"

namespace siov {

namespace {

// Lists of overrides from `in`, each override ended by a zero character, each list by one more.
std::vector<std::vector<std::string>> ReadPoints(std::istream& in) {
  std::vector<std::vector<std::string>> points;
  std::vector<std::string> overrides;
  for (std::string override; std::getline(in, override, '\0');) {
    if (!override.empty()) {
      overrides.push_back(override);
      continue;
    }
    points.push_back(overrides);
    overrides.clear();
  }
  return points;
}

// A line of JSON for each point of a sweep: its run id, or why it is refused. One process, since starting one takes
// longer than resolving.
int PrintIds(const std::string& file, const std::vector<std::string>& common) {
  for (const std::vector<std::string>& own : ReadPoints(std::cin)) {
    std::vector<std::string> overrides = common;
    overrides.insert(overrides.end(), own.begin(), own.end());
    const LoadedExperiment loaded = LoadExperiment(file, overrides);
    nlohmann::json line;
    if (loaded.faults.empty()) {
      line["id"] = loaded.experiment.run_id;
    } else {
      std::ostringstream faults;
      PrintFaults(loaded.faults, faults);
      line["error"] = faults.str();
    }
    std::cout << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
  }
  return 0;
}

// A line of JSON with the values of each axis, as overrides and as the table names them, and with the seeds; then a
// line for each point, which of them it takes. There may be a million.
int PrintPoints(const std::string& file, const std::vector<std::string>& common) {
  const Faults faults = WithPoints(file, common, [](const SweepPoints& points) {
    nlohmann::json head = {{"axes", nlohmann::json::array()}, {"seeds", points.seeds()}};
    for (const SweepPoints::Listed& axis : points.Lists()) {
      head["axes"].push_back({{"overrides", axis.overrides}, {"names", axis.names}});
    }
    std::cout << head.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    for (std::uint64_t point = 0; point < points.size(); ++point) {
      const char* separator = "";
      for (const std::uint64_t step : points.StepsOf(point)) {
        std::cout << separator << step;
        separator = " ";
      }
      std::cout << '\n';
    }
  });
  PrintFaults(faults, std::cerr);
  return faults.empty() ? 0 : 2;
}

}  // namespace

int ResolveMain(const std::vector<std::string>& arguments) {
  const auto parsed = ParseConfigArguments({"resolve", false, true, true}, arguments);
  if (!parsed) {
    return 2;
  }
  if (parsed->points) return PrintPoints(parsed->files[0], parsed->overrides);
  if (parsed->ids) return PrintIds(parsed->files[0], parsed->overrides);
  const LoadedExperiment loaded = LoadExperiment(parsed->files[0], parsed->overrides);
  if (!loaded.faults.empty()) {
    PrintExperimentFaults(parsed->files[0], loaded.faults);
    return 2;
  }
  Faults unreadable;
  CheckRecording(loaded.experiment, &unreadable);
  if (!unreadable.empty()) {
    PrintFaults(unreadable, std::cerr);
    return 2;
  }
  if (parsed->id) {
    std::cout << loaded.experiment.run_id << '\n';
    return 0;
  }
  if (parsed->out.empty()) {  // nobody knows where it will lie
    std::cout << ResolvedTextAnywhere(loaded.experiment.text);
    return 0;
  }
  const std::filesystem::path directory = std::filesystem::path(parsed->out).parent_path();
  return WriteOutput(parsed->out, ResolvedTextIn(loaded.experiment.text, directory.empty() ? "." : directory.string()));
}

}  // namespace siov
