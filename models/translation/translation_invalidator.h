// SPDX-License-Identifier: Apache-2.0
// What the page request queue asks of the caches before it queues a request: forget the page (VT-d 6.5.3.1, table 27).
#ifndef SIOV_MODELS_TRANSLATION_TRANSLATION_INVALIDATOR_H_
#define SIOV_MODELS_TRANSLATION_TRANSLATION_INVALIDATOR_H_

#include <cstdint>

#include "models/base/ids.h"

namespace siov {

struct TranslationInvalidator {
  virtual ~TranslationInvalidator() = default;
  // First stage: entries of that page and PASID, whichever function asked. Second stage or pass-through: of that page
  // in the domain. Nested: everything of the domain.
  virtual void InvalidatePage(Pasid pasid, std::uint64_t address) = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_TRANSLATION_TRANSLATION_INVALIDATOR_H_
