// SPDX-License-Identifier: Apache-2.0
// The tables by which a CPU in a guest replaces the PASID of ENQCMD and ENQCMDS before the command leaves it, one pair
// of directories for each VM (VMCS fields 2038h and 203Ah, "PASID translation"; DMW-07, DMW-08):
//
//   PASID 19      which 4 KiB directory, low (0) or high (1)
//   PASID 18:10   its entry, 8 bytes: 0 present, 11:1 zero, then the address of a 4 KiB table, above the width zero
//   PASID 9:0     its entry, 4 bytes: 19:0 host PASID, 30:20 zero, 31 valid
//
// An entry that is not present, not valid or has a reserved bit set ends in a VM exit: 72 of ENQCMD, 73 of ENQCMDS.
// Tables are sparse: what nobody wrote is zero. Does not model where in memory they lie beyond their entries, nor what
// of them CPUs cache (the CPU's cost is a parameter of the host). Pure.
#ifndef SIOV_MODELS_HOST_CPUS_PASID_TRANSLATION_H_
#define SIOV_MODELS_HOST_CPUS_PASID_TRANSLATION_H_

#include <cstdint>
#include <unordered_map>

#include "models/base/ids.h"

namespace siov {

inline constexpr std::uint32_t kExitOfEnqcmd = 72;
inline constexpr std::uint32_t kExitOfEnqcmds = 73;

// Where the entries of a guest PASID are.
struct PasidTablePlace {
  bool high = false;                  // directory
  std::uint32_t directory_entry = 0;  // 0 to 511
  std::uint32_t table_entry = 0;      // 0 to 1023
};
PasidTablePlace PlaceOfGuestPasid(std::uint32_t guest_pasid);

class PasidTranslation {
 public:
  static constexpr std::uint64_t kPresent = 1;
  static constexpr std::uint64_t kDirectoryZeroBits = 0xFFF0'0000'0000'0FFEull;  // with addresses of 52 bits
  static constexpr std::uint32_t kValid = 0x8000'0000;
  static constexpr std::uint32_t kEntryZeroBits = 0x7FF0'0000;
  static constexpr std::uint32_t kEntryPasidBits = 0x000F'FFFF;

  enum class Outcome : std::uint8_t { kTranslated, kNoTable, kNoEntry, kReservedBits };  // the last three: VM exit
  struct Answer {
    Outcome outcome = Outcome::kNoTable;
    Pasid host;
    bool exits() const { return outcome != Outcome::kTranslated; }
  };

  Answer Translate(std::uint32_t vm, std::uint32_t guest_pasid) const;

  // The hypervisor: from now on this is the VM's PASID, on whatever device.
  void Map(std::uint32_t vm, std::uint32_t guest_pasid, Pasid host);

  // The tables as they lie in memory. A table's address names it in all VMs.
  void SetDirectoryEntry(std::uint32_t vm, bool high, std::uint32_t index, std::uint64_t value);
  std::uint64_t DirectoryEntry(std::uint32_t vm, bool high, std::uint32_t index) const;
  void SetTableEntry(std::uint64_t table, std::uint32_t index, std::uint32_t value);
  std::uint32_t TableEntry(std::uint64_t table, std::uint32_t index) const;

 private:
  static std::uint64_t DirectoryKey(std::uint32_t vm, bool high, std::uint32_t index) {
    return std::uint64_t{vm} << 10 | std::uint64_t{high} << 9 | index;
  }
  static std::uint64_t TableOf(std::uint64_t directory_entry) {
    return directory_entry & ~(kDirectoryZeroBits | kPresent);
  }
  std::uint64_t NewTable() { return tables_made_++ * 4096 + kFirstTable; }

  static constexpr std::uint64_t kFirstTable = 0x1000'0000;

  std::unordered_map<std::uint64_t, std::uint64_t> directories_;  // entries, by VM, directory and index
  std::unordered_map<std::uint64_t, std::uint32_t> entries_;      // of tables, by address
  std::uint64_t tables_made_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_CPUS_PASID_TRANSLATION_H_
