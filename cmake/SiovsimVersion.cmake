# SPDX-License-Identifier: Apache-2.0
# The source revision is part of every result. It is read when CMake configures; a build of a changed tree says so.
execute_process(COMMAND git -C "${CMAKE_SOURCE_DIR}" describe --always --dirty
  OUTPUT_VARIABLE SIOV_SOURCE_REVISION OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT SIOV_SOURCE_REVISION)
  set(SIOV_SOURCE_REVISION "unknown")
endif()
configure_file("${CMAKE_SOURCE_DIR}/cmake/version.h.in" "${CMAKE_BINARY_DIR}/generated/siovsim_version.h" @ONLY)
add_library(siov_version INTERFACE)
target_include_directories(siov_version INTERFACE "${CMAKE_BINARY_DIR}/generated")
