// SPDX-License-Identifier: Apache-2.0
#include "models/host/cpus/pasid_translation.h"

namespace siov {

PasidTablePlace PlaceOfGuestPasid(std::uint32_t guest_pasid) {
  return {(guest_pasid >> 19 & 1) != 0, guest_pasid >> 10 & 0x1FF, guest_pasid & 0x3FF};
}

PasidTranslation::Answer PasidTranslation::Translate(std::uint32_t vm, std::uint32_t guest_pasid) const {
  const PasidTablePlace place = PlaceOfGuestPasid(guest_pasid);
  const std::uint64_t directory = DirectoryEntry(vm, place.high, place.directory_entry);
  if ((directory & kPresent) == 0) return {Outcome::kNoTable, Pasid()};
  if ((directory & kDirectoryZeroBits) != 0) return {Outcome::kReservedBits, Pasid()};
  const std::uint32_t entry = TableEntry(TableOf(directory), place.table_entry);
  if ((entry & kValid) == 0) return {Outcome::kNoEntry, Pasid()};
  if ((entry & kEntryZeroBits) != 0) return {Outcome::kReservedBits, Pasid()};
  return {Outcome::kTranslated, Pasid(entry & kEntryPasidBits)};
}

void PasidTranslation::Map(std::uint32_t vm, std::uint32_t guest_pasid, Pasid host) {
  const PasidTablePlace place = PlaceOfGuestPasid(guest_pasid);
  std::uint64_t directory = DirectoryEntry(vm, place.high, place.directory_entry);
  if ((directory & kPresent) == 0) {
    directory = NewTable() | kPresent;
    SetDirectoryEntry(vm, place.high, place.directory_entry, directory);
  }
  SetTableEntry(TableOf(directory), place.table_entry, host.value() | kValid);
}

void PasidTranslation::SetDirectoryEntry(std::uint32_t vm, bool high, std::uint32_t index, std::uint64_t value) {
  directories_[DirectoryKey(vm, high, index)] = value;
}

std::uint64_t PasidTranslation::DirectoryEntry(std::uint32_t vm, bool high, std::uint32_t index) const {
  const auto found = directories_.find(DirectoryKey(vm, high, index));
  return found == directories_.end() ? 0 : found->second;
}

void PasidTranslation::SetTableEntry(std::uint64_t table, std::uint32_t index, std::uint32_t value) {
  entries_[table + index * sizeof(std::uint32_t)] = value;
}

std::uint32_t PasidTranslation::TableEntry(std::uint64_t table, std::uint32_t index) const {
  const auto found = entries_.find(table + index * sizeof(std::uint32_t));
  return found == entries_.end() ? 0 : found->second;
}

}  // namespace siov
