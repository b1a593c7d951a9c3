// SPDX-License-Identifier: Apache-2.0
// The damaged lines of a recording, the first few of them quoted: a file is refused once, with all that is wrong.
#ifndef SIOV_MODELS_WORKLOAD_IMPORTERS_DAMAGED_LINES_H_
#define SIOV_MODELS_WORKLOAD_IMPORTERS_DAMAGED_LINES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace siov {

class DamagedLines {
 public:
  static constexpr std::uint64_t kLinesReadOn = 1'000'000;  // after the first one, to find more

  void Add(std::uint64_t number, std::string_view line) {
    constexpr std::size_t kQuoted = 5;
    if (count_++ < kQuoted) quoted_.push_back({number, Quote(line)});
  }
  std::uint64_t count() const { return count_; }
  void Clear() {
    count_ = 0;
    quoted_.clear();
  }
  // REQUIRES: count() > 0. `complete`: all lines were looked at.
  std::string Message(const std::string& file, const char* what_it_reads, bool complete) const {
    std::string text = file + ":" + std::to_string(quoted_[0].number) + ": damaged line of " + what_it_reads + ": \"" +
                       quoted_[0].text + "\"";
    for (std::size_t i = 1; i < quoted_.size(); ++i) {
      text +=
          (i == 1 ? "; also line " : ", line ") + std::to_string(quoted_[i].number) + ": \"" + quoted_[i].text + "\"";
    }
    text += std::string("; ") + (complete ? "" : "at least ") + std::to_string(count_) +
            (count_ == 1 ? " damaged line" : " damaged lines") + " in all. `siovsim trace convert " + file +
            " OUT.siovtrace --lenient` leaves them out and counts them.";
    return text;
  }
  // Lines quoted in messages stay short and printable.
  static std::string Quote(std::string_view line) {
    constexpr std::size_t kLongest = 80;
    std::string text;
    for (const char c : line.substr(0, kLongest)) text.push_back(c >= ' ' && c <= '~' ? c : '?');
    return line.size() > kLongest ? text + "..." : text;
  }

 private:
  struct Line {
    std::uint64_t number;
    std::string text;
  };
  std::uint64_t count_ = 0;
  std::vector<Line> quoted_;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_IMPORTERS_DAMAGED_LINES_H_
