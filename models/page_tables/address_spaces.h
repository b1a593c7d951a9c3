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
// Requests without PASID are not covered here: they pass through (see models/page_walker).
// Accessed and dirty bits, execute and supervisor rights are not modelled. Pure.
#ifndef SIOV_MODELS_PAGE_TABLES_ADDRESS_SPACES_H_
#define SIOV_MODELS_PAGE_TABLES_ADDRESS_SPACES_H_

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "models/base/ids.h"
#include "models/base/random.h"
#include "models/page_tables/address_space_config.h"
#include "models/page_tables/table_layout.h"

namespace siov {

// One PASID's address space, looked up once a walk.
struct AddressSpace {
  const AddressSpaceClass* config = nullptr;
  std::uint32_t pasid = 0;
  std::uint32_t domain = 0;  // first PASID of those that share the second stage
  TableLayout first;
  TableLayout second;

  const TableLayout& layout(TableStage stage) const { return stage == TableStage::kFirst ? first : second; }
  std::uint32_t owner(TableStage stage) const { return stage == TableStage::kFirst ? pasid : domain; }
  bool nested() const { return config->stages == TranslationStages::kNested; }
  bool pass_through() const { return config->stages == TranslationStages::kPassThrough; }
  // The stage that maps the tenant's own pages: where page faults happen and Map() acts.
  TableStage tenant_stage() const {
    return config->stages == TranslationStages::kSecondOnly ? TableStage::kSecond : TableStage::kFirst;
  }
  std::uint8_t leaf_shift(TableStage stage) const {
    return stage == TableStage::kFirst ? config->first_leaf_shift : config->second_leaf_shift;
  }
};

// What one entry says about an address below it.
struct TableEntry {
  enum class Kind : std::uint8_t { kNotPresent, kTable, kLeaf };
  Kind kind = Kind::kNotPresent;
  bool read = false;
  bool write = false;
  std::uint64_t address = 0;  // of the next table, or of the page
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

  // Structures of VT-d scalable mode (root entry 16 B with two halves, context entry 32 B, PASID directory entry 8 B,
  // PASID table entry 64 B), all host-physical. Requests without PASID use PASID entry 0.
  std::uint64_t RootEntryAddress(RequesterId requester) const;
  std::uint64_t ContextEntryAddress(RequesterId requester) const;
  std::uint64_t PasidDirectoryEntryAddress(RequesterId requester, Pasid pasid) const;
  std::uint64_t PasidEntryAddress(RequesterId requester, Pasid pasid) const;

  // The table of `level` (level == layout.levels: the root) that translates `address`, and its entry.
  std::uint64_t TableAddress(const AddressSpace& space, TableStage stage, unsigned level, std::uint64_t address) const;
  std::uint64_t EntryAddress(const AddressSpace& space, TableStage stage, unsigned level, std::uint64_t address) const {
    return TableAddress(space, stage, level, address) + space.layout(stage).Index(level, address) * kTableEntryBytes;
  }
  TableEntry ReadEntry(const AddressSpace& space, TableStage stage, unsigned level, std::uint64_t address) const;

  PageMapping Translate(Pasid pasid, std::uint64_t address) const;

  // Serves a page fault: the page is present from now on. False if no such access can ever be granted (no such PASID,
  // address too wide, write to a read-only address space): the page response is then Invalid Request.
  bool MakeResident(Pasid pasid, std::uint64_t address, bool write = false);
  bool IsResident(Pasid pasid, std::uint64_t address) const { return Translate(pasid, address).present; }

  // For classes with explicit_pages. `target` is what the tenant's own stage maps to (guest-physical if nested),
  // aligned to the page. Map() replaces an equal page; overlapping pages of another size are refused
  // (std::invalid_argument).
  void Map(Pasid pasid, std::uint64_t address, unsigned page_shift, std::uint64_t target, bool read, bool write);
  // False if nothing is mapped there. Caches keep what they hold until they are invalidated.
  bool Unmap(Pasid pasid, std::uint64_t address);

  // Pages that cost memory: made resident or mapped.
  std::size_t touched_pages() const { return resident_.size() + leaves_.size(); }

 private:
  struct Range {
    std::uint32_t first;
    std::uint32_t last;
    std::uint32_t index;   // of the class
    std::uint32_t offset;  // of `first` within the class
  };
  // A page or table of one owner; `level` keeps sizes apart.
  struct PageKey {
    std::uint64_t prefix;
    std::uint32_t owner;
    std::uint8_t level;
    std::uint8_t stage;
    bool operator==(const PageKey& other) const {
      return prefix == other.prefix && owner == other.owner && level == other.level && stage == other.stage;
    }
  };
  struct PageKeyHash {
    std::size_t operator()(const PageKey& key) const {
      const std::uint64_t tag = (std::uint64_t{key.owner} << 16) | (std::uint64_t{key.level} << 8) | key.stage;
      return static_cast<std::size_t>(Mix64(Mix64(key.prefix + 1) ^ tag));
    }
  };
  struct Leaf {
    std::uint64_t target;
    bool read;
    bool write;
  };

  std::uint64_t Hash(std::uint64_t kind, std::uint64_t owner, std::uint64_t prefix) const;
  PageKey KeyOf(const AddressSpace& space, TableStage stage, unsigned level, std::uint64_t address) const;
  bool InitiallyResident(const AddressSpace& space, const PageKey& page) const;
  std::uint64_t Frame(const AddressSpace& space, TableStage stage, std::uint64_t address) const;
  TableEntry ReadExplicit(const AddressSpace& space, TableStage stage, unsigned level, std::uint64_t address) const;
  TableEntry ReadProceduralLeaf(const AddressSpace& space, TableStage stage, std::uint64_t address) const;
  // Walks one stage without memory accesses.
  TableEntry Resolve(const AddressSpace& space, TableStage stage, std::uint64_t address, unsigned* page_shift) const;
  AddressSpace RequireExplicit(Pasid pasid, std::uint64_t address) const;

  std::vector<AddressSpaceClass> classes_;
  std::vector<Range> ranges_;  // sorted, without overlaps
  std::uint64_t seed_;
  std::unordered_set<PageKey, PageKeyHash> resident_;               // procedural pages made resident
  std::unordered_map<PageKey, Leaf, PageKeyHash> leaves_;           // explicit pages
  std::unordered_map<PageKey, std::uint32_t, PageKeyHash> tables_;  // explicit entries that refer to tables: uses
};

}  // namespace siov

#endif  // SIOV_MODELS_PAGE_TABLES_ADDRESS_SPACES_H_
