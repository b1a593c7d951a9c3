// SPDX-License-Identifier: Apache-2.0
// `siovsim describe`: a platform as a table of zero-load latencies, its throughput bound and a picture.
#ifndef SIOV_PLATFORMS_CLI_DESCRIBE_COMMAND_H_
#define SIOV_PLATFORMS_CLI_DESCRIBE_COMMAND_H_

#include <string>
#include <vector>

namespace siov {

// Exit code: 0, or 2 if the input is wrong.
int DescribeMain(const std::vector<std::string>& arguments);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CLI_DESCRIBE_COMMAND_H_
