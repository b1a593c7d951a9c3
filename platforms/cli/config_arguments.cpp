// SPDX-License-Identifier: Apache-2.0
#include "platforms/cli/config_arguments.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <system_error>

#include "platforms/cli/arguments.h"
#include "platforms/collect/done_file.h"
#include "platforms/resolve/load_experiment.h"

namespace siov {
namespace {

namespace fs = std::filesystem;

// A result is what its run or sweep wrote, and nothing else (docs/results.md).
bool IsInAResult(const fs::path& path) {
  std::error_code error;
  fs::path folder = fs::weakly_canonical(path, error);
  for (; !error && folder != folder.root_path(); folder = folder.parent_path()) {
    if (fs::exists(folder / kDone, error) || fs::exists(folder / kSweepMark, error)) return true;
  }
  return false;
}

// Why nothing is written there; empty: it may be.
std::string WhyNotThere(const ConfigArguments& parsed) {
  if (parsed.out.empty()) return {};
  if (parsed.id || parsed.ids || parsed.points) return "has no effect beside --id, --ids and --points";
  if (!parsed.config_space.empty()) return "has no effect beside --config-space";
  if (parsed.address) return "has no effect beside --address";
  std::error_code error;
  for (const std::string& file : parsed.files) {
    if (fs::equivalent(file, parsed.out, error)) return "is a file that is read; name another";
  }
  return IsInAResult(parsed.out) ? "lies in the folder of a result, into which nothing else is written; name another"
                                 : "";
}

// "4000h", "0x4000" or "16384".
std::optional<std::uint64_t> AddressOf(const std::string& text) {
  const bool suffixed = !text.empty() && (text.back() == 'h' || text.back() == 'H');
  const bool prefixed = text.compare(0, 2, "0x") == 0;
  const std::string digits = suffixed ? text.substr(0, text.size() - 1) : prefixed ? text.substr(2) : text;
  const int base = suffixed || prefixed ? 16 : 10;
  const char* const allowed = base == 16 ? "0123456789abcdefABCDEF" : "0123456789";
  if (digits.empty() || digits.find_first_not_of(allowed) != std::string::npos) return std::nullopt;
  errno = 0;
  const std::uint64_t value = std::strtoull(digits.c_str(), nullptr, base);
  return errno == 0 ? std::optional(value) : std::nullopt;
}

void AddPlatformViews(Arguments* arguments, ConfigArguments* parsed) {
  arguments->Value("--config-space", [parsed](const std::string& value) -> Arguments::Refused {
    if (value != "fields" && value != "hex") return "fields or hex";
    parsed->config_space = value;
    return std::nullopt;
  });
  arguments->Value("--address", [parsed](const std::string& value) -> Arguments::Refused {
    parsed->address = AddressOf(value);
    return parsed->address ? Arguments::Refused() : "an address such as 4000h, 0x4000 or 16384";
  });
}

}  // namespace

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
  if (usage.takes_platform_views) AddPlatformViews(&arguments, &parsed);
  if (!arguments.ReadOrSay(words, std::cerr)) return std::nullopt;
  if (const std::string why_not = WhyNotThere(parsed); !why_not.empty()) {
    std::cerr << "siovsim: " << usage.command << ": --out " << parsed.out << ' ' << why_not << '\n';
    return std::nullopt;
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
