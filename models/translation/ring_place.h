// SPDX-License-Identifier: Apache-2.0
// Where a ring that software shares with the IOMMU lies: among the structures, where no table and no data is (see
// address_spaces.cpp), at a place that follows from its block's random stream. Pure.
#ifndef SIOV_MODELS_TRANSLATION_RING_PLACE_H_
#define SIOV_MODELS_TRANSLATION_RING_PLACE_H_

#include <cstdint>

#include "models/base/random.h"
#include "models/base/units.h"
#include "models/translation/memory_map.h"

namespace siov {

// `memory`: of the host's memories.
inline std::uint64_t RingPlace(RandomStream random, std::uint32_t memory = 0) {
  constexpr std::uint64_t kStructures = std::uint64_t{3} << 46;
  constexpr std::uint64_t kAlignment = std::uint64_t{1} << 28;  // the largest ring
  return memory_map::BaseOf(memory) + kStructures + AlignDown(random.Below(std::uint64_t{1} << 46), kAlignment);
}

}  // namespace siov

#endif  // SIOV_MODELS_TRANSLATION_RING_PLACE_H_
