// SPDX-License-Identifier: Apache-2.0
#include "models/translation/address_spaces.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "models/translation/memory_map.h"

namespace siov {
namespace {

using memory_map::Hash;
using memory_map::SeedOf;

std::uint8_t PgttOf(TranslationStages stages) {
  switch (stages) {
    case TranslationStages::kFirstOnly:
      return kPgttFirstStage;
    case TranslationStages::kSecondOnly:
      return kPgttSecondStage;
    case TranslationStages::kNested:
      return kPgttNested;
    case TranslationStages::kPassThrough:
      break;
  }
  return kPgttPassThrough;
}

TranslationStages StagesOf(std::uint8_t pgtt) {
  switch (pgtt) {
    case kPgttFirstStage:
      return TranslationStages::kFirstOnly;
    case kPgttSecondStage:
      return TranslationStages::kSecondOnly;
    case kPgttNested:
      return TranslationStages::kNested;
    default:
      return TranslationStages::kPassThrough;
  }
}

}  // namespace

AddressSpaces::AddressSpaces(std::vector<AddressSpaceClass> classes, std::uint64_t seed)
    : classes_(std::move(classes)), seed_(Mix64(seed ^ 0x7061'6765'7461'626Cu)), structures_(seed_) {
  const ConfigFaults faults = ValidateAddressSpaces(classes_);
  if (!faults.empty()) {
    throw std::invalid_argument(faults.front().field + " is " + faults.front().value +
                                "; allowed: " + faults.front().allowed);
  }
  std::uint32_t domain_id = kFirstVmDomain;
  for (std::uint32_t i = 0; i < classes_.size(); ++i) {
    prototypes_.push_back(PrototypeOf(classes_[i], domain_id));
    domain_id += classes_[i].domains();
    const std::uint32_t first = classes_[i].first_pasid;
    const std::uint32_t before_wrap = std::min(classes_[i].count, kMaxPasids - first);
    ranges_.push_back({first, first + before_wrap - 1, i, 0});
    if (classes_[i].count > before_wrap) ranges_.push_back({0, classes_[i].count - before_wrap - 1, i, before_wrap});
  }
  std::sort(ranges_.begin(), ranges_.end(), [](const Range& a, const Range& b) { return a.first < b.first; });
  ContextEntry context;
  context.rid_pasid = LowestUncoveredPasid();
  structures_.SetDefaultContext(context);
}

std::uint32_t AddressSpaces::LowestUncoveredPasid() const {
  std::uint32_t lowest = 0;
  for (const Range& range : ranges_) {
    if (range.first > lowest) break;
    lowest = range.last + 1;
  }
  return lowest;
}

AddressSpace AddressSpaces::PrototypeOf(const AddressSpaceClass& config, std::uint32_t first_vm_domain) {
  AddressSpace space;
  space.config = &config;
  space.stages = config.stages;
  if (space.tenant_stage() == TableStage::kFirst && !space.pass_through()) {
    space.first = LayoutOf(config.first_format, TableStage::kFirst);
  }
  if (config.has_second_stage()) {
    space.second = LayoutOf(config.second_format, TableStage::kSecond);
    space.domain_id = static_cast<std::uint16_t>(first_vm_domain);
  } else {
    space.domain_id = space.pass_through() ? kPassThroughDomain : kFirstStageDomain;
  }
  return space;
}

std::optional<AddressSpace> AddressSpaces::Find(Pasid pasid) const {
  const auto after = std::upper_bound(ranges_.begin(), ranges_.end(), pasid.value(),
                                      [](std::uint32_t value, const Range& range) { return value < range.first; });
  if (after == ranges_.begin() || pasid.value() > std::prev(after)->last) return std::nullopt;
  const Range& range = *std::prev(after);
  const AddressSpaceClass& config = classes_[range.index];
  AddressSpace space = prototypes_[range.index];
  space.pasid = pasid.value();
  const std::uint32_t offset = range.offset + (pasid.value() - range.first);
  const std::uint32_t vm = offset / config.pasids_per_domain;
  space.domain = (config.first_pasid + vm * config.pasids_per_domain) % kMaxPasids;
  if (config.has_second_stage()) space.domain_id = static_cast<std::uint16_t>(space.domain_id + vm);
  return space;
}

PasidEntry AddressSpaces::ReadPasidEntry(RequesterId requester, std::uint32_t pasid) const {
  if (const PasidEntry* set = structures_.FindPasidEntry(requester, pasid)) return *set;
  PasidEntry entry;
  const std::optional<AddressSpace> space = Find(Pasid(pasid));
  if (!space) {
    if (pasid != structures_.default_context().rid_pasid) return entry;
    entry.present = true;
    entry.pgtt = kPgttPassThrough;
    entry.domain = kPassThroughDomain;
    return entry;
  }
  entry.present = true;
  entry.pgtt = PgttOf(space->stages);
  entry.domain = space->domain_id;
  entry.ssade = space->config->second_accessed_dirty;
  entry.first_format = space->config->first_format;
  entry.second_format = space->config->second_format;
  entry.tables = Pasid(pasid);
  return entry;
}

std::optional<AddressSpace> AddressSpaces::TablesOf(const PasidEntry& entry) const {
  std::optional<AddressSpace> space = entry.tables.valid() ? Find(entry.tables) : std::nullopt;
  if (entry.pgtt == kPgttPassThrough) {
    if (!space) space.emplace();
  } else if (!space) {
    return std::nullopt;
  }
  space->domain_id = entry.domain;
  const TranslationStages stages = StagesOf(entry.pgtt);
  const bool as_its_class = space->config != nullptr && stages == space->stages &&
                            entry.first_format == space->config->first_format &&
                            entry.second_format == space->config->second_format;
  if (as_its_class) return space;
  space->stages = stages;
  const bool first = entry.pgtt == kPgttFirstStage || entry.pgtt == kPgttNested;
  const bool second = entry.pgtt == kPgttSecondStage || entry.pgtt == kPgttNested;
  space->first = first ? LayoutOf(entry.first_format, TableStage::kFirst) : TableLayout();
  space->second = second ? LayoutOf(entry.second_format, TableStage::kSecond) : TableLayout();
  if ((first && space->first.levels == 0) || (second && space->second.levels == 0)) return std::nullopt;
  return space;
}

// First-stage tables of nested address spaces, and the pages they map, lie in guest memory.
StageTables AddressSpaces::StageOf(const AddressSpace& space, TableStage stage) const {
  const AddressSpaceClass& config = *space.config;
  const bool first = stage == TableStage::kFirst;
  const bool tenants = stage == space.tenant_stage();
  const std::uint32_t owner = space.owner(stage);
  StageTables stage_tables;
  stage_tables.layout = space.layout(stage);
  stage_tables.regular = !space.explicit_stage(stage) && !space.tracks(stage) &&
                         !(tenants && (config.resident_fraction < 1.0 || !config.leaf_ranges.empty()));
  stage_tables.leaf_write = !(tenants && config.read_only);
  stage_tables.leaf_level =
      static_cast<std::uint8_t>(LevelOfLeaf(first ? config.first_leaf_shift : config.second_leaf_shift));
  stage_tables.table_seed = SeedOf(seed_, first ? memory_map::kFirstTable : memory_map::kSecondTable, owner);
  stage_tables.frame_seed = SeedOf(seed_, first ? memory_map::kFirstFrame : memory_map::kSecondFrame, owner);
  if (first && space.nested()) {
    const std::uint64_t guest_bytes = std::uint64_t{1} << config.guest_memory_bits;
    const std::uint64_t tables_bytes = guest_bytes >> memory_map::kGuestTableShare;
    stage_tables.tables = {guest_bytes - tables_bytes, tables_bytes - 1};
    stage_tables.frames = {0, guest_bytes - 1};
  } else {
    stage_tables.tables = {memory_map::BaseOf(config.page_tables_home) + memory_map::kTableBase,
                           memory_map::kQuarter - 1};
    stage_tables.frames = {memory_map::BaseOf(config.pages_home) + memory_map::kDataBase, memory_map::kQuarter - 1};
  }
  return stage_tables;
}

TableEntry AddressSpaces::ReadSpecialEntry(const AddressSpace& space, TableStage stage, const StageTables& tables,
                                           unsigned level, std::uint64_t address) const {
  TableEntry entry;
  if (space.explicit_stage(stage)) {
    entry = ReadExplicit(space, stage, tables, level, address);
  } else if (level == LevelOfLeaf(space.leaf_shift(stage, address))) {
    entry = ReadProceduralLeaf(space, stage, tables, level, address);
  } else {
    entry = {TableEntry::Kind::kTable, true, true, tables.Table(level - 1, address)};
  }
  const bool tracked = space.tracks(stage);
  if (tracked || states_.any_override()) states_.Apply(KeyOf(space, stage, level, address), tracked, &entry);
  return entry;
}

TableEntry AddressSpaces::ReadExplicit(const AddressSpace& space, TableStage stage, const StageTables& tables,
                                       unsigned level, std::uint64_t address) const {
  const EntryKey key = KeyOf(space, stage, level, address);
  if (const ExplicitPages::Leaf* leaf = explicit_.FindLeaf(key)) {
    return {TableEntry::Kind::kLeaf, leaf->read, leaf->write, leaf->target, leaf->user};
  }
  if (level == 1 || !explicit_.RefersToTable(key)) return {};
  return {TableEntry::Kind::kTable, true, true, tables.Table(level - 1, address)};
}

TableEntry AddressSpaces::ReadProceduralLeaf(const AddressSpace& space, TableStage stage, const StageTables& tables,
                                             unsigned level, std::uint64_t address) const {
  if (stage == space.tenant_stage() && space.config->resident_fraction < 1.0) {
    const EntryKey page = KeyOf(space, stage, level, address);
    if (!InitiallyResident(space, page) && resident_.find(page) == resident_.end()) return {};
  }
  return {TableEntry::Kind::kLeaf, true, tables.leaf_write, tables.Frame(level, address)};
}

bool AddressSpaces::InitiallyResident(const AddressSpace& space, const EntryKey& page) const {
  const std::uint64_t draw = Hash(seed_, memory_map::kResidency, page.owner, (page.prefix << 1) | page.stage) >> 11;
  return std::ldexp(static_cast<double>(draw), -53) < space.config->resident_fraction;
}

TableEntry AddressSpaces::Resolve(const AddressSpace& space, TableStage stage, std::uint64_t address,
                                  unsigned* page_shift) const {
  if (!space.layout(stage).Accepts(address)) return {};
  const StageTables tables = StageOf(space, stage);
  bool read = true;
  bool write = true;
  for (unsigned level = space.layout(stage).levels; level >= 1; --level) {
    TableEntry entry = ReadEntry(space, stage, tables, level, address);
    if (entry.defect != EntryDefect::kNone) return {};
    read = read && entry.read;
    write = write && entry.write;
    if (entry.kind == TableEntry::Kind::kTable) continue;
    *page_shift = LevelShift(level);
    entry.read = read;
    entry.write = write;
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
  const std::uint64_t guest = tenants.address + (address & LowBits(shift));
  unsigned second_shift = 0;
  const TableEntry host = Resolve(*space, TableStage::kSecond, guest, &second_shift);
  if (host.kind != TableEntry::Kind::kLeaf) return {};
  mapping.read = mapping.read && host.read;
  mapping.write = mapping.write && host.write;
  mapping.page_shift = static_cast<std::uint8_t>(std::min(shift, second_shift));
  mapping.address = PageBase(host.address + (guest & LowBits(second_shift)), mapping.page_shift);
  return mapping;
}

}  // namespace siov
