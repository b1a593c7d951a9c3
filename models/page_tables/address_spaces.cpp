// SPDX-License-Identifier: Apache-2.0
#include "models/page_tables/address_spaces.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

namespace siov {
namespace {

// Host-physical memory is 2^48 bytes in four quarters, so that structures, tables and data never meet and nothing lies
// in the interrupt window FEEx_xxxxh.
constexpr std::uint64_t kQuarter = std::uint64_t{1} << 46;
constexpr std::uint64_t kDataBase = kQuarter;
constexpr std::uint64_t kTableBase = 2 * kQuarter;
constexpr std::uint64_t kStructureBase = 3 * kQuarter;
// A guest keeps its page tables in the top 64th of its memory.
constexpr unsigned kGuestTableShare = 6;

enum HashKind : std::uint64_t {
  kRootTable,
  kContextTable,
  kPasidDirectory,
  kPasidTable,
  kFirstTable,
  kSecondTable,
  kFirstFrame,
  kSecondFrame,
  kResidency
};

constexpr std::uint64_t BitsBelow(unsigned bits) { return (std::uint64_t{1} << bits) - 1; }

// `hash` as an address in [base, base + size), aligned; size and alignment are powers of two.
std::uint64_t Place(std::uint64_t hash, std::uint64_t base, std::uint64_t size, std::uint64_t alignment) {
  return base + (hash & (size - 1) & ~(alignment - 1));
}

std::uint64_t PageBase(std::uint64_t address, unsigned page_shift) { return address & ~BitsBelow(page_shift); }

}  // namespace

AddressSpaces::AddressSpaces(std::vector<AddressSpaceClass> classes, std::uint64_t seed)
    : classes_(std::move(classes)), seed_(Mix64(seed ^ 0x7061'6765'7461'626Cu)) {
  const ConfigFaults faults = ValidateAddressSpaces(classes_);
  if (!faults.empty()) {
    throw std::invalid_argument(faults.front().field + " is " + faults.front().value +
                                "; allowed: " + faults.front().allowed);
  }
  for (std::uint32_t i = 0; i < classes_.size(); ++i) {
    const std::uint32_t first = classes_[i].first_pasid;
    const std::uint32_t before_wrap = std::min(classes_[i].count, kMaxPasids - first);
    ranges_.push_back({first, first + before_wrap - 1, i, 0});
    if (classes_[i].count > before_wrap) ranges_.push_back({0, classes_[i].count - before_wrap - 1, i, before_wrap});
  }
  std::sort(ranges_.begin(), ranges_.end(), [](const Range& a, const Range& b) { return a.first < b.first; });
}

std::optional<AddressSpace> AddressSpaces::Find(Pasid pasid) const {
  const auto after = std::upper_bound(ranges_.begin(), ranges_.end(), pasid.value(),
                                      [](std::uint32_t value, const Range& range) { return value < range.first; });
  if (after == ranges_.begin() || pasid.value() > std::prev(after)->last) return std::nullopt;
  const Range& range = *std::prev(after);
  const AddressSpaceClass& config = classes_[range.index];
  AddressSpace space;
  space.config = &config;
  space.pasid = pasid.value();
  const std::uint32_t offset = range.offset + (pasid.value() - range.first);
  space.domain = (config.first_pasid + offset - offset % config.pasids_per_domain) % kMaxPasids;
  const TranslationStages stages = config.stages;
  if (stages == TranslationStages::kFirstOnly || stages == TranslationStages::kNested) {
    space.first = LayoutOf(config.first_format, TableStage::kFirst);
  }
  if (stages == TranslationStages::kSecondOnly || stages == TranslationStages::kNested) {
    space.second = LayoutOf(config.second_format, TableStage::kSecond);
  }
  return space;
}

std::uint64_t AddressSpaces::Hash(std::uint64_t kind, std::uint64_t owner, std::uint64_t prefix) const {
  return Mix64(Mix64(seed_ ^ (owner << 8) ^ kind) ^ prefix);
}

std::uint64_t AddressSpaces::RootEntryAddress(RequesterId requester) const {
  const std::uint64_t bus = requester >> 8;
  const std::uint64_t upper_half = (requester >> 7) & 1;
  return Place(Hash(kRootTable, 0, 0), kStructureBase, kQuarter, kPage4K) + bus * 16 + upper_half * 8;
}

std::uint64_t AddressSpaces::ContextEntryAddress(RequesterId requester) const {
  const std::uint64_t entry = requester & 0x7F;
  return Place(Hash(kContextTable, requester >> 7, 0), kStructureBase, kQuarter, kPage4K) + entry * 32;
}

std::uint64_t AddressSpaces::PasidDirectoryEntryAddress(RequesterId requester, Pasid pasid) const {
  constexpr std::uint64_t kDirectoryBytes = std::uint64_t{kMaxPasids >> 6} * 8;
  const std::uint64_t entry = pasid.valid() ? pasid.value() >> 6 : 0;
  return Place(Hash(kPasidDirectory, requester, 0), kStructureBase, kQuarter, kDirectoryBytes) + entry * 8;
}

std::uint64_t AddressSpaces::PasidEntryAddress(RequesterId requester, Pasid pasid) const {
  const std::uint64_t value = pasid.valid() ? pasid.value() : 0;
  return Place(Hash(kPasidTable, requester, value >> 6), kStructureBase, kQuarter, kPage4K) + (value & 0x3F) * 64;
}

std::uint64_t AddressSpaces::TableAddress(const AddressSpace& space, TableStage stage, unsigned level,
                                          std::uint64_t address) const {
  const TableLayout& layout = space.layout(stage);
  const bool first = stage == TableStage::kFirst;
  const std::uint64_t prefix = (layout.TablePrefix(level, address) << 3) | level;
  const std::uint64_t hash = Hash(first ? kFirstTable : kSecondTable, space.owner(stage), prefix);
  const std::uint64_t table_bytes = kTableEntryBytes
                                    << (level == layout.levels ? unsigned{layout.root_index_bits} : kTableIndexBits);
  if (first && space.nested()) {
    const std::uint64_t size = std::uint64_t{1} << (space.config->guest_memory_bits - kGuestTableShare);
    return Place(hash, (std::uint64_t{1} << space.config->guest_memory_bits) - size, size, table_bytes);
  }
  return Place(hash, kTableBase, kQuarter, table_bytes);
}

AddressSpaces::PageKey AddressSpaces::KeyOf(const AddressSpace& space, TableStage stage, unsigned level,
                                            std::uint64_t address) const {
  return {space.layout(stage).EntryPrefix(level, address), space.owner(stage), static_cast<std::uint8_t>(level),
          static_cast<std::uint8_t>(stage)};
}

TableEntry AddressSpaces::ReadEntry(const AddressSpace& space, TableStage stage, unsigned level,
                                    std::uint64_t address) const {
  if (space.config->explicit_pages && stage == space.tenant_stage()) {
    return ReadExplicit(space, stage, level, address);
  }
  if (level == LevelOfLeaf(space.leaf_shift(stage))) return ReadProceduralLeaf(space, stage, address);
  return {TableEntry::Kind::kTable, true, true, TableAddress(space, stage, level - 1, address)};
}

TableEntry AddressSpaces::ReadExplicit(const AddressSpace& space, TableStage stage, unsigned level,
                                       std::uint64_t address) const {
  const PageKey key = KeyOf(space, stage, level, address);
  if (const auto leaf = leaves_.find(key); leaf != leaves_.end()) {
    return {TableEntry::Kind::kLeaf, leaf->second.read, leaf->second.write, leaf->second.target};
  }
  if (level == 1 || tables_.find(key) == tables_.end()) return {};
  return {TableEntry::Kind::kTable, true, true, TableAddress(space, stage, level - 1, address)};
}

TableEntry AddressSpaces::ReadProceduralLeaf(const AddressSpace& space, TableStage stage, std::uint64_t address) const {
  const bool tenants = stage == space.tenant_stage();
  if (tenants && space.config->resident_fraction < 1.0) {
    const PageKey page = KeyOf(space, stage, LevelOfLeaf(space.leaf_shift(stage)), address);
    if (!InitiallyResident(space, page) && resident_.find(page) == resident_.end()) return {};
  }
  return {TableEntry::Kind::kLeaf, true, !(tenants && space.config->read_only), Frame(space, stage, address)};
}

bool AddressSpaces::InitiallyResident(const AddressSpace& space, const PageKey& page) const {
  const std::uint64_t draw = Hash(kResidency, page.owner, (page.prefix << 1) | page.stage) >> 11;
  return std::ldexp(static_cast<double>(draw), -53) < space.config->resident_fraction;
}

std::uint64_t AddressSpaces::Frame(const AddressSpace& space, TableStage stage, std::uint64_t address) const {
  const bool first = stage == TableStage::kFirst;
  const unsigned shift = space.leaf_shift(stage);
  const std::uint64_t prefix = space.layout(stage).EntryPrefix(LevelOfLeaf(shift), address);
  const std::uint64_t hash = Hash(first ? kFirstFrame : kSecondFrame, space.owner(stage), prefix);
  const std::uint64_t page_bytes = std::uint64_t{1} << shift;
  if (first && space.nested()) return Place(hash, 0, std::uint64_t{1} << space.config->guest_memory_bits, page_bytes);
  return Place(hash, kDataBase, kQuarter, page_bytes);
}

TableEntry AddressSpaces::Resolve(const AddressSpace& space, TableStage stage, std::uint64_t address,
                                  unsigned* page_shift) const {
  if (!space.layout(stage).Accepts(address)) return {};
  for (unsigned level = space.layout(stage).levels; level >= 1; --level) {
    const TableEntry entry = ReadEntry(space, stage, level, address);
    if (entry.kind == TableEntry::Kind::kTable) continue;
    *page_shift = LevelShift(level);
    return entry;
  }
  return {};
}

PageMapping AddressSpaces::Translate(Pasid pasid, std::uint64_t address) const {
  const std::optional<AddressSpace> space = Find(pasid);
  if (!space) return {};
  if (space->pass_through()) return {true, true, true, kPageShift1G, PageBase(address, kPageShift1G)};
  unsigned shift = 0;
  const TableEntry tenants = Resolve(*space, space->tenant_stage(), address, &shift);
  if (tenants.kind != TableEntry::Kind::kLeaf) return {};
  PageMapping mapping{tenants.read || tenants.write, tenants.read, tenants.write, static_cast<std::uint8_t>(shift),
                      tenants.address};
  if (!space->nested()) return mapping;
  const std::uint64_t guest = tenants.address + (address & BitsBelow(shift));
  unsigned second_shift = 0;
  const TableEntry host = Resolve(*space, TableStage::kSecond, guest, &second_shift);
  if (host.kind != TableEntry::Kind::kLeaf) return {};
  mapping.page_shift = static_cast<std::uint8_t>(std::min(shift, second_shift));
  mapping.address = PageBase(host.address + (guest & BitsBelow(second_shift)), mapping.page_shift);
  return mapping;
}

bool AddressSpaces::MakeResident(Pasid pasid, std::uint64_t address, bool write) {
  const std::optional<AddressSpace> space = Find(pasid);
  if (!space || (write && space->config->read_only)) return false;
  if (space->pass_through()) return true;
  const TableStage stage = space->tenant_stage();
  if (!space->layout(stage).Accepts(address)) return false;
  if (space->config->explicit_pages) {
    const PageMapping mapping = Translate(pasid, address);
    if (mapping.present) return mapping.write || !write;
    const unsigned shift = space->leaf_shift(stage);
    Map(pasid, PageBase(address, shift), shift, Frame(*space, stage, address), true, !space->config->read_only);
    return true;
  }
  const PageKey page = KeyOf(*space, stage, LevelOfLeaf(space->leaf_shift(stage)), address);
  if (!InitiallyResident(*space, page)) resident_.insert(page);
  return true;
}

AddressSpace AddressSpaces::RequireExplicit(Pasid pasid, std::uint64_t address) const {
  const std::optional<AddressSpace> space = Find(pasid);
  if (!space || !space->config->explicit_pages) {
    throw std::invalid_argument("PASID " + std::to_string(pasid.value()) +
                                " has no address space with explicit pages to map into");
  }
  if (!space->layout(space->tenant_stage()).Accepts(address)) {
    throw std::invalid_argument("address " + std::to_string(address) + " is too wide for the table format");
  }
  return *space;
}

void AddressSpaces::Map(Pasid pasid, std::uint64_t address, unsigned page_shift, std::uint64_t target, bool read,
                        bool write) {
  const AddressSpace space = RequireExplicit(pasid, address);
  const TableStage stage = space.tenant_stage();
  const bool aligned = ((address | target) & BitsBelow(page_shift)) == 0;
  if ((page_shift != kPageShift4K && page_shift != kPageShift2M && page_shift != kPageShift1G) || !aligned) {
    throw std::invalid_argument("a mapping is of 4 KiB, 2 MiB or 1 GiB and aligned to its size at both ends");
  }
  const unsigned leaf_level = LevelOfLeaf(page_shift);
  const PageKey key = KeyOf(space, stage, leaf_level, address);
  if (const auto leaf = leaves_.find(key); leaf != leaves_.end()) {
    leaf->second = {target, read, write};
    return;
  }
  bool overlaps = tables_.find(key) != tables_.end();
  for (unsigned level = leaf_level + 1; level <= space.layout(stage).levels; ++level) {
    overlaps = overlaps || leaves_.find(KeyOf(space, stage, level, address)) != leaves_.end();
  }
  if (overlaps) throw std::invalid_argument("a mapping overlaps one of another page size; unmap that first");
  leaves_.emplace(key, Leaf{target, read, write});
  for (unsigned level = leaf_level + 1; level <= space.layout(stage).levels; ++level) {
    ++tables_[KeyOf(space, stage, level, address)];
  }
}

bool AddressSpaces::Unmap(Pasid pasid, std::uint64_t address) {
  const AddressSpace space = RequireExplicit(pasid, address);
  const TableStage stage = space.tenant_stage();
  const unsigned levels = space.layout(stage).levels;
  for (unsigned leaf_level = 1; leaf_level <= levels; ++leaf_level) {
    if (leaves_.erase(KeyOf(space, stage, leaf_level, address)) == 0) continue;
    for (unsigned level = leaf_level + 1; level <= levels; ++level) {
      const auto table = tables_.find(KeyOf(space, stage, level, address));
      if (--table->second == 0) tables_.erase(table);
    }
    return true;
  }
  return false;
}

}  // namespace siov
