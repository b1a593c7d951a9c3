// SPDX-License-Identifier: Apache-2.0
// `siovsim check`: reports every fault of configuration files of any kind, with place, value and what is allowed.
#ifndef SIOV_PLATFORMS_CLI_CHECK_COMMAND_H_
#define SIOV_PLATFORMS_CLI_CHECK_COMMAND_H_

#include <string>
#include <vector>

namespace siov {

// Exit code: 0, or 2 if the input is wrong.
int CheckMain(const std::vector<std::string>& arguments);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CLI_CHECK_COMMAND_H_
