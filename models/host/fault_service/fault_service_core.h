// SPDX-License-Identifier: Apache-2.0
// What the page-fault service decides, without time passing: what software makes of an entry of the page request ring,
// and which entries belong together (Linux drivers/iommu/intel/prq.c and io-pgfault.c; requirements PRI-15). Pure.
#ifndef SIOV_MODELS_HOST_FAULT_SERVICE_FAULT_SERVICE_CORE_H_
#define SIOV_MODELS_HOST_FAULT_SERVICE_FAULT_SERVICE_CORE_H_

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "models/host/fault_service/fault_service_config.h"
#include "models/protocol/page_request_words.h"

namespace siov {

enum class PageRequestVerdict : std::uint8_t {
  kServe,
  kDrop,     // a Stop Marker: nobody waits for an answer
  kInvalid,  // cannot be served whatever is mapped; answered if it is the last of its group
};

// `accepts`: the address is canonical for its address space (true if there is none: serving it will say so).
PageRequestVerdict JudgePageRequest(const PageRequestFields& request, bool accepts,
                                    const std::vector<RequesterId>& devices);

// Collects requests until their group is complete. A group is known by queue, function, PASID and index.
class PageGroupAssembler {
 public:
  using Pages = std::vector<PageRequestFields>;

  // Adds a request; true if it was the last, and then *pages holds the whole group in order.
  bool Add(std::uint32_t queue, const PageRequestFields& request, Pages* pages);
  // Software lost requests: whatever is not complete will be asked for again. Returns the requests thrown away.
  std::size_t Discard(std::uint32_t queue);
  // Of one group, whose last request was refused.
  void DiscardGroup(std::uint32_t queue, const PageRequestFields& last);
  std::size_t partial_groups() const { return partial_.size(); }

 private:
  struct Key {
    std::uint64_t origin;  // queue, requester
    std::uint64_t group;   // PASID, index
    bool operator==(const Key& other) const { return origin == other.origin && group == other.group; }
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return static_cast<std::size_t>(Mix64(Mix64(key.origin + 1) ^ key.group));
    }
  };
  static Key KeyOf(std::uint32_t queue, const PageRequestFields& request) {
    return {(std::uint64_t{queue} << 16) | request.requester,
            (std::uint64_t{request.pasid.value()} << 16) | request.index};
  }
  std::unordered_map<Key, Pages, KeyHash> partial_;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_FAULT_SERVICE_FAULT_SERVICE_CORE_H_
