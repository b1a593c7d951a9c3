// SPDX-License-Identifier: Apache-2.0
// The formats, the pages and the requests of a world.
#include "tests/differential/translation_world.h"

#include <sstream>
#include <stdexcept>

namespace siov::differential {
namespace {

std::uint64_t Base(std::uint64_t address, unsigned shift) { return address >> shift << shift; }
unsigned ShiftOf(unsigned level) { return 12 + 9 * (level - 1); }

unsigned LevelsOf(TableFormat format) {
  switch (format) {
    case TableFormat::kSv39:
      return 3;
    case TableFormat::kX86FiveLevel:
    case TableFormat::kSv57:
      return 5;
    case TableFormat::kNone:
      return 0;
    default:
      return 4;
  }
}

}  // namespace

TranslationWorld::TranslationWorld(std::uint64_t seed) : random_(seed) {
  ChooseFormats();
  layout_ = std::make_unique<AddressSpaces>(std::vector<AddressSpaceClass>{class_}, kSeed);
  MapTenantPages();
  if (class_.stages == TranslationStages::kNested) MapGuestPages();
  if (riscv_ && class_.has_second_stage()) MapProcessDirectory();
  ChooseStructures();
  if (Chance(0.5)) BreakEntries();
  cache_entries_ = static_cast<std::uint32_t>(Pick({1, 2, 4, 16}));
}

void TranslationWorld::ChooseFormats() {
  riscv_ = Chance(0.35);
  riscv_formats_ = riscv_ || Chance(0.2);
  const auto format = [this] {
    if (!riscv_formats_) return Chance(0.5) ? TableFormat::kX86FourLevel : TableFormat::kX86FiveLevel;
    return static_cast<TableFormat>(
        Pick({static_cast<std::uint64_t>(TableFormat::kSv39), static_cast<std::uint64_t>(TableFormat::kSv48),
              static_cast<std::uint64_t>(TableFormat::kSv57)}));
  };
  class_.first_pasid = static_cast<std::uint32_t>(1 + random_.Below(kMaxPasids - 1));
  class_.count = 1;
  class_.stages = static_cast<TranslationStages>(Pick({0, 0, 1, 1, 2, 2, 2, 3}));
  const bool first = class_.stages == TranslationStages::kFirstOnly || class_.stages == TranslationStages::kNested;
  class_.first_format = first ? format() : TableFormat::kNone;
  class_.second_format = class_.has_second_stage() ? format() : TableFormat::kNone;
  first_levels_ = LevelsOf(class_.first_format);
  second_levels_ = LevelsOf(class_.second_format);
  class_.explicit_pages = class_.stages != TranslationStages::kPassThrough;
  class_.explicit_second_stage = class_.stages == TranslationStages::kNested;
  class_.first_accessed_dirty = first && Chance(0.5);
  class_.second_accessed_dirty = class_.has_second_stage() && Chance(0.5);
  class_.guest_memory_bits = static_cast<std::uint8_t>(31 + random_.Below(6));
}

unsigned TranslationWorld::PickShift(unsigned levels) {
  const auto most = static_cast<unsigned>(riscv_formats_ ? levels : 3);
  return Chance(0.6) ? 12 : ShiftOf(static_cast<unsigned>(1 + random_.Below(most)));
}

// False, and nothing changes, where the tables already hold something else.
bool TranslationWorld::AddPage(const OraclePage& page) {
  try {
    if (page.stage == Stage::kSecond && class_.stages == TranslationStages::kNested) {
      layout_->MapSecondStage(pasid(), page.base, page.shift, page.target, page.read, page.write);
    } else {
      layout_->Map(pasid(), page.base, page.shift, page.target, page.read, page.write, page.user);
    }
  } catch (const std::invalid_argument&) {
    return false;
  }
  for (OraclePage& known : pages_) {
    if (known.stage != page.stage || known.base != page.base || known.shift != page.shift) continue;
    known = page;
    return true;
  }
  pages_.push_back(page);
  return true;
}

// Close together, so that they share tables.
void TranslationWorld::MapTenantPages() {
  if (class_.stages == TranslationStages::kPassThrough) return;
  const bool first = class_.stages != TranslationStages::kSecondOnly;
  const unsigned levels = first ? first_levels_ : second_levels_;
  const unsigned bits = ShiftOf(levels) + 9;
  for (std::uint64_t count = 4 + random_.Below(8); count > 0; --count) {
    OraclePage page;
    page.stage = first ? Stage::kFirst : Stage::kSecond;
    page.shift = PickShift(levels);
    std::uint64_t address = 0;
    for (unsigned level = 1; level <= levels; ++level) address |= random_.Below(3) << ShiftOf(level);
    if (first && Chance(0.2)) address |= ~std::uint64_t{0} << (bits - 1);
    page.base = Base(address, page.shift);
    const unsigned target_bits = class_.stages == TranslationStages::kNested ? class_.guest_memory_bits : 48;
    page.target = Base(random_.Next() >> (64 - target_bits), page.shift);
    if (Chance(0.05)) page.target = Base(0xFEE0'0000, page.shift);
    if (Chance(0.03)) page.target = Base(std::uint64_t{1} << 60, page.shift);
    page.read = Chance(0.9);
    page.write = Chance(0.7);
    page.user = !first || Chance(0.8);
    AddPage(page);
  }
}

void TranslationWorld::MapGuest(std::uint64_t guest) {
  OraclePage page;
  page.stage = Stage::kSecond;
  page.shift = PickShift(second_levels_);
  page.base = Base(guest, page.shift);
  page.target = Base(random_.Next() >> 16, page.shift);
  if (Chance(0.02)) page.target = Base(0xFEE0'0000, page.shift);
  page.read = Chance(0.95);
  page.write = Chance(0.85);
  if (!Chance(0.04) && !AddPage(page)) {
    page.shift = 12;
    page.base = Base(guest, 12);
    AddPage(page);
  }
}

// What the walk of every page needs from the second stage, with a hole here and there.
void TranslationWorld::MapGuestPages() {
  const AddressSpace space = *layout_->Find(pasid());
  const std::vector<OraclePage> first = pages_;
  for (const OraclePage& page : first) {
    for (unsigned level = first_levels_; level >= (page.shift - 12) / 9 + 1; --level) {
      MapGuest(layout_->TableAddress(space, TableStage::kFirst, level, page.base));
    }
    MapGuest(page.target + Base(random_.Next() % (std::uint64_t{1} << page.shift), 12));
    MapGuest(page.target);
  }
}

void TranslationWorld::MapProcessDirectory() {
  for (unsigned level = 1; level <= 3; ++level) {
    for (const std::uint32_t process : {pasid().value(), 0u}) {
      MapGuest(
          layout_->structures().ProcessDirectoryEntryAddress(requester_, level, process, class_.guest_memory_bits));
    }
  }
}

OracleRequest TranslationWorld::RandomRequest() {
  OracleRequest request;
  request.with_pasid = !Chance(0.15);
  request.write = Chance(0.5);
  request.privileged = Chance(0.3);
  request.translation_request = Chance(0.3);
  const bool tenant_first = class_.stages != TranslationStages::kSecondOnly;
  if (pages_.empty() || Chance(0.05)) {
    request.address = random_.Next() >> random_.Below(40);
  } else {
    const OraclePage& page = pages_[random_.Below(pages_.size())];
    const OraclePage& own = page.stage == (tenant_first ? Stage::kFirst : Stage::kSecond) ? page : pages_.front();
    request.address = own.base + random_.Next() % (std::uint64_t{1} << own.shift);
    if (Chance(0.1)) request.address ^= std::uint64_t{1} << (12 + 9 * random_.Below(5));
  }
  return request;
}

std::string TranslationWorld::Describe() const {
  std::ostringstream text;
  text << (riscv_ ? "riscv" : "vtd") << " stages " << static_cast<int>(class_.stages) << " levels " << first_levels_
       << "+" << second_levels_ << (riscv_formats_ ? " sv" : " x86") << " ad " << class_.first_accessed_dirty
       << class_.second_accessed_dirty << " pgtt " << int{entry_.pgtt} << " pages " << pages_.size() << " notes "
       << notes_.size() << " cache " << cache_entries_;
  return text.str();
}

}  // namespace siov::differential
