// SPDX-License-Identifier: Apache-2.0
// What the entries above the page tables say, as data: root, context, PASID directory and PASID table entry of VT-d
// scalable mode (requirements 16.7; VT-d 3.4, 9.x). The RISC-V device context and process context are the same data
// under other names (EN_ATS = dte, EN_PRI = pre, PDTV = paside, DTF = fpd, iohgatp and fsc = the formats).
//
// Table pointers are not addresses here but the PASID whose tables they point to: where those lie is known from it.
// Pure data; where the entries lie and which of them differ from the rest is
// models/translation/translation_structures.h.
#ifndef SIOV_MODELS_TRANSLATION_STRUCTURE_ENTRIES_H_
#define SIOV_MODELS_TRANSLATION_STRUCTURE_ENTRIES_H_

#include <cstdint>

#include "models/base/ids.h"
#include "models/translation/table_format.h"

namespace siov {

// What may be wrong with an entry apart from what it says.
enum class EntryDefect : std::uint8_t {
  kNone,
  kUnreadable,  // the read of it fails
  kReserved,    // a reserved field is not zero
  kUnwritable,  // page tables: the atomic update of its accessed and dirty bits fails
};

// What the root table address register selects; RISC-V: ddtp.mode on, reserved, off.
enum class RootMode : std::uint8_t { kScalable, kInvalid, kAbort };

// One half of a root entry: 128 functions of a bus.
struct RootEntry {
  bool present = true;
  EntryDefect defect = EntryDefect::kNone;
};

inline constexpr std::uint8_t kLargestDirectory = 7;  // PDTS whose directory reaches every 20-bit PASID

struct ContextEntry {
  bool present = true;
  bool fpd = false;                       // faults are not recorded
  bool dte = true;                        // device TLB: translation requests and translated requests are allowed
  bool paside = true;                     // requests with PASID are allowed
  bool pre = true;                        // page requests are allowed
  bool eptr = true;                       // translated requests with PASID are allowed
  std::uint8_t pdts = kLargestDirectory;  // the directory has 2^(pdts + 7) entries of 64 PASIDs
  bool rid_privilege = false;             // requests without PASID are privileged
  std::uint32_t rid_pasid = 0;            // translates requests without PASID
  EntryDefect defect = EntryDefect::kNone;

  std::uint32_t pasids() const { return std::uint32_t{1} << (pdts + 13); }
};

struct DirectoryEntry {
  bool present = true;
  bool fpd = false;
  EntryDefect defect = EntryDefect::kNone;
};

// PGTT: 1 to 4 are legal.
enum PasidTranslationType : std::uint8_t {
  kPgttFirstStage = 1,
  kPgttSecondStage = 2,
  kPgttNested = 3,
  kPgttPassThrough = 4,
};

struct PasidEntry {
  bool present = false;
  bool fpd = false;
  std::uint8_t pgtt = 0;
  bool sre = false;                                // supervisor requests are allowed (first stage)
  bool wpe = false;                                // supervisor writes honour R/W = 0
  bool sum = false;                                // RISC-V: supervisor requests may use user pages
  bool eafe = false;                               // first-stage entries have an extended accessed bit
  bool ssade = false;                              // second-stage entries have accessed and dirty bits
  bool page_walk_snoop = true;                     // table reads and updates are coherent
  bool page_snoop = true;                          // accesses are
  std::uint16_t domain = 0;                        // DID
  TableFormat first_format = TableFormat::kNone;   // FSPM
  TableFormat second_format = TableFormat::kNone;  // AW
  Pasid tables;                                    // whose tables FSPTPTR and SSPTPTR point to
  EntryDefect defect = EntryDefect::kNone;
};

}  // namespace siov

#endif  // SIOV_MODELS_TRANSLATION_STRUCTURE_ENTRIES_H_
