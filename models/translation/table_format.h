// SPDX-License-Identifier: Apache-2.0
// How an IOMMU's tables are set up: formats, stages, which structures lead to them. Words only; what they mean is in
// table_layout.h, structure_entries.h and fault_matrix.h.
#ifndef SIOV_MODELS_TRANSLATION_TABLE_FORMAT_H_
#define SIOV_MODELS_TRANSLATION_TABLE_FORMAT_H_

#include <cstddef>
#include <cstdint>

namespace siov {

// Page-table format of a stage. Levels and bits: table_layout.h.
enum class TableFormat : std::uint8_t { kNone, kX86FourLevel, kX86FiveLevel, kSv39, kSv48, kSv57 };

enum class TranslationStages : std::uint8_t { kFirstOnly, kSecondOnly, kNested, kPassThrough };

// Most levels any format has; paging-structure caches are indexed by level - 1 (level 1 holds the 4K leaves).
inline constexpr std::size_t kMaxTableLevels = 5;

// Which structures lead to the tables, and which causes their faults have.
enum class IommuProfile : std::uint8_t { kVtd, kRiscv };

// What an IOMMU checks of the address of a translated request (requirements ATS-13).
enum class Containment : std::uint8_t {
  kNone,             // nothing: the device is trusted with host-physical addresses
  kSecondStage,      // RISC-V T2GPA: the device holds guest-physical addresses
  kPermissionTable,  // VT-d host permission table: the page's read and write bits
};

}  // namespace siov

#endif  // SIOV_MODELS_TRANSLATION_TABLE_FORMAT_H_
