// SPDX-License-Identifier: Apache-2.0
// Which lines of a request are in the LLC, and when the LLC slices and DRAM channels have served them.
//
// Slices and channels are servers that are busy for line_bytes / rate per line, in order of arrival. Device writes
// allocate in the LLC (direct cache access), a modified line that gives way is written back to its channel; device
// reads look but do not allocate unless told to. Pure: times are what the caller says.
#ifndef SIOV_MODELS_MEMORY_MEMORY_CORE_H_
#define SIOV_MODELS_MEMORY_MEMORY_CORE_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/base/random.h"
#include "models/base/servers.h"
#include "models/base/set_associative.h"
#include "models/memory/memory_config.h"

namespace siov {

struct MemoryAccess {
  Picoseconds served = 0;  // from here on the request is served: before, others held its slice or channel
  Picoseconds done = 0;    // its last line is there
  std::uint32_t llc_lines = 0;
  std::uint32_t dram_lines = 0;
  std::uint32_t writebacks = 0;
};

class MemoryCore {
 public:
  explicit MemoryCore(const MemoryConfig& config);

  // A request of `length` bytes at `address` that arrives at `now`. REQUIRES: `now` never decreases.
  // `iommus`: a read of the IOMMU's own.
  MemoryAccess Access(Picoseconds now, std::uint64_t address, std::uint32_t length, bool write, bool iommus = false) {
    const std::uint64_t first = address >> line_shift_;
    const std::uint64_t last = (address + std::max(length, 1u) - 1) >> line_shift_;
    if (residency_ == MemoryResidency::kLlcTags || first >> page_lines_shift_ != last >> page_lines_shift_) {
      return Lines(now, first, last, write, iommus);
    }
    const bool llc = InLlc(iommus);
    if (first == last) return OneLine(now, first, llc);
    const auto lines = static_cast<std::uint32_t>(last - first + 1);
    MemoryAccess access{0, 0, llc ? lines : 0u, llc ? 0u : lines, 0};
    ServeRun(llc ? llc_ : dram_, now, first, lines, access);
    return access;
  }

  Picoseconds llc_line_time() const { return llc_.line_time; }
  Picoseconds dram_line_time() const { return dram_.line_time; }
  // What the slices and channels, all together, still have to do after `at`.
  Picoseconds LlcBusyAfter(Picoseconds at) const { return WorkAfter(llc_.busy_until, at); }
  Picoseconds DramBusyAfter(Picoseconds at) const { return WorkAfter(dram_.busy_until, at); }

 private:
  // Equal servers, interleaved by line.
  struct Servers {
    Picoseconds line_time = 0;
    Picoseconds latency = 0;
    std::vector<Picoseconds> busy_until;
  };
  // Where a request is among equal servers, so that no line costs a division.
  struct Turn {
    std::uint32_t server = 0;    // of the line
    std::uint32_t in_round = 0;  // lines of this request that these servers had since the last full round
    Picoseconds own = 0;         // what the full rounds before keep each server busy
  };
  struct LineHash {
    std::uint64_t operator()(std::uint64_t line) const { return line; }
  };

  // Lines of a page take the servers in turn, so that a request spreads evenly; where a page starts is scattered, as
  // hashed interleaving does, so that pages with the same offset do not meet at one server.
  static std::uint32_t ServerOf(const Servers& servers, std::uint64_t line, std::uint32_t page_lines_shift) {
    const std::size_t count = servers.busy_until.size();
    if (count == 1) return 0;
    const auto start = static_cast<std::uint32_t>(Mix64(line >> page_lines_shift));
    return (start + static_cast<std::uint32_t>(line)) % static_cast<std::uint32_t>(count);
  }
  // Where no tags are kept.
  bool InLlc(bool iommus) const { return residency_ == MemoryResidency::kAllLlc || (iommus && iommu_reads_hit_); }
  // What ServeRun would do for one line, which is what every table entry is: without a loop.
  MemoryAccess OneLine(Picoseconds now, std::uint64_t line, bool llc) {
    Servers& servers = llc ? llc_ : dram_;
    Picoseconds& busy_until = servers.busy_until[ServerOf(servers, line, page_lines_shift_)];
    const Picoseconds served = std::max(now, busy_until);
    busy_until = served + servers.line_time;
    return {served, served + servers.latency, llc ? 1u : 0u, llc ? 0u : 1u, 0};
  }
  MemoryAccess Lines(Picoseconds now, std::uint64_t first, std::uint64_t last, bool write, bool iommus);
  void Serve(Servers& servers, Picoseconds now, Turn& turn, MemoryAccess& access);
  void ServeRun(Servers& servers, Picoseconds now, std::uint64_t first, std::uint64_t lines, MemoryAccess& access);
  bool FindInLlc(Picoseconds now, std::uint64_t line, bool write, MemoryAccess& access);

  MemoryResidency residency_;
  bool reads_allocate_;
  bool iommu_reads_hit_;
  std::uint32_t line_shift_;
  std::uint32_t page_lines_shift_;  // lines of a 4 KiB page
  Servers llc_;
  Servers dram_;
  SetAssociativeCache<std::uint64_t, bool, LineHash> tags_;  // line -> modified
};

}  // namespace siov

#endif  // SIOV_MODELS_MEMORY_MEMORY_CORE_H_
