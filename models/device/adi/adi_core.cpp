// SPDX-License-Identifier: Apache-2.0
#include "models/device/adi/adi_core.h"

#include <algorithm>

namespace siov {
namespace {

// Where a step leads from a state; nothing: it is none of that state's.
std::optional<AdiState> Next(AdiState from, AdiStep step) {
  const auto only = [from](std::initializer_list<AdiState> states, AdiState to) -> std::optional<AdiState> {
    return std::find(states.begin(), states.end(), from) != states.end() ? std::optional(to) : std::nullopt;
  };
  switch (step) {
    case AdiStep::kConfigure:
      return only({AdiState::kAllocated}, AdiState::kConfigured);
    case AdiStep::kActivate:
      return only({AdiState::kConfigured}, AdiState::kActive);
    case AdiStep::kSuspend:
      return only({AdiState::kActive}, AdiState::kSuspended);
    case AdiStep::kResume:
      return only({AdiState::kSuspended}, AdiState::kActive);
    case AdiStep::kDrain:
      return only({AdiState::kActive, AdiState::kSuspended}, AdiState::kDraining);
    case AdiStep::kAbort:
      return only({AdiState::kActive, AdiState::kSuspended, AdiState::kDraining}, AdiState::kAborting);
    case AdiStep::kStopped:
      return only({AdiState::kDraining, AdiState::kAborting}, AdiState::kResetting);
    case AdiStep::kReset:
      return only({AdiState::kResetting}, AdiState::kConfigured);
    case AdiStep::kRelease:
      return only({AdiState::kAllocated, AdiState::kConfigured, AdiState::kResetting}, AdiState::kFree);
  }
  return std::nullopt;
}

}  // namespace

const char* Describe(AdiRefusal why) {
  switch (why) {
    case AdiRefusal::kNone:
      break;
    case AdiRefusal::kNoPages:
      return "no pages are left in the BAR";
    case AdiRefusal::kNoResource:
      return "too little is left of a resource";
    case AdiRefusal::kNoMessages:
      return "too few interrupt messages are left";
    case AdiRefusal::kNoPasid:
      return "an ADI with queues of its own needs a PASID before it is active";
    case AdiRefusal::kWidePasid:
      return "the PASID has more bits than the function's";
    case AdiRefusal::kActive:
      return "the ADI is active, and its requests carry its PASIDs";
    case AdiRefusal::kWrongState:
      return "the ADI is not in a state for that";
  }
  return "";
}

AdiCore::AdiCore(const AdiConfig& config, const AdiMap& map) : config_(config), messages_(config.messages) {
  for (std::uint32_t type = 0; type < config_.types.size(); ++type) {
    limits_.push_back(map.Limit(type));
    limitations_.push_back(map.Limitation(type));
    places_.emplace_back(limits_.back());
    at_place_.emplace_back(limits_.back(), kNone);
    kinds_ = std::max(kinds_, config_.types[type].resources.size());
  }
  for (const AdiResource& pool : config_.pools) {
    pools_.push_back({pool.kind, ExtentPool(pool.count), std::vector<std::uint32_t>(pool.count, kNone)});
  }
}

std::size_t AdiCore::PoolOf(const std::string& kind) const {
  std::size_t at = 0;
  while (pools_[at].kind != kind) ++at;
  return at;
}

std::uint32_t AdiCore::OwnerOf(const std::string& kind, std::uint32_t index) const {
  return pools_[PoolOf(kind)].owner[index];
}

std::uint32_t AdiCore::TakeEntry() {
  if (free_entries_.empty()) {
    adis_.emplace_back();
    ranges_.resize(adis_.size() * kinds_);
    return static_cast<std::uint32_t>(adis_.size() - 1);
  }
  const std::uint32_t entry = free_entries_.back();
  free_entries_.pop_back();
  return entry;
}

// The lowest whose queues, if it has any of its own, are free.
std::optional<std::uint32_t> AdiCore::TakePlace(std::uint32_t type) {
  const AdiType& one = config_.types[type];
  if (one.portals.empty()) return places_[type].Take(1);
  const std::uint32_t queues = one.CountOf(kAdiQueues);
  ExtentPool& pool = pools_[PoolOf(kAdiQueues)].extents;
  std::vector<std::uint32_t> passed;
  std::optional<std::uint32_t> place;
  while (true) {
    place = places_[type].Take(1);
    if (!place || pool.TakeAt(one.portals[*place], queues)) break;
    passed.push_back(*place);
  }
  if (place) pool.GiveBack(one.portals[*place], queues);
  for (const std::uint32_t one_passed : passed) places_[type].GiveBack(one_passed, 1);
  return place;
}

AdiResult AdiCore::Allocate(std::uint32_t type) {
  const std::optional<std::uint32_t> place = TakePlace(type);
  if (!place && places_[type].free_count() != 0) {
    return Lacking(AdiRefusal::kNoResource, "the queues of the " + std::to_string(places_[type].free_count()) +
                                                " ADIs of type \"" + config_.types[type].name +
                                                "\" that are left are in use");
  }
  if (!place) {
    const std::string all =
        "all " + std::to_string(limits_[type]) + " ADIs of type \"" + config_.types[type].name + "\" are taken";
    return Lacking(AdiRefusal::kNoPages, limitations_[type].empty() ? all : all + ": " + limitations_[type]);
  }
  const std::uint32_t adi = TakeEntry();
  adis_[adi].type = type;
  adis_[adi].index = *place;
  if (AdiResult lacking = TakeResources(adi); !lacking.done()) {
    Free(adi);
    return lacking;
  }
  adis_[adi].state = AdiState::kAllocated;
  Own(adi, adi);
  return {AdiRefusal::kNone, adi, {}};
}

AdiResult AdiCore::TakeResources(std::uint32_t adi) {
  const AdiType& type = config_.types[adis_[adi].type];
  const auto short_of = [](const std::string& what, std::uint32_t wanted, std::uint32_t left) {
    return std::to_string(wanted) + " " + what + " in a row are wanted, and " + std::to_string(left) + " are left";
  };
  for (std::size_t i = 0; i < type.resources.size(); ++i) {
    const AdiResource& one = type.resources[i];
    ExtentPool& pool = pools_[PoolOf(one.kind)].extents;
    const bool placed = one.kind == kAdiQueues && !type.portals.empty();
    std::optional<std::uint32_t> first;
    if (!placed) first = pool.Take(one.count);
    if (placed && pool.TakeAt(type.portals[adis_[adi].index], one.count)) first = type.portals[adis_[adi].index];
    if (!first) return Lacking(AdiRefusal::kNoResource, short_of(one.kind, one.count, pool.free_count()));
    ranges_[adi * kinds_ + i] = {*first, one.count};
  }
  if (type.messages == 0) return {};
  const std::optional<std::uint32_t> first = messages_.Take(type.messages);
  if (!first) {
    return Lacking(AdiRefusal::kNoMessages, short_of("interrupt messages", type.messages, messages_.free_count()));
  }
  adis_[adi].messages = {*first, type.messages};
  return {};
}

void AdiCore::GiveBack(std::uint32_t adi) {
  Adi& one = adis_[adi];
  places_[one.type].GiveBack(one.index, 1);
  const AdiType& type = config_.types[one.type];
  for (std::size_t i = 0; i < type.resources.size(); ++i) {
    Range& range = ranges_[adi * kinds_ + i];
    if (range.count != 0) pools_[PoolOf(type.resources[i].kind)].extents.GiveBack(range.first, range.count);
    range = {};
  }
  if (one.messages.count != 0) messages_.GiveBack(one.messages.first, one.messages.count);
}

void AdiCore::Own(std::uint32_t adi, std::uint32_t owner) {
  const Adi& one = adis_[adi];
  at_place_[one.type][one.index] = owner;
  const AdiType& type = config_.types[one.type];
  for (std::size_t i = 0; i < type.resources.size(); ++i) {
    const Range range = Resources(adi, i);
    const auto first = pools_[PoolOf(type.resources[i].kind)].owner.begin() + range.first;
    std::fill(first, first + range.count, owner);
  }
}

void AdiCore::Free(std::uint32_t adi) {
  GiveBack(adi);
  const std::uint32_t generation = adis_[adi].generation + 1;  // whoever means the one before is told apart by it
  adis_[adi] = Adi{};
  adis_[adi].generation = generation;
  free_entries_.push_back(adi);
}

AdiResult AdiCore::SetPasid(std::uint32_t adi, AdiAccess access, Pasid pasid) {
  Adi& one = adis_[adi];
  if (one.state != AdiState::kAllocated && one.state != AdiState::kConfigured) {
    const bool running = one.state != AdiState::kFree;
    return {running ? AdiRefusal::kActive : AdiRefusal::kWrongState, adi, {}};
  }
  if (pasid.valid() && pasid.value() >> config_.pasid_width != 0) return {AdiRefusal::kWidePasid, adi, {}};
  one.pasids[static_cast<std::size_t>(access)] = pasid;
  return {AdiRefusal::kNone, adi, {}};
}

Pasid AdiCore::PasidOf(std::uint32_t adi, AdiAccess access) const {
  const Pasid secondary = adis_[adi].pasids[static_cast<std::size_t>(access)];
  return secondary.valid() ? secondary : adis_[adi].pasids[static_cast<std::size_t>(AdiAccess::kData)];
}

AdiResult AdiCore::Step(std::uint32_t adi, AdiStep step) {
  Adi& one = adis_[adi];
  const std::optional<AdiState> next = Next(one.state, step);
  if (!next) return {AdiRefusal::kWrongState, adi, {}};
  const bool needs_pasid = step == AdiStep::kActivate && !config_.types[one.type].shared_queue_only;
  if (needs_pasid && !PasidOf(adi, AdiAccess::kData).valid()) return {AdiRefusal::kNoPasid, adi, {}};
  one.state = *next;
  if (*next == AdiState::kFree) {
    Own(adi, kNone);
    Free(adi);
  }
  return {AdiRefusal::kNone, adi, {}};
}

void AdiCore::ResetFunction() {
  for (std::uint32_t adi = 0; adi < adis_.size(); ++adi) {
    if (adis_[adi].state == AdiState::kFree) continue;
    adis_[adi].state = AdiState::kResetting;
    Step(adi, AdiStep::kRelease);
  }
}

}  // namespace siov
