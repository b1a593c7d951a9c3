// SPDX-License-Identifier: Apache-2.0
// How long host memory takes for a request with nobody else around, by its README. LLC_TAGS counts as cold: reads miss,
// writes allocate.
#ifndef SIOV_PLATFORMS_KINDS_MEMORY_TIME_H_
#define SIOV_PLATFORMS_KINDS_MEMORY_TIME_H_

#include <cstdint>

#include "models/base/units.h"
#include "models/memory/memory_config.h"

namespace siov {

Picoseconds MemoryTime(const MemoryConfig& memory, std::uint32_t bytes, bool write);

}  // namespace siov

#endif  // SIOV_PLATFORMS_KINDS_MEMORY_TIME_H_
