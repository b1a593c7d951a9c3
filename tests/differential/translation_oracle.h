// SPDX-License-Identifier: Apache-2.0
// What a translation must be: plain recursion over a list of mappings, slow and obvious. Shares no code with the
// walker; of the product it uses the data types of structure entries and fault numbers, and asks where a table lies.
#ifndef SIOV_TESTS_DIFFERENTIAL_TRANSLATION_ORACLE_H_
#define SIOV_TESTS_DIFFERENTIAL_TRANSLATION_ORACLE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <tuple>
#include <vector>

#include "models/translation/fault_reason.h"
#include "models/translation/structure_entries.h"

namespace siov::differential {

enum class Stage { kFirst, kSecond };

// One page somebody mapped.
struct OraclePage {
  Stage stage = Stage::kFirst;
  std::uint64_t base = 0;
  unsigned shift = 12;
  std::uint64_t target = 0;
  bool read = true;
  bool write = true;
  bool user = true;
};

// What one entry says differently from the others.
struct OracleNote {
  bool unreadable = false;
  bool reserved = false;
  bool unwritable = false;
  bool not_present = false;
  bool no_read = false;
  bool no_write = false;
  bool supervisor = false;
};

// An entry's place: stage, level, first address it covers.
using OraclePlace = std::tuple<Stage, unsigned, std::uint64_t>;

struct OracleSetup {
  bool riscv = false;
  unsigned first_levels = 0;  // 0: no such stage
  unsigned second_levels = 0;
  bool second_x4 = false;
  bool first_tracks = false;  // accessed and dirty bits
  bool second_tracks = false;
  RootMode root_mode = RootMode::kScalable;
  RootEntry root;
  ContextEntry context;
  DirectoryEntry directory;
  PasidEntry entry;                // of the PASID under test
  PasidEntry entry_without_pasid;  // of RID_PASID
  std::uint32_t pasid = 0;
  unsigned device_levels = 2;
  unsigned process_levels = 3;
  std::vector<OraclePage> pages;
  std::map<OraclePlace, OracleNote> notes;
  // Where things lie.
  std::function<std::uint64_t(Stage, unsigned level, std::uint64_t address)> table_address;
  std::function<std::uint64_t(unsigned which, std::uint32_t pasid)>
      structure_address;  // VT-d: 0 root ... 3 PASID entry
  std::function<std::uint64_t(unsigned level)> device_address;
  std::function<std::uint64_t(unsigned level, std::uint32_t pasid)> process_address;
};

struct OracleRequest {
  bool with_pasid = true;
  std::uint64_t address = 0;
  bool write = false;
  bool privileged = false;
  bool translation_request = false;
};

struct OracleAnswer {
  unsigned fault = 0;
  std::uint64_t address = 0;
  unsigned shift = 0;
  bool read = false, write = false, privileged_read = false, privileged_write = false;
  bool clean = false;
  bool fpd = false;
  std::vector<std::uint64_t> reads;
  std::vector<std::uint64_t> updates;
};

class TranslationOracle {
 public:
  explicit TranslationOracle(OracleSetup setup) : s_(std::move(setup)) {}
  OracleAnswer Translate(const OracleRequest& request);

 private:
  struct Entry {
    bool present = false, leaf = false, read = false, write = false, user = false;
    bool accessed = true, dirty = true;
    OracleNote note;
    std::uint64_t target = 0;
    OraclePlace place;
    std::uint64_t where = 0;  // host-physical address of the entry
  };
  // The outcome of a stage: fault, or where the address goes.
  struct Found {
    unsigned fault = 0;
    std::uint64_t address = 0;
    unsigned shift = 0;
    bool read = true, write = true, user = true;
    Entry leaf;
  };
  // Through all stages there are.
  struct Walked {
    unsigned fault = 0;
    std::uint64_t output = 0;
    unsigned shift = 0;
    Found first;
    Found second;
  };
  enum class Use { kOutput, kFirstTable, kProcessTable };

  Entry Read(Stage stage, unsigned level, std::uint64_t address, std::uint64_t table);
  Found Second(std::uint64_t guest, Use use, bool root);
  Found SecondBelow(std::uint64_t guest, Use use, bool root, unsigned level, bool read, bool write);
  Found FirstBelow(std::uint64_t address, unsigned level, bool read, bool write, bool user);
  unsigned Structures(const OracleRequest& request);
  unsigned VtdStructures(const OracleRequest& request);
  unsigned RiscvStructures(const OracleRequest& request);
  Walked Stages(std::uint64_t address);
  void Rights(const Found& first, const Found& second);
  void UseLeaves(const Found& first, const Found& second, bool write);
  void Tables(const OracleRequest& request);
  unsigned UpdateFirst(const Entry& entry, bool dirty, bool table_writable);
  unsigned UpdateSecond(const Entry& entry, bool dirty);
  void Use_(const Entry& entry, bool dirty);
  bool nested() const { return entry_.pgtt == 3; }
  bool first_stage() const { return entry_.pgtt == 1 || nested(); }
  bool second_stage() const { return entry_.pgtt == 2 || nested(); }

  OracleSetup s_;
  std::map<OraclePlace, std::pair<bool, bool>> used_;  // accessed, dirty
  OracleAnswer answer_;
  PasidEntry entry_;
  bool privileged_ = false;
  bool leaf_table_writable_ = true;
};

}  // namespace siov::differential

#endif  // SIOV_TESTS_DIFFERENTIAL_TRANSLATION_ORACLE_H_
