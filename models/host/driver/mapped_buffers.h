// SPDX-License-Identifier: Apache-2.0
// What the driver does to the tables of jobs' buffers: I/O virtual addresses of their own, mapped and unmapped again,
// and what of that has to be invalidated. Pure: that it takes time is the driver's business.
//
// Procedural tables map every page already. Explicit ones get a fresh frame each time.
#ifndef SIOV_MODELS_HOST_DRIVER_MAPPED_BUFFERS_H_
#define SIOV_MODELS_HOST_DRIVER_MAPPED_BUFFERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "models/host/driver/driver_work.h"

namespace siov {

// A device as the driver sees it, by Job::endpoint.
struct DriverDevice {
  RequesterId requester = 0;
  std::uint32_t iommu = 0;
  bool ats = false;
};

class MappedBuffers {
 public:
  // `owner`: who is named when a PASID has no address space.
  MappedBuffers(std::string owner, std::vector<DriverDevice> devices, AddressSpaces& spaces);

  const DriverDevice& DeviceAt(std::uint32_t endpoint) const { return devices_[endpoint]; }
  // The buffers get addresses of their own. How many they are.
  std::uint32_t Map(Job& job);
  // Appends what has to be invalidated of each buffer.
  void Unmap(Job& job, std::vector<UnmappedRange>* unmapped);
  // The same of a range that somebody else has unmapped, or of [address, address + bytes) the smallest aligned power
  // of two that covers it.
  UnmappedRange Changed(Pasid pasid, std::uint32_t endpoint, std::uint64_t address, Bytes bytes) const;
  // Its invalidation has ended.
  void Free(const IovaRange& range) {
    if (range.shift != 0) iovas_.Give(range);
  }

 private:
  std::uint64_t MapRange(Pasid pasid, std::uint64_t address, Bytes bytes);
  void UnmapPages(Pasid pasid, const IovaRange& range);
  UnmappedRange ChangedRangeOf(Pasid pasid, std::uint32_t endpoint, const IovaRange& changed,
                               const IovaRange& range) const;
  IovaRange RangeOf(Pasid pasid, std::uint64_t address, Bytes bytes) const;
  unsigned LeafShift(Pasid pasid) const;

  std::string owner_;
  std::vector<DriverDevice> devices_;
  AddressSpaces& spaces_;
  IovaPool iovas_;
  std::uint64_t frames_ = 0;  // explicit tables: the next frame handed out
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_DRIVER_MAPPED_BUFFERS_H_
