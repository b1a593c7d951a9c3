// SPDX-License-Identifier: Apache-2.0
#include "platforms/cli/config_arguments.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

#include "platforms/cli/arguments.h"
#include "platforms/resolve/load_experiment.h"

namespace siov {

std::optional<ConfigArguments> ParseConfigArguments(const ConfigUsage& usage, const std::vector<std::string>& words) {
  ConfigArguments parsed;
  Arguments arguments(usage.command);
  arguments.Files(1, usage.many_files ? words.size() : 1,
                  "which file? give one such as configs/experiments/quickstart.txtpb", &parsed.files);
  arguments.Values("--set", &parsed.overrides);
  if (usage.takes_out) arguments.Value("--out", &parsed.out);
  if (usage.takes_id) {
    arguments.Flag("--id", &parsed.id);
    arguments.Flag("--ids", &parsed.ids);
    arguments.Flag("--points", &parsed.points);
  }
  if (!arguments.ReadOrSay(words, std::cerr)) return std::nullopt;
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
