// SPDX-License-Identifier: Apache-2.0
#include "platforms/cli/check_command.h"

#include <iostream>

#include "platforms/cli/config_arguments.h"
#include "platforms/resolve/load_experiment.h"

namespace siov {

int CheckMain(const std::vector<std::string>& arguments) {
  const auto parsed = ParseConfigArguments({"check", true, false}, arguments);
  if (!parsed) {
    return 2;
  }
  bool sound = true;
  for (const std::string& file : parsed->files) {
    const CheckedFile checked = CheckFile(file, parsed->overrides);
    PrintFaults(checked.faults, std::cerr);
    if (checked.faults.empty()) {
      std::cout << file << ": " << checked.kind << ", no faults\n";
    }
    sound = sound && checked.faults.empty();
  }
  return sound ? 0 : 2;
}

}  // namespace siov
