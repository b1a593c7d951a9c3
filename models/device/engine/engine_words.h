// SPDX-License-Identifier: Apache-2.0
// What the parts of an engine's shell say of its own requests. For engine*.cpp alone.
#ifndef SIOV_MODELS_DEVICE_ENGINE_ENGINE_WORDS_H_
#define SIOV_MODELS_DEVICE_ENGINE_ENGINE_WORDS_H_

#include <cstdint>

#include "models/protocol/job.h"
#include "models/protocol/tlp.h"

namespace siov {

// How the ATC says why it gave up (docs/blocks.md, "Between engine and atc").
inline JobStatus FailureOf(const Tlp& tlp) {
  return tlp.status == CompletionStatus::kCompleterAbort ? JobStatus::kPageFault : JobStatus::kTranslationFailed;
}

// What the ATC is told of a buffer that begins at `start`: how much of it there is from `address` on.
inline std::uint32_t LeftOf(std::uint64_t start, const WorkDescriptor& descriptor, std::uint64_t address) {
  const std::uint64_t offset = address - start;
  return offset < descriptor.size_bytes ? descriptor.size_bytes - static_cast<std::uint32_t>(offset) : 0;
}

// In tlp.context: the slot, whether its translation is pending, the access that a read is of.
inline constexpr std::uint64_t kPendingBit = std::uint64_t{1} << 32;
inline constexpr unsigned kAccessShift = 33;
inline std::uint32_t SlotOf(const Tlp& tlp) { return static_cast<std::uint32_t>(tlp.context); }
inline std::uint32_t AccessOf(const Tlp& tlp) { return static_cast<std::uint32_t>(tlp.context >> kAccessShift); }

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ENGINE_ENGINE_WORDS_H_
