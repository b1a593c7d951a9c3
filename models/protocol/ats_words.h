// SPDX-License-Identifier: Apache-2.0
// How ranges and invalidate requests of ATS are laid out in bits (requirements ATS-04, ATS-14; PCI Express ATS
// chapter). The invalidation queue writes the body, the device's ATC reads it: what the word cannot say does not
// arrive. Translation completions travel as fields of a Tlp. Pure.
#ifndef SIOV_MODELS_PROTOCOL_ATS_WORDS_H_
#define SIOV_MODELS_PROTOCOL_ATS_WORDS_H_

#include <cstdint>

#include "models/protocol/invalidation.h"
#include "models/protocol/tlp.h"

namespace siov {

inline constexpr std::uint64_t kAtsAddressBits = ~std::uint64_t{0xFFF};
inline constexpr std::uint64_t kAtsSizeBit = std::uint64_t{1} << 11;  // S
inline constexpr unsigned kWholeAddressSpace = 64;                    // as a page shift
inline constexpr std::uint64_t kInvalidateEverything = 0x7FFF'FFFF'FFFF'F000;

// An aligned range of 2^shift bytes as address bits and S. S=0 is 4 KiB; with S=1 the lowest 0 at or above bit 12 gives
// the size: at bit n, 2^(n+1) bytes. REQUIRES 12 <= shift <= 64.
inline std::uint64_t EncodeAtsRange(std::uint64_t address, unsigned shift) {
  if (shift >= kWholeAddressSpace) return kInvalidateEverything | kAtsSizeBit;
  const std::uint64_t base = address >> shift << shift;
  if (shift == kPageShift4K) return base;
  const std::uint64_t ones = ((std::uint64_t{1} << (shift - 1)) - 1) & kAtsAddressBits;
  return base | ones | kAtsSizeBit;
}

struct AtsRange {
  std::uint64_t address = 0;
  unsigned shift = kPageShift4K;
};

inline AtsRange DecodeAtsRange(std::uint64_t word) {
  if ((word & kAtsSizeBit) == 0) return {word & kAtsAddressBits, kPageShift4K};
  const std::uint64_t zeros = ~(word >> kPageShift4K);  // bit 63 shifted in as 1: there is always one
  const unsigned shift = kPageShift4K + static_cast<unsigned>(__builtin_ctzll(zeros)) + 1;
  if (shift >= kWholeAddressSpace) return {0, kWholeAddressSpace};
  return {word >> shift << shift, shift};
}

// Body of an invalidate request: G 0, S 11, address 63:12.
inline std::uint64_t EncodeInvalidateBody(std::uint64_t address, unsigned shift, bool global) {
  return EncodeAtsRange(address, shift) | std::uint64_t{global};
}

// What a device makes of an invalidate request: the range and G of its body, and its PASID if it carries one. The body
// travels as the packet's virtual address.
inline CacheInvalidation ReadInvalidateRequest(const TlpHeader& request) {
  const AtsRange range = DecodeAtsRange(request.virtual_address);
  CacheInvalidation what;
  what.what.kind = request.pasid.valid() ? InvalidationKind::kPasidDeviceTlb : InvalidationKind::kDeviceTlb;
  what.what.granularity = InvalidationGranularity::kPage;
  what.what.page_shift = static_cast<std::uint8_t>(range.shift);
  what.what.global = (request.virtual_address & 1) != 0;
  what.requester = request.requester;
  what.pasid = request.pasid;
  what.address = range.address;
  return what;
}

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_ATS_WORDS_H_
