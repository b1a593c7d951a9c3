// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/result_folder.h"

#include <sys/stat.h>

#include <system_error>
#include <vector>

#include "platforms/collect/disk.h"
#include "platforms/collect/output_error.h"

namespace siov {
namespace fs = std::filesystem;
namespace {

constexpr int kMostBeside = 100'000;

[[noreturn]] void Refuse(const fs::path& destination, const std::string& what) {
  throw FolderRefused("result folder " + destination.string() + " " + what);
}

[[noreturn]] void Fail(const fs::path& destination, const std::string& what) {
  throw OutputError("result folder " + destination.string() + " " + what);
}

// The real place of the destination, links followed, without a trailing slash.
fs::path Normal(const fs::path& destination) {
  std::error_code error;
  fs::path path = fs::weakly_canonical(fs::absolute(destination), error);
  if (error) path = fs::absolute(destination).lexically_normal();
  return path.filename().empty() ? path.parent_path() : path;
}

// What lies on the way to the place must be folders, or links that lead to some.
void CheckWay(const fs::path& destination) {
  const fs::path whole = fs::absolute(destination);
  fs::path way;
  for (const fs::path& part : whole) {
    way /= part;
    std::error_code error;
    const fs::file_status status = fs::status(way, error);
    const bool loops = error == std::errc::too_many_symbolic_link_levels;
    std::error_code ignored;
    if (!fs::exists(status) && fs::is_symlink(fs::symlink_status(way, ignored))) {
      const std::string to = fs::read_symlink(way, ignored).string();
      Refuse(whole, "cannot be: " + way.string() + " is a link to " + to +
                        (loops ? ", which leads round in a circle" : ", which does not exist"));
    }
    const bool is_last = way == whole || way == whole.parent_path() / "";
    if (fs::exists(status) && !fs::is_directory(status) && !is_last) {
      Refuse(whole, "cannot be: " + way.string() + " on the way is not a folder");
    }
  }
}

bool IsMountPoint(const fs::path& folder) {
  struct stat inside {};
  struct stat around {};
  return stat(folder.c_str(), &inside) == 0 && stat(folder.parent_path().c_str(), &around) == 0 &&
         inside.st_dev != around.st_dev;
}

// Why what is in the place may not be replaced; empty: it may, as a result or as nothing at all.
std::string WhyNotOurs(const fs::path& destination) {
  constexpr const char* kAnother = ", and is not overwritten; give another folder";
  std::error_code error;
  const fs::file_status status = fs::status(destination, error);
  if (!fs::exists(status)) return {};
  if (!fs::is_directory(status)) return "exists and is not a directory";
  if (IsMountPoint(destination)) return "is a mount point and cannot be replaced as a whole; give a folder inside it";
  const bool empty = fs::is_empty(destination, error);
  if (error) return "cannot be read: " + error.message();
  if (empty) return {};
  if (fs::exists(destination / kSweepMark, error)) return std::string("holds a sweep (") + kSweepMark + ")" + kAnother;
  const std::optional<DoneFile> done = ReadDone(destination);
  if (!done && !fs::exists(fs::symlink_status(destination / kDone, error))) {
    return std::string("holds files but no result (no DONE)") + kAnother;
  }
  if (!done && IsOlderDone(destination)) return std::string("holds a result of an older version") + kAnother;
  if (!done) return std::string("holds files and a DONE that no run wrote") + kAnother;
  try {
    const std::string strange = StrangeEntry(destination, *done);
    return strange.empty() ? strange : "holds " + strange + ", which is no file of its result" + kAnother;
  } catch (const std::system_error& failure) {
    return "cannot be read: " + failure.code().message();
  }
}

// A result is what its run wrote, and nothing else: no other result lies in it.
void RefuseInsideAnother(const fs::path& destination) {
  for (fs::path folder = destination.parent_path(); folder != folder.root_path(); folder = folder.parent_path()) {
    if (!ReadDone(folder)) continue;
    Refuse(destination,
           "lies in " + folder.string() +
               ", which holds the result of a run, and nothing else is written into it; give another folder");
  }
}

// DONE of a result, or nothing: equal texts are equal results, so that either may stand for the other.
std::string DoneTextIn(const fs::path& folder) {
  const std::optional<DoneFile> done = ReadDone(folder);
  return done ? done->text : std::string();
}

void CheckReplaceable(const fs::path& destination) {
  const std::string why_not = WhyNotOurs(destination);
  if (!why_not.empty()) Refuse(destination, why_not);
}

// Moves a finished result to the first free of NAME-2, NAME-3, ...
fs::path MoveBeside(const fs::path& from, const fs::path& taken) {
  for (int number = 2; number < kMostBeside; ++number) {
    fs::path beside = taken.string() + "-" + std::to_string(number);
    if (MoveToFreePlace(from, beside)) return beside;
  }
  throw std::system_error(std::make_error_code(std::errc::file_exists));
}

// A result whose run was killed before it was in place: it is put there if that is free, and kept beside otherwise.
void Rescue(const fs::path& finished, const fs::path& destination) {
  if (MoveToFreePlace(finished, destination)) return;
  if (DoneTextIn(finished) == DoneTextIn(destination)) {
    RemoveResult(finished);
  } else {
    MoveBeside(finished, destination);
  }
}

// A result that was replaced, or moved aside for its replacement, goes unless nothing took its place.
void RemoveReplaced(const fs::path& older, const fs::path& destination) {
  if (!ReadDone(older) || !MoveToFreePlace(older, destination)) RemoveResult(older);
}

// Clears what killed runs left in a folder, as far as nobody owns it.
void ClearLeftovers(const fs::path& folder, const Draft& own) {
  for (const AbandonedDraft& draft : AbandonedDrafts(folder, own)) {
    try {
      const fs::path aside = draft.path.string() + kAside;
      if (IdentityOf(draft.path).inode != draft.inode) {
        RemoveReplaced(draft.path, draft.destination);
      } else if (ReadDone(draft.path)) {
        Rescue(draft.path, draft.destination);
      } else {
        RemoveDraft(draft.path);
      }
      RemoveReplaced(aside, draft.destination);
      if (!fs::exists(draft.path) && !fs::exists(aside)) fs::remove(draft.lock_path);
    } catch (const std::system_error&) {
      // Somebody else's, or a disk that refuses: it stays, and does no harm.
    }
  }
}

}  // namespace

ResultFolder::ResultFolder(const fs::path& destination) {
  CheckWay(destination);
  destination_ = Normal(destination);
  RefuseInsideAnother(destination_);
  std::error_code error;
  fs::create_directories(destination_.parent_path(), error);
  if (error) Fail(destination_.parent_path(), "cannot be created: " + error.message());
  CheckReplaceable(destination_);
  try {
    draft_.emplace(destination_);
  } catch (const std::system_error& failure) {
    Fail(destination_, "cannot be written: " + failure.code().message());
  }
  ClearLeftovers(destination_.parent_path(), *draft_);
  CheckReplaceable(destination_);  // again: a finished draft may have come into it
  older_ = DoneTextIn(destination_);
}

void ResultFolder::WriteFile(const std::string& name, const std::string& content) const {
  try {
    PutFile(staging() / name, content);
  } catch (const std::system_error& failure) {
    throw OutputError("result file " + FinalPath(name) + " cannot be written: " + failure.code().message());
  }
}

void ResultFolder::WriteDone(const std::string& run_id, Ending ending) {
  try {
    done_text_ = DoneText(staging(), run_id, ending == Ending::kPartial);
    for (const fs::directory_entry& entry : fs::directory_iterator(staging())) SyncFile(entry.path());
    WriteFile(kDone, done_text_);
    SyncFile(staging() / kDone);
    SyncFolder(staging());
  } catch (const std::system_error& failure) {
    Fail(destination_, "cannot be brought to disk: " + failure.code().message());
  }
}

PlacedResult ResultFolder::Commit(const std::string& run_id, Ending ending) {
  WriteDone(run_id, ending);
  draft_->Finished();
  try {
    PlacedResult placed = Place(ending);
    draft_.reset();
    return placed;
  } catch (const std::system_error& failure) {
    const bool in_draft = IdentityOf(staging()) == draft_->identity();
    Fail(destination_, "cannot be put in place: " + failure.code().message() +
                           (in_draft ? "; the result is kept in " + staging().string() : std::string()));
  }
}

PlacedResult ResultFolder::Place(Ending ending) {
  PlacedResult placed{destination_, {}};
  const std::optional<DoneFile> there = ReadDone(destination_);
  if (ending == Ending::kPartial && there && !there->partial && there->text == older_) {
    placed.folder = destination_.string() + ".partial";
    placed.remark = destination_.string() + " keeps its complete result";
    const std::optional<DoneFile> partial = ReadDone(placed.folder);
    older_ = partial && partial->partial ? partial->text : std::string();
  }
  if (!MoveToFreePlace(staging(), placed.folder) && !Replace(placed.folder)) {
    if (DoneTextIn(placed.folder) == done_text_) {  // another run of the same configuration was faster
      RemoveResult(staging());
      return placed;
    }
    const fs::path taken = placed.folder;
    placed.folder = MoveBeside(staging(), taken);
    placed.remark = "something else came into " + taken.string() + " during the run and stays there";
  }
  if (!placed.remark.empty()) placed.remark += "; this run's result is in " + placed.folder.string();
  SyncFolder(destination_.parent_path());
  return placed;
}

// Exchanges the draft with the result that was in the place when the run began, if it is still there, and deletes that.
bool ResultFolder::Replace(const fs::path& place) {
  const auto is_older = [this](const fs::path& folder) {
    return !older_.empty() && DoneTextIn(folder) == older_ && WhyNotOurs(folder).empty();
  };
  if (!is_older(place)) return false;
  ExchangeFolders(staging(), place);
  // Between the look and the exchange another run may have been faster, or somebody may have put a file there.
  if (!is_older(staging())) {
    MoveBeside(staging(), place);
    return true;
  }
  try {
    SyncFolder(place.parent_path());
  } catch (const std::system_error&) {
    ExchangeFolders(staging(), place);  // the older result stays where it was
    throw;
  }
  RemoveResult(staging());
  if (fs::exists(staging())) MoveBeside(staging(), place);  // a file came into it meanwhile
  return true;
}

fs::path DefaultResultFolder(const std::string& name) {
  const fs::path folder = fs::path("results") / name;
  std::error_code ignored;
  return fs::exists(folder / kSweepMark, ignored) ? fs::path(folder.string() + "-run") : folder;
}

}  // namespace siov
