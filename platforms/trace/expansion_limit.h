// SPDX-License-Identifier: Apache-2.0
// How far a compressed recording may expand. Text of real recordings shrinks 30 to 200 times; a file that grows a
// thousandfold was made to fill a memory or to read for hours.
#ifndef SIOV_PLATFORMS_TRACE_EXPANSION_LIMIT_H_
#define SIOV_PLATFORMS_TRACE_EXPANSION_LIMIT_H_

#include <cstdint>
#include <string>

#include "models/workload/trace/trace_record.h"

namespace siov {

inline constexpr std::uint64_t kMostExpansion = 1'000;
inline constexpr std::uint64_t kExpansionChecked = std::uint64_t{256} << 20u;  // below, a file of any kind is short

// Throws TraceError beyond the limit.
inline void CheckExpansion(const std::string& name, std::uint64_t compressed, std::uint64_t expanded) {
  if (expanded <= kExpansionChecked || expanded / kMostExpansion <= compressed) return;
  throw TraceError(name + ": its first " + std::to_string(compressed) + " bytes expand to more than " +
                   std::to_string(expanded >> 20u) + " MiB, over " + std::to_string(kMostExpansion) +
                   " times as much; no recording does.");
}

}  // namespace siov

#endif  // SIOV_PLATFORMS_TRACE_EXPANSION_LIMIT_H_
