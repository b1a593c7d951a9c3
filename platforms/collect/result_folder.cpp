// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/result_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <system_error>

#include "platforms/collect/output_error.h"

namespace siov {
namespace fs = std::filesystem;

ResultFolder::ResultFolder(const fs::path& destination) : destination_(fs::absolute(destination).lexically_normal()) {
  if (destination_.filename().empty()) destination_ = destination_.parent_path();
  std::error_code error;
  fs::create_directories(destination_.parent_path(), error);
  if (error) {
    throw OutputError("result folder " + destination_.parent_path().string() +
                      " cannot be created: " + error.message());
  }
  if (fs::exists(destination_) && !fs::is_directory(destination_)) {
    throw OutputError("result folder " + destination_.string() + " exists and is not a directory");
  }
  staging_ =
      destination_.parent_path() / ("." + destination_.filename().string() + ".writing-" + std::to_string(getpid()));
  fs::remove_all(staging_, error);
  fs::create_directory(staging_, error);
  if (error) throw OutputError("result folder " + destination_.string() + " cannot be written: " + error.message());
}

ResultFolder::~ResultFolder() {
  if (committed_) return;
  std::error_code ignored;  // nothing more can be done about a folder that refuses to go
  fs::remove_all(staging_, ignored);
}

void ResultFolder::WriteFile(const std::string& name, const std::string& content) const {
  errno = 0;
  std::ofstream file(staging_ / name, std::ios::binary);
  file << content;
  file.close();
  if (!file) {
    throw OutputError("result file " + (destination_ / name).string() +
                      " cannot be written: " + (errno != 0 ? std::strerror(errno) : "unknown reason"));
  }
}

void ResultFolder::Commit(const std::string& run_id) {
  WriteFile("DONE", run_id + "\n");
  // With an older result in place the two folders are exchanged in one step: at no instant is there none.
  const bool replaces = fs::exists(destination_);
  const unsigned flags = replaces ? RENAME_EXCHANGE : 0;
  if (renameat2(AT_FDCWD, staging_.c_str(), AT_FDCWD, destination_.c_str(), flags) != 0) {
    throw OutputError("result folder " + destination_.string() + " cannot be put in place: " + std::strerror(errno));
  }
  committed_ = true;
  std::error_code ignored;
  if (replaces) fs::remove_all(staging_, ignored);
}

}  // namespace siov
