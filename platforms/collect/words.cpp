// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/words.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace siov {
namespace {

struct Scale {
  double factor;
  const char* suffix;
};

// Three significant digits in the largest unit that leaves at least 1.
template <std::size_t kCount>
std::string Readable(double value, const std::array<Scale, kCount>& scales) {
  const auto scale =
      std::find_if(scales.begin(), scales.end() - 1, [&](const Scale& s) { return value >= 0.9995 * s.factor; });
  const double shown = value / scale->factor;
  const int decimals = shown >= 99.95 ? 0 : shown >= 9.995 ? 1 : 2;
  char text[64];
  std::snprintf(text, sizeof text, "%.*f%s", decimals, shown, scale->suffix);
  return text;
}

}  // namespace

std::string DurationText(double ns) {
  return Readable(ns, std::array<Scale, 4>{{{1e9, " s"}, {1e6, " ms"}, {1e3, " µs"}, {1.0, " ns"}}});
}

std::string JobRateText(double per_s) {
  return Readable(per_s, std::array<Scale, 4>{{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1.0, ""}}}) + " jobs/s";
}

std::string PercentText(double fraction) {
  char text[64];
  std::snprintf(text, sizeof text, "%.1f %%", 100.0 * fraction);
  return text;
}

std::string CountText(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

}  // namespace siov
