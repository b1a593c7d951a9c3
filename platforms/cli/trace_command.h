// SPDX-License-Identifier: Apache-2.0
// The commands `siovsim trace info` and `siovsim trace convert`. Each takes its arguments without the command's name,
// and returns the exit code: 0 done, 2 bad input or usage (one sentence on stderr).
#ifndef SIOV_PLATFORMS_CLI_TRACE_COMMAND_H_
#define SIOV_PLATFORMS_CLI_TRACE_COMMAND_H_

#include <iosfwd>
#include <string>
#include <vector>

namespace siov {

int TraceInfoMain(const std::vector<std::string>& args, std::ostream& out, std::ostream& err);
int TraceConvertMain(const std::vector<std::string>& args, std::ostream& out, std::ostream& err);

// "info ..." or "convert ..."
int TraceMain(const std::vector<std::string>& args, std::ostream& out, std::ostream& err);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CLI_TRACE_COMMAND_H_
