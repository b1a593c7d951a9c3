// SPDX-License-Identifier: Apache-2.0
#include "platforms/cli/resolve_command.h"

#include <filesystem>
#include <fstream>
#include <iostream>

#include "platforms/cli/config_arguments.h"
#include "platforms/resolve/load_experiment.h"

namespace siov {

int ResolveMain(const std::vector<std::string>& arguments) {
  const auto parsed = ParseConfigArguments({"resolve", false, true, true}, arguments);
  if (!parsed) {
    return 2;
  }
  const LoadedExperiment loaded = LoadExperiment(parsed->files[0], parsed->overrides);
  if (!loaded.faults.empty()) {
    PrintFaults(loaded.faults, std::cerr);
    return 2;
  }
  if (parsed->id) {
    std::cout << loaded.experiment.run_id << '\n';
    return 0;
  }
  if (parsed->out.empty()) {
    std::cout << ResolvedTextIn(loaded.experiment.text, ".");
    return 0;
  }
  const std::filesystem::path directory = std::filesystem::path(parsed->out).parent_path();
  std::ofstream file(parsed->out);
  file << ResolvedTextIn(loaded.experiment.text, directory.empty() ? "." : directory.string());
  file.close();
  if (!file) {
    std::cerr << "resolve: cannot write " << parsed->out << '\n';
    return 1;
  }
  return 0;
}

}  // namespace siov
