// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/cells.h"

#include <array>
#include <charconv>
#include <cmath>

namespace siov {

std::string NumberCell(double value) {
  if (!std::isfinite(value)) return "";
  std::array<char, 40> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 12).ptr;
  return {text.data(), end};
}

std::string TextCell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

nlohmann::ordered_json Finite(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

}  // namespace siov
