# SPDX-License-Identifier: Apache-2.0
# The kinds of target the house is made of. Purity of the cores is policed here: a core library never sees systemc.

# siov_core(name SOURCES a.cpp ... DEPS lib ...): pure C++, no time, no SystemC. It and what links it may include the
# structures of parameters that the schema generates (configs/).
function(siov_core name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC siov_options ${ARG_DEPS})
    add_dependencies(${name} siov_parameters)
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE siov_options ${ARG_DEPS})
  endif()
endfunction()

# siov_shell(name SOURCES a.cpp ... DEPS lib ...): a SystemC module that gives a core its time.
function(siov_shell name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC siov_options PkgConfig::SYSTEMC ${ARG_DEPS})
  if(TARGET siov_kernel AND NOT name STREQUAL "siov_kernel")
    target_link_libraries(${name} PUBLIC siov_kernel)
    target_precompile_headers(${name} REUSE_FROM siov_kernel)
  endif()
endfunction()

# siov_test_main(out MAIN OPTIMIZATION): the main() of test binaries with the precompiled headers that go with it, compiled
# once for all binaries that are compiled alike. Parsing gtest, gmock and SystemC costs more than most tests' own text.
function(siov_test_main out main optimization)
  cmake_path(GET main STEM stem)
  set(target siov_${stem}${optimization})
  set(${out} ${target} PARENT_SCOPE)
  if(TARGET ${target})
    return()
  endif()
  cmake_path(ABSOLUTE_PATH main)
  add_library(${target} OBJECT ${main})
  # As executables are compiled: a precompiled header is of no use to what is compiled otherwise.
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  # Tests of modules drive shells that are instrumented in their own libraries; instrumenting the tests' bodies too takes
  # three times as long to compile.
  if(SIOV_SANITIZE AND stem MATCHES "module")
    target_compile_options(${target} PUBLIC -fno-sanitize=all)
  endif()
  target_compile_options(${target} PUBLIC -fPIE ${optimization})
  target_link_libraries(${target} PUBLIC siov_options GTest::gtest GTest::gmock)
  set(headers <gtest/gtest.h> <gmock/gmock.h> <algorithm> <deque> <filesystem> <fstream> <functional> <map> <memory>
    <set> <sstream> <string> <vector>)
  if(stem MATCHES "module")
    target_link_libraries(${target} PUBLIC PkgConfig::SYSTEMC)
    list(APPEND headers <systemc> <tlm>)
  endif()
  target_precompile_headers(${target} PRIVATE ${headers})
endfunction()

# siov_tests(binary LABEL layer MAIN main.cpp SOURCES t.cpp ... DEPS lib ...): one gtest binary, one CTest test a TEST,
# so that every test that elaborates SystemC modules has a process of its own. Target siov_tests_LAYER builds a layer;
# SIOV_TEST_LAYERS restricts a build tree to some layers. Tests of modules and of whole platforms record which statistics
# moved, for the check in tests/statistics, and which platforms they ran, for the table of requirements. Tests are
# compiled without optimisation, which takes a third of the time; what spends its time in its own code names another
# OPTIMIZATION.
set(SIOV_STAT_COVERAGE_DIR "${CMAKE_BINARY_DIR}/statistics")
function(siov_tests name)
  cmake_parse_arguments(ARG "" "LABEL;MAIN;TIMEOUT;OPTIMIZATION" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  if(SIOV_TEST_LAYERS AND NOT ARG_LABEL IN_LIST SIOV_TEST_LAYERS)
    return()
  endif()
  if(ARG_LABEL MATCHES "^(module|law|conformance|seam)$")
    set(recording FIXTURES_REQUIRED statistics_forgotten FIXTURES_SETUP statistics_recorded
      ENVIRONMENT_MODIFICATION "SIOV_STAT_COVERAGE_DIR=set:${SIOV_STAT_COVERAGE_DIR}")
  else()
    set(recording)
  endif()
  if(NOT ARG_OPTIMIZATION)
    set(ARG_OPTIMIZATION -O0)
  endif()
  if(siov_platform IN_LIST ARG_DEPS)
    list(APPEND ARG_SOURCES "${CMAKE_SOURCE_DIR}/tests/support/system_listener.cpp")
  endif()
  siov_test_main(main "${ARG_MAIN}" ${ARG_OPTIMIZATION})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${main} siov_options ${ARG_DEPS})
  target_precompile_headers(${name} REUSE_FROM ${main})
  set_target_properties(${name} PROPERTIES UNITY_BUILD OFF) # tests of different files share names, which tell them apart
  if(NOT TARGET siov_tests_${ARG_LABEL})
    add_custom_target(siov_tests_${ARG_LABEL})
  endif()
  add_dependencies(siov_tests_${ARG_LABEL} ${name})
  include(GoogleTest)
  gtest_discover_tests(${name}
    TEST_PREFIX "${ARG_LABEL}."
    DISCOVERY_MODE PRE_TEST
    WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}"
    PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT ${ARG_TIMEOUT} ENVIRONMENT "SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1"
      ${recording})
endfunction()

# siov_pytest(layer file.py): one CTest test a file, run by Debian's Python against this build tree.
function(siov_pytest label file)
  if(SIOV_TEST_LAYERS AND NOT label IN_LIST SIOV_TEST_LAYERS)
    return()
  endif()
  cmake_path(GET file STEM stem)
  add_test(NAME ${label}.${stem}
    COMMAND /usr/bin/python3 -m pytest -q -p no:cacheprovider "${CMAKE_CURRENT_SOURCE_DIR}/${file}"
    WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  set_tests_properties(${label}.${stem} PROPERTIES
    LABELS ${label} TIMEOUT 600 ENVIRONMENT "SIOVSIM_BUILD=${CMAKE_BINARY_DIR};PYTHONDONTWRITEBYTECODE=1")
endfunction()
