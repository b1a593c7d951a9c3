// SPDX-License-Identifier: Apache-2.0
// A broken internal invariant stops the run with a sentence that names the module, the time and the values. Modelled
// faults (a page fault, a Retry, an Unsupported Request) are outcomes and never come here.
#ifndef SIOV_MODELS_BASE_INVARIANT_H_
#define SIOV_MODELS_BASE_INVARIANT_H_

#include <stdexcept>
#include <string>

namespace siov {

class InvariantError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// For conditions cheap enough to be checked in every build. The message is built only on failure.
template <class MakeMessage>
void CheckInvariant(bool holds, MakeMessage make_message) {
  if (!holds) throw InvariantError(make_message());
}

}  // namespace siov

#endif  // SIOV_MODELS_BASE_INVARIANT_H_
