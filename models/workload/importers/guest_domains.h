// SPDX-License-Identifier: Apache-2.0
// Who is attached to which IOMMU domain, learnt from a kernel's attach events. The kernel names a domain by its
// address; the IOMMU knows it by a number that appears when the first device is attached.
#ifndef SIOV_MODELS_WORKLOAD_IMPORTERS_GUEST_DOMAINS_H_
#define SIOV_MODELS_WORKLOAD_IMPORTERS_GUEST_DOMAINS_H_

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "models/workload/trace/trace_record.h"

namespace siov {

class GuestDomains {
 public:
  // Device `stream` now translates through the domain at `pointer`.
  void Attach(std::uint64_t pointer, std::uint32_t stream) {
    Bound();
    const auto old = pointer_of_.find(stream);
    if (old != pointer_of_.end()) Leave(old->second, stream);
    pointer_of_[stream] = pointer;
    Domain& domain = domains_[pointer];
    ++domain.devices;
    domain.only_stream = domain.devices == 1 ? stream : TraceRecord::kNoStream;
  }
  void Number(std::uint64_t pointer, std::uint32_t id) {
    Bound();
    domains_[pointer].id = id;
  }
  std::uint32_t IdOf(std::uint64_t pointer) const {
    const auto found = domains_.find(pointer);
    return found == domains_.end() ? TraceRecord::kNoDomain : found->second.id;
  }
  // The one device of the domain, or kNoStream when it has several or none.
  std::uint32_t StreamOf(std::uint64_t pointer) const {
    const auto found = domains_.find(pointer);
    return found == domains_.end() ? TraceRecord::kNoStream : found->second.only_stream;
  }
  void Clear() {
    domains_.clear();
    pointer_of_.clear();
  }

 private:
  struct Domain {
    std::uint32_t id = TraceRecord::kNoDomain;
    std::uint32_t devices = 0;
    std::uint32_t only_stream = TraceRecord::kNoStream;
  };
  // VT-d has 65,536 domains and as many requester ids; more are a damaged or hostile file.
  void Bound() {
    constexpr std::size_t kMost = 65'536;
    if (domains_.size() > kMost || pointer_of_.size() > kMost) Clear();
  }
  void Leave(std::uint64_t pointer, std::uint32_t stream) {
    const auto found = domains_.find(pointer);
    if (found == domains_.end() || found->second.devices == 0) return;
    --found->second.devices;
    if (found->second.only_stream == stream) found->second.only_stream = TraceRecord::kNoStream;
  }

  std::unordered_map<std::uint64_t, Domain> domains_;
  std::unordered_map<std::uint32_t, std::uint64_t> pointer_of_;  // by stream
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_IMPORTERS_GUEST_DOMAINS_H_
