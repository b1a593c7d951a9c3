// SPDX-License-Identifier: Apache-2.0
// The tenants' address spaces: where every table entry lies in memory and what it says.
//
// Procedural by default: the address of a table page, and the frame a page maps to, are hashes of (PASID or domain,
// stage, level, address prefix), so a tenant costs nothing until pages of it that were not present at the start are
// made resident. Neighbouring entries share a table page and its cache lines, as in memory. Address spaces whose class
// says `explicit_pages` hold only what Map() put there; table pages are then as many as the mappings need, at the same
// addresses. Walkers and caches cannot tell the two kinds apart.
//
// First-stage tables of a nested address space lie at guest-physical addresses, everything else at host-physical ones.
// Accessed and dirty bits count as set unless the class tracks them; then only entries that were used cost memory.
// Single entries can be made unreadable, reserved, absent or poorer in rights (SetEntry). Execute rights are not
// modelled.
//
// All tables of a simulation are here, and this is how its blocks share them. Software writes: the host's driver (maps,
// unmaps), its fault service (pages made resident and taken away, PASIDs torn down). A change takes no time of its own;
// what it costs a CPU is the writer's parameter. Hardware reads: the page walker an entry when the memory has answered
// its read of it, root ports and the page request queue what they check as a request passes them. Who holds what it
// read (IOTLB, walker's caches, ATC) is not told of a change but by the invalidation that software sends after it.
// Pure.
#ifndef SIOV_MODELS_TRANSLATION_ADDRESS_SPACES_H_
#define SIOV_MODELS_TRANSLATION_ADDRESS_SPACES_H_

#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

#include "models/base/ids.h"
#include "models/translation/address_space_config.h"
#include "models/translation/explicit_pages.h"
#include "models/translation/stage_tables.h"
#include "models/translation/table_entry.h"
#include "models/translation/table_layout.h"
#include "models/translation/translation_structures.h"

namespace siov {

// One PASID's address space, looked up once a walk.
struct AddressSpace {
  const AddressSpaceClass* config = nullptr;
  std::uint32_t pasid = 0;
  std::uint32_t domain = 0;     // first PASID of those that share the second stage: owner of its tables
  std::uint16_t domain_id = 0;  // what caches are tagged with and invalidations name
  TranslationStages stages = TranslationStages::kPassThrough;
  TableLayout first;
  TableLayout second;

  const TableLayout& layout(TableStage stage) const { return stage == TableStage::kFirst ? first : second; }
  std::uint32_t owner(TableStage stage) const { return stage == TableStage::kFirst ? pasid : domain; }
  bool nested() const { return stages == TranslationStages::kNested; }
  bool pass_through() const { return stages == TranslationStages::kPassThrough; }
  // The stage that maps the tenant's own pages: where page faults happen and Map() acts.
  TableStage tenant_stage() const {
    return stages == TranslationStages::kSecondOnly ? TableStage::kSecond : TableStage::kFirst;
  }
  std::uint8_t leaf_shift(TableStage stage, std::uint64_t address) const {
    if (!config->leaf_ranges.empty() && stage == tenant_stage()) {
      for (const LeafRange& range : config->leaf_ranges) {
        if (address - range.from < range.bytes) return range.shift;
      }
    }
    return stage == TableStage::kFirst ? config->first_leaf_shift : config->second_leaf_shift;
  }
  bool explicit_stage(TableStage stage) const {
    return stage == tenant_stage() ? config->explicit_pages : config->explicit_second_stage;
  }
  bool tracks(TableStage stage) const {
    return stage == TableStage::kFirst ? config->first_accessed_dirty : config->second_accessed_dirty;
  }
};

// The whole translation of one page, without memory accesses: what a walk must find.
struct PageMapping {
  bool present = false;
  bool read = false;
  bool write = false;
  std::uint8_t page_shift = kPageShift4K;  // the smaller of both stages' leaves
  std::uint64_t address = 0;               // host-physical, of the page of that size
};

class AddressSpaces {
 public:
  // REQUIRES that ValidateAddressSpaces(classes) finds no fault; throws std::invalid_argument otherwise.
  AddressSpaces(std::vector<AddressSpaceClass> classes, std::uint64_t seed);
  AddressSpaces(const AddressSpaces&) = delete;
  AddressSpaces& operator=(const AddressSpaces&) = delete;

  // Nothing if no class covers the PASID: its PASID table entry is not present. O(log classes).
  std::optional<AddressSpace> Find(Pasid pasid) const;

  // The structures above the tables. By default every function may do everything, and requests without PASID use the
  // lowest PASID no class covers (if none is left, 2^20: an entry behind the directory), whose entry is pass-through.
  const TranslationStructures& structures() const { return structures_; }
  TranslationStructures& structures() { return structures_; }
  // What was set, else what the classes say: an entry that is not present for a PASID of no class.
  PasidEntry ReadPasidEntry(RequesterId requester, std::uint32_t pasid) const;
  // The tables an entry points to, translated as the entry says. Nothing if they do not exist in its formats.
  std::optional<AddressSpace> TablesOf(const PasidEntry& entry) const;

  // REQUIRES that the address space has this stage.
  StageTables StageOf(const AddressSpace& space, TableStage stage) const;

  // The table of `level` (level == layout.levels: the root) that translates `address`, and its entry.
  std::uint64_t TableAddress(const AddressSpace& space, TableStage stage, unsigned level, std::uint64_t address) const {
    return StageOf(space, stage).Table(level, address);
  }
  std::uint64_t EntryAddress(const AddressSpace& space, TableStage stage, unsigned level, std::uint64_t address) const {
    return TableAddress(space, stage, level, address) + space.layout(stage).Index(level, address) * kTableEntryBytes;
  }
  TableEntry ReadEntry(const AddressSpace& space, TableStage stage, unsigned level, std::uint64_t address) const {
    return ReadEntry(space, stage, StageOf(space, stage), level, address);
  }
  // `tables`: StageOf(space, stage).
  TableEntry ReadEntry(const AddressSpace& space, TableStage stage, const StageTables& tables, unsigned level,
                       std::uint64_t address) const {
    if (AllAsRuled(tables)) return tables.Entry(level, address);
    return ReadSpecialEntry(space, stage, tables, level, address);
  }
  // Every entry of these tables says what tables.Entry() says.
  bool AllAsRuled(const StageTables& tables) const { return tables.regular && !states_.any_override(); }
  // The walker's atomic update of an entry it used. REQUIRES space.tracks(stage).
  void UseEntry(const AddressSpace& space, TableStage stage, unsigned level, std::uint64_t address, bool dirty) {
    states_.Use(KeyOf(space, stage, level, address), dirty);
  }
  // Software: an entry that differs from the rule of its table, and clearing of its accessed and dirty bits. Caches
  // keep what they hold. REQUIRES that a class covers the PASID.
  void SetEntry(Pasid pasid, TableStage stage, unsigned level, std::uint64_t address, const EntryOverride& change);
  void ResetEntry(Pasid pasid, TableStage stage, unsigned level, std::uint64_t address);
  void ClearAccessedDirty(Pasid pasid, TableStage stage, unsigned level, std::uint64_t address);

  PageMapping Translate(Pasid pasid, std::uint64_t address) const;

  // Serves a page fault: the page is present from now on. False if no such access can ever be granted (no such PASID,
  // address too wide, write to a read-only address space): the page response is then Invalid Request.
  bool MakeResident(Pasid pasid, std::uint64_t address, bool write = false);
  // Takes away a page that MakeResident() brought (or, with explicit pages, any page). False if there is none. Caches
  // keep what they hold until they are invalidated.
  bool Evict(Pasid pasid, std::uint64_t address);
  bool IsResident(Pasid pasid, std::uint64_t address) const { return Translate(pasid, address).present; }

  // For classes with explicit_pages. `target` is what the tenant's own stage maps to (guest-physical if nested),
  // aligned to the page. Map() replaces an equal page; overlapping pages of another size are refused
  // (std::invalid_argument).
  void Map(Pasid pasid, std::uint64_t address, unsigned page_shift, std::uint64_t target, bool read, bool write,
           bool user = true);
  // The same of the second stage of a nested class with explicit_second_stage.
  void MapSecondStage(Pasid pasid, std::uint64_t guest, unsigned page_shift, std::uint64_t target, bool read,
                      bool write);
  // False if nothing is mapped there. Caches keep what they hold until they are invalidated.
  bool Unmap(Pasid pasid, std::uint64_t address);

  // Pages that cost memory: made resident or mapped.
  std::size_t touched_pages() const { return resident_.size() + explicit_.pages(); }

 private:
  struct Range {
    std::uint32_t first;
    std::uint32_t last;
    std::uint32_t index;   // of the class
    std::uint32_t offset;  // of `first` within the class
  };

  EntryKey KeyOf(const AddressSpace& space, TableStage stage, unsigned level, std::uint64_t address) const {
    return {space.layout(stage).EntryPrefix(level, address), space.owner(stage), static_cast<std::uint8_t>(level),
            static_cast<std::uint8_t>(stage)};
  }
  bool InitiallyResident(const AddressSpace& space, const EntryKey& page) const;
  TableEntry ReadSpecialEntry(const AddressSpace& space, TableStage stage, const StageTables& tables, unsigned level,
                              std::uint64_t address) const;
  TableEntry ReadExplicit(const AddressSpace& space, TableStage stage, const StageTables& tables, unsigned level,
                          std::uint64_t address) const;
  TableEntry ReadProceduralLeaf(const AddressSpace& space, TableStage stage, const StageTables& tables, unsigned level,
                                std::uint64_t address) const;
  // Walks one stage without memory accesses.
  TableEntry Resolve(const AddressSpace& space, TableStage stage, std::uint64_t address, unsigned* page_shift) const;
  AddressSpace Require(Pasid pasid) const;
  AddressSpace RequireExplicit(Pasid pasid, TableStage stage, std::uint64_t address) const;
  void MapStage(const AddressSpace& space, TableStage stage, std::uint64_t address, unsigned page_shift,
                const ExplicitPages::Leaf& leaf);
  std::uint32_t LowestUncoveredPasid() const;
  static AddressSpace PrototypeOf(const AddressSpaceClass& config, std::uint32_t first_vm_domain);

  std::vector<AddressSpaceClass> classes_;
  std::vector<Range> ranges_;             // sorted, without overlaps
  std::vector<AddressSpace> prototypes_;  // by class: what all of its address spaces have in common
  std::uint64_t seed_;
  TranslationStructures structures_;
  std::unordered_set<EntryKey, EntryKeyHash> resident_;  // procedural pages made resident
  ExplicitPages explicit_;
  EntryStates states_;
};

}  // namespace siov

#endif  // SIOV_MODELS_TRANSLATION_ADDRESS_SPACES_H_
