// SPDX-License-Identifier: Apache-2.0
// Numbers and texts as cells of a result's tables, and as values of its summary.
#ifndef SIOV_PLATFORMS_COLLECT_CELLS_H_
#define SIOV_PLATFORMS_COLLECT_CELLS_H_

#include <nlohmann/json.hpp>
#include <string>

namespace siov {

// Twelve digits are stable and enough for results. As printf's %.12g, at a fraction of its cost: there may be millions.
// What is not known is an empty cell.
std::string NumberCell(double value);

std::string TextCell(const std::string& text);

// Numbers that are not finite (an empty histogram's quantile) are null in JSON.
nlohmann::ordered_json Finite(double value);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_CELLS_H_
