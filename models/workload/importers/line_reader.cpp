// SPDX-License-Identifier: Apache-2.0
#include "models/workload/importers/line_reader.h"

#include <cstring>

#include "models/workload/trace/trace_record.h"

namespace siov {

bool LineReader::Refill() {
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (end_ >= kLongestLine) {
    throw TraceError(name() + ":" + std::to_string(line_number_ + 1) + ": the line is longer than " +
                     std::to_string(kLongestLine) + " bytes, so this is not a text trace.");
  }
  const std::size_t count = bytes_.Read(buffer_.data() + end_, buffer_.size() - end_);
  end_ += count;
  return count != 0;
}

bool LineReader::Next(std::string_view* line) {
  std::size_t searched = 0;
  while (true) {
    const char* start = buffer_.data() + begin_;
    const std::size_t available = end_ - begin_;
    const auto* newline = static_cast<const char*>(std::memchr(start + searched, '\n', available - searched));
    if (newline != nullptr) {
      *line = std::string_view(start, static_cast<std::size_t>(newline - start));
      begin_ += line->size() + 1;
      break;
    }
    searched = available;
    if (!Refill()) {
      if (available == 0) return false;
      *line = std::string_view(buffer_.data() + begin_, available);
      begin_ = end_;
      break;
    }
  }
  ++line_number_;
  if (!line->empty() && line->back() == '\r') line->remove_suffix(1);
  return true;
}

void LineReader::Rewind() {
  bytes_.Rewind();
  begin_ = 0;
  end_ = 0;
  line_number_ = 0;
}

}  // namespace siov
