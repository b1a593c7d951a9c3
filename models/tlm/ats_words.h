// SPDX-License-Identifier: Apache-2.0
// How ATS packets are laid out in bits: translation requests, the entries of their completions, invalidate requests and
// completions (requirements 16.3, ATS-01 to ATS-05, ATS-14, ATS-17; PCI Express ATS chapter). Inside the simulation
// these travel as fields of a Tlp; here is what the fields would be on the wire. Pure.
#ifndef SIOV_MODELS_TLM_ATS_WORDS_H_
#define SIOV_MODELS_TLM_ATS_WORDS_H_

#include <cstdint>

#include "models/tlm/tlp.h"

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

// One entry of a translation completion.
struct AtsTranslationWord {
  std::uint64_t address = 0;
  unsigned page_shift = kPageShift4K;
  bool read = false;                   // 0
  bool write = false;                  // 1
  bool untranslated_only = false;      // 2
  bool execute = false;                // 3
  bool privileged = false;             // 4
  bool global = false;                 // 5
  std::uint8_t memory_attributes = 0;  // 8:6
  bool cxl_io = false;                 // 9
  bool clear_no_snoop = false;         // 10: requests that use it must not set No Snoop
};

inline std::uint64_t EncodeTranslation(const AtsTranslationWord& entry) {
  const auto bit = [](bool set, unsigned position) { return std::uint64_t{set} << position; };
  return EncodeAtsRange(entry.address, entry.page_shift) | bit(entry.read, 0) | bit(entry.write, 1) |
         bit(entry.untranslated_only, 2) | bit(entry.execute, 3) | bit(entry.privileged, 4) | bit(entry.global, 5) |
         (std::uint64_t{entry.memory_attributes} & 7) << 6 | bit(entry.cxl_io, 9) | bit(entry.clear_no_snoop, 10);
}

inline AtsTranslationWord DecodeTranslation(std::uint64_t word) {
  const auto bit = [word](unsigned position) { return ((word >> position) & 1) != 0; };
  const AtsRange range = DecodeAtsRange(word);
  AtsTranslationWord entry;
  entry.address = range.address;
  entry.page_shift = range.shift;
  entry.read = bit(0);
  entry.write = bit(1);
  entry.untranslated_only = bit(2);
  entry.execute = bit(3);
  entry.privileged = bit(4);
  entry.global = bit(5);
  entry.memory_attributes = static_cast<std::uint8_t>((word >> 6) & 7);
  entry.cxl_io = bit(9);
  entry.clear_no_snoop = bit(10);
  return entry;
}

// A translation request asks for length / 2 translations of 8 bytes each.
struct AtsRequestShape {
  std::uint32_t length_dw = 2;
  bool all_bytes_enabled = true;
};

inline bool IsWellFormed(const AtsRequestShape& request, std::uint32_t read_completion_boundary_bytes) {
  return request.all_bytes_enabled && request.length_dw % 2 == 0 && request.length_dw >= 2 &&
         request.length_dw <= read_completion_boundary_bytes / 4;
}
inline constexpr std::uint32_t MaxTranslations(std::uint32_t read_completion_boundary_bytes) {
  return read_completion_boundary_bytes / 8;
}
// The untranslated range a request means, in bytes; `stu` as in the ATS control register (unit 4 KiB x 2^stu).
inline constexpr std::uint64_t ImpliedRange(std::uint32_t translations, unsigned stu) {
  return std::uint64_t{translations} << (kPageShift4K + stu);
}
// The last double word of its address; bit 0 is the no-write flag.
inline std::uint32_t LastAddressWord(std::uint64_t address, bool no_write) {
  return static_cast<std::uint32_t>(address & kAtsAddressBits) | std::uint32_t{no_write};
}

// Body of an invalidate request.
inline std::uint64_t EncodeInvalidateBody(std::uint64_t address, unsigned shift, bool global) {
  return EncodeAtsRange(address, shift) | std::uint64_t{global};
}
inline bool IsGlobalInvalidate(std::uint64_t body) { return (body & 1) != 0; }

// Invalidate completion: ITag vector 31:0, completion count 34:32 (0 means 8).
inline std::uint64_t EncodeInvalidateCompletion(std::uint32_t itags, unsigned completion_count) {
  return std::uint64_t{itags} | (std::uint64_t{completion_count & 7} << 32);
}
inline unsigned CompletionCountOf(std::uint64_t word) {
  const auto count = static_cast<unsigned>((word >> 32) & 7);
  return count == 0 ? 8 : count;
}

}  // namespace siov

#endif  // SIOV_MODELS_TLM_ATS_WORDS_H_
