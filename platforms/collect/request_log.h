// SPDX-License-Identifier: Apache-2.0
// requests.h5: one row per finished job with its ledger summed by stage. Rows are buffered and streamed to disk.
#ifndef SIOV_PLATFORMS_COLLECT_REQUEST_LOG_H_
#define SIOV_PLATFORMS_COLLECT_REQUEST_LOG_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "models/protocol/job.h"
#include "platforms/collect/hdf5_file.h"

namespace siov {

class RequestLog {
 public:
  explicit RequestLog(const std::string& path, const std::string& shown_path = {}) : file_(path, shown_path) {}
  void Add(const Job& job);
  void Close();

 private:
  void Flush();

  enum Column : std::size_t {
    kId,
    kTenant,
    kClass,
    kOp,
    kStatus,
    kSize,
    kSubmit,
    kLatency,
    kRetries,
    kFaults,
    kColumns
  };
  Hdf5File file_;
  std::array<std::vector<std::uint64_t>, kColumns> columns_;
  std::array<std::vector<std::uint64_t>, kStageCount> stages_;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_REQUEST_LOG_H_
