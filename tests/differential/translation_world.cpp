// SPDX-License-Identifier: Apache-2.0
#include "tests/differential/translation_world.h"

#include <sstream>
#include <stdexcept>

namespace siov::differential {
namespace {

constexpr std::uint64_t kWorldSeed = 11;

TableStage StageOf(Stage stage) { return stage == Stage::kFirst ? TableStage::kFirst : TableStage::kSecond; }
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
  layout_ = std::make_unique<AddressSpaces>(std::vector<AddressSpaceClass>{class_}, kWorldSeed);
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

void TranslationWorld::BreakEntries() {
  for (std::uint64_t count = 1 + random_.Below(4); count > 0 && !pages_.empty(); --count) {
    const OraclePage& page = pages_[random_.Below(pages_.size())];
    const unsigned levels = page.stage == Stage::kFirst ? first_levels_ : second_levels_;
    const unsigned lowest = (page.shift - 12) / 9 + 1;
    const auto level = static_cast<unsigned>(lowest + random_.Below(levels - lowest + 1));
    OracleNote note;
    switch (random_.Below(7)) {
      case 0:
        note.unreadable = true;
        break;
      case 1:
        note.reserved = true;
        break;
      case 2:
        note.unwritable = true;
        break;
      case 3:
        note.not_present = true;
        break;
      case 4:
        note.no_read = true;
        break;
      case 5:
        note.no_write = true;
        break;
      default:
        note.supervisor = page.stage == Stage::kFirst;
    }
    notes_[{page.stage, level, Base(page.base, ShiftOf(level))}] = note;
  }
}

void TranslationWorld::ChooseStructures() {
  device_levels_ = static_cast<unsigned>(1 + random_.Below(3));
  const auto bus = static_cast<RequesterId>(random_.Below(128));
  requester_ = device_levels_ == 1 ? bus : static_cast<RequesterId>(random_.Below(65536));
  if (class_.has_second_stage() && riscv_) {
    requester_ = 0;  // its process directory is mapped
    device_levels_ = 2;
  } else {
    process_levels_ = class_.first_pasid < 256 ? 1 : class_.first_pasid < (1u << 17) ? 2 : 3;
    if (Chance(0.1)) process_levels_ = static_cast<unsigned>(1 + random_.Below(3));
  }
  context_ = layout_->structures().default_context();
  entry_ = layout_->ReadPasidEntry(requester_, pasid().value());
  entry_.sre = Chance(0.7);
  entry_.wpe = Chance(0.5);
  entry_.sum = Chance(0.5);
  entry_.page_walk_snoop = Chance(0.9);
  entry_.fpd = Chance(0.1);
  context_.rid_privilege = Chance(0.2);
  context_.fpd = Chance(0.1);
  entry_without_pasid_ = layout_->ReadPasidEntry(requester_, context_.rid_pasid);
  if (Chance(0.3)) entry_without_pasid_ = entry_;
  if (!Chance(0.4)) return;
  const auto defect = [this] { return Chance(0.5) ? EntryDefect::kUnreadable : EntryDefect::kReserved; };
  switch (random_.Below(18)) {
    case 0:
      root_mode_ = Chance(0.5) ? RootMode::kAbort : RootMode::kInvalid;
      break;
    case 1:
      root_.present = false;
      break;
    case 2:
      root_.defect = defect();
      break;
    case 3:
      context_.present = false;
      break;
    case 4:
      context_.defect = defect();
      break;
    case 5:
      context_.dte = context_.pre = false;
      break;
    case 6:
      context_.dte = false;
      break;
    case 7:
      context_.paside = context_.eptr = false;
      break;
    case 8:
      context_.paside = false;
      break;
    case 9:
      context_.pdts = static_cast<std::uint8_t>(random_.Below(7));
      break;
    case 10:
      if (!riscv_) context_.rid_pasid = pasid().value();
      break;
    case 11:
      context_.pdts = 0;
      if (!riscv_) context_.rid_pasid = 8192;
      break;
    case 12:
      directory_.present = false;
      directory_.fpd = Chance(0.5);
      break;
    case 13:
      directory_.defect = defect();
      break;
    case 14:
      entry_.present = false;
      break;
    case 15:
      entry_.defect = defect();
      break;
    case 16:
      entry_.pgtt = static_cast<std::uint8_t>(Pick({0, 5, 6, 7}));
      break;
    default:
      entry_without_pasid_.present = false;
  }
  if (context_.rid_pasid == pasid().value()) entry_without_pasid_ = entry_;
}

std::unique_ptr<AddressSpaces> TranslationWorld::Make() const {
  auto spaces = std::make_unique<AddressSpaces>(std::vector<AddressSpaceClass>{class_}, kWorldSeed);
  for (const OraclePage& page : pages_) {
    if (page.stage == Stage::kSecond && class_.stages == TranslationStages::kNested) {
      spaces->MapSecondStage(pasid(), page.base, page.shift, page.target, page.read, page.write);
    } else {
      spaces->Map(pasid(), page.base, page.shift, page.target, page.read, page.write, page.user);
    }
  }
  for (const auto& [place, note] : notes_) {
    EntryOverride change;
    if (note.unreadable) change.defect = EntryDefect::kUnreadable;
    if (note.reserved) change.defect = EntryDefect::kReserved;
    if (note.unwritable) change.defect = EntryDefect::kUnwritable;
    change.not_present = note.not_present;
    change.no_read = note.no_read;
    change.no_write = note.no_write;
    change.supervisor = note.supervisor;
    spaces->SetEntry(pasid(), StageOf(std::get<0>(place)), std::get<1>(place), std::get<2>(place), change);
  }
  TranslationStructures& structures = spaces->structures();
  structures.SetRootMode(root_mode_);
  structures.SetRoot(requester_, root_);
  structures.SetContext(requester_, context_);
  structures.SetDirectory(requester_, pasid().value(), directory_);
  structures.SetDirectory(requester_, context_.rid_pasid, directory_);
  structures.SetPasidEntry(requester_, context_.rid_pasid, entry_without_pasid_);
  structures.SetPasidEntry(requester_, pasid().value(), entry_);
  return spaces;
}

OracleSetup TranslationWorld::Setup(const AddressSpaces& spaces) const {
  OracleSetup setup;
  setup.riscv = riscv_;
  setup.first_levels = first_levels_;
  setup.second_levels = second_levels_;
  setup.second_x4 = riscv_formats_;
  setup.first_tracks = class_.first_accessed_dirty;
  setup.second_tracks = class_.second_accessed_dirty;
  setup.root_mode = root_mode_;
  setup.root = root_;
  setup.context = context_;
  setup.directory = directory_;
  setup.entry = entry_;
  setup.entry_without_pasid = entry_without_pasid_;
  setup.pasid = pasid().value();
  setup.device_levels = device_levels_;
  setup.process_levels = process_levels_;
  setup.pages = pages_;
  setup.notes = notes_;
  const AddressSpace space = *spaces.Find(pasid());
  setup.table_address = [&spaces, space](Stage stage, unsigned level, std::uint64_t address) {
    return spaces.TableAddress(space, StageOf(stage), level, address);
  };
  const RequesterId requester = requester_;
  const TranslationStructures& structures = spaces.structures();
  setup.structure_address = [&structures, requester](unsigned which, std::uint32_t pasid) {
    if (which == 0) return structures.RootEntryAddress(requester);
    if (which == 1) return structures.ContextEntryAddress(requester);
    return which == 2 ? structures.DirectoryEntryAddress(requester, pasid)
                      : structures.PasidEntryAddress(requester, pasid);
  };
  setup.device_address = [&structures, requester](unsigned level) {
    return structures.DeviceDirectoryEntryAddress(level, requester);
  };
  const unsigned guest_bits = class_.guest_memory_bits;
  setup.process_address = [this, &structures, requester, guest_bits](unsigned level, std::uint32_t pasid) {
    const PasidEntry& entry = pasid == context_.rid_pasid ? entry_without_pasid_ : entry_;
    const bool guest = entry.pgtt == kPgttSecondStage || entry.pgtt == kPgttNested;
    return structures.ProcessDirectoryEntryAddress(requester, level, pasid, guest ? guest_bits : 0);
  };
  return setup;
}

PageWalkerConfig TranslationWorld::Walker(bool cached) const {
  PageWalkerConfig config;
  config.profile = riscv_ ? IommuProfile::kRiscv : IommuProfile::kVtd;
  config.device_directory_levels = static_cast<std::uint8_t>(device_levels_);
  config.process_directory_levels = static_cast<std::uint8_t>(process_levels_);
  if (!cached) return config;
  CacheGeometry geometry;
  geometry.entries = cache_entries_;
  config.context_cache = config.pasid_cache = geometry;
  config.first_stage_cache.fill(geometry);
  config.second_stage_cache.fill(geometry);
  if (cache_entries_ != 2) config.nested_cache = geometry;
  return config;
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
