// SPDX-License-Identifier: Apache-2.0
// What a request says of the translation of its address, and what a walk or a translation request answers. Pure types.
#ifndef SIOV_MODELS_PROTOCOL_TRANSLATION_H_
#define SIOV_MODELS_PROTOCOL_TRANSLATION_H_

#include <cstdint>

#include "models/base/units.h"

namespace siov {

enum class AddressType : std::uint8_t { kUntranslated = 0, kTranslationRequest = 1, kTranslated = 2 };

// What a translation request or a walk answers. Success with read == write == false means "no access now": not cached.
struct Translation {
  std::uint64_t address = 0;        // translated address of the page
  std::uint64_t guest_address = 0;  // of a walk with a second stage: the page before that stage
  std::uint8_t page_shift = kPageShift4K;
  bool read = false;
  bool write = false;
  bool untranslated_only = false;
  bool global = false;
  bool dirty_tracked = false;      // answered for NW=0: the page may be written without asking again
  bool prefetched = false;         // held by a cache that asked for it ahead, and not used yet
  std::uint16_t fault_reason = 0;  // vtd fault reason (requirements 16.6), 0 = none
  // What an IOMMU's caches know of a walk's result besides. `read` and `write` are the rights of a user request.
  std::uint16_t domain = 0;      // domain id: matched by invalidations
  std::uint8_t pgtt = 0;         // how the PASID entry translates (1 first, 2 second, 3 nested, 4 pass-through)
  bool privileged_read = false;  // rights of a privileged request
  bool privileged_write = false;
  bool supervisor_disabled = false;  // privileged requests are not allowed at all (SRE, RISC-V: ENS)
  bool clean = false;                // a dirty bit is tracked and not set yet: a write has to walk to set it
  bool fpd = false;                  // a structure used says: do not record the fault
  bool overtaken = false;            // an invalidation overtook the walk: good for those who wait, not to be held
};

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_TRANSLATION_H_
