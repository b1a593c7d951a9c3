// SPDX-License-Identifier: Apache-2.0
// ADIs in a result's files: their table, and what the summary says of each type.
#ifndef SIOV_PLATFORMS_COLLECT_ADI_FILES_H_
#define SIOV_PLATFORMS_COLLECT_ADI_FILES_H_

#include <nlohmann/json.hpp>
#include <string>

#include "platforms/collect/results.h"

namespace siov {

nlohmann::ordered_json AdiTypesJson(const Results& results);
std::string AdisCsv(const Results& results);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_ADI_FILES_H_
