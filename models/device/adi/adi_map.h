// SPDX-License-Identifier: Apache-2.0
// Where the registers of ADIs lie in a function's BARs for one system page size, and whom a page belongs to.
//
// A device's own map is made of 4 KiB pages; with larger system pages each of them starts a system page of its own
// (requirement DVS-04), and what lies behind its 4 KiB there is nobody's. The function's own registers stay. Hence the
// number of ADIs that a BAR holds falls as pages grow, and the map says so (SIOV-14). Pure.
#ifndef SIOV_MODELS_DEVICE_ADI_ADI_MAP_H_
#define SIOV_MODELS_DEVICE_ADI_ADI_MAP_H_

#include <cstdint>
#include <string>
#include <vector>

#include "models/device/adi/adi_config.h"

namespace siov {

class AdiMap {
 public:
  enum class Owner : std::uint8_t { kNobody, kFunction, kAdi };
  struct Place {
    Owner owner = Owner::kNobody;
    std::uint32_t type = 0;   // of an ADI
    std::uint32_t index = 0;  // among those of its type
    RegisterPath path = RegisterPath::kIntercepted;
    bool reserved = false;     // no register there, though the page is the owner's
    std::uint32_t region = 0;  // of the type, unless reserved
    std::uint64_t offset = 0;  // in the region
  };

  // REQUIRES config.Validate() without faults, and a power of two of at least 4 KiB.
  AdiMap(const AdiConfig& config, std::uint64_t page_bytes);

  // System pages with registers of two owners, or of both paths (SIOV-12, SIOV-13), and areas that overlap.
  const ConfigFaults& faults() const { return faults_; }
  // Of the type's `count`, so many have room.
  std::uint32_t Limit(std::uint32_t type) const { return areas_[type].limit; }
  // What limits it and how, as a sentence; empty unless something does.
  std::string Limitation(std::uint32_t type) const;

  // REQUIRES a map without faults.
  Place Find(std::uint32_t bar, std::uint64_t offset) const;
  // Of a region of an ADI, in its BAR. REQUIRES an index below the limit.
  std::uint64_t OffsetOf(std::uint32_t type, std::uint32_t index, std::uint32_t region) const;

  std::uint64_t page_bytes() const { return page_bytes_; }

 private:
  struct Area {
    std::uint64_t first = 0;   // in the BAR
    std::uint64_t end = 0;     // of what the limit takes
    std::uint64_t stride = 0;  // with 4 KiB pages
    std::uint64_t extent = 0;  // of one ADI's registers
    std::uint32_t limit = 0;
  };
  struct PageUse {
    std::string who;  // "ADI 3"
    std::string what;
    RegisterPath path;
  };

  Area LayOut(std::uint32_t type, std::uint64_t from) const;
  void CheckOverlaps(std::uint32_t type);
  void CheckPages(std::uint32_t type);
  void Blame(std::uint32_t type, std::size_t region, const PageUse& here, const PageUse& there);
  std::uint64_t Realigned(const Area& area, std::uint64_t offset) const;
  const AdiAperture& Aperture(std::uint32_t bar) const;
  Place FindIn(std::uint32_t type, std::uint64_t offset) const;
  // Of one ADI: `first` is the page, in the device's own map, `in_page` the offset in the system page.
  Place FindIn(std::uint32_t type, std::uint32_t index, std::uint64_t first, std::uint64_t in_page) const;

  AdiConfig config_;
  std::uint64_t page_bytes_;
  std::vector<Area> areas_;  // by type
  ConfigFaults faults_;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ADI_ADI_MAP_H_
