// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/result_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>
#include <vector>

#include "platforms/collect/output_error.h"

namespace siov {
namespace fs = std::filesystem;
namespace {

constexpr const char* kDone = "DONE";
constexpr const char* kAside = "-old";

[[noreturn]] void Refuse(const fs::path& destination, const std::string& what) {
  throw OutputError("result folder " + destination.string() + " " + what);
}

std::string HostName() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

// ".NAME.writing-HOST-": what staging folders of this machine begin with.
std::string StagingPrefix(const fs::path& destination) {
  return "." + destination.filename().string() + ".writing-" + HostName() + "-";
}

// The real place of the destination, links followed, without a trailing slash.
fs::path Normal(const fs::path& destination) {
  std::error_code error;
  fs::path path = fs::weakly_canonical(fs::absolute(destination), error);
  if (error) path = fs::absolute(destination).lexically_normal();
  return path.filename().empty() ? path.parent_path() : path;
}

bool OnAnotherFileSystem(const fs::path& a, const fs::path& b) {
  struct stat stat_a {};
  struct stat stat_b {};
  return stat(a.c_str(), &stat_a) == 0 && stat(b.c_str(), &stat_b) == 0 && stat_a.st_dev != stat_b.st_dev;
}

// An existing destination may only be a result of an earlier run, or empty.
void CheckReplaceable(const fs::path& destination) {
  std::error_code error;
  const fs::file_status status = fs::status(destination, error);
  if (!fs::exists(status)) return;
  if (!fs::is_directory(status)) Refuse(destination, "exists and is not a directory");
  if (OnAnotherFileSystem(destination, destination.parent_path())) {
    Refuse(destination, "is a mount point and cannot be replaced as a whole; give a folder inside it");
  }
  const bool empty = fs::is_empty(destination, error);
  if (error) Refuse(destination, "cannot be read: " + error.message());
  if (!empty && !fs::exists(destination / kDone, error)) {
    Refuse(destination, "holds files but no result (no DONE), and is not overwritten; give another folder");
  }
}

// The process that a staging folder belongs to is gone. `rest` is what follows the prefix: PID, or PID and kAside.
bool IsLeftover(std::string rest) {
  const std::string aside = kAside;
  if (rest.size() > aside.size() && rest.compare(rest.size() - aside.size(), aside.size(), aside) == 0) {
    rest.resize(rest.size() - aside.size());
  }
  if (rest.empty() || rest.size() > 9 || rest.find_first_not_of("0123456789") != std::string::npos) return false;
  const auto pid = static_cast<pid_t>(std::strtol(rest.c_str(), nullptr, 10));
  return pid == getpid() || (pid > 0 && kill(pid, 0) != 0 && errno == ESRCH);
}

// Removes what killed runs of this machine left behind; a result that was finished but not yet put in place is kept.
void ClearLeftovers(const fs::path& destination) {
  const std::string prefix = StagingPrefix(destination);
  std::vector<fs::path> leftovers;
  std::error_code error;
  for (fs::directory_iterator entry(destination.parent_path(), error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.rfind(prefix, 0) == 0 && IsLeftover(name.substr(prefix.size()))) leftovers.push_back(entry->path());
  }
  std::sort(leftovers.begin(), leftovers.end());  // of one process, the newer result first
  for (const fs::path& leftover : leftovers) {
    std::error_code ignored;  // somebody else's folder: it stays, and does no harm
    if (!fs::exists(destination, ignored) && fs::exists(leftover / kDone, ignored)) {
      fs::rename(leftover, destination, ignored);
    } else {
      fs::remove_all(leftover, ignored);
    }
  }
}

}  // namespace

ResultFolder::ResultFolder(const fs::path& destination) : destination_(Normal(destination)) {
  std::error_code error;
  fs::create_directories(destination_.parent_path(), error);
  if (error) Refuse(destination_.parent_path(), "cannot be created: " + error.message());
  ClearLeftovers(destination_);
  CheckReplaceable(destination_);
  staging_ = destination_.parent_path() / (StagingPrefix(destination_) + std::to_string(getpid()));
  fs::create_directory(staging_, error);
  if (error) Refuse(destination_, "cannot be written: " + error.message());
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
    throw OutputError("result file " + FinalPath(name) +
                      " cannot be written: " + (errno != 0 ? std::strerror(errno) : "unknown reason"));
  }
}

void ResultFolder::Commit(const std::string& run_id) {
  WriteFile(kDone, run_id + "\n");
  CheckReplaceable(destination_);  // again: a run is long, and what came meanwhile is not ours
  const bool replaces = fs::exists(destination_);
  try {
    if (replaces) {
      ExchangeFolders(staging_, destination_);
    } else {
      fs::rename(staging_, destination_);
    }
  } catch (const fs::filesystem_error& error) {
    Refuse(destination_, "cannot be put in place: " + error.code().message());
  }
  committed_ = true;
  std::error_code ignored;
  if (replaces) fs::remove_all(staging_, ignored);
}

void ExchangeFolders(const fs::path& fresh, const fs::path& old) {
  if (renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, old.c_str(), RENAME_EXCHANGE) == 0) return;
  if (errno != EINVAL && errno != ENOSYS) {
    throw fs::filesystem_error("exchange", fresh, old, std::error_code(errno, std::generic_category()));
  }
  ExchangeFoldersByRenames(fresh, old);
}

void ExchangeFoldersByRenames(const fs::path& fresh, const fs::path& old) {
  const fs::path aside = fresh.string() + kAside;
  fs::rename(old, aside);
  std::error_code error;
  fs::rename(fresh, old, error);
  if (error) {
    fs::rename(aside, old);
    throw fs::filesystem_error("exchange", fresh, old, error);
  }
  fs::rename(aside, fresh);
}

}  // namespace siov
