// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/nearest_name.h"

#include <algorithm>

namespace siov {
namespace {

// Longer words are not typing errors of a field name, and the distance is quadratic.
constexpr std::size_t kLongestWord = 64;

}  // namespace

std::size_t EditDistance(const std::string& a, const std::string& b) {
  const std::size_t columns = b.size() + 1;
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(columns));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

std::string NearestName(const std::string& typed, const std::vector<std::string>& known) {
  if (typed.empty() || typed.size() > kLongestWord) {
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

std::string WithArticle(const std::string& noun) {
  const bool vowel = !noun.empty() && std::string("aeiou").find(noun[0]) != std::string::npos;
  return (vowel ? "an " : "a ") + noun;
}

}  // namespace siov
