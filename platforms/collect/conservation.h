// SPDX-License-Identifier: Apache-2.0
// Laws that hold for every run, whatever was simulated: no job is lost or counted twice, the stages of the ledgers add
// up, and a platform that came to rest after its last job holds nothing any more, and its blocks' counts agree.
#ifndef SIOV_PLATFORMS_COLLECT_CONSERVATION_H_
#define SIOV_PLATFORMS_COLLECT_CONSERVATION_H_

#include "platforms/build/system.h"
#include "platforms/collect/results.h"

namespace siov {

// Fills `results->conservation`. REQUIRES: metrics and bands are filled.
void CheckConservation(System& system, Results* results);

// Lets packets under way arrive after the last job has finished, for a while, and then looks for what is still held.
// Statistics go on counting meanwhile: collect them before. Does nothing for a run whose jobs have not all finished.
void CheckDrained(System& system, Picoseconds end, Results* results);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_CONSERVATION_H_
