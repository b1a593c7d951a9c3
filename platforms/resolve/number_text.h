// SPDX-License-Identifier: Apache-2.0
// A number as a person would have written it: 8, 0.25, 5e-324.
#ifndef SIOV_PLATFORMS_RESOLVE_NUMBER_TEXT_H_
#define SIOV_PLATFORMS_RESOLVE_NUMBER_TEXT_H_

#include <charconv>
#include <cmath>
#include <string>

namespace siov {

// The shortest text that reads as the same number; whole ones in full up to 10^15.
inline std::string NumberText(double value) {
  char text[64];
  const bool whole = std::floor(value) == value && std::fabs(value) < 1e15;
  const auto end = whole ? std::to_chars(text, text + sizeof text, static_cast<long long>(value))
                         : std::to_chars(text, text + sizeof text, value);
  return {text, end.ptr};
}

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_NUMBER_TEXT_H_
