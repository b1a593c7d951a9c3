// SPDX-License-Identifier: Apache-2.0
// Reading a file that a user names, block by block: configurations and recordings alike. Directories are refused, and
// so are devices and pipes, which could wait for ever or never end.
#ifndef SIOV_PLATFORMS_CONFIG_REGULAR_FILE_H_
#define SIOV_PLATFORMS_CONFIG_REGULAR_FILE_H_

#include <cstddef>
#include <functional>
#include <string>

namespace siov {

// False if it is not read to its end: it cannot be, and `why_not` says why; or `take` returned false, and said why.
bool ReadRegularFile(const std::string& path, const std::function<bool(const char* bytes, std::size_t count)>& take,
                     std::string* why_not);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CONFIG_REGULAR_FILE_H_
