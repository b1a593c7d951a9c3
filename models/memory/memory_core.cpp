// SPDX-License-Identifier: Apache-2.0
#include "models/memory/memory_core.h"

#include <algorithm>

namespace siov {
namespace {

std::uint32_t Log2(std::uint64_t power_of_two) { return static_cast<std::uint32_t>(__builtin_ctzll(power_of_two)); }

Picoseconds LineTime(double bytes_per_second, std::uint32_t line_bytes) {
  return ByteRate::FromBytesPerSecond(bytes_per_second).TimeFor(line_bytes);
}

}  // namespace

MemoryCore::MemoryCore(const MemoryConfig& config)
    : residency_(config.residency),
      reads_allocate_(config.reads_allocate),
      iommu_reads_hit_(config.iommu_reads_hit),
      line_shift_(Log2(config.line_bytes)),
      page_lines_shift_(kPageShift4K - line_shift_),
      llc_{LineTime(config.llc_bytes_per_second, config.line_bytes), config.llc_latency_ps,
           std::vector<Picoseconds>(config.llc_slices)},
      dram_{LineTime(config.dram_bytes_per_second, config.line_bytes), config.dram_latency_ps,
            std::vector<Picoseconds>(config.dram_channels)},
      tags_(config.residency == MemoryResidency::kLlcTags ? config.llc : CacheGeometry{}) {}

MemoryAccess MemoryCore::Lines(Picoseconds now, std::uint64_t first, std::uint64_t last, bool write, bool iommus) {
  MemoryAccess access;
  const std::uint64_t page_mask = (std::uint64_t{1} << page_lines_shift_) - 1;
  Turn slice;
  Turn channel;
  for (std::uint64_t line = first; line <= last; ++line) {
    if (line == first || (line & page_mask) == 0) {
      slice.server = ServerOf(llc_, line, page_lines_shift_);
      channel.server = ServerOf(dram_, line, page_lines_shift_);
    }
    if ((iommus && iommu_reads_hit_) || FindInLlc(now, line, write, access)) {
      ++access.llc_lines;
      Serve(llc_, now, slice, access);
    } else {
      ++access.dram_lines;
      Serve(dram_, now, channel, access);
    }
    if (++slice.server == llc_.busy_until.size()) slice.server = 0;
    if (++channel.server == dram_.busy_until.size()) channel.server = 0;
  }
  return access;
}

// What the request's own lines before this one occupy is service, not waiting.
void MemoryCore::Serve(Servers& servers, Picoseconds now, Turn& turn, MemoryAccess& access) {
  Picoseconds& busy_until = servers.busy_until[turn.server];
  const Picoseconds start = std::max(now, busy_until);
  busy_until = start + servers.line_time;
  const Picoseconds done = start + servers.latency;
  if (done >= access.done) {
    access.done = done;
    access.served = std::max(now + turn.own, start) - turn.own;
  }
  if (++turn.in_round == servers.busy_until.size()) {
    turn.in_round = 0;
    turn.own += servers.line_time;
  }
}

// Lines of one page that the same servers serve: each server takes its share at once, as if line by line. The line done
// last decides; of lines done together the later one, whose server has a line more than others and so comes first.
void MemoryCore::ServeRun(Servers& servers, Picoseconds now, std::uint64_t first, std::uint64_t lines,
                          MemoryAccess& access) {
  const std::uint64_t count = servers.busy_until.size();
  std::uint32_t server = ServerOf(servers, first, page_lines_shift_);
  const std::uint64_t rounds = count == 1 ? lines : lines / count;
  const std::uint64_t one_more = count == 1 ? 0 : lines % count;
  for (std::uint64_t i = 0; i < std::min(lines, count); ++i) {
    const std::uint64_t share = rounds + (i < one_more ? 1 : 0);
    Picoseconds& busy_until = servers.busy_until[server];
    const Picoseconds start = std::max(now, busy_until);
    busy_until = start + share * servers.line_time;
    const Picoseconds done = busy_until - servers.line_time + servers.latency;
    if (done > access.done) {
      access.done = done;
      access.served = start;
    }
    if (++server == count) server = 0;
  }
}

bool MemoryCore::FindInLlc(Picoseconds now, std::uint64_t line, bool write, MemoryAccess& access) {
  if (residency_ != MemoryResidency::kLlcTags) return residency_ == MemoryResidency::kAllLlc;
  bool* modified = tags_.Lookup(line);
  if (modified != nullptr) {
    *modified = *modified || write;
    return true;
  }
  if (!write && !reads_allocate_) return false;
  const auto victim = tags_.Insert(line, write);
  if (victim && victim->value) {
    Picoseconds& channel = dram_.busy_until[ServerOf(dram_, victim->key, page_lines_shift_)];
    channel = std::max(now, channel) + dram_.line_time;  // nobody waits for it, but it takes bandwidth
    ++access.writebacks;
  }
  return write;  // a whole line written needs nothing from DRAM
}

}  // namespace siov
