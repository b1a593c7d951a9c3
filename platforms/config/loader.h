// SPDX-License-Identifier: Apache-2.0
// From a file name to one merged message: reads text-format files, follows the files they name (platform_file,
// workload_file, include), and lays them over each other, most specific last.
//
// It does not apply defaults and does not check ranges; see defaults.h and checker.h.
#ifndef SIOV_PLATFORMS_CONFIG_LOADER_H_
#define SIOV_PLATFORMS_CONFIG_LOADER_H_

#include <google/protobuf/message.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platforms/config/fault.h"

namespace siov {

// Reads a whole file; on failure returns false and says why ("no such file", "is a directory").
using ReadFile = std::function<bool(const std::string& path, std::string* text, std::string* why_not)>;
bool ReadFileFromDisk(const std::string& path, std::string* text, std::string* why_not);

struct LoadedConfig {
  std::unique_ptr<google::protobuf::Message> message;  // never null; incomplete if there were faults
  LocationMap places;
  std::vector<std::string> files;  // every file read, in order
};

// Loads `file` as a message of the type of `prototype`. Every fault of every file involved is appended.
LoadedConfig LoadConfig(const std::string& file, const google::protobuf::Message& prototype, Faults* faults,
                        const ReadFile& read = ReadFileFromDisk);

// `file_name` as written in `including_file`, relative to the directory of that file, made independent of "..".
std::string RelativeTo(const std::string& including_file, const std::string& file_name);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CONFIG_LOADER_H_
