// SPDX-License-Identifier: Apache-2.0
// Whose a translation of the device is, and which translations an invalidate request means (PCI Express ATS chapter,
// requirements ATS-11, ATS-15).
//
// A space is a PASID or none, told apart by privilege where there is a PASID: spaces never share an entry. Entries that
// were answered with the Global bit are in a space of their own that every PASID of the function looks into. The ATC
// serves one function, so requester ids need not be compared. Pure.
#ifndef SIOV_MODELS_DEVICE_ATC_ATC_SPACE_H_
#define SIOV_MODELS_DEVICE_ATC_ATC_SPACE_H_

#include <cstdint>

#include "models/protocol/invalidation.h"
#include "models/protocol/tlp.h"

namespace siov {

inline constexpr std::uint32_t kGlobalBit = 1u << 29;
inline constexpr std::uint32_t kPrivilegedBit = 1u << 30;

// The space a request is translated in.
inline Pasid SpaceOf(Pasid pasid, bool privileged) {
  return pasid.valid() && privileged ? Pasid(pasid.value() | kPrivilegedBit) : pasid;
}
inline Pasid SpaceOf(const TlpHeader& tlp) { return SpaceOf(tlp.pasid, tlp.privileged); }
// Where a PASID's requests look besides. REQUIRES space.valid().
inline Pasid GlobalSpaceOf(Pasid space) { return Pasid(kGlobalBit | (space.value() & kPrivilegedBit)); }

inline bool IsGlobal(Pasid space) { return space.valid() && (space.value() & kGlobalBit) != 0; }
inline bool IsPrivileged(Pasid space) { return space.valid() && (space.value() & kPrivilegedBit) != 0; }
// REQUIRES !IsGlobal(space).
inline Pasid PasidOf(Pasid space) { return space.valid() ? Pasid(space.value() & ~kPrivilegedBit) : space; }

// How an invalidate request reaches the entries of a space.
enum class InvalidationReach : std::uint8_t { kNone, kInRange, kEverywhere };

inline InvalidationReach ReachOf(const CacheInvalidation& invalidation, Pasid space) {
  if (!invalidation.pasid.valid()) return space.valid() ? InvalidationReach::kEverywhere : InvalidationReach::kInRange;
  if (invalidation.what.global) return InvalidationReach::kInRange;
  const bool its_own = space.valid() && !IsGlobal(space) && PasidOf(space) == invalidation.pasid;
  return its_own ? InvalidationReach::kInRange : InvalidationReach::kNone;
}

// The smallest page at `address` that shares a byte with the range: a page of that size (log2) or more does, a smaller
// one does not.
inline unsigned OverlapShift(const CacheInvalidation& invalidation, std::uint64_t address) {
  const unsigned range_shift = invalidation.what.page_shift;
  if (range_shift >= 64) return 0;
  const std::uint64_t apart = (address ^ invalidation.address) >> range_shift;
  return apart == 0 ? 0 : range_shift + 64 - static_cast<unsigned>(__builtin_clzll(apart));
}

// As OverlapShift for a translation of `space`; kNeverStale: the request does not mean it, whatever its size.
inline constexpr unsigned kNeverStale = 255;
inline unsigned StaleShift(const CacheInvalidation& invalidation, Pasid space, std::uint64_t address) {
  switch (ReachOf(invalidation, space)) {
    case InvalidationReach::kEverywhere:
      return 0;
    case InvalidationReach::kInRange:
      return OverlapShift(invalidation, address);
    case InvalidationReach::kNone:
      break;
  }
  return kNeverStale;
}

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_ATC_SPACE_H_
