// SPDX-License-Identifier: Apache-2.0
// The device port's decisions: which tag a non-posted request gets, whether a PASID fits, where a packet goes. Pure.
#ifndef SIOV_MODELS_FABRIC_DEVICE_PORT_DEVICE_PORT_CORE_H_
#define SIOV_MODELS_FABRIC_DEVICE_PORT_DEVICE_PORT_CORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "models/base/invariant.h"
#include "models/fabric/device_port/device_port_config.h"
#include "models/protocol/tlp.h"

namespace siov {

// The tags of one requester. A tag is unique while its request is outstanding (PCIe base specification 2.2.6.2); the
// one freed last is used first.
class TagPool {
 public:
  static constexpr std::uint16_t kNone = 0xFFFF;

  explicit TagPool(std::uint32_t tags);
  // kNone if all are in use.
  std::uint16_t Take() {
    if (free_.empty()) return kNone;
    const std::uint16_t tag = free_.back();
    free_.pop_back();
    return tag;
  }
  void Give(std::uint16_t tag) {
    CheckInvariant(free_.size() < total_ && tag < total_,
                   [&] { return "device port: tag " + std::to_string(tag) + " was given back but is not in use"; });
    free_.push_back(tag);
  }
  std::uint32_t in_use() const { return total_ - static_cast<std::uint32_t>(free_.size()); }

 private:
  std::uint32_t total_;
  std::vector<std::uint16_t> free_;
};

// A translated request to registers of the function itself: none of its ADIs may reach another's or the function's own
// (SIOV-22), and access control services of the fabric do not see it, as all have one requester id. What an
// untranslated address means only the IOMMU knows: the root complex refuses it.
inline bool ReachesOwnMemory(const MemoryRanges& own, const TlpHeader& request) {
  return request.at == AddressType::kTranslated && own.Meets(request.address, request.length_bytes);
}

// What is outstanding, by tag, and since when: which requests have waited for their completion longer than they may.
//
// A request that did keeps its tag in quarantine, so that a completion that comes late meets no other request of that
// tag: until it comes, or for as long again.
class TagTimers {
 public:
  TagTimers(std::uint32_t tags, Picoseconds timeout_ps)
      : timeout_ps_(timeout_ps), of_tag_(timeout_ps == 0 ? 0 : tags) {}
  bool on() const { return timeout_ps_ != 0; }
  Picoseconds timeout_ps() const { return timeout_ps_; }

  // REQUIRES: on().
  void Issued(Picoseconds now, std::uint16_t tag, Tlp& request) {
    of_tag_[tag] = {&request, now << kDepthBits | request.route_depth()};
  }
  void Ended(std::uint16_t tag) {
    if (on()) of_tag_[tag].request = nullptr;
  }
  // It has timed out, and its tag is still in quarantine.
  bool InQuarantine(std::uint16_t tag, const Tlp& request) const { return on() && of_tag_[tag].request == &request; }
  // The request that has the tag, which is somewhere beyond the link.
  Tlp& RequestOf(std::uint16_t tag) const { return *of_tag_[tag].request; }
  // What it left with.
  std::uint8_t RouteDepthOf(std::uint16_t tag) const {
    return static_cast<std::uint8_t>(of_tag_[tag].issued_and_depth & kDepthMask);
  }
  enum class Due : std::uint8_t { kNothing, kTimeout, kEndOfQuarantine };
  Due At(Picoseconds now, std::uint16_t tag) const;
  // When the next of them is due; kNever: nothing is outstanding.
  Picoseconds Next() const;
  std::uint32_t tags() const { return static_cast<std::uint32_t>(of_tag_.size()); }

 private:
  static constexpr unsigned kDepthBits = 4;
  static constexpr std::uint64_t kDepthMask = (1u << kDepthBits) - 1;
  // Written for every request: small.
  struct Outstanding {
    Tlp* request = nullptr;  // null: the tag is free; abandoned: it has timed out
    std::uint64_t issued_and_depth = 0;
  };
  Picoseconds EndOf(const Outstanding& one) const {
    return (one.issued_and_depth >> kDepthBits) + (one.request->abandoned ? 2 : 1) * timeout_ps_;
  }

  Picoseconds timeout_ps_;
  std::vector<Outstanding> of_tag_;
};

// A function never emits a PASID of more bits than its capability says; width 0 means none at all (PCIe 7.8.9).
inline bool PasidFits(Pasid pasid, std::uint32_t width) {
  return !pasid.valid() || (width != 0 && pasid.value() >> width == 0);
}

enum class DownstreamRoute : std::uint8_t { kPortal, kAtc, kFunction };

// Writes go to the work-queue portals, messages to the ATC, register accesses to the function. Throws InvariantError
// for anything else.
DownstreamRoute RouteDownstream(TlpKind kind);

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_DEVICE_PORT_DEVICE_PORT_CORE_H_
