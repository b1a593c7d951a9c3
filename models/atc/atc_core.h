// SPDX-License-Identifier: Apache-2.0
// The device's translation cache and its page request interface, without time: what is held, who may use it, which page
// group indices and credits are free.
//
// Entries are tagged {requester, PASID or none, page, page size}; what grants neither read nor write is never held. A
// page request is a group of its own (L=1), so credits and group indices go together, and no group can wait for a
// request that was never sent. Pure.
#ifndef SIOV_MODELS_ATC_ATC_CORE_H_
#define SIOV_MODELS_ATC_ATC_CORE_H_

#include <array>
#include <cstdint>
#include <vector>

#include "models/atc/atc_config.h"
#include "models/page_tables/page_cache.h"

namespace siov {

inline bool Permits(const Translation& translation, bool write) { return write ? translation.write : translation.read; }

// Group indices of page requests in flight, and what they were asked for (the owner's number).
class PageGroups {
 public:
  static constexpr std::uint32_t kIndices = 512;
  static constexpr std::uint32_t kNobody = 0xFFFF'FFFFu;

  explicit PageGroups(std::uint32_t allocation) : credits_(allocation) {
    owners_.fill(kNobody);
    for (std::uint32_t group = kIndices; group > 0; --group) free_.push_back(static_cast<std::uint16_t>(group - 1));
  }
  bool HasCredit() const { return outstanding_ < credits_ && !free_.empty(); }
  // REQUIRES HasCredit().
  std::uint16_t Take(std::uint32_t owner) {
    const std::uint16_t group = free_.back();
    free_.pop_back();
    owners_[group] = owner;
    ++outstanding_;
    return group;
  }
  // The owner of an outstanding group, whose credit returns; kNobody if the response is unexpected.
  std::uint32_t Return(std::uint16_t group) {
    if (group >= kIndices || owners_[group] == kNobody) return kNobody;
    const std::uint32_t owner = owners_[group];
    owners_[group] = kNobody;
    free_.push_back(group);
    --outstanding_;
    return owner;
  }
  std::uint32_t outstanding() const { return outstanding_; }

 private:
  std::uint32_t credits_;
  std::uint32_t outstanding_ = 0;
  std::array<std::uint32_t, kIndices> owners_{};
  std::vector<std::uint16_t> free_;
};

}  // namespace siov

#endif  // SIOV_MODELS_ATC_ATC_CORE_H_
