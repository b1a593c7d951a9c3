// SPDX-License-Identifier: Apache-2.0
// Reads columns back with the HDF5 C library, which knows nothing of how we write them.
#ifndef SIOV_TESTS_RESULTS_HDF5_READER_H_
#define SIOV_TESTS_RESULTS_HDF5_READER_H_

#include <hdf5.h>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace siov::testing {

class Hdf5Reader {
 public:
  explicit Hdf5Reader(const std::filesystem::path& path) : file_(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)) {
    if (file_ < 0) throw std::runtime_error("not an HDF5 file: " + path.string());
  }
  ~Hdf5Reader() { H5Fclose(file_); }
  Hdf5Reader(const Hdf5Reader&) = delete;
  Hdf5Reader& operator=(const Hdf5Reader&) = delete;

  template <class Value>
  std::vector<Value> Column(const std::string& path) const {
    const hid_t dataset = Open(path);
    const hid_t space = H5Dget_space(dataset);
    std::vector<Value> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    const hid_t type = std::is_same_v<Value, double> ? H5T_NATIVE_DOUBLE : H5T_NATIVE_UINT64;
    const herr_t read = H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Sclose(space);
    H5Dclose(dataset);
    if (read < 0) throw std::runtime_error("column cannot be read: " + path);
    return values;
  }

  std::string Unit(const std::string& path) const {
    const hid_t dataset = Open(path);
    const hid_t attribute = H5Aopen(dataset, "unit", H5P_DEFAULT);
    const hid_t type = H5Aget_type(attribute);
    std::string unit(H5Tget_size(type), '\0');
    H5Aread(attribute, type, unit.data());
    H5Tclose(type);
    H5Aclose(attribute);
    H5Dclose(dataset);
    return unit.c_str();
  }

 private:
  hid_t Open(const std::string& path) const {
    const hid_t dataset = H5Dopen2(file_, path.c_str(), H5P_DEFAULT);
    if (dataset < 0) throw std::runtime_error("no column " + path);
    return dataset;
  }
  hid_t file_;
};

}  // namespace siov::testing

#endif  // SIOV_TESTS_RESULTS_HDF5_READER_H_
