// SPDX-License-Identifier: Apache-2.0
// A world as it is told to either side: tables and structures written by software, and the oracle's list.
#include "tests/differential/translation_world.h"

namespace siov::differential {
namespace {

TableStage StageOf(Stage stage) { return stage == Stage::kFirst ? TableStage::kFirst : TableStage::kSecond; }

}  // namespace

std::unique_ptr<AddressSpaces> TranslationWorld::Make() const {
  auto spaces = std::make_unique<AddressSpaces>(std::vector<AddressSpaceClass>{class_}, kSeed);
  for (const OraclePage& page : pages_) {
    if (page.stage == Stage::kSecond && class_.stages == TranslationStages::kNested) {
      spaces->MapSecondStage(pasid(), page.base, page.shift, page.target, page.read, page.write);
    } else {
      spaces->Map(pasid(), page.base, page.shift, page.target, page.read, page.write, page.user);
    }
  }
  for (const auto& [place, note] : notes_) {
    EntryOverride change;
    if (note.unreadable) change.defect = EntryDefect::kUnreadable;
    if (note.reserved) change.defect = EntryDefect::kReserved;
    if (note.unwritable) change.defect = EntryDefect::kUnwritable;
    change.not_present = note.not_present;
    change.no_read = note.no_read;
    change.no_write = note.no_write;
    change.supervisor = note.supervisor;
    spaces->SetEntry(pasid(), StageOf(std::get<0>(place)), std::get<1>(place), std::get<2>(place), change);
  }
  TranslationStructures& structures = spaces->structures();
  structures.SetRootMode(root_mode_);
  structures.SetRoot(requester_, root_);
  structures.SetContext(requester_, context_);
  structures.SetDirectory(requester_, pasid().value(), directory_);
  structures.SetDirectory(requester_, context_.rid_pasid, directory_);
  structures.SetPasidEntry(requester_, context_.rid_pasid, entry_without_pasid_);
  structures.SetPasidEntry(requester_, pasid().value(), entry_);
  return spaces;
}

OracleSetup TranslationWorld::Setup(const AddressSpaces& spaces) const {
  OracleSetup setup;
  setup.riscv = riscv_;
  setup.first_levels = first_levels_;
  setup.second_levels = second_levels_;
  setup.second_x4 = riscv_formats_;
  setup.first_tracks = class_.first_accessed_dirty;
  setup.second_tracks = class_.second_accessed_dirty;
  setup.root_mode = root_mode_;
  setup.root = root_;
  setup.context = context_;
  setup.directory = directory_;
  setup.entry = entry_;
  setup.entry_without_pasid = entry_without_pasid_;
  setup.pasid = pasid().value();
  setup.device_levels = device_levels_;
  setup.process_levels = process_levels_;
  setup.pages = pages_;
  setup.notes = notes_;
  const AddressSpace space = *spaces.Find(pasid());
  setup.table_address = [&spaces, space](Stage stage, unsigned level, std::uint64_t address) {
    return spaces.TableAddress(space, StageOf(stage), level, address);
  };
  const RequesterId requester = requester_;
  const TranslationStructures& structures = spaces.structures();
  setup.structure_address = [&structures, requester](unsigned which, std::uint32_t pasid) {
    if (which == 0) return structures.RootEntryAddress(requester);
    if (which == 1) return structures.ContextEntryAddress(requester);
    return which == 2 ? structures.DirectoryEntryAddress(requester, pasid)
                      : structures.PasidEntryAddress(requester, pasid);
  };
  setup.device_address = [&structures, requester](unsigned level) {
    return structures.DeviceDirectoryEntryAddress(level, requester);
  };
  const unsigned guest_bits = class_.guest_memory_bits;
  setup.process_address = [this, &structures, requester, guest_bits](unsigned level, std::uint32_t pasid) {
    const PasidEntry& entry = pasid == context_.rid_pasid ? entry_without_pasid_ : entry_;
    const bool guest = entry.pgtt == kPgttSecondStage || entry.pgtt == kPgttNested;
    return structures.ProcessDirectoryEntryAddress(requester, level, pasid, guest ? guest_bits : 0);
  };
  return setup;
}

PageWalkerConfig TranslationWorld::Walker(bool cached) const {
  PageWalkerConfig config;
  config.profile = riscv_ ? IommuProfile::kRiscv : IommuProfile::kVtd;
  config.device_directory_levels = static_cast<std::uint8_t>(device_levels_);
  config.process_directory_levels = static_cast<std::uint8_t>(process_levels_);
  if (!cached) return config;
  CacheGeometry geometry;
  geometry.entries = cache_entries_;
  config.context_cache = config.pasid_cache = geometry;
  config.first_stage_cache.fill(geometry);
  config.second_stage_cache.fill(geometry);
  if (cache_entries_ != 2) config.nested_cache = geometry;
  return config;
}

}  // namespace siov::differential
