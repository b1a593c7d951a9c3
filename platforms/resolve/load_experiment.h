// SPDX-License-Identifier: Apache-2.0
// The whole way from a file name to something that can be built: load, override, default, check, resolve.
//
// `check`, `describe` and `resolve` take any kind of configuration file. Its kind is stated in a comment,
//   # proto-message: siovsim.Platform
// or, without one, is the first kind all of whose top-level fields the file could be.
#ifndef SIOV_PLATFORMS_RESOLVE_LOAD_EXPERIMENT_H_
#define SIOV_PLATFORMS_RESOLVE_LOAD_EXPERIMENT_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platforms/config/loader.h"
#include "platforms/resolve/resolved.h"

namespace siov {

struct LoadedExperiment {
  ResolvedExperiment experiment;  // meaningful only without faults
  Faults faults;                  // of all stages that could be reached
};

// `overrides` are PATH=VALUE, applied in order. `read` reads configuration files; a trace is always read from disk.
LoadedExperiment LoadExperiment(const std::string& file, const std::vector<std::string>& overrides = {},
                                const ReadFile& read = ReadFileFromDisk);

// What a file of any kind came to.
struct CheckedFile {
  std::string kind;                              // "Experiment", "Platform", "Workload", "Sweep", "Node", "Link", ...
  std::optional<ResolvedExperiment> experiment;  // of an experiment, or a sweep's first sound point
  std::optional<ResolvedPlatform> platform;      // of anything that contains a whole platform
  std::uint64_t points = 0;                      // of a sweep
  std::uint64_t points_checked = 0;              // at which it was resolved: all, or enough to meet every value
  Faults faults;
};

CheckedFile CheckFile(const std::string& file, const std::vector<std::string>& overrides = {},
                      const ReadFile& read = ReadFileFromDisk);

class SweepPoints;

// Calls `use` with the points of a sweep file; not if there are faults.
Faults WithPoints(const std::string& file, const std::vector<std::string>& overrides,
                  const std::function<void(const SweepPoints&)>& use, const ReadFile& read = ReadFileFromDisk);

// The name of a file as it must be written into a file in `directory`: relative to that.
std::string FileNameIn(const std::string& name, const std::string& directory);

// `text` (ResolvedExperiment::text) as it can be read from any folder: the names of files it refers to are absolute.
std::string ResolvedTextAnywhere(const std::string& text);

// `text` as it must be written into a file in `directory`: the names of the files it refers
// to become relative to that directory.
std::string ResolvedTextIn(const std::string& text, const std::string& directory);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_LOAD_EXPERIMENT_H_
