// SPDX-License-Identifier: Apache-2.0
#include "models/host/driver/mapped_buffers.h"

#include <utility>

#include "models/base/invariant.h"
#include "models/translation/memory_map.h"

namespace siov {
namespace {

// fn(address) for each buffer of the job; fn may change it.
template <class Fn>
void ForEachBuffer(Job& job, Fn fn) {
  if (Reads(job.op)) fn(job.source);
  if (Writes(job.op)) fn(job.destination);
}

// The smallest aligned power of two that covers the range.
std::uint8_t CoveringShift(std::uint64_t address, Bytes bytes) {
  std::uint8_t shift = kPageShift4K;
  while (shift < 63 && (address >> shift) != ((address + bytes - 1) >> shift)) ++shift;
  return shift;
}

}  // namespace

MappedBuffers::MappedBuffers(std::string owner, std::vector<DriverDevice> devices, AddressSpaces& spaces)
    : owner_(std::move(owner)), devices_(std::move(devices)), spaces_(spaces) {}

unsigned MappedBuffers::LeafShift(Pasid pasid) const {
  const auto space = spaces_.Find(pasid);
  CheckInvariant(space.has_value(), [&] { return owner_ + ": a mapping for a PASID without address space"; });
  return space->leaf_shift(space->tenant_stage(), IovaPool::kFirst);
}

IovaRange MappedBuffers::RangeOf(Pasid pasid, std::uint64_t address, Bytes bytes) const {
  const std::uint8_t shift = IovaPool::ShiftFor(address, bytes, LeafShift(pasid));
  return {address >> shift << shift, shift};
}

std::uint32_t MappedBuffers::Map(Job& job) {
  std::uint32_t buffers = 0;
  ForEachBuffer(job, [&](std::uint64_t& address) {
    address = MapRange(job.pasid, address, job.size_bytes);
    ++buffers;
  });
  return buffers;
}

std::uint64_t MappedBuffers::MapRange(Pasid pasid, std::uint64_t address, Bytes bytes) {
  const unsigned leaf = LeafShift(pasid);
  const std::uint8_t shift = IovaPool::ShiftFor(address, bytes, leaf);
  const std::uint64_t base = iovas_.Take(shift);
  const auto space = spaces_.Find(pasid);
  if (space->config->explicit_pages) {
    const unsigned bits = space->nested() ? space->config->guest_memory_bits - 1u : 45u;
    const std::uint64_t memory =
        space->nested() ? 0 : memory_map::BaseOf(space->config->pages_home) + (std::uint64_t{1} << 46);
    for (std::uint64_t page = 0; page < std::uint64_t{1} << shift; page += std::uint64_t{1} << leaf) {
      const std::uint64_t frame = (frames_++ << leaf) & ((std::uint64_t{1} << bits) - 1);
      spaces_.Map(pasid, base + page, leaf, memory + frame, true, true);
    }
  }
  return base + (address & (kPage4K - 1));
}

void MappedBuffers::Unmap(Job& job, std::vector<UnmappedRange>* unmapped) {
  ForEachBuffer(job, [&](std::uint64_t& address) {
    const IovaRange range = RangeOf(job.pasid, address, job.size_bytes);
    UnmapPages(job.pasid, range);
    unmapped->push_back(ChangedRangeOf(job.pasid, job.endpoint, range, range));
  });
}

void MappedBuffers::UnmapPages(Pasid pasid, const IovaRange& range) {
  const auto space = spaces_.Find(pasid);
  if (!space->config->explicit_pages) return;
  const std::uint64_t leaf_bytes = std::uint64_t{1} << space->leaf_shift(space->tenant_stage(), range.address);
  for (std::uint64_t page = 0; page < std::uint64_t{1} << range.shift; page += leaf_bytes) {
    spaces_.Unmap(pasid, range.address + page);
  }
}

UnmappedRange MappedBuffers::Changed(Pasid pasid, std::uint32_t endpoint, std::uint64_t address, Bytes bytes) const {
  const std::uint8_t shift = CoveringShift(address, bytes);
  return ChangedRangeOf(pasid, endpoint, {address >> shift << shift, shift}, {});
}

UnmappedRange MappedBuffers::ChangedRangeOf(Pasid pasid, std::uint32_t endpoint, const IovaRange& changed,
                                            const IovaRange& range) const {
  const DriverDevice& device = devices_[endpoint];
  UnmappedRange unmapped;
  unmapped.changed.space = *spaces_.Find(pasid);
  unmapped.changed.requester = device.requester;
  unmapped.changed.ats = device.ats;
  unmapped.changed.address = changed.address;
  unmapped.changed.page_shift = changed.shift;
  unmapped.iommu = device.iommu;
  unmapped.range = range;
  return unmapped;
}

}  // namespace siov
