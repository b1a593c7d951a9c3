// SPDX-License-Identifier: Apache-2.0
// Values of the schema's enumerations as values of the models', one pair a line. There is no value that stands for "any
// other": one that was forgotten is a programming error, found by the tests that resolve every value of every field.
#ifndef SIOV_PLATFORMS_RESOLVE_TRANSLATE_H_
#define SIOV_PLATFORMS_RESOLVE_TRANSLATE_H_

#include <initializer_list>
#include <stdexcept>
#include <string>

namespace siov {

template <class From, class To>
struct EnumPair {
  From from;
  To to;
};

// REQUIRES that `value` is among the pairs; throws std::logic_error otherwise.
template <class From, class To>
To Translate(From value, std::initializer_list<EnumPair<From, To>> pairs) {
  for (const EnumPair<From, To>& pair : pairs) {
    if (pair.from == value) return pair.to;
  }
  throw std::logic_error("schema: enumeration value " + std::to_string(static_cast<int>(value)) +
                         " has no translation into the model");
}

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_TRANSLATE_H_
