// SPDX-License-Identifier: Apache-2.0
// What a process leaves behind about the whole platforms it ran, for the table of requirements: a requirement counts as
// met only if one of its tests went through such a platform, as users have them (siovsim.conformance).
//
// Where SIOV_STAT_COVERAGE_DIR names a folder, each platform that is destroyed appends a line to PROCESS.systems there:
// "system", where its configuration came from (files or structs), events and ended jobs. Tests add their names
// (tests/support/system_listener.cpp). Without the variable nothing is written.
#ifndef SIOV_PLATFORMS_BUILD_SYSTEM_NOTE_H_
#define SIOV_PLATFORMS_BUILD_SYSTEM_NOTE_H_

#include <cstdint>

namespace siov {

void NoteSystem(bool from_files, std::uint64_t events, std::uint64_t ended_jobs);

}  // namespace siov

#endif  // SIOV_PLATFORMS_BUILD_SYSTEM_NOTE_H_
