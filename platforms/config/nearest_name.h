// SPDX-License-Identifier: Apache-2.0
// "Did you mean": the known name with the smallest edit distance to what was typed, if it is near enough to help.
#ifndef SIOV_PLATFORMS_CONFIG_NEAREST_NAME_H_
#define SIOV_PLATFORMS_CONFIG_NEAREST_NAME_H_

#include <cstddef>
#include <string>
#include <vector>

namespace siov {

// Insertions, deletions, substitutions and swaps of neighbours, each costing one.
std::size_t EditDistance(const std::string& a, const std::string& b);

// Empty when no name is within a third of the typed length (at least 2 edits).
std::string NearestName(const std::string& typed, const std::vector<std::string>& known);

// "a, b, c"
std::string Joined(const std::vector<std::string>& names);

// The same, of more than eight the first eight and "...": a sentence is to be read.
std::string Listed(const std::vector<std::string>& names);

// "an endpoint", "a memory".
std::string WithArticle(const std::string& noun);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CONFIG_NEAREST_NAME_H_
