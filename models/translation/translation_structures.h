// SPDX-License-Identifier: Apache-2.0
// The structures above the page tables: where root, context, PASID directory and PASID table entries lie and what those
// say that somebody set.
//
// Entries are procedural: every root half, context and directory entry says the default until it is set, and only what
// is set costs memory. What a PASID entry says by default depends on the address spaces: AddressSpaces::ReadPasidEntry.
// Readable without time: blocks that check enable bits (DTE, PRE, EPTR) ask here. All addresses are host-physical.
// Pure.
#ifndef SIOV_MODELS_TRANSLATION_TRANSLATION_STRUCTURES_H_
#define SIOV_MODELS_TRANSLATION_TRANSLATION_STRUCTURES_H_

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "models/base/ids.h"
#include "models/translation/host_permissions.h"
#include "models/translation/memory_map.h"
#include "models/translation/structure_entries.h"

namespace siov {

class TranslationStructures {
 public:
  explicit TranslationStructures(std::uint64_t hashed_seed) : seed_(hashed_seed), host_permissions_(hashed_seed) {}

  RootMode root_mode() const { return root_mode_; }
  RootEntry Root(RequesterId requester) const { return Get(roots_, requester >> 7, RootEntry()); }
  ContextEntry Context(RequesterId requester) const { return Get(contexts_, requester, default_context_); }
  DirectoryEntry Directory(RequesterId requester, std::uint32_t pasid) const {
    return Get(directories_, Key(requester, pasid >> 6), DirectoryEntry());
  }
  // Nothing unless it was set.
  const PasidEntry* FindPasidEntry(RequesterId requester, std::uint32_t pasid) const {
    if (pasid_entries_.empty()) return nullptr;
    const auto found = pasid_entries_.find(Key(requester, pasid));
    return found == pasid_entries_.end() ? nullptr : &found->second;
  }
  // Some entry is not the default: only then can entries contradict one another.
  bool any_pasid_entry_set() const { return !pasid_entries_.empty(); }

  const HostPermissions& host_permissions() const { return host_permissions_; }
  HostPermissions& host_permissions() { return host_permissions_; }

  // Grows with every change of an entry.
  std::uint64_t version() const { return version_; }

  // Caches keep what they hold until it is invalidated.
  void SetRootMode(RootMode mode) {
    root_mode_ = mode;
    ++version_;
  }
  void SetRoot(RequesterId requester, const RootEntry& entry) {
    roots_[requester >> 7] = entry;
    ++version_;
  }
  void SetDefaultContext(const ContextEntry& entry) {
    default_context_ = entry;
    ++version_;
  }
  const ContextEntry& default_context() const { return default_context_; }
  void SetContext(RequesterId requester, const ContextEntry& entry) {
    contexts_[requester] = entry;
    ++version_;
  }
  void SetDirectory(RequesterId requester, std::uint32_t pasid, const DirectoryEntry& entry) {
    directories_[Key(requester, pasid >> 6)] = entry;
    ++version_;
  }
  void SetPasidEntry(RequesterId requester, std::uint32_t pasid, const PasidEntry& entry) {
    pasid_entries_[Key(requester, pasid)] = entry;
    ++version_;
  }
  void ResetPasidEntry(RequesterId requester, std::uint32_t pasid) {
    pasid_entries_.erase(Key(requester, pasid));
    ++version_;
  }

  // All structures that its IOMMU finds a requester's tables by lie in this memory; the first of the host's, unless
  // said.
  void PlaceIn(RequesterId requester, std::uint32_t memory) {
    if (homes_.empty()) homes_.resize(std::size_t{1} << 16);
    homes_[requester] = static_cast<std::uint8_t>(memory);
  }
  // Where that memory begins.
  std::uint64_t BaseOf(RequesterId requester) const {
    return homes_.empty() ? 0 : memory_map::BaseOf(homes_[requester]);
  }

  // Root entry 16 B in two halves, context entry 32 B, directory entry 8 B, PASID table entry 64 B.
  std::uint64_t RootEntryAddress(RequesterId requester) const;
  std::uint64_t ContextEntryAddress(RequesterId requester) const;
  std::uint64_t DirectoryEntryAddress(RequesterId requester, std::uint32_t pasid) const;
  std::uint64_t PasidEntryAddress(RequesterId requester, std::uint32_t pasid) const;

  // RISC-V: device contexts of 32 B (128 in the lowest directory page), process contexts of 16 B (256), entries of 8 B
  // above them. A process directory lies in guest memory of 2^guest_bits bytes, or, if that is 0, in the host's.
  static bool DeviceDirectoryReaches(unsigned levels, RequesterId requester);
  static bool ProcessDirectoryReaches(unsigned levels, std::uint32_t process);
  std::uint64_t DeviceDirectoryEntryAddress(unsigned level, RequesterId requester) const;
  std::uint64_t ProcessDirectoryEntryAddress(RequesterId requester, unsigned level, std::uint32_t process,
                                             unsigned guest_bits) const;

 private:
  static std::uint64_t Key(RequesterId requester, std::uint32_t index) {
    return (std::uint64_t{requester} << 32) | index;
  }
  template <class Entry>
  static Entry Get(const std::unordered_map<std::uint64_t, Entry>& entries, std::uint64_t key, const Entry& otherwise) {
    if (entries.empty()) return otherwise;
    const auto found = entries.find(key);
    return found == entries.end() ? otherwise : found->second;
  }

  std::uint64_t seed_;
  std::uint64_t version_ = 0;
  RootMode root_mode_ = RootMode::kScalable;
  HostPermissions host_permissions_;
  std::vector<std::uint8_t> homes_;  // by requester; empty: all lie in the first memory
  ContextEntry default_context_;
  std::unordered_map<std::uint64_t, RootEntry> roots_;
  std::unordered_map<std::uint64_t, ContextEntry> contexts_;
  std::unordered_map<std::uint64_t, DirectoryEntry> directories_;
  std::unordered_map<std::uint64_t, PasidEntry> pasid_entries_;
};

}  // namespace siov

#endif  // SIOV_MODELS_TRANSLATION_TRANSLATION_STRUCTURES_H_
