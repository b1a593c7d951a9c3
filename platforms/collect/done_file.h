// SPDX-License-Identifier: Apache-2.0
// DONE, the last file of a result: which run wrote it, whether it went to its end, and what it wrote.
//
//   RUN_ID                                 hexadecimal digits
//   siovsim result 1 complete 9            format, complete or partial, number of files
//   1423 5f1a22c0 bands.csv                size, CRC-32 and name of each; "- -" for a file that differs from run to run
//
// By it a folder is known as ours (it holds nothing but what DONE lists) and a result as whole (every file is as
// listed).
#ifndef SIOV_PLATFORMS_COLLECT_DONE_FILE_H_
#define SIOV_PLATFORMS_COLLECT_DONE_FILE_H_

#include <filesystem>
#include <optional>
#include <set>
#include <string>

namespace siov {

inline constexpr const char* kDone = "DONE";
inline constexpr const char* kSweepMark = "sweep.json";  // in the folder of a sweep, in the place of DONE

struct DoneFile {
  std::string run_id;
  bool partial = false;
  std::set<std::string> files;  // without DONE itself
  std::string text;
};

// DONE of the files that are in the folder now. Throws std::system_error if one cannot be read.
std::string DoneText(const std::filesystem::path& folder, const std::string& run_id, bool partial);

// DONE of a folder; nothing if there is none or it is none that a run wrote.
std::optional<DoneFile> ReadDone(const std::filesystem::path& folder);

// A DONE of before version 1: the run id alone. Nobody knows which files are that result's.
bool IsOlderDone(const std::filesystem::path& folder);

// What in the folder is neither listed nor made from the result afterwards (report.html); empty: nothing.
std::string StrangeEntry(const std::filesystem::path& folder, const DoneFile& done);

// Deletes the files of a result, and its folder if that is empty then. What is not a result's file stays.
void RemoveResult(const std::filesystem::path& folder);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_DONE_FILE_H_
