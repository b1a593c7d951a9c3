// SPDX-License-Identifier: Apache-2.0
// The mappings in force at one point of a trace: domain and address range to physical address.
// Memory grows with the mappings alive at once, not with the length of the trace.
#ifndef SIOV_MODELS_WORKLOAD_TRACE_LIVE_MAPPINGS_H_
#define SIOV_MODELS_WORKLOAD_TRACE_LIVE_MAPPINGS_H_

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "models/workload/trace/trace_record.h"

namespace siov {

class LiveMappings {
 public:
  // REQUIRES: record.kind is kMap. Replaces what it overlaps.
  void Map(const TraceRecord& record) {
    Unmap(record.domain, record.iova, record.size_bytes);
    Put(record);
  }
  // Removes what the range covers. A mapping it covers in part keeps the rest.
  void Unmap(std::uint32_t domain, std::uint64_t iova, Bytes size_bytes);
  // The mapping that holds the address, or nullptr.
  const TraceRecord* Find(std::uint32_t domain, std::uint64_t iova) const;
  // The one domain in which a mapping begins at iova, or kNoDomain when none or several have one.
  std::uint32_t OnlyDomainWith(std::uint64_t iova) const;
  std::vector<TraceRecord> All() const;
  // What of the range is mapped: ranges in order of address, those that touch put together.
  std::vector<std::pair<std::uint64_t, Bytes>> MappedParts(std::uint32_t domain, std::uint64_t iova,
                                                           Bytes size_bytes) const;
  std::size_t size() const { return live_.size(); }
  // Leaves the page tables of these mappings have, each mapping counted in pages of its own size.
  std::uint64_t pages() const { return pages_; }
  void Clear() {
    live_.clear();
    pages_ = 0;
  }

 private:
  static std::uint64_t PagesOf(const TraceRecord& mapping) {
    const unsigned shift = mapping.page_shift == 0 ? kPageShift4K : mapping.page_shift;
    return (mapping.size_bytes >> shift) + ((mapping.size_bytes & ((std::uint64_t{1} << shift) - 1)) != 0 ? 1 : 0);
  }
  void Put(const TraceRecord& mapping);

  std::map<std::pair<std::uint32_t, std::uint64_t>, TraceRecord> live_;
  std::uint64_t pages_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TRACE_LIVE_MAPPINGS_H_
