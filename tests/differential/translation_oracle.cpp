// SPDX-License-Identifier: Apache-2.0
// Answers, faults in the terms of either profile, and the structures that lead to the tables.
#include "tests/differential/translation_oracle.h"

namespace siov::differential {
namespace {

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
    failed.fpd = answer_.fpd;
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

}  // namespace siov::differential
