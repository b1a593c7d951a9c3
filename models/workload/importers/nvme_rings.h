// SPDX-License-Identifier: Apache-2.0
// Where an NVMe controller's rings lie, so that accesses to them get a direction and a size: a submission queue entry
// is read (64 bytes), a completion queue entry written (16 bytes), a shadow doorbell read and an event index written
// (4 bytes each). Admin queues are not among them: the log names them before the IOMMU translates.
#ifndef SIOV_MODELS_WORKLOAD_IMPORTERS_NVME_RINGS_H_
#define SIOV_MODELS_WORKLOAD_IMPORTERS_NVME_RINGS_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/workload/trace/trace_record.h"

namespace siov {

class NvmeRings {
 public:
  struct Ring {
    std::uint64_t iova = 0;
    Bytes size_bytes = 0;
    TraceKind kind = TraceKind::kAccess;
    Bytes entry_bytes = 0;
    bool shadow_doorbells = false;
  };
  static Ring Submission(std::uint64_t iova, std::uint64_t entries) {
    return {iova, entries * 64, TraceKind::kRead, 64, false};
  }
  static Ring Completion(std::uint64_t iova, std::uint64_t entries) {
    return {iova, entries * 16, TraceKind::kWrite, 16, false};
  }
  static Ring ShadowDoorbells(std::uint64_t page) { return {page, kPage4K, TraceKind::kRead, 4, true}; }
  static Ring EventIndexes(std::uint64_t page) { return {page, kPage4K, TraceKind::kWrite, 4, true}; }

  // A ring replaces those it overlaps: a controller that is reset lays its rings out anew.
  void Add(const Ring& ring) {
    rings_.erase(std::remove_if(rings_.begin(), rings_.end(),
                                [&](const Ring& old) {
                                  return old.iova - ring.iova < ring.size_bytes ||
                                         ring.iova - old.iova < old.size_bytes;
                                }),
                 rings_.end());
    if (rings_.size() < kMost) rings_.push_back(ring);
  }
  const Ring* Find(std::uint64_t iova) const {
    for (const Ring& ring : rings_) {
      if (iova - ring.iova < ring.size_bytes) return &ring;
    }
    return nullptr;
  }

 private:
  static constexpr std::size_t kMost = 1'024;  // far more than a recorded controller has
  std::vector<Ring> rings_;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_IMPORTERS_NVME_RINGS_H_
