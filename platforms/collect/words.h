// SPDX-License-Identifier: Apache-2.0
// Numbers as the verdict's sentences write them: three significant digits and the unit that fits.
#ifndef SIOV_PLATFORMS_COLLECT_WORDS_H_
#define SIOV_PLATFORMS_COLLECT_WORDS_H_

#include <cstdint>
#include <string>

namespace siov {

std::string DurationText(double ns);         // 1234 is "1.23 µs"
std::string JobRateText(double per_s);       // "1.23M jobs/s"
std::string PercentText(double fraction);    // "12.3 %"
std::string CountText(std::uint64_t count);  // "204,800"

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_WORDS_H_
