// SPDX-License-Identifier: Apache-2.0
// A stable name for a configuration or a file: XXH3 of 128 bits, by libxxhash, the same on every machine and in every
// build. It tells contents apart; it does not protect against anyone who wants two to collide.
#ifndef SIOV_PLATFORMS_CONFIG_FINGERPRINT_H_
#define SIOV_PLATFORMS_CONFIG_FINGERPRINT_H_

#include <cstddef>
#include <memory>
#include <string>

struct XXH3_state_s;  // of xxhash.h

namespace siov {

class Fingerprint {
 public:
  Fingerprint();
  void Add(const char* bytes, std::size_t count);
  // Adds the length as well, so that ("ab", "c") and ("a", "bc") differ.
  void Add(const std::string& part);
  std::string Hex() const;  // 32 digits, as `xxhsum -H128` prints them

 private:
  struct Free {
    void operator()(XXH3_state_s* state) const;
  };
  std::unique_ptr<XXH3_state_s, Free> state_;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_CONFIG_FINGERPRINT_H_
