# SPDX-License-Identifier: Apache-2.0
# How our own targets are compiled: language level, warnings, sanitizers, coverage. Third-party headers stay SYSTEM.

set(CMAKE_CXX_STANDARD 17) # libsystemc's sc_api_version symbol only exists for this level on Debian 12
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

option(SIOV_WERROR "Treat warnings in our own targets as errors" ON)
option(SIOV_TESTS "Configure the tests too; what only runs experiments does without and needs fewer packages" ON)
option(SIOV_FUZZ "Build the libFuzzer targets (needs clang)" OFF)
option(SIOV_UNITY "Compile a library's sources together: a first build in half the time, later ones in larger steps" OFF)
set(SIOV_SANITIZE "" CACHE STRING "Sanitizers for every target, e.g. address,undefined")
set(SIOV_TEST_LAYERS "" CACHE STRING "Test layers to build, e.g. unit;module; empty: all")
option(SIOV_COVERAGE "Instrument for coverage" OFF)

# ccache refuses what uses precompiled headers unless it is told how strict to be; told here, not by each user's settings.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER
    env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime "${CCACHE_PROGRAM}")
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

if(SIOV_UNITY)
  set(CMAKE_UNITY_BUILD ON)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 16)
endif()

if(SIOV_SANITIZE)
  add_compile_options(-fsanitize=${SIOV_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SIOV_SANITIZE})
endif()
if(SIOV_COVERAGE)
  add_compile_options(--coverage -O0)
  add_link_options(--coverage)
endif()

add_library(siov_options INTERFACE)
target_compile_features(siov_options INTERFACE cxx_std_17)
target_include_directories(siov_options INTERFACE "${CMAKE_SOURCE_DIR}" "${CMAKE_BINARY_DIR}/generated")
target_compile_options(siov_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Woverloaded-virtual -Wno-psabi
  $<$<BOOL:${SIOV_WERROR}>:-Werror>)
# Position-independent code would not inline what another library might replace; nobody replaces ours.
target_compile_options(siov_options INTERFACE -fno-semantic-interposition)
if(SIOV_SANITIZE)
  # Instrumented code makes GCC warn of values it can no longer follow (Boost.Graph's optionals); the release build, where
  # the warnings are reliable, keeps them.
  target_compile_options(siov_options INTERFACE -Wno-maybe-uninitialized -Wno-uninitialized)
endif()
if(SIOV_UNITY)
  # The warning takes an included source for a header, whose unnamed namespaces would be another type for every includer.
  target_compile_options(siov_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()
