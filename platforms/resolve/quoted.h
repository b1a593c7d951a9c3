// SPDX-License-Identifier: Apache-2.0
// A name as sentences to people have it.
#ifndef SIOV_PLATFORMS_RESOLVE_QUOTED_H_
#define SIOV_PLATFORMS_RESOLVE_QUOTED_H_

#include <string>

namespace siov {

inline std::string Quoted(const std::string& name) { return "\"" + name + "\""; }

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_QUOTED_H_
