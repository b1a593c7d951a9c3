// SPDX-License-Identifier: Apache-2.0
// A small writer for HDF5 files: groups by path, one-dimensional columns, appended columns for rows that stream in.
#ifndef SIOV_PLATFORMS_COLLECT_HDF5_FILE_H_
#define SIOV_PLATFORMS_COLLECT_HDF5_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace siov {

class Hdf5File {
 public:
  // Creates or truncates `path`. Throws OutputError if that is not possible. Errors speak of `shown_path`, if given:
  // where the file will be once it is complete.
  explicit Hdf5File(const std::string& path, const std::string& shown_path = {});
  ~Hdf5File();
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;

  // Writes a column with its unit; missing groups of the path are created.
  void Column(const std::string& path, const std::vector<std::uint64_t>& values, const std::string& unit);
  void Column(const std::string& path, const std::vector<double>& values, const std::string& unit);

  // Appends to a column of unknown length (created on first use, deflate-compressed chunks).
  void Append(const std::string& path, const std::vector<std::uint64_t>& values, const std::string& unit);

  // Flushes and closes; throws OutputError if the file could not be completed (a full disk shows up here).
  void Close();

 private:
  void Write(const std::string& path, const void* data, std::size_t count, std::int64_t type, const std::string& unit);
  [[noreturn]] void Fail(const std::string& what) const;

  std::string shown_path_;
  std::int64_t file_ = -1;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_HDF5_FILE_H_
