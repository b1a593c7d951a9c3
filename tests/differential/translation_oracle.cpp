// SPDX-License-Identifier: Apache-2.0
#include "tests/differential/translation_oracle.h"

namespace siov::differential {
namespace {

unsigned ShiftOf(unsigned level) { return 12 + 9 * (level - 1); }
std::uint64_t Offset(std::uint64_t address, unsigned shift) { return address % (std::uint64_t{1} << shift); }
std::uint64_t Base(std::uint64_t address, unsigned shift) { return address - Offset(address, shift); }

// Structure defects in the order in which they are looked at.
unsigned StructureFault(bool unreadable, bool present, bool reserved, unsigned read, unsigned absent, unsigned bad) {
  if (unreadable) return read;
  if (!present) return absent;
  return reserved ? bad : 0;
}

unsigned RiscvFault(unsigned reason, bool write) {
  switch (reason) {
    case 0x70:
    case 0x73:
    case 0x78:
    case 0x7B:
    case 0x7D:
    case 0x91:
    case 0x83:
      return write ? 7 : 5;
    case 0x71:
    case 0x72:
    case 0x80:
    case 0x81:
    case 0x90:
      return write ? 15 : 13;
    case 0x74:
    case 0x75:
    case 0x76:
    case 0x77:
    case 0x79:
    case 0x7A:
    case 0x7C:
    case 0x84:
      return write ? 23 : 21;
    case 0x5D:
      return 260;
    case 0x5B:
      return 267;
    case 0x30:
    case 0x33:
      return 256;
    default:
      return reason;
  }
}

}  // namespace

OracleAnswer TranslationOracle::Translate(const OracleRequest& request) {
  answer_ = OracleAnswer();
  privileged_ = request.privileged;
  unsigned fault = Structures(request);
  if (fault == 0) {
    Tables(request);
    fault = answer_.fault;
  }
  if (fault != 0) {
    OracleAnswer failed;
    failed.fault = s_.riscv ? RiscvFault(fault, request.write) : fault;
    const bool qualified =
        fault != 0x30 && fault != 0x33 && (fault < 0x38 || fault > 0x40) && fault != 0x50 && fault != 0x58;
    failed.fpd = answer_.fpd && qualified;
    failed.reads = answer_.reads;
    failed.updates = answer_.updates;
    return failed;
  }
  return answer_;
}

unsigned TranslationOracle::Structures(const OracleRequest& request) {
  entry_ = request.with_pasid ? s_.entry : s_.entry_without_pasid;
  if (s_.root_mode == RootMode::kAbort) return 0x33;
  if (s_.root_mode == RootMode::kInvalid) return 0x30;
  const unsigned fault = s_.riscv ? RiscvStructures(request) : VtdStructures(request);
  if (fault != 0) return fault;
  const bool riscv = s_.riscv;
  const PasidEntry& e = entry_;
  if (e.defect != EntryDefect::kUnreadable) answer_.fpd = answer_.fpd || e.fpd;
  const unsigned bad =
      StructureFault(e.defect == EntryDefect::kUnreadable, e.present, e.defect == EntryDefect::kReserved,
                     riscv ? 265 : 0x58, riscv ? 266 : 0x59, riscv ? 267 : 0x5A);
  if (bad != 0) return bad;
  if (e.pgtt == 0 || e.pgtt > 4) return 0x5B;
  if ((e.pgtt == 1 || e.pgtt == 3) && privileged_ && !e.sre) return 0x5D;
  return 0;
}

unsigned TranslationOracle::VtdStructures(const OracleRequest& request) {
  const ContextEntry& c = s_.context;
  const std::uint32_t pasid = request.with_pasid ? s_.pasid : c.rid_pasid;
  answer_.reads.push_back(s_.structure_address(0, pasid));
  unsigned fault = StructureFault(s_.root.defect == EntryDefect::kUnreadable, s_.root.present,
                                  s_.root.defect == EntryDefect::kReserved, 0x38, 0x39, 0x3A);
  if (fault != 0) return fault;
  answer_.reads.push_back(s_.structure_address(1, pasid));
  if (c.defect != EntryDefect::kUnreadable) answer_.fpd = c.fpd;
  fault = StructureFault(c.defect == EntryDefect::kUnreadable, c.present, c.defect == EntryDefect::kReserved, 0x40,
                         0x41, 0x42);
  if (fault != 0) return fault;
  const std::uint32_t limit = 1u << (c.pdts + 7 + 6);
  if ((!c.dte && c.pre) || (c.eptr && !c.paside) || c.rid_pasid >= limit) return 0x43;
  if (request.translation_request && !c.dte) return 0x44;
  if (request.with_pasid) {
    if (!c.paside) return 0x45;
    if (s_.pasid >= limit) return 0x46;
    if (s_.pasid == c.rid_pasid) return 0x48;
  } else {
    privileged_ = c.rid_privilege;
  }
  answer_.reads.push_back(s_.structure_address(2, pasid));
  const DirectoryEntry& d = s_.directory;
  if (d.defect != EntryDefect::kUnreadable) answer_.fpd = answer_.fpd || d.fpd;
  fault = StructureFault(d.defect == EntryDefect::kUnreadable, d.present, d.defect == EntryDefect::kReserved, 0x50,
                         0x51, 0x52);
  if (fault != 0) return fault;
  answer_.reads.push_back(s_.structure_address(3, pasid));
  return 0;
}

unsigned TranslationOracle::RiscvStructures(const OracleRequest& request) {
  const ContextEntry& c = s_.context;
  for (unsigned level = s_.device_levels; level >= 1; --level) {
    answer_.reads.push_back(s_.device_address(level));
    if (level == 2) {
      const unsigned fault = StructureFault(s_.root.defect == EntryDefect::kUnreadable, s_.root.present,
                                            s_.root.defect == EntryDefect::kReserved, 257, 258, 259);
      if (fault != 0) return fault;
    }
  }
  if (c.defect != EntryDefect::kUnreadable) answer_.fpd = c.fpd;
  const bool misconfigured = c.defect == EntryDefect::kReserved || (c.pre && !c.dte);
  const unsigned bad = StructureFault(c.defect == EntryDefect::kUnreadable, c.present, misconfigured, 257, 258, 259);
  if (bad != 0) return bad;
  if (request.translation_request && !c.dte) return 260;
  const unsigned bits[] = {0, 8, 17, 20};
  if (request.with_pasid) {
    if (!c.paside || s_.pasid >> bits[s_.process_levels] != 0) return 260;
  } else {
    privileged_ = c.rid_privilege;
  }
  const std::uint32_t pasid = request.with_pasid ? s_.pasid : c.rid_pasid;
  for (unsigned level = s_.process_levels; level >= 1; --level) {
    std::uint64_t where = s_.process_address(level, pasid);
    if (entry_.pgtt == 2 || entry_.pgtt == 3) {
      const Found table = Second(where, Use::kProcessTable, false);
      if (table.fault != 0) return table.fault;
      where = table.address;
    }
    answer_.reads.push_back(where);
    if (level == 2) {
      const DirectoryEntry& d = s_.directory;
      if (d.defect != EntryDefect::kUnreadable) answer_.fpd = answer_.fpd || d.fpd;
      const unsigned fault = StructureFault(d.defect == EntryDefect::kUnreadable, d.present,
                                            d.defect == EntryDefect::kReserved, 265, 266, 267);
      if (fault != 0) return fault;
    }
  }
  return 0;
}

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

void TranslationOracle::Tables(const OracleRequest& request) {
  const bool first_stage = entry_.pgtt == 1 || entry_.pgtt == 3;
  const bool second_stage = entry_.pgtt == 2 || entry_.pgtt == 3;
  Found first;
  Found second;
  std::uint64_t output = request.address;
  unsigned shift = 30;
  if (entry_.pgtt == 4 && request.address >> 52 != 0) {
    answer_.fault = 0x83;
    return;
  }
  if (first_stage) {
    const unsigned bits = ShiftOf(s_.first_levels) + 9;
    const auto extended =
        static_cast<std::uint64_t>(static_cast<std::int64_t>(request.address << (64 - bits)) >> (64 - bits));
    first.fault = extended == request.address ? 0 : 0x80;
    if (first.fault == 0) first = FirstBelow(request.address, s_.first_levels, true, true, true);
    answer_.fault = first.fault;
    if (first.fault != 0) return;
    output = first.address;
    shift = first.shift;
  }
  if (second_stage) {
    second = Second(output, Use::kOutput, false);
    answer_.fault = second.fault;
    if (second.fault != 0) return;
    output = second.address;
    shift = first_stage && shift < second.shift ? shift : second.shift;
  }
  if (!s_.riscv && output >= 0xFEE0'0000 && output <= 0xFEEF'FFFF) {
    answer_.fault = 0x87;
    return;
  }
  if (first_stage && !first.user && !entry_.sre) {
    answer_.fault = 0x81;
    return;
  }
  // No page handed out reaches into the interrupt window.
  while (!s_.riscv && shift > 12 && Base(output, shift) <= 0xFEEF'FFFF &&
         Base(output, shift) + (std::uint64_t{1} << shift) > 0xFEE0'0000) {
    shift -= 9;
  }
  bool privileged_read = first.read;
  bool privileged_write = first.write;
  if (first_stage) {
    if (s_.riscv && first.user && !entry_.sum) privileged_read = privileged_write = false;
    if (!s_.riscv && !entry_.wpe) privileged_write = true;
    if (!entry_.sre) privileged_read = privileged_write = false;
  }
  answer_.read = first.read && first.user && second.read;
  answer_.write = first.write && first.user && second.write;
  answer_.privileged_read = privileged_read && second.read;
  answer_.privileged_write = privileged_write && second.write;
  const bool dirties = request.write && (privileged_ ? answer_.privileged_write : answer_.write);
  bool first_dirty = first.leaf.dirty;
  bool second_dirty = second.leaf.dirty;
  if (second_stage && (!second.leaf.accessed || (dirties && !second.leaf.dirty))) {
    answer_.fault = UpdateSecond(second.leaf, dirties);
    if (answer_.fault != 0) return;
    second_dirty = second_dirty || dirties;
  }
  if (first_stage && (!first.leaf.accessed || (dirties && !first.leaf.dirty))) {
    answer_.fault = UpdateFirst(first.leaf, dirties, leaf_table_writable_);
    if (answer_.fault != 0) return;
    first_dirty = first_dirty || dirties;
  }
  answer_.clean = (first_stage && !first_dirty) || (second_stage && !second_dirty);
  answer_.address = Base(output, shift);
  answer_.shift = shift;
}

}  // namespace siov::differential
