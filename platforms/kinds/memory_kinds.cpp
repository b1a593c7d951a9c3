// SPDX-License-Identifier: Apache-2.0
// Host memory: the platform's own, or a model from outside in its place.
#include <algorithm>

#include "platforms/kinds/block_kind.h"
#include "platforms/kinds/memory_time.h"
#include "platforms/kinds/words.h"

namespace siov {
namespace {

using Role = ResourceRole;

constexpr int kLast = 1000;  // everything comes to memory

std::vector<Capacity> Bandwidth(const Place& place) {
  const MemoryConfig& memory = place.memory().config;
  const bool in_llc = memory.residency == MemoryResidency::kAllLlc;
  const double llc = memory.llc_slices * memory.llc_bytes_per_second / memory.line_bytes;
  const double dram = memory.dram_channels * memory.dram_bytes_per_second / memory.line_bytes;
  // With tags some accesses hit and some miss: only their sum is a bound.
  const double both = llc > 0 && dram > 0 ? llc + dram : 0;
  const double lines = memory.residency == MemoryResidency::kLlcTags ? both : in_llc ? llc : dram;
  return {{place.path + (in_llc ? " cache bandwidth" : " bandwidth"), lines, &JobDemand::memory_lines}};
}

BlockKind Memory() {
  BlockKind kind{"memory", kLast};
  kind.ports = {In("in").Each(), In("from_agent").Each(), Out("to_host").MayStayOpen()};
  kind.resources = {{"_busy", Role::kMemory}};
  kind.pass = [](const Place& place, const Passage& packet) -> Services {
    return {{Stage::kMemory, MemoryTime(place.memory().config, packet.data_bytes, packet.write)}};
  };
  kind.picture = [](const Place& place) -> Words {
    const MemoryConfig& timing = place.memory().config;
    return {"LLC " + NsText(timing.llc_latency_ps), "DRAM " + NsText(timing.dram_latency_ps)};
  };
  kind.capacity = Bandwidth;
  return kind;
}

BlockKind MemoryBridge() {
  BlockKind kind = Memory();
  kind.name = "memory_bridge";
  kind.picture = [](const Place& place) -> Words {
    return {"a model outside", "stated: " + NsText(place.memory().config.llc_latency_ps)};
  };
  return kind;
}

}  // namespace

// Lines of one request take slices or channels in turn; those that meet at one follow each other at its rate.
Picoseconds MemoryTime(const MemoryConfig& memory, std::uint32_t bytes, bool write) {
  const bool in_llc =
      memory.residency == MemoryResidency::kAllLlc || (memory.residency == MemoryResidency::kLlcTags && write);
  const std::uint32_t lines = (std::max(bytes, 1u) + memory.line_bytes - 1) / memory.line_bytes;
  const std::uint32_t servers = in_llc ? memory.llc_slices : memory.dram_channels;
  const double rate = in_llc ? memory.llc_bytes_per_second : memory.dram_bytes_per_second;
  const Picoseconds latency = in_llc ? memory.llc_latency_ps : memory.dram_latency_ps;
  return latency + (lines - 1) / servers * ByteRate::FromBytesPerSecond(rate).TimeFor(memory.line_bytes);
}

std::vector<BlockKind> MemoryKinds() { return {Memory(), MemoryBridge()}; }

}  // namespace siov
