# SPDX-License-Identifier: Apache-2.0
# Third-party packages, all from Debian or Ubuntu; their names are in cmake/packages-run.txt and packages-test.txt.

# The interpreter is pinned before pybind11 looks for one: another Python on PATH would lack the system's packages.
set(PYTHON_EXECUTABLE /usr/bin/python3)
set(Python_EXECUTABLE /usr/bin/python3)
find_package(Python 3.11 REQUIRED COMPONENTS Interpreter Development.Module) # or later

include(SiovsimSystemC)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
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
