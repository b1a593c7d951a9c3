// SPDX-License-Identifier: Apache-2.0
// The folder a run writes into, all or nothing: files go to a draft beside it (draft.h), and the whole folder takes the
// place of an older result only when everything is on disk and DONE has been written. A run that fails, or is killed,
// leaves the older result as it was.
//
// A folder is a result's only if its DONE is one that a run wrote and it holds nothing but what DONE lists
// (done_file.h); a place that holds anything else is refused. A complete result gives way to a complete one only. What
// came into the place during the run stays, and the run's own result goes beside it. docs/results.md states the rule.
#ifndef SIOV_PLATFORMS_COLLECT_RESULT_FOLDER_H_
#define SIOV_PLATFORMS_COLLECT_RESULT_FOLDER_H_

#include <filesystem>
#include <optional>
#include <string>

#include "platforms/collect/done_file.h"
#include "platforms/collect/draft.h"

namespace siov {

enum class Ending { kComplete, kPartial };

// Where a result came to be, and a sentence if that is not the place that was asked for.
struct PlacedResult {
  std::filesystem::path folder;
  std::string remark;
};

class ResultFolder {
 public:
  // Puts finished drafts that killed runs left into their place, removes their unfinished ones, and makes a draft.
  // Throws (before any simulation) FolderRefused if the place holds something that is not a result, OutputError if it
  // cannot be written.
  explicit ResultFolder(const std::filesystem::path& destination);
  ResultFolder(const ResultFolder&) = delete;
  ResultFolder& operator=(const ResultFolder&) = delete;

  const std::filesystem::path& staging() const { return draft_->path(); }
  // Where a file will be once the folder is committed; what error messages name.
  std::string FinalPath(const std::string& name) const { return (destination_ / name).string(); }
  // Writes a whole file.
  void WriteFile(const std::string& name, const std::string& content) const;
  // Says that the run lives; cheap.
  void KeepAlive() { draft_->KeepAlive(); }
  // Syncs every file, writes DONE and moves the folder to its destination, or beside it. Throws OutputError.
  // The last thing that is asked of it.
  PlacedResult Commit(const std::string& run_id, Ending ending = Ending::kComplete);

 private:
  void WriteDone(const std::string& run_id, Ending ending);
  PlacedResult Place(Ending ending);
  bool Replace(const std::filesystem::path& place);

  std::filesystem::path destination_;
  std::optional<Draft> draft_;
  std::string older_;  // DONE of the result that the place held when the run began; empty: none
  std::string done_text_;
};

// results/NAME; results/NAME-run where that is the folder of a sweep.
std::filesystem::path DefaultResultFolder(const std::string& name);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_RESULT_FOLDER_H_
