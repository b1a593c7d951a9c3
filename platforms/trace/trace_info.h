// SPDX-License-Identifier: Apache-2.0
// What `siovsim trace info` prints.
#ifndef SIOV_PLATFORMS_TRACE_TRACE_INFO_H_
#define SIOV_PLATFORMS_TRACE_TRACE_INFO_H_

#include <iosfwd>
#include <string>
#include <vector>

#include "models/workload/trace/belady.h"
#include "models/workload/trace/trace_facts.h"

namespace siov {

// `oracle` has one probe for each of facts.lru().
void PrintTraceInfoJson(const std::string& file, const TraceInfo& info, const TraceFacts& facts,
                        const std::vector<BeladyProbe>& oracle, std::ostream& out);
void PrintTraceInfo(const std::string& file, const TraceInfo& info, const TraceFacts& facts,
                    const std::vector<BeladyProbe>& oracle, std::ostream& out);

}  // namespace siov

#endif  // SIOV_PLATFORMS_TRACE_TRACE_INFO_H_
