// SPDX-License-Identifier: Apache-2.0
// The oracle's two stages of page tables, recursively, and what a request gets from what they say.
#include "tests/differential/translation_oracle.h"

namespace siov::differential {
namespace {

unsigned ShiftOf(unsigned level) { return 12 + 9 * (level - 1); }
std::uint64_t Offset(std::uint64_t address, unsigned shift) { return address % (std::uint64_t{1} << shift); }
std::uint64_t Base(std::uint64_t address, unsigned shift) { return address - Offset(address, shift); }

}  // namespace

TranslationOracle::Entry TranslationOracle::Read(Stage stage, unsigned level, std::uint64_t address,
                                                 std::uint64_t table) {
  Entry entry;
  const unsigned shift = ShiftOf(level);
  const unsigned levels = stage == Stage::kFirst ? s_.first_levels : s_.second_levels;
  const bool wide = stage == Stage::kSecond && s_.second_x4 && level == levels;
  const std::uint64_t index = (address >> shift) % (wide ? 2048 : 512);
  entry.where = table + index * 8;
  answer_.reads.push_back(entry.where);
  entry.place = {stage, level, Base(address, shift)};
  for (const OraclePage& page : s_.pages) {
    if (page.stage != stage) continue;
    if (page.shift == shift && page.base == Base(address, shift)) {
      entry.present = entry.leaf = true;
      entry.read = page.read;
      entry.write = page.write;
      entry.user = page.user;
      entry.target = page.target;
    } else if (page.shift < shift && Base(page.base, shift) == Base(address, shift)) {
      entry.present = entry.read = entry.write = entry.user = true;
      entry.target = s_.table_address(stage, level - 1, address);
    }
  }
  if (stage == Stage::kFirst ? s_.first_tracks : s_.second_tracks) {
    const auto used = used_.find(entry.place);
    entry.accessed = used != used_.end() && used->second.first;
    entry.dirty = used != used_.end() && used->second.second;
  }
  const auto note = s_.notes.find(entry.place);
  if (note == s_.notes.end()) return entry;
  entry.note = note->second;
  entry.present = entry.present && !entry.note.not_present;
  entry.read = entry.read && !entry.note.no_read;
  entry.write = entry.write && !entry.note.no_write;
  entry.user = entry.user && !entry.note.supervisor;
  return entry;
}

void TranslationOracle::Use_(const Entry& entry, bool dirty) {
  answer_.updates.push_back(entry.where);
  auto& used = used_[entry.place];
  used.first = true;
  used.second = used.second || dirty;
}

unsigned TranslationOracle::UpdateFirst(const Entry& entry, bool dirty, bool table_writable) {
  if (!table_writable) return 0x77;
  if (!entry_.page_walk_snoop) return 0x90;
  if (entry.note.unwritable) return 0x91;
  Use_(entry, dirty);
  return 0;
}

unsigned TranslationOracle::UpdateSecond(const Entry& entry, bool dirty) {
  if (!entry_.page_walk_snoop) return 0x7C;
  if (entry.note.unwritable) return 0x7D;
  Use_(entry, dirty);
  return 0;
}

TranslationOracle::Found TranslationOracle::Second(std::uint64_t guest, Use use, bool root) {
  const unsigned bits = ShiftOf(s_.second_levels) + 9 + (s_.second_x4 ? 2 : 0);
  Found found;
  if (guest >> bits != 0) {
    found.fault = nested() ? 0x74 : 0x84;
    return found;
  }
  return SecondBelow(guest, use, root, s_.second_levels, true, true);
}

TranslationOracle::Found TranslationOracle::SecondBelow(std::uint64_t guest, Use use, bool root, unsigned level,
                                                        bool read, bool write) {
  const Entry entry = Read(Stage::kSecond, level, guest, s_.table_address(Stage::kSecond, level, guest));
  Found found;
  if (entry.note.unreadable) {
    found.fault = level == s_.second_levels ? 0x7B : 0x78;
  } else if (!entry.present || (!entry.read && !entry.write)) {
    found.fault = 0x79;
  } else if (entry.note.reserved) {
    found.fault = 0x7A;
  }
  if (found.fault != 0) return found;
  const bool table_page = entry.leaf && use != Use::kOutput;
  if (!entry.leaf && !entry.accessed) found.fault = UpdateSecond(entry, false);
  if (table_page && !(entry.accessed && entry.dirty)) found.fault = UpdateSecond(entry, true);
  if (found.fault != 0) return found;
  read = read && entry.read;
  write = write && entry.write;
  if (!entry.leaf) return SecondBelow(guest, use, root, level - 1, read, write);
  if (table_page && !read) found.fault = root ? 0x75 : 0x76;
  if (table_page && read && !write && entry_.ssade) found.fault = 0x77;
  found.read = read;
  found.write = write;
  found.shift = ShiftOf(level);
  found.address = entry.target + Offset(guest, found.shift);
  found.leaf = entry;
  return found;
}

TranslationOracle::Found TranslationOracle::FirstBelow(std::uint64_t address, unsigned level, bool read, bool write,
                                                       bool user) {
  std::uint64_t table = s_.table_address(Stage::kFirst, level, address);
  bool table_writable = true;
  if (nested()) {
    const Found host = Second(table, Use::kFirstTable, level == s_.first_levels);
    if (host.fault != 0) return host;
    table = host.address;
    table_writable = host.write;
  }
  const Entry entry = Read(Stage::kFirst, level, address, table);
  Found found;
  if (entry.note.unreadable) {
    found.fault = level == s_.first_levels ? 0x73 : 0x70;
  } else if (!entry.present || (!entry.read && !entry.write)) {
    found.fault = 0x71;
  } else if (entry.note.reserved) {
    found.fault = 0x72;
  } else if (!entry.leaf && !entry.accessed) {
    found.fault = UpdateFirst(entry, false, table_writable);
  }
  if (found.fault != 0) return found;
  read = read && entry.read;
  write = write && entry.write;
  user = user && entry.user;
  if (!entry.leaf) return FirstBelow(address, level - 1, read, write, user);
  leaf_table_writable_ = table_writable;
  found.read = read;
  found.write = write;
  found.user = user;
  found.shift = ShiftOf(level);
  found.address = entry.target + Offset(address, found.shift);
  found.leaf = entry;
  return found;
}

// Where the address goes through the stages there are, and the size of the page it goes by.
TranslationOracle::Walked TranslationOracle::Stages(std::uint64_t address) {
  Walked walked;
  walked.output = address;
  walked.shift = 30;
  if (entry_.pgtt == 4 && address >> 52 != 0) walked.fault = 0x83;
  if (first_stage()) {
    const unsigned bits = ShiftOf(s_.first_levels) + 9;
    const auto extended = static_cast<std::uint64_t>(static_cast<std::int64_t>(address << (64 - bits)) >> (64 - bits));
    walked.first.fault = extended == address ? 0 : 0x80;
    if (walked.first.fault == 0) walked.first = FirstBelow(address, s_.first_levels, true, true, true);
    walked.fault = walked.first.fault;
    walked.output = walked.first.address;
    walked.shift = walked.first.shift;
  }
  if (walked.fault != 0 || !second_stage()) return walked;
  walked.second = Second(walked.output, Use::kOutput, false);
  walked.fault = walked.second.fault;
  walked.output = walked.second.address;
  walked.shift = first_stage() && walked.shift < walked.second.shift ? walked.shift : walked.second.shift;
  return walked;
}

void TranslationOracle::Rights(const Found& first, const Found& second) {
  bool privileged_read = first.read;
  bool privileged_write = first.write;
  if (first_stage()) {
    if (s_.riscv && first.user && !entry_.sum) privileged_read = privileged_write = false;
    if (!s_.riscv && !entry_.wpe) privileged_write = true;
    if (!entry_.sre) privileged_read = privileged_write = false;
  }
  answer_.read = first.read && first.user && second.read;
  answer_.write = first.write && first.user && second.write;
  answer_.privileged_read = privileged_read && second.read;
  answer_.privileged_write = privileged_write && second.write;
}

// Accessed and dirty bits of both leaves, the second stage's first.
void TranslationOracle::UseLeaves(const Found& first, const Found& second, bool write) {
  const bool dirties = write && (privileged_ ? answer_.privileged_write : answer_.write);
  bool first_dirty = first.leaf.dirty;
  bool second_dirty = second.leaf.dirty;
  if (second_stage() && (!second.leaf.accessed || (dirties && !second.leaf.dirty))) {
    answer_.fault = UpdateSecond(second.leaf, dirties);
    if (answer_.fault != 0) return;
    second_dirty = second_dirty || dirties;
  }
  if (first_stage() && (!first.leaf.accessed || (dirties && !first.leaf.dirty))) {
    answer_.fault = UpdateFirst(first.leaf, dirties, leaf_table_writable_);
    if (answer_.fault != 0) return;
    first_dirty = first_dirty || dirties;
  }
  answer_.clean = (first_stage() && !first_dirty) || (second_stage() && !second_dirty);
}

void TranslationOracle::Tables(const OracleRequest& request) {
  Walked walked = Stages(request.address);
  answer_.fault = walked.fault;
  if (answer_.fault != 0) return;
  const std::uint64_t output = walked.output;
  if (!s_.riscv && output >= 0xFEE0'0000 && output <= 0xFEEF'FFFF) {
    answer_.fault = 0x87;
    return;
  }
  if (first_stage() && !walked.first.user && !entry_.sre) {
    answer_.fault = 0x81;
    return;
  }
  // No page handed out reaches into the interrupt window.
  while (!s_.riscv && walked.shift > 12 && Base(output, walked.shift) <= 0xFEEF'FFFF &&
         Base(output, walked.shift) + (std::uint64_t{1} << walked.shift) > 0xFEE0'0000) {
    walked.shift -= 9;
  }
  Rights(walked.first, walked.second);
  UseLeaves(walked.first, walked.second, request.write);
  if (answer_.fault != 0) return;
  answer_.address = Base(output, walked.shift);
  answer_.shift = walked.shift;
}

}  // namespace siov::differential
