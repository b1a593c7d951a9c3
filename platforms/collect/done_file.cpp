// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/done_file.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <system_error>
#include <vector>

#include "platforms/collect/disk.h"

namespace siov {
namespace fs = std::filesystem;
namespace {

constexpr const char* kFormat = "siovsim result 1";
constexpr const char* kReport = "report.html";
constexpr const char* kReportDraft = ".report.html.";  // what a killed `report` leaves
constexpr const char* kSpeed = "speed.json";           // the one file that differs between equal runs

bool IsRunId(const std::string& text) {
  return text.size() >= 16 && text.size() <= 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// Reads the second line: format, how the run ended, number of files, which it returns.
std::optional<std::size_t> ParseHead(const std::string& line, DoneFile* done) {
  const std::string format = std::string(kFormat) + " ";
  if (line.compare(0, format.size(), format) != 0) return std::nullopt;
  std::istringstream words(line.substr(format.size()));
  std::string ending;
  std::size_t count = 0;
  if (!(words >> ending >> count)) return std::nullopt;
  done->partial = ending == "partial";
  if (!done->partial && ending != "complete") return std::nullopt;
  return count;
}

}  // namespace

std::string DoneText(const fs::path& folder, const std::string& run_id, bool partial) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  std::ostringstream text;
  text << run_id << '\n' << kFormat << (partial ? " partial " : " complete ") << names.size() << '\n';
  for (const std::string& name : names) {
    if (name == kSpeed) {
      text << "- - " << name << '\n';
      continue;
    }
    const Checksum checksum = ChecksumOf(folder / name);
    char crc[9];
    std::snprintf(crc, sizeof crc, "%08x", checksum.crc32);
    text << checksum.size_bytes << ' ' << crc << ' ' << name << '\n';
  }
  return text.str();
}

std::optional<DoneFile> ReadDone(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_regular_file(fs::symlink_status(folder / kDone, error))) return std::nullopt;
  std::ifstream file(folder / kDone, std::ios::binary);
  DoneFile done;
  done.text.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  std::istringstream lines(done.text);
  std::string line;
  if (!std::getline(lines, done.run_id) || !IsRunId(done.run_id)) return std::nullopt;
  if (!std::getline(lines, line)) return std::nullopt;
  const std::optional<std::size_t> count = ParseHead(line, &done);
  if (!count) return std::nullopt;
  while (std::getline(lines, line)) {
    const std::size_t before_name = line.find(' ', line.find(' ') + 1);
    if (before_name == std::string::npos) return std::nullopt;
    const std::string name = line.substr(before_name + 1);
    if (name.empty() || name.find('/') != std::string::npos || name[0] == '.') return std::nullopt;
    done.files.insert(name);
  }
  if (done.files.size() != *count) return std::nullopt;
  return done;
}

bool IsOlderDone(const fs::path& folder) {
  std::ifstream file(folder / kDone, std::ios::binary);
  std::string run_id;
  std::string more;
  return std::getline(file, run_id) && IsRunId(run_id) && !std::getline(file, more);
}

std::string StrangeEntry(const fs::path& folder, const DoneFile& done) {
  std::string strange;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const bool known =
        name == kDone || name == kReport || name.rfind(kReportDraft, 0) == 0 || done.files.count(name) > 0;
    if (known && fs::is_regular_file(entry.symlink_status())) continue;
    if (strange.empty() || name < strange) strange = name;
  }
  return strange;
}

void RemoveResult(const fs::path& folder) {
  const std::optional<DoneFile> done = ReadDone(folder);
  std::error_code ignored;
  if (done) {
    for (const std::string& name : done->files) unlink((folder / name).c_str());
    std::vector<fs::path> reports;
    for (fs::directory_iterator entry(folder, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
      const std::string name = entry->path().filename().string();
      if (name == kReport || name.rfind(kReportDraft, 0) == 0) reports.push_back(entry->path());
    }
    for (const fs::path& report : reports) unlink(report.c_str());
    unlink((folder / kDone).c_str());  // last, so that what is left of a removal is still known as ours
  }
  rmdir(folder.c_str());  // only if it is empty
}

}  // namespace siov
