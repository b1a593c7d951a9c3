// SPDX-License-Identifier: Apache-2.0
// The folder a run writes into, all or nothing: files go to a hidden sibling first, and the whole folder takes the
// place of an older result only when everything is on disk and DONE has been written. A run that fails, or is killed,
// leaves the older result as it was.
//
// The sibling is called .NAME.writing-HOST-PID. What a killed run leaves behind is removed by the next run to the same
// destination on the same machine (or put in place, if it was finished and nothing else is there); a sibling whose
// process lives, or that another machine writes, is left alone.
// Nothing but a result is ever replaced: a destination that holds other files is refused.
#ifndef SIOV_PLATFORMS_COLLECT_RESULT_FOLDER_H_
#define SIOV_PLATFORMS_COLLECT_RESULT_FOLDER_H_

#include <filesystem>
#include <string>

namespace siov {

class ResultFolder {
 public:
  // Creates the hidden sibling. Throws OutputError (before any simulation) if the place cannot be written or holds
  // something that is not a result.
  explicit ResultFolder(const std::filesystem::path& destination);
  // Removes the hidden sibling if Commit() was never reached.
  ~ResultFolder();
  ResultFolder(const ResultFolder&) = delete;
  ResultFolder& operator=(const ResultFolder&) = delete;

  const std::filesystem::path& staging() const { return staging_; }
  // Where a file will be once the folder is committed; what error messages name.
  std::string FinalPath(const std::string& name) const { return (destination_ / name).string(); }
  // Writes a whole file and checks that it reached the disk's free space.
  void WriteFile(const std::string& name, const std::string& content) const;
  // Writes DONE and moves the folder to its destination.
  void Commit(const std::string& run_id);

 private:
  std::filesystem::path destination_;
  std::filesystem::path staging_;
  bool committed_ = false;
};

// Puts the folder `fresh` in the place of `old` and leaves the old one under the name of `fresh`. In one step where the
// file system can (at no instant is there none); by way of a third name where it cannot (NFS).
void ExchangeFolders(const std::filesystem::path& fresh, const std::filesystem::path& old);
void ExchangeFoldersByRenames(const std::filesystem::path& fresh, const std::filesystem::path& old);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_RESULT_FOLDER_H_
