// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/hdf5_file.h"

#include <hdf5.h>

#include <cerrno>
#include <cstring>

#include "platforms/collect/output_error.h"

namespace siov {
namespace {

constexpr hsize_t kChunkRows = 16'384;
constexpr unsigned kDeflateLevel = 4;

// Closes an HDF5 object when it leaves scope. Written data may reach the disk only then: Close() tells whether it did.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  hid_t get() const { return id_; }
  bool ok() const { return id_ >= 0; }
  bool Close() {
    const hid_t id = id_;
    id_ = -1;
    return close_(id) >= 0;
  }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

// Without times of creation, so that equal contents are equal files.
hid_t DatasetProperties() {
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_obj_track_times(properties, false);
  return properties;
}

hid_t LinkProperties() {
  const hid_t properties = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_create_intermediate_group(properties, 1);
  return properties;
}

void SetUnit(hid_t dataset, const std::string& unit) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.get(), unit.size() + 1);
  Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  Handle attribute(H5Acreate2(dataset, "unit", type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (attribute.ok()) H5Awrite(attribute.get(), type.get(), unit.c_str());
}

}  // namespace

Hdf5File::Hdf5File(const std::string& path, const std::string& shown_path)
    : shown_path_(shown_path.empty() ? path : shown_path) {
  // After a failed write the library's exit handler (1.10.8) follows a dangling file and crashes. Files are closed
  // here.
  H5dont_atexit();
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // errors become our own sentences
  errno = 0;
  file_ = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  if (file_ < 0) Fail("cannot be created");
}

Hdf5File::~Hdf5File() {
  if (file_ >= 0) H5Fclose(file_);
}

void Hdf5File::Close() {
  errno = 0;
  const bool flushed = H5Fflush(file_, H5F_SCOPE_LOCAL) >= 0;
  const bool closed = H5Fclose(file_) >= 0;
  file_ = -1;
  if (!flushed || !closed) Fail("cannot be completed");
}

void Hdf5File::Column(const std::string& path, const std::vector<std::uint64_t>& values, const std::string& unit) {
  Write(path, values.data(), values.size(), H5T_NATIVE_UINT64, unit);
}

void Hdf5File::Column(const std::string& path, const std::vector<double>& values, const std::string& unit) {
  Write(path, values.data(), values.size(), H5T_NATIVE_DOUBLE, unit);
}

void Hdf5File::Write(const std::string& path, const void* data, std::size_t count, std::int64_t type,
                     const std::string& unit) {
  errno = 0;
  const hsize_t rows = count;
  Handle space(H5Screate_simple(1, &rows, nullptr), H5Sclose);
  Handle links(LinkProperties(), H5Pclose);
  Handle properties(DatasetProperties(), H5Pclose);
  Handle dataset(H5Dcreate2(file_, path.c_str(), type, space.get(), links.get(), properties.get(), H5P_DEFAULT),
                 H5Dclose);
  if (!dataset.ok()) Fail("has no room for column " + path);
  if (count > 0 && H5Dwrite(dataset.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) {
    Fail("cannot take column " + path);
  }
  SetUnit(dataset.get(), unit);
  if (!dataset.Close()) Fail("cannot take column " + path);
}

void Hdf5File::Append(const std::string& path, const std::vector<std::uint64_t>& values, const std::string& unit) {
  errno = 0;
  if (H5Lexists(file_, path.substr(0, path.find('/', 1)).c_str(), H5P_DEFAULT) <= 0 ||
      H5Lexists(file_, path.c_str(), H5P_DEFAULT) <= 0) {
    const hsize_t rows = 0;
    const hsize_t unlimited = H5S_UNLIMITED;
    Handle space(H5Screate_simple(1, &rows, &unlimited), H5Sclose);
    Handle properties(DatasetProperties(), H5Pclose);
    H5Pset_chunk(properties.get(), 1, &kChunkRows);
    H5Pset_deflate(properties.get(), kDeflateLevel);
    Handle links(LinkProperties(), H5Pclose);
    Handle created(
        H5Dcreate2(file_, path.c_str(), H5T_NATIVE_UINT64, space.get(), links.get(), properties.get(), H5P_DEFAULT),
        H5Dclose);
    if (!created.ok()) Fail("has no room for column " + path);
    SetUnit(created.get(), unit);
    if (!created.Close()) Fail("has no room for column " + path);
  }
  if (values.empty()) return;
  Handle dataset(H5Dopen2(file_, path.c_str(), H5P_DEFAULT), H5Dclose);
  if (!dataset.ok()) Fail("cannot be extended in column " + path);
  Handle old_space(H5Dget_space(dataset.get()), H5Sclose);
  hsize_t rows = 0;
  H5Sget_simple_extent_dims(old_space.get(), &rows, nullptr);
  const hsize_t added = values.size();
  const hsize_t total = rows + added;
  if (H5Dset_extent(dataset.get(), &total) < 0) Fail("has no room for column " + path);
  Handle file_space(H5Dget_space(dataset.get()), H5Sclose);
  H5Sselect_hyperslab(file_space.get(), H5S_SELECT_SET, &rows, nullptr, &added, nullptr);
  Handle memory_space(H5Screate_simple(1, &added, nullptr), H5Sclose);
  if (H5Dwrite(dataset.get(), H5T_NATIVE_UINT64, memory_space.get(), file_space.get(), H5P_DEFAULT, values.data()) <
          0 ||
      !dataset.Close()) {
    Fail("cannot take column " + path);
  }
}

void Hdf5File::Fail(const std::string& what) const {
  const std::string reason = errno != 0 ? std::string(": ") + std::strerror(errno) : std::string();
  throw OutputError("result file " + shown_path_ + " " + what + reason);
}

}  // namespace siov
