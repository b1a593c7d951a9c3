# SPDX-License-Identifier: Apache-2.0
# The kinds of target the house is made of. Purity of the cores is policed here: a core library never sees systemc.

# siov_core(name SOURCES a.cpp ... DEPS lib ...): pure C++, no time, no SystemC.
function(siov_core name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC siov_options ${ARG_DEPS})
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
  if(TARGET siov_tlm AND NOT name STREQUAL "siov_tlm")
    target_link_libraries(${name} PUBLIC siov_tlm)
    target_precompile_headers(${name} REUSE_FROM siov_tlm)
  endif()
endfunction()

# siov_tests(binary LABEL layer MAIN main.cpp SOURCES t.cpp ... DEPS lib ...): one gtest binary, one CTest test a TEST,
# so that every test that elaborates SystemC modules has a process of its own.
function(siov_tests name)
  cmake_parse_arguments(ARG "" "LABEL;MAIN;TIMEOUT" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${ARG_MAIN} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE siov_options ${ARG_DEPS} GTest::gtest GTest::gmock)
  include(GoogleTest)
  gtest_discover_tests(${name}
    TEST_PREFIX "${ARG_LABEL}."
    DISCOVERY_MODE PRE_TEST
    WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}"
    PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT ${ARG_TIMEOUT} ENVIRONMENT "SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1")
endfunction()
