// SPDX-License-Identifier: Apache-2.0
// Standard input, output and error as the caller left them: closed ones are kept from being taken for files, and what
// could not be written to standard output is told and ends with failure.
#ifndef SIOV_PLATFORMS_CLI_STANDARD_STREAMS_H_
#define SIOV_PLATFORMS_CLI_STANDARD_STREAMS_H_

namespace siov {

// Call first: opens /dev/null in place of closed ones, in a mode in which writing to standard output still fails.
void KeepStandardDescriptors();

// Call last: the exit code of a command that ended with `code`, 1 after a sentence if its output was lost.
int FinishOutput(int code);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CLI_STANDARD_STREAMS_H_
