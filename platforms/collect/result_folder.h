// SPDX-License-Identifier: Apache-2.0
// The folder a run writes into, all or nothing: files go to a hidden sibling first, and the whole folder takes the
// place of an older one only when everything is on disk and DONE has been written. A run that fails, or is killed,
// leaves the older result as it was.
#ifndef SIOV_PLATFORMS_COLLECT_RESULT_FOLDER_H_
#define SIOV_PLATFORMS_COLLECT_RESULT_FOLDER_H_

#include <filesystem>
#include <string>

namespace siov {

class ResultFolder {
 public:
  // Creates the hidden sibling. Throws OutputError (before any simulation) if the place cannot be written.
  explicit ResultFolder(const std::filesystem::path& destination);
  // Removes the hidden sibling if Commit() was never reached.
  ~ResultFolder();
  ResultFolder(const ResultFolder&) = delete;
  ResultFolder& operator=(const ResultFolder&) = delete;

  const std::filesystem::path& staging() const { return staging_; }
  // Writes a whole file and checks that it reached the disk's free space.
  void WriteFile(const std::string& name, const std::string& content) const;
  // Writes DONE and moves the folder to its destination.
  void Commit(const std::string& run_id);

 private:
  std::filesystem::path destination_;
  std::filesystem::path staging_;
  bool committed_ = false;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_RESULT_FOLDER_H_
