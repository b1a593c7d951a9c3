// SPDX-License-Identifier: Apache-2.0
// The structures above a world's tables, and what is broken in both.
#include "tests/differential/translation_world.h"

namespace siov::differential {
namespace {

unsigned ShiftOf(unsigned level) { return 12 + 9 * (level - 1); }

}  // namespace

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
    notes_[{page.stage, level, page.base >> ShiftOf(level) << ShiftOf(level)}] = note;
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
  if (Chance(0.4)) BreakStructure();
}

EntryDefect TranslationWorld::PickDefect() { return Chance(0.5) ? EntryDefect::kUnreadable : EntryDefect::kReserved; }

void TranslationWorld::BreakStructure() {
  const std::uint64_t which = random_.Below(18);
  which < 9 ? BreakRootOrContext(which) : BreakBelowContext(which);
  if (context_.rid_pasid == pasid().value()) entry_without_pasid_ = entry_;
}

void TranslationWorld::BreakRootOrContext(std::uint64_t which) {
  switch (which) {
    case 0:
      root_mode_ = Chance(0.5) ? RootMode::kAbort : RootMode::kInvalid;
      break;
    case 1:
      root_.present = false;
      break;
    case 2:
      root_.defect = PickDefect();
      break;
    case 3:
      context_.present = false;
      break;
    case 4:
      context_.defect = PickDefect();
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
    default:
      context_.paside = false;
  }
}

void TranslationWorld::BreakBelowContext(std::uint64_t which) {
  switch (which) {
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
      directory_.defect = PickDefect();
      break;
    case 14:
      entry_.present = false;
      break;
    case 15:
      entry_.defect = PickDefect();
      break;
    case 16:
      entry_.pgtt = static_cast<std::uint8_t>(Pick({0, 5, 6, 7}));
      break;
    default:
      entry_without_pasid_.present = false;
  }
}

}  // namespace siov::differential
