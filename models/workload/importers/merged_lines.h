// SPDX-License-Identifier: Apache-2.0
// Several ftrace texts of one machine as one, by their times: what a recorder that keeps a file for each processor
// (per_cpu/cpuN/trace) leaves behind. A line without a time stays with the line before it in its file.
#ifndef SIOV_MODELS_WORKLOAD_IMPORTERS_MERGED_LINES_H_
#define SIOV_MODELS_WORKLOAD_IMPORTERS_MERGED_LINES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/workload/importers/line_reader.h"
#include "models/workload/trace/byte_source.h"

namespace siov {

class MergedLines final : public ByteSource {
 public:
  // REQUIRES: at least one file.
  explicit MergedLines(std::vector<std::unique_ptr<ByteSource>> files);
  std::size_t Read(char* buffer, std::size_t capacity) override;
  void Rewind() override;

 private:
  struct File {
    explicit File(ByteSource& bytes) : lines(bytes) {}
    LineReader lines;
    std::string line;  // the next one
    bool has_line = false;
    std::uint64_t time_ns = 0;
  };
  void Advance(File& file);

  std::vector<std::unique_ptr<ByteSource>> bytes_;
  std::vector<File> files_;
  std::string ready_;  // of the line being handed out
  std::size_t given_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_IMPORTERS_MERGED_LINES_H_
