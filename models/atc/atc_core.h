// SPDX-License-Identifier: Apache-2.0
// The device's translation cache, without time: what is held and who may use it. The page request interface is
// models/atc/page_request_interface.h.
//
// Entries are tagged {requester, PASID or none, page, page size}; what grants neither read nor write is never held. Pure.
#ifndef SIOV_MODELS_ATC_ATC_CORE_H_
#define SIOV_MODELS_ATC_ATC_CORE_H_

#include <cstdint>

#include "models/atc/atc_config.h"
#include "models/page_tables/page_cache.h"

namespace siov {

inline bool Permits(const Translation& translation, bool write) { return write ? translation.write : translation.read; }

}  // namespace siov

#endif  // SIOV_MODELS_ATC_ATC_CORE_H_
