// SPDX-License-Identifier: Apache-2.0
// 128-bit FNV-1a: a stable name for a configuration and a trace, the same on every machine and in every build. It tells
// runs apart; it does not protect against anyone who wants two to collide.
#ifndef SIOV_PLATFORMS_RESOLVE_FINGERPRINT_H_
#define SIOV_PLATFORMS_RESOLVE_FINGERPRINT_H_

#include <cstddef>
#include <string>

namespace siov {

class Fingerprint {
 public:
  void Add(const char* bytes, std::size_t count);
  // Adds the length as well, so that ("ab", "c") and ("a", "bc") differ.
  void Add(const std::string& part);
  std::string Hex() const;  // 32 digits

 private:
  __extension__ using Wide = unsigned __int128;
  static constexpr Wide Constant(unsigned long long high, unsigned long long low) {
    return (static_cast<Wide>(high) << 64) | low;
  }
  Wide state_ = Constant(0x6c62272e07bb0142u, 0x62b821756295c58du);
};

// Adds the content of a file; on failure returns false and says why.
bool AddFile(const std::string& path, Fingerprint* fingerprint, std::string* why_not);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_FINGERPRINT_H_
