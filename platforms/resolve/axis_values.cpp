// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/axis_values.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "platforms/resolve/number_text.h"

namespace siov {
namespace {

// The nearest decimal of twelve places: what sums of steps like 0.1 are meant to be.
double RoundedTo12(double value) {
  constexpr std::size_t kLongestDouble = 400;  // 309 digits before the point
  char text[kLongestDouble];
  std::snprintf(text, sizeof text, "%.12f", value);
  return std::strtod(text, nullptr);
}

std::string Text12(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.12g", value);
  return text;
}

RangeValues Evenly(const siovsim::Range& range) {
  if (range.to() < range.from()) return {{}, RangeFault{"range.to", NumberText(range.to()), "", "at least from"}};
  const double count = std::floor((range.to() - range.from()) / range.step() + 1e-9) + 1;
  const auto step_fault = [&range](const std::string& message, const std::string& allowed) {
    return RangeValues{{}, RangeFault{"range.step", NumberText(range.step()), message, allowed}};
  };
  if (!(count <= static_cast<double>(kMostSweepPoints))) {
    return step_fault("there would be " + NumberText(count) + " values",
                      "such that there are at most " + std::to_string(kMostSweepPoints));
  }
  RangeValues values;
  for (int i = 0; i < static_cast<int>(count); ++i) {
    const std::string text = ShownNumber(RoundedTo12(range.from() + i * range.step()));
    if (!values.texts.empty() && values.texts.back() == text) {
      return step_fault("neighbours are the same number", "larger, for values of this size");
    }
    values.texts.push_back(text);
  }
  return values;
}

RangeValues Logarithmic(const siovsim::LogRange& range, bool whole) {
  if (range.to() < range.from()) return {{}, RangeFault{"log_range.to", NumberText(range.to()), "", "at least from"}};
  RangeValues values;
  const double octaves = std::log(range.to()) - std::log(range.from());
  for (std::uint32_t i = 0; i < range.count(); ++i) {
    const double share = static_cast<double>(i) / (range.count() - 1);
    const double value = i + 1 == range.count() ? range.to() : range.from() * std::exp(octaves * share);
    const std::string text = whole ? ShownNumber(std::nearbyint(value)) : Text12(value);
    if (values.texts.empty() || values.texts.back() != text) values.texts.push_back(text);
  }
  return values;
}

}  // namespace

std::string ShownNumber(double value) {
  char text[64];
  char* const end = text + sizeof text;
  if (std::floor(value) == value && std::fabs(value) < 1e18) {
    return {text, std::to_chars(text, end, static_cast<long long>(value)).ptr};
  }
  const bool plain = std::fabs(value) >= 1e-4 && std::fabs(value) < 1e16;
  return {text, std::to_chars(text, end, value, plain ? std::chars_format::fixed : std::chars_format::scientific).ptr};
}

RangeValues ValuesOfRange(const siovsim::Axis& axis, bool whole) {
  switch (axis.points_case()) {
    case siovsim::Axis::kRange:
      return Evenly(axis.range());
    case siovsim::Axis::kLogRange:
      return Logarithmic(axis.log_range(), whole);
    case siovsim::Axis::POINTS_NOT_SET:
      break;
  }
  return {};
}

}  // namespace siov
