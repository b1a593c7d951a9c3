// SPDX-License-Identifier: Apache-2.0
// The host permission table: which host-physical pages a function may read and write by translated requests (VT-d
// 4.2.4; requirements ATS-13).
//
// Four levels of 16-byte entries. An entry of level 1, 2 or 3 holds the permissions of 32, 16 or 8 pages of 4 KiB,
// 2 MiB or 1 GiB, or refers to the table below. Procedural: every page is granted to every function, as software does
// with what it maps, until it is set; only what is set costs memory. One table for each function; VT-d lets each PASID
// have its own, which is not modelled. Pure.
#ifndef SIOV_MODELS_TRANSLATION_HOST_PERMISSIONS_H_
#define SIOV_MODELS_TRANSLATION_HOST_PERMISSIONS_H_

#include <cstdint>
#include <unordered_map>

#include "models/base/ids.h"
#include "models/base/units.h"
#include "models/translation/structure_entries.h"

namespace siov {

struct HostPermission {
  bool read = true;
  bool write = true;
  std::uint8_t page_shift = kPageShift4K;   // whose permission it is: decides how deep the walk goes
  EntryDefect defect = EntryDefect::kNone;  // of the entry that holds it
};

class HostPermissions {
 public:
  static constexpr unsigned kLevels = 4;

  explicit HostPermissions(std::uint64_t hashed_seed) : seed_(hashed_seed) {}

  // Software: the permission of one page of `permission.page_shift`. Caches keep what they hold.
  void Set(RequesterId requester, std::uint64_t address, const HostPermission& permission);
  // What was set last for the smallest page that holds the address, else a granted page of `default_shift`.
  HostPermission Find(RequesterId requester, std::uint64_t address, std::uint8_t default_shift) const;

  // The level whose entries hold permissions of pages of this size.
  static unsigned LeafLevel(unsigned page_shift);
  // Of the entry of `level` (4: the root table) that stands for the address.
  std::uint64_t EntryAddress(RequesterId requester, unsigned level, std::uint64_t address) const;

 private:
  std::uint64_t seed_;
  std::unordered_map<std::uint64_t, HostPermission> set_;
};

}  // namespace siov

#endif  // SIOV_MODELS_TRANSLATION_HOST_PERMISSIONS_H_
