// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/nearest_name.h"

#include <algorithm>

namespace siov {
namespace {

// Longer words are not typing errors of a field name, and the distance is quadratic.
constexpr std::size_t kLongestWord = 64;

}  // namespace

std::size_t EditDistance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    cost[i][0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost.back().back();
}

std::string NearestName(const std::string& typed, const std::vector<std::string>& known) {
  if (typed.size() > kLongestWord) {
    return {};
  }
  std::size_t best = std::max<std::size_t>(2, typed.size() / 3) + 1;
  std::string nearest;
  for (const std::string& name : known) {
    if (name.size() > kLongestWord || name == typed) {
      continue;
    }
    const std::size_t distance = EditDistance(typed, name);
    if (distance < best && distance < std::max(typed.size(), name.size())) {
      best = distance;
      nearest = name;
    }
  }
  return nearest;
}

std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string Listed(const std::vector<std::string>& names) {
  constexpr std::size_t kMostShown = 8;
  if (names.size() <= kMostShown) return Joined(names);
  return Joined({names.begin(), names.begin() + kMostShown}) + ", ...";
}

std::string WithArticle(const std::string& noun) {
  const bool vowel = !noun.empty() && std::string("aeiou").find(noun[0]) != std::string::npos;
  return (vowel ? "an " : "a ") + noun;
}

}  // namespace siov
