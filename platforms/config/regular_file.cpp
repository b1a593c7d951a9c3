// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/regular_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

namespace siov {

bool ReadRegularFile(const std::string& path, const std::function<bool(const char*, std::size_t)>& take,
                     std::string* why_not) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    *why_not = "is a directory";
    return false;
  }
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    *why_not = "is not a regular file";
    return false;
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    *why_not = errno != 0 ? std::strerror(errno) : "cannot be opened";
    return false;
  }
  std::vector<char> block(1 << 16);  // a thread's stack may be no larger
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
    if (!take(block.data(), static_cast<std::size_t>(in.gcount()))) return false;
  }
  if (in.bad()) *why_not = "reading failed";
  return !in.bad();
}

}  // namespace siov
