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

inline std::uint32_t SlotOf(const Tlp& tlp) { return static_cast<std::uint32_t>(tlp.context); }

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ENGINE_ENGINE_WORDS_H_
