// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/fingerprint.h"

#include <xxhash.h>

#include <new>

namespace siov {

void Fingerprint::Free::operator()(XXH3_state_s* state) const { XXH3_freeState(state); }

Fingerprint::Fingerprint() : state_(XXH3_createState()) {
  if (!state_) throw std::bad_alloc();
  XXH3_128bits_reset(state_.get());
}

void Fingerprint::Add(const char* bytes, std::size_t count) { XXH3_128bits_update(state_.get(), bytes, count); }

void Fingerprint::Add(const std::string& part) {
  const std::string length = std::to_string(part.size()) + ":";
  Add(length.data(), length.size());
  Add(part.data(), part.size());
}

std::string Fingerprint::Hex() const {
  XXH128_canonical_t canonical;  // most significant byte first, whatever the machine's order
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_.get()));
  std::string text;
  for (const unsigned char byte : canonical.digest) {
    text += "0123456789abcdef"[byte >> 4u];
    text += "0123456789abcdef"[byte & 0xFu];
  }
  return text;
}

}  // namespace siov
