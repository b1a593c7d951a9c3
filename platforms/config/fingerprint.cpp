// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/fingerprint.h"

#include <xxhash.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <new>
#include <vector>

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

namespace {

// Hash of a file's content; empty, and a reason, if it cannot be read.
std::string HashOfFile(const std::string& path, std::string* why_not) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    *why_not = errno != 0 ? std::strerror(errno) : "cannot be opened";
    return {};
  }
  Fingerprint content;
  std::vector<char> block(1 << 16);  // a thread's stack may be no larger
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
    content.Add(block.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad()) {
    *why_not = "reading failed";
    return {};
  }
  return content.Hex();
}

}  // namespace

bool AddFile(const std::string& path, Fingerprint* fingerprint, std::string* why_not) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    *why_not = "is a directory";
    return false;
  }
  // A device such as /dev/zero never ends, and the trace is read again when it is replayed.
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    *why_not = "is not a regular file";
    return false;
  }
  // The points of a sweep are resolved in one process and mostly replay one trace: it is read once.
  static std::map<std::string, std::string> known;
  const auto changed = std::filesystem::last_write_time(path, error).time_since_epoch().count();
  std::string& hash = known[std::to_string(changed) + " " + path];
  if (hash.empty()) hash = HashOfFile(path, why_not);
  if (hash.empty()) return false;
  fingerprint->Add(hash);
  return true;
}

}  // namespace siov
