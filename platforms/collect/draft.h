// SPDX-License-Identifier: Apache-2.0
// The hidden folder a run writes into until its result is complete: .NAME.writing-TOKEN beside NAME, with a lock file
// .NAME.writing-TOKEN.lock. Whoever holds the lock (flock) owns the draft; the kernel drops it however a process ends.
// Host names and process ids say nothing: containers share them.
//
// Where the file system is none that keeps locks for all its users, a draft counts as alive for kDraftLease after its
// lock file was last touched, by the file server's clock; a run touches it every kHeartbeat.
#ifndef SIOV_PLATFORMS_COLLECT_DRAFT_H_
#define SIOV_PLATFORMS_COLLECT_DRAFT_H_

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "platforms/collect/disk.h"

namespace siov {

inline constexpr std::chrono::hours kDraftLease{24};
inline constexpr std::chrono::minutes kHeartbeat{1};

class Draft {
 public:
  // Creates the lock and the folder. Throws std::system_error.
  explicit Draft(const std::filesystem::path& destination);
  // Removes the folder, if it is still there and not finished, and the lock.
  ~Draft();
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // Which folder it is, whatever it is called later.
  FolderIdentity identity() const { return identity_; }
  // Says that the run lives; cheap, so that it may be called often.
  void KeepAlive();
  // Its result is complete and on disk: from now on it is not removed but put in place, by this run or by the next.
  void Finished() { finished_ = true; }

 private:
  void Lock(const std::filesystem::path& destination);

  std::filesystem::path path_;
  std::filesystem::path lock_path_;
  Descriptor lock_;
  FolderIdentity identity_;
  bool finished_ = false;
  std::chrono::steady_clock::time_point touched_ = std::chrono::steady_clock::now();
};

// A draft whose process is gone. Its lock is held while it is looked at, so that no two runs clear the same one.
struct AbandonedDraft {
  Descriptor lock;
  std::filesystem::path lock_path;
  std::filesystem::path path;
  std::filesystem::path destination;
  std::uint64_t inode = 0;  // of the folder that its run filled (device numbers differ between hosts)
};

// What the lock of a draft says: somebody holds it, nobody holds it, or the file system has no locks.
enum class LockState { kHeld, kFree, kUnknown };
// `for_all`: the file system keeps locks for every process that can see it. `untouched_s`: since the lock was touched.
bool IsAbandoned(LockState lock, bool for_all, double untouched_s);

// The abandoned drafts of a folder. `own` is the caller's: it is left out, and its lock tells the file server's time.
std::vector<AbandonedDraft> AbandonedDrafts(const std::filesystem::path& folder, const Draft& own);

// Deletes an unfinished draft, or a result that was replaced; what is not a run's file stays.
void RemoveDraft(const std::filesystem::path& path);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_DRAFT_H_
