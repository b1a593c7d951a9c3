// SPDX-License-Identifier: Apache-2.0
#include "models/workload/importers/merged_lines.h"

#include <algorithm>
#include <utility>

#include "models/workload/importers/ftrace_line.h"

namespace siov {
namespace {

std::string Together(const std::vector<std::unique_ptr<ByteSource>>& files) {
  std::string names = files.front()->name();
  for (std::size_t i = 1; i < files.size(); ++i) names += " + " + files[i]->name();
  return files.size() == 1 ? names : names + " (merged by time)";
}

}  // namespace

MergedLines::MergedLines(std::vector<std::unique_ptr<ByteSource>> files)
    : ByteSource(Together(files)), bytes_(std::move(files)) {
  for (const std::unique_ptr<ByteSource>& bytes : bytes_) files_.emplace_back(*bytes);
  for (File& file : files_) Advance(file);
}

void MergedLines::Advance(File& file) {
  std::string_view line;
  file.has_line = file.lines.Next(&line);
  if (!file.has_line) return;
  file.line = line;
  FtraceLine parts;
  if (ParseFtraceLine(line, &parts)) file.time_ns = parts.time_ns;
}

std::size_t MergedLines::Read(char* buffer, std::size_t capacity) {
  if (given_ == ready_.size()) {
    File* next = nullptr;
    for (File& file : files_) {
      if (file.has_line && (next == nullptr || file.time_ns < next->time_ns)) next = &file;
    }
    if (next == nullptr) return 0;
    ready_ = std::move(next->line) + "\n";
    given_ = 0;
    Advance(*next);
  }
  const std::size_t count = std::min(capacity, ready_.size() - given_);
  std::copy_n(ready_.data() + given_, count, buffer);
  given_ += count;
  return count;
}

void MergedLines::Rewind() {
  ready_.clear();
  given_ = 0;
  for (File& file : files_) {
    file.lines.Rewind();
    file.time_ns = 0;
    Advance(file);
  }
}

}  // namespace siov
