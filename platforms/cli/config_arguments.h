// SPDX-License-Identifier: Apache-2.0
// Arguments shared by the commands that only look at configuration files: files, --set, --out, --id, --ids, --points,
// --config-space, --address.
#ifndef SIOV_PLATFORMS_CLI_CONFIG_ARGUMENTS_H_
#define SIOV_PLATFORMS_CLI_CONFIG_ARGUMENTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platforms/config/fault.h"

namespace siov {

struct ConfigArguments {
  std::vector<std::string> files;
  std::vector<std::string> overrides;
  std::string out;
  bool id = false;                       // only the run id is wanted
  bool ids = false;                      // the run ids of many lists of overrides are wanted
  bool points = false;                   // the overrides of each point of a sweep are wanted
  std::optional<std::uint64_t> address;  // only who answers there is wanted
  std::string config_space;              // only that is wanted, as "fields" or "hex"
};

// What the command accepts besides --set.
struct ConfigUsage {
  const char* command;
  bool many_files;
  bool takes_out;
  bool takes_id = false;
  bool takes_platform_views = false;  // --config-space, --address
};

// Mistakes are sentences on standard error, and nothing is returned.
std::optional<ConfigArguments> ParseConfigArguments(const ConfigUsage& usage, const std::vector<std::string>& words);

// Prints the faults of a file that was taken for an experiment; of a file that is none, one sentence that says what it
// is.
void PrintExperimentFaults(const std::string& file, const Faults& faults);

// Writes a file that was asked for. 0: done; after a sentence, 2: there is no such place, 1: it could not be written.
int WriteOutput(const std::string& path, const std::string& content);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CLI_CONFIG_ARGUMENTS_H_
