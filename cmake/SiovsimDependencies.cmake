# SPDX-License-Identifier: Apache-2.0
# Third-party packages, all from Debian or Ubuntu; their names are in cmake/packages-run.txt and packages-test.txt.

# The interpreter is pinned before pybind11 looks for one: another Python on PATH would lack the system's packages.
set(PYTHON_EXECUTABLE /usr/bin/python3)
set(Python_EXECUTABLE /usr/bin/python3)
find_package(Python 3.11 REQUIRED COMPONENTS Interpreter Development.Module) # or later

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
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_search_module(HDF5 REQUIRED IMPORTED_TARGET hdf5-serial hdf5)
find_package(LibLZMA REQUIRED)
find_package(ZLIB REQUIRED)
find_package(BZip2 REQUIRED)
find_package(Protobuf REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(pybind11 REQUIRED)
if(SIOV_TESTS AND NOT SIOV_FUZZ)
  find_package(GTest REQUIRED)
  find_package(benchmark REQUIRED)
endif()
