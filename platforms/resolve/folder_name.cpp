// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/folder_name.h"

namespace siov {

bool IsFolderName(const std::string& name) {
  constexpr std::size_t kLongest = 100;  // room for what drafts and partial results append, in 255 bytes
  constexpr const char* kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !name.empty() && name.size() <= kLongest && name[0] != '.' &&
         name.find_first_not_of(kAllowed) == std::string::npos;
}

}  // namespace siov
