// SPDX-License-Identifier: Apache-2.0
// Parameters as pictures show them.
#ifndef SIOV_PLATFORMS_KINDS_WORDS_H_
#define SIOV_PLATFORMS_KINDS_WORDS_H_

#include <iomanip>
#include <sstream>
#include <string>

#include "models/base/replacement.h"
#include "models/base/units.h"

namespace siov {

inline std::string FixedText(double value, int digits) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(digits) << value;
  return text.str();
}

inline std::string NsText(Picoseconds ps) { return FixedText(ToNs(ps), 1) + " ns"; }

// "64 entries, 4 ways"
inline std::string EntriesText(const CacheGeometry& cache) {
  if (cache.entries == 0) return "none";
  return std::to_string(cache.entries) +
         (cache.ways == 0 ? " entries" : " entries, " + std::to_string(cache.ways) + " ways");
}

}  // namespace siov

#endif  // SIOV_PLATFORMS_KINDS_WORDS_H_
