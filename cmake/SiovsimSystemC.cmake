# SPDX-License-Identifier: Apache-2.0
# SystemC, which has no CMake package: PkgConfig::SYSTEMC. For our own build and for those who build against us.
find_package(PkgConfig REQUIRED)
# The names differ from system to system; a package without any is found by its header and library.
pkg_search_module(SYSTEMC IMPORTED_TARGET systemc systemc-3.0)
if(NOT SYSTEMC_FOUND)
  find_path(SYSTEMC_HEADERS systemc REQUIRED)
  find_library(SYSTEMC_LIBRARY systemc REQUIRED)
  add_library(PkgConfig::SYSTEMC INTERFACE IMPORTED)
  target_include_directories(PkgConfig::SYSTEMC INTERFACE "${SYSTEMC_HEADERS}")
  target_link_libraries(PkgConfig::SYSTEMC INTERFACE "${SYSTEMC_LIBRARY}")
endif()
