// SPDX-License-Identifier: Apache-2.0
// `siovsim-engine run FILE [--set PATH=VALUE]... [--trace FILE] [--seed N] [--out DIR] [--timeline JOBS] [--requests]
// [--no-partial] [--progress auto|bar|json|none] [--quiet]`.
#ifndef SIOV_PLATFORMS_CLI_RUN_COMMAND_H_
#define SIOV_PLATFORMS_CLI_RUN_COMMAND_H_

#include <string>
#include <vector>

namespace siov {

// Exit code: 0 done; 1 the run failed or a target was missed; 2 the input is wrong; 130 interrupted.
int RunMain(const std::vector<std::string>& arguments);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CLI_RUN_COMMAND_H_
