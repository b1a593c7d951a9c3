// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/request_log.h"

namespace siov {
namespace {

constexpr std::size_t kRowsPerFlush = 16'384;

struct ColumnInfo {
  const char* name;
  const char* unit;
};
constexpr std::array<ColumnInfo, 10> kColumnInfo{
    {{"id", ""},
     {"tenant", ""},
     {"class", ""},
     {"op", "noop 0, read 1, write 2, move 3, fill 4"},
     {"status", "success 1, page fault 2, translation failed 3, rejected 4, invalid interrupt handle 5"},
     {"size", "bytes"},
     {"submit", "ps"},
     {"latency", "ps"},
     {"retries", "Retry answers"},
     {"faults", "page requests"}}};

}  // namespace

void RequestLog::Add(const Job& job) {
  const std::array<std::uint64_t, kColumns> row{job.id,
                                                job.tenant.value(),
                                                job.tenant_class,
                                                static_cast<std::uint64_t>(job.op),
                                                static_cast<std::uint64_t>(job.status),
                                                job.size_bytes,
                                                job.ledger.start(),
                                                job.ledger.elapsed(),
                                                job.retries,
                                                job.faults};
  for (std::size_t i = 0; i < kColumns; ++i) columns_[i].push_back(row[i]);
  std::array<std::uint64_t, kStageCount> sums{};
  job.ledger.ForEach([&sums](Stage stage, Picoseconds entered, Picoseconds left) {
    sums[static_cast<std::size_t>(stage)] += left - entered;
  });
  for (std::size_t i = 0; i < kStageCount; ++i) stages_[i].push_back(sums[i]);
  if (columns_[0].size() >= kRowsPerFlush) Flush();
}

void RequestLog::Flush() {
  for (std::size_t i = 0; i < kColumns; ++i) {
    file_.Append(std::string("/") + kColumnInfo[i].name, columns_[i], kColumnInfo[i].unit);
    columns_[i].clear();
  }
  for (std::size_t i = 0; i < kStageCount; ++i) {
    file_.Append(std::string("/stages/") + Describe(static_cast<Stage>(i)).name, stages_[i], "ps");
    stages_[i].clear();
  }
}

void RequestLog::Close() {
  Flush();
  file_.Close();
}

}  // namespace siov
