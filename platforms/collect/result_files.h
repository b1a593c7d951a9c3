// SPDX-License-Identifier: Apache-2.0
// Writes the files of a result folder. Every file but histograms.h5 is text that is byte-identical for equal runs; wall
// time and speed go to speed.json, apart from the rest.
#ifndef SIOV_PLATFORMS_COLLECT_RESULT_FILES_H_
#define SIOV_PLATFORMS_COLLECT_RESULT_FILES_H_

#include "platforms/collect/result_folder.h"
#include "platforms/collect/results.h"

namespace siov {

// summary.json, speed.json, stages.csv, bands.csv, tenants.csv, structures.csv, histograms.h5.
void WriteResultFiles(const Results& results, const ResultFolder& folder);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_RESULT_FILES_H_
