// SPDX-License-Identifier: Apache-2.0
// Text lines out of a ByteSource, without a copy per line and with a bound on a line's length.
#ifndef SIOV_MODELS_WORKLOAD_IMPORTERS_LINE_READER_H_
#define SIOV_MODELS_WORKLOAD_IMPORTERS_LINE_READER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/workload/trace/byte_source.h"

namespace siov {

class LineReader {
 public:
  static constexpr std::size_t kLongestLine = 65'536;

  explicit LineReader(ByteSource& bytes) : bytes_(bytes), buffer_(2 * kLongestLine) {}
  // The line without its end, valid until the next call; false at the end. Throws TraceError on a line that is too
  // long.
  bool Next(std::string_view* line);
  void Rewind();
  std::uint64_t line_number() const { return line_number_; }  // of the line last returned; the first is 1
  const std::string& name() const { return bytes_.name(); }

 private:
  bool Refill();

  ByteSource& bytes_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t line_number_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_IMPORTERS_LINE_READER_H_
