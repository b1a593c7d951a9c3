// SPDX-License-Identifier: Apache-2.0
// How an entry of a translation completion and a range of pages are laid out in bits (requirements ATS-03,
// ATS-04, 16.3; PCI Express ATS 10.2.3). Pure.
#ifndef SIOV_MODELS_TLM_TRANSLATION_WORDS_H_
#define SIOV_MODELS_TLM_TRANSLATION_WORDS_H_

#include <cstdint>

#include "models/base/units.h"
#include "models/tlm/tlp.h"

namespace siov {

inline constexpr std::uint64_t kSizeBit = std::uint64_t{1} << 11;  // S

// Address and size of 2^shift bytes: S = 0 for 4 KiB; else the lowest 0 bit at or above bit 12 says the size. `shift`
// 64 is everything: all ones below bit 63. REQUIRES 12 <= shift <= 64 and an address aligned to the size.
inline std::uint64_t EncodeRange(std::uint64_t address, unsigned shift) {
  if (shift == kPageShift4K) return address;
  const std::uint64_t below_size_bit = (std::uint64_t{1} << (shift - 1)) - 1;
  return (shift >= 64 ? 0 : address) | (below_size_bit & ~(kPage4K - 1)) | kSizeBit;
}

struct PageRange {
  std::uint64_t address;
  unsigned shift;
};

inline PageRange DecodeRange(std::uint64_t word) {
  const std::uint64_t address = word & ~(kPage4K - 1);
  if ((word & kSizeBit) == 0) return {address, kPageShift4K};
  const std::uint64_t zeros = ~(word | (kPage4K - 1));
  if (zeros == 0) return {0, 64};
  const unsigned shift = static_cast<unsigned>(__builtin_ctzll(zeros)) + 1;
  return {shift >= 64 ? 0 : address & ~((std::uint64_t{1} << shift) - 1), shift};
}

// One entry: R 0, W 1, U 2, Exe 3, Priv 4, Global 5, (AMA 8:6, CXL.io 9: 0), N 10, S 11, address 63:12.
struct TranslationWord {
  Translation page;  // address, size, R, W, U, Global
  bool execute = false;
  bool privileged = false;
  bool no_snoop_cleared = false;  // N: requests that use it must clear no-snoop
};

inline std::uint64_t EncodeTranslation(const TranslationWord& entry) {
  const auto bit = [](bool value, unsigned position) { return std::uint64_t{value ? 1u : 0u} << position; };
  return EncodeRange(entry.page.address, entry.page.page_shift) | bit(entry.page.read, 0) | bit(entry.page.write, 1) |
         bit(entry.page.untranslated_only, 2) | bit(entry.execute, 3) | bit(entry.privileged, 4) |
         bit(entry.page.global, 5) | bit(entry.no_snoop_cleared, 10);
}

inline TranslationWord DecodeTranslation(std::uint64_t word) {
  const auto bit = [word](unsigned position) { return ((word >> position) & 1) != 0; };
  TranslationWord entry;
  const PageRange range = DecodeRange(word);
  entry.page.address = range.address;
  entry.page.page_shift = static_cast<std::uint8_t>(range.shift);
  entry.page.read = bit(0);
  entry.page.write = bit(1);
  entry.page.untranslated_only = bit(2);
  entry.execute = bit(3);
  entry.privileged = bit(4);
  entry.page.global = bit(5);
  entry.no_snoop_cleared = bit(10);
  return entry;
}

}  // namespace siov

#endif  // SIOV_MODELS_TLM_TRANSLATION_WORDS_H_
