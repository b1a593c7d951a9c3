// SPDX-License-Identifier: Apache-2.0
// std::string_view::ends_with() of C++20.
#ifndef SIOV_MODELS_BASE_ENDS_WITH_H_
#define SIOV_MODELS_BASE_ENDS_WITH_H_

#include <string_view>

namespace siov {

constexpr bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace siov

#endif  // SIOV_MODELS_BASE_ENDS_WITH_H_
