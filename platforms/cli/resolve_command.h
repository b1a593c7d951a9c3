// SPDX-License-Identifier: Apache-2.0
// `siovsim-engine resolve`: prints the fully resolved configuration, or with --id the id a run of it will have;
// with --ids those of all points of a sweep, whose overrides come on standard input.
#ifndef SIOV_PLATFORMS_CLI_RESOLVE_COMMAND_H_
#define SIOV_PLATFORMS_CLI_RESOLVE_COMMAND_H_

#include <string>
#include <vector>

namespace siov {

// Exit code: 0, or 2 if the input is wrong.
int ResolveMain(const std::vector<std::string>& arguments);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CLI_RESOLVE_COMMAND_H_
