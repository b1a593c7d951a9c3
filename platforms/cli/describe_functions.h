// SPDX-License-Identifier: Apache-2.0
// The functions of a platform's devices in words: what each is, where its memory lies, what it can be divided into; and
// its configuration space as software has left it before time 0, register by register or byte by byte.
#ifndef SIOV_PLATFORMS_CLI_DESCRIBE_FUNCTIONS_H_
#define SIOV_PLATFORMS_CLI_DESCRIBE_FUNCTIONS_H_

#include <cstdint>
#include <iosfwd>

#include "platforms/resolve/resolved.h"

namespace siov {

void PrintFunctions(const ResolvedPlatform& platform, std::ostream& out);

// A line a register: offset, name, value.
void PrintConfigFields(const ResolvedPlatform& platform, std::ostream& out);
// As lspci prints and reads it (lspci -F): lines of 16 bytes, without those of zeros at the end.
void PrintConfigBytes(const ResolvedPlatform& platform, std::ostream& out);

// Who answers a CPU's access to an address, and the way there.
void PrintRoute(const ResolvedPlatform& platform, std::uint64_t address, std::ostream& out);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CLI_DESCRIBE_FUNCTIONS_H_
