// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/draft.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <optional>
#include <random>
#include <system_error>

#include "models/base/ends_with.h"
#include "platforms/collect/done_file.h"

namespace siov {
namespace fs = std::filesystem;
namespace {

constexpr const char* kMark = ".writing-";
constexpr const char* kLockSuffix = ".lock";
constexpr const char* kLockFormat = "siovsim draft 1";
constexpr std::size_t kTokenDigits = 16;
constexpr std::size_t kNameInDraft = 100;  // so that long names still fit into a file name; the lock has the whole name

std::string NewToken() {
  std::random_device random;  // getrandom or /dev/urandom: different in every process of every container
  std::string token;
  for (std::size_t i = 0; i < kTokenDigits; ++i) token += "0123456789abcdef"[random() & 0xfu];
  return token;
}

// ".NAME.writing-TOKEN.lock" -> ".NAME.writing-TOKEN", or nothing.
std::optional<std::string> DraftOfLock(const std::string& name) {
  const std::string suffix = kLockSuffix;
  if (!EndsWith(name, suffix)) return std::nullopt;
  const std::string draft = name.substr(0, name.size() - suffix.size());
  const std::size_t mark = draft.rfind(kMark);
  if (draft[0] != '.' || mark == std::string::npos || mark < 2) return std::nullopt;
  const std::string token = draft.substr(mark + std::char_traits<char>::length(kMark));
  const bool is_token =
      token.size() == kTokenDigits && token.find_first_not_of("0123456789abcdef") == std::string::npos;
  return is_token ? std::optional<std::string>(draft) : std::nullopt;
}

// File systems of one machine, on which a lock is seen by every process that can see the file.
bool KeepsLocksForAll(int fd) {
  constexpr std::array<std::uint64_t, 7> kLocal = {
      0xef53,      // ext2, ext3, ext4
      0x58465342,  // xfs
      0x9123683e,  // btrfs
      0xf2f52010,  // f2fs
      0x2fc12fc1,  // zfs
      0x01021994,  // tmpfs
      0x794c7630,  // overlayfs
  };
  struct statfs status {};
  if (fstatfs(fd, &status) != 0) return false;
  const auto type = static_cast<std::uint64_t>(status.f_type) & 0xffffffffu;
  for (const std::uint64_t local : kLocal) {
    if (type == local) return true;
  }
  return false;
}

double ModifiedAt(int fd) {
  struct stat status {};
  if (fstat(fd, &status) != 0) return 0;
  return static_cast<double>(status.st_mtim.tv_sec) + static_cast<double>(status.st_mtim.tv_nsec) * 1e-9;
}

// Takes the lock if it is free.
LockState TakeLock(int lock) {
  if (flock(lock, LOCK_EX | LOCK_NB) == 0) return LockState::kFree;
  return errno == EWOULDBLOCK ? LockState::kHeld : LockState::kUnknown;
}

// Fills in what the lock says of its draft. A lock that was cut short by a crash says nothing: its draft counts as
// filled.
void ReadLock(AbandonedDraft* draft, const std::string& short_name) {
  std::ifstream file(draft->lock_path, std::ios::binary);
  std::string format;
  std::string name;
  const bool whole =
      std::getline(file, format) && format == kLockFormat && std::getline(file, name) && (file >> draft->inode);
  const bool plain = !name.empty() && name.find('/') == std::string::npos && name != "." && name != "..";
  if (!whole) draft->inode = IdentityOf(draft->path).inode;
  draft->destination = draft->path.parent_path() / (whole && plain ? name : short_name);
}

}  // namespace

Draft::Draft(const fs::path& destination) {
  Lock(destination);
  if (mkdir(path_.c_str(), 0777) != 0) {
    const int reason = errno;
    unlink(lock_path_.c_str());
    throw std::system_error(reason, std::generic_category(), "mkdir");
  }
  identity_ = IdentityOf(path_);
  const std::string text =
      std::string(kLockFormat) + "\n" + destination.filename().string() + "\n" + std::to_string(identity_.inode) + "\n";
  // A lock without its text still locks; what it would have said only matters after a crash.
  [[maybe_unused]] const ssize_t written = write(lock_.get(), text.data(), text.size());
}

void Draft::Lock(const fs::path& destination) {
  while (true) {
    const std::string name = destination.filename().string().substr(0, kNameInDraft);
    path_ = destination.parent_path() / ("." + name + kMark + NewToken());
    lock_path_ = path_.string() + kLockSuffix;
    lock_ = Descriptor(open(lock_path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!lock_.ok()) throw std::system_error(errno, std::generic_category(), "open");
    // Where there are no locks the lease alone protects the draft. Another run may have taken a lock that was made but
    // not yet held for an abandoned one: then its file is gone.
    const bool taken = TakeLock(lock_.get()) == LockState::kHeld;
    struct stat status {};
    if (!taken && fstat(lock_.get(), &status) == 0 && status.st_nlink > 0) return;
  }
}

Draft::~Draft() {
  const bool is_there = IdentityOf(path_) == identity_;
  if (is_there && finished_) return;  // could not be put in place: the next run tries again
  if (is_there) RemoveDraft(path_);
  unlink(lock_path_.c_str());
}

void Draft::KeepAlive() {
  const auto now = std::chrono::steady_clock::now();
  if (now - touched_ < kHeartbeat) return;
  touched_ = now;
  futimens(lock_.get(), nullptr);
}

bool IsAbandoned(LockState lock, bool for_all, double untouched_s) {
  if (lock == LockState::kHeld) return false;
  if (lock == LockState::kFree && for_all) return true;
  return untouched_s > std::chrono::duration<double>(kDraftLease).count();
}

std::vector<AbandonedDraft> AbandonedDrafts(const fs::path& folder, const Draft& own) {
  std::vector<AbandonedDraft> found;
  const Descriptor clock(open((own.path().string() + kLockSuffix).c_str(), O_RDONLY | O_CLOEXEC));
  const double now_s = ModifiedAt(clock.get());
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::optional<std::string> name = DraftOfLock(entry->path().filename().string());
    if (!name || folder / *name == own.path()) continue;
    AbandonedDraft draft{
        Descriptor(open(entry->path().c_str(), O_RDWR | O_CLOEXEC)), entry->path(), folder / *name, {}, 0};
    if (!draft.lock.ok()) continue;
    const double untouched_s = now_s - ModifiedAt(draft.lock.get());
    if (!IsAbandoned(TakeLock(draft.lock.get()), KeepsLocksForAll(draft.lock.get()), untouched_s)) continue;
    ReadLock(&draft, name->substr(1, name->rfind(kMark) - 1));
    found.push_back(std::move(draft));
  }
  return found;
}

void RemoveDraft(const fs::path& path) {
  if (ReadDone(path)) return RemoveResult(path);
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    if (fs::is_regular_file(entry->symlink_status(error))) files.push_back(entry->path());
  }
  for (const fs::path& file : files) unlink(file.c_str());
  rmdir(path.c_str());
}

}  // namespace siov
