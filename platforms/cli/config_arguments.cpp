// SPDX-License-Identifier: Apache-2.0
#include "platforms/cli/config_arguments.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

#include "platforms/resolve/load_experiment.h"

namespace siov {
namespace {

std::optional<ConfigArguments> Wrong(const ConfigUsage& usage, const std::string& sentence) {
  std::cerr << "siovsim: " << usage.command << ": " << sentence << '\n';
  return std::nullopt;
}

}  // namespace

std::optional<ConfigArguments> ParseConfigArguments(const ConfigUsage& usage,
                                                    const std::vector<std::string>& arguments) {
  ConfigArguments parsed;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--set" || (argument == "--out" && usage.takes_out)) {
      if (i + 1 == arguments.size()) {
        return Wrong(usage, argument + " needs a value");
      }
      (argument == "--set" ? parsed.overrides.emplace_back() : parsed.out) = arguments[i + 1];
      ++i;
    } else if (argument == "--id" && usage.takes_id) {
      parsed.id = true;
    } else if (argument == "--ids" && usage.takes_id) {
      parsed.ids = true;
    } else if (argument == "--points" && usage.takes_id) {
      parsed.points = true;
    } else if (argument.rfind("--", 0) == 0) {
      return Wrong(usage, "unknown option " + argument + "; allowed are --set" + (usage.takes_out ? ", --out" : "") +
                              (usage.takes_id ? ", --id, --ids, --points" : ""));
    } else if (!parsed.files.empty() && !usage.many_files) {
      return Wrong(usage, "takes one file, but got " + parsed.files[0] + " and " + argument);
    } else {
      parsed.files.push_back(argument);
    }
  }
  if (parsed.files.empty()) {
    return Wrong(usage, "which file? give one such as configs/experiments/quickstart.txtpb");
  }
  return parsed;
}

void PrintExperimentFaults(const std::string& file, const Faults& faults) {
  const std::string kind = CheckFile(file).kind;
  if (kind == "Experiment") {
    PrintFaults(faults, std::cerr);
  } else if (kind == "Sweep") {
    std::cerr << "siovsim: " << file << " is a sweep, which is many runs: siovsim sweep " << file << " runs them.\n";
  } else {
    std::cerr << "siovsim: " << file << " is a " << kind
              << ", which is only a part of an experiment; an experiment names "
              << "it, as those in configs/experiments do.\n";
  }
}

int WriteOutput(const std::string& path, const std::string& content) {
  std::ofstream file(path);
  const bool opened = file.is_open();
  const std::string why_not = std::strerror(errno);
  file << content;
  file.close();
  if (opened && file) return 0;
  std::cerr << "siovsim: cannot write " << path << (opened ? "" : ": " + why_not) << '\n';
  return opened ? 1 : 2;
}

}  // namespace siov
