// SPDX-License-Identifier: Apache-2.0
// A random set of tables and structures, told twice: as software would write it into AddressSpaces, and as a list for
// the oracle. Every format, leaf size and combination of stages occurs, with holes, poor rights and broken entries.
#ifndef SIOV_TESTS_DIFFERENTIAL_TRANSLATION_WORLD_H_
#define SIOV_TESTS_DIFFERENTIAL_TRANSLATION_WORLD_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/base/random.h"
#include "models/iommu/page_walker/page_walker_config.h"
#include "models/translation/address_spaces.h"
#include "tests/differential/translation_oracle.h"

namespace siov::differential {

class TranslationWorld {
 public:
  explicit TranslationWorld(std::uint64_t seed);

  // Address spaces of this world; each call makes another, equal one.
  std::unique_ptr<AddressSpaces> Make() const;
  // Reads where things lie from `spaces`, which must outlive the setup.
  OracleSetup Setup(const AddressSpaces& spaces) const;
  // No caches; with caches of a few entries.
  PageWalkerConfig Walker(bool cached) const;
  OracleRequest RandomRequest();

  RequesterId requester() const { return requester_; }
  Pasid pasid() const { return Pasid(class_.first_pasid); }
  std::string Describe() const;

 private:
  static constexpr std::uint64_t kSeed = 11;  // of the places of tables

  void ChooseFormats();
  void MapTenantPages();
  void MapGuestPages();
  void MapProcessDirectory();
  void MapGuest(std::uint64_t guest);
  void BreakEntries();
  void ChooseStructures();
  void BreakStructure();
  void BreakRootOrContext(std::uint64_t which);
  void BreakBelowContext(std::uint64_t which);
  EntryDefect PickDefect();
  bool AddPage(const OraclePage& page);
  bool Chance(double probability) { return random_.Bernoulli(probability); }
  std::uint64_t Pick(std::initializer_list<std::uint64_t> values) {
    return values.begin()[random_.Below(values.size())];
  }
  unsigned PickShift(unsigned levels);

  RandomStream random_;
  AddressSpaceClass class_;
  RequesterId requester_ = 0;
  bool riscv_ = false;
  bool riscv_formats_ = false;
  unsigned device_levels_ = 2;
  unsigned process_levels_ = 3;
  unsigned first_levels_ = 0;
  unsigned second_levels_ = 0;
  RootMode root_mode_ = RootMode::kScalable;
  RootEntry root_;
  ContextEntry context_;
  DirectoryEntry directory_;
  PasidEntry entry_;
  PasidEntry entry_without_pasid_;
  std::vector<OraclePage> pages_;
  std::map<OraclePlace, OracleNote> notes_;
  std::uint32_t cache_entries_ = 0;
  std::unique_ptr<AddressSpaces> layout_;  // where tables lie, while the world is made
};

}  // namespace siov::differential

#endif  // SIOV_TESTS_DIFFERENTIAL_TRANSLATION_WORLD_H_
