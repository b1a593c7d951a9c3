// SPDX-License-Identifier: Apache-2.0
// What software does to address spaces: pages made resident, mapped and unmapped, single entries changed.
#include <stdexcept>
#include <string>

#include "models/translation/address_spaces.h"

namespace siov {

bool AddressSpaces::MakeResident(Pasid pasid, std::uint64_t address, bool write) {
  const std::optional<AddressSpace> space = Find(pasid);
  if (!space || (write && space->config->read_only)) return false;
  if (space->pass_through()) return true;
  const TableStage stage = space->tenant_stage();
  if (!space->layout(stage).Accepts(address)) return false;
  if (space->config->explicit_pages) {
    const PageMapping mapping = Translate(pasid, address);
    if (mapping.present) return mapping.write || !write;
    const unsigned shift = space->leaf_shift(stage, address);
    const std::uint64_t frame = StageOf(*space, stage).Frame(LevelOfLeaf(shift), address);
    Map(pasid, PageBase(address, shift), shift, frame, true, !space->config->read_only);
    return true;
  }
  const EntryKey page = KeyOf(*space, stage, LevelOfLeaf(space->leaf_shift(stage, address)), address);
  if (!InitiallyResident(*space, page)) resident_.insert(page);
  return true;
}

AddressSpace AddressSpaces::Require(Pasid pasid) const {
  const std::optional<AddressSpace> space = Find(pasid);
  if (!space) throw std::invalid_argument("PASID " + std::to_string(pasid.value()) + " has no address space");
  return *space;
}

AddressSpace AddressSpaces::RequireExplicit(Pasid pasid, TableStage stage, std::uint64_t address) const {
  const AddressSpace space = Require(pasid);
  if (!space.explicit_stage(stage)) {
    throw std::invalid_argument("PASID " + std::to_string(pasid.value()) +
                                " has no address space with explicit pages to map into");
  }
  if (!space.layout(stage).Accepts(address)) {
    throw std::invalid_argument("address " + std::to_string(address) + " is too wide for the table format");
  }
  return space;
}

void AddressSpaces::MapStage(const AddressSpace& space, TableStage stage, std::uint64_t address, unsigned page_shift,
                             const ExplicitPages::Leaf& leaf) {
  const TableLayout& layout = space.layout(stage);
  const bool size = page_shift >= kPageShift4K && (page_shift - kPageShift4K) % kTableIndexBits == 0 &&
                    LevelOfLeaf(page_shift) <= layout.largest_leaf_level;
  if (!size || ((address | leaf.target) & LowBits(page_shift)) != 0) {
    throw std::invalid_argument("a mapping is of 4 KiB, 2 MiB or 1 GiB and aligned to its size at both ends");
  }
  if (!explicit_.Map({layout, space.owner(stage), stage}, address, page_shift, leaf)) {
    throw std::invalid_argument("a mapping overlaps one of another page size; unmap that first");
  }
}

void AddressSpaces::Map(Pasid pasid, std::uint64_t address, unsigned page_shift, std::uint64_t target, bool read,
                        bool write, bool user) {
  const TableStage stage = Require(pasid).tenant_stage();
  MapStage(RequireExplicit(pasid, stage, address), stage, address, page_shift, {target, read, write, user});
}

void AddressSpaces::MapSecondStage(Pasid pasid, std::uint64_t guest, unsigned page_shift, std::uint64_t target,
                                   bool read, bool write) {
  const AddressSpace space = RequireExplicit(pasid, TableStage::kSecond, guest);
  MapStage(space, TableStage::kSecond, guest, page_shift, {target, read, write});
}

bool AddressSpaces::Unmap(Pasid pasid, std::uint64_t address) {
  const TableStage stage = Require(pasid).tenant_stage();
  const AddressSpace space = RequireExplicit(pasid, stage, address);
  return explicit_.Unmap({space.layout(stage), space.owner(stage), stage}, address);
}

void AddressSpaces::SetEntry(Pasid pasid, TableStage stage, unsigned level, std::uint64_t address,
                             const EntryOverride& change) {
  states_.Set(KeyOf(Require(pasid), stage, level, address), change);
}

void AddressSpaces::ResetEntry(Pasid pasid, TableStage stage, unsigned level, std::uint64_t address) {
  states_.Reset(KeyOf(Require(pasid), stage, level, address));
}

void AddressSpaces::ClearAccessedDirty(Pasid pasid, TableStage stage, unsigned level, std::uint64_t address) {
  states_.ClearUse(KeyOf(Require(pasid), stage, level, address));
}

bool AddressSpaces::Evict(Pasid pasid, std::uint64_t address) {
  const std::optional<AddressSpace> space = Find(pasid);
  if (!space || space->pass_through()) return false;
  if (space->config->explicit_pages) return Unmap(pasid, address);
  const TableStage stage = space->tenant_stage();
  return resident_.erase(KeyOf(*space, stage, LevelOfLeaf(space->leaf_shift(stage, address)), address)) != 0;
}

}  // namespace siov
