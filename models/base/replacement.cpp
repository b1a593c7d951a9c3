// SPDX-License-Identifier: Apache-2.0
#include "models/base/replacement.h"

#include "models/base/units.h"

namespace siov {

CacheGeometry CacheGeometry::Share() const {
  CacheGeometry share = *this;
  share.entries = entries / partitions;
  share.partitions = 1;
  return share;
}

ConfigFaults CacheGeometry::Validate(const std::string& prefix) const {
  const std::string dot = prefix.empty() ? "" : prefix + ".";
  ConfigFaults faults;
  if (entries > kMaxEntries) {
    faults.push_back({dot + "entries", std::to_string(entries), "0 to " + std::to_string(kMaxEntries)});
  }
  if (partitions == 0 || partitions > kMaxPartitions) {
    faults.push_back({dot + "partitions", std::to_string(partitions), "1 to " + std::to_string(kMaxPartitions)});
    return faults;
  }
  // Belady's oracle drops what is used again last. In a timed run the order of accesses is a result, which the
  // replacement itself changes; over a recorded order it is computed (models/workload/trace/belady.h).
  if (policy == ReplacementPolicy::kBelady) {
    faults.push_back(
        {dot + "policy", "BELADY",
         "LRU, TREE_PLRU, SRRIP, RANDOM or FIFO: the oracle needs the accesses to come, whose order a timed "
         "run only makes; its misses over a recorded order are in the report of a replay AS_RECORDED and "
         "printed by siovsim trace info --lru"});
    return faults;
  }
  if (entries == 0) return faults;  // no cache: ways mean nothing
  const std::string each = partitions == 1 ? "" : " in each of " + std::to_string(partitions) + " partitions";
  if (entries % partitions != 0) {
    faults.push_back({dot + "entries", std::to_string(entries),
                      "0 or a multiple of partitions (" + std::to_string(partitions) + ")"});
    return faults;
  }
  const CacheGeometry share = Share();
  if (ways != 0 && share.entries % ways != 0) {
    faults.push_back(
        {dot + "entries", std::to_string(entries), "0 or a multiple of ways (" + std::to_string(ways) + ")" + each});
  } else if (!IsPowerOfTwo(share.Sets())) {
    faults.push_back(
        {dot + "entries", std::to_string(entries),
         "ways (" + std::to_string(ways) + ") times a power of two" + each + ", for a power-of-two number of sets"});
  }
  if (policy == ReplacementPolicy::kTreePlru && !IsPowerOfTwo(share.WaysPerSet())) {
    faults.push_back({dot + (ways == 0 ? "entries" : "ways"), std::to_string(share.WaysPerSet()),
                      "a power of two" + each + ", as tree-PLRU needs"});
  }
  return faults;
}

ReplacementState::ReplacementState(const CacheGeometry& geometry)
    : policy_(geometry.policy),
      sets_(geometry.Sets()),
      ways_(geometry.WaysPerSet()),
      occupied_(geometry.entries),
      free_count_(sets_, ways_),
      free_(sets_, ways_),
      random_(geometry.seed) {
  for (std::uint32_t set = 0; set < sets_; ++set) {
    for (std::uint32_t way = 0; way < ways_; ++way) free_.Set(set, way);
  }
  if (UsesList()) {
    links_.resize(std::size_t{sets_} * ways_ + sets_);
    for (std::uint32_t set = 0; set < sets_; ++set) links_[Sentinel(set)] = {Sentinel(set), Sentinel(set)};
  }
  if (policy_ == ReplacementPolicy::kTreePlru) tree_.resize(geometry.entries);
  if (policy_ == ReplacementPolicy::kSrrip) {
    predicted_ = BitRows(std::size_t{sets_} * kPredictions, ways_);
    row_of_.resize(geometry.entries);
    age_.resize(sets_);
  }
}

std::uint32_t ReplacementState::FirstFree(std::uint32_t set) const {
  return free_count_[set] == 0 ? kNoSlot : set * ways_ + free_.First(set);
}

std::uint32_t ReplacementState::Victim(std::uint32_t set) {
  switch (policy_) {
    case ReplacementPolicy::kLru:
    case ReplacementPolicy::kFifo:
      return links_[Sentinel(set)].previous;
    case ReplacementPolicy::kTreePlru:
      return set * ways_ + PointedWay(set);
    case ReplacementPolicy::kSrrip:
      return set * ways_ + MostDistantWay(set);
    case ReplacementPolicy::kRandom:
    case ReplacementPolicy::kBelady:  // never gets here
      break;
  }
  return set * ways_ + static_cast<std::uint32_t>(random_.Below(ways_));
}

void ReplacementState::Fill(std::uint32_t set, std::uint32_t slot) {
  const std::uint32_t way = slot - set * ways_;
  occupied_[slot] = 1;
  free_.Clear(set, way);
  --free_count_[set];
  if (UsesList()) LinkFront(set, slot);
  if (policy_ == ReplacementPolicy::kTreePlru) PointAway(set, way);
  if (policy_ == ReplacementPolicy::kSrrip) SetPrediction(set, slot, kPredictFill);
}

void ReplacementState::Vacate(std::uint32_t set, std::uint32_t slot) {
  const std::uint32_t way = slot - set * ways_;
  occupied_[slot] = 0;
  free_.Set(set, way);
  ++free_count_[set];
  if (UsesList()) Unlink(slot);
  if (policy_ == ReplacementPolicy::kSrrip) predicted_.Clear(std::size_t{set} * kPredictions + row_of_[slot], way);
}

std::uint32_t ReplacementState::PointedWay(std::uint32_t set) const {
  const std::uint8_t* tree = &tree_[std::size_t{set} * ways_];
  std::uint32_t node = 1;
  while (node < ways_) node = 2 * node + tree[node];
  return node - ways_;
}

// The old bit is cleared whatever it was: for a fresh fill it already is.
void ReplacementState::SetPrediction(std::uint32_t set, std::uint32_t slot, std::uint32_t prediction) {
  const std::uint32_t way = slot - set * ways_;
  const std::size_t row = PredictionRow(set, prediction);
  predicted_.Clear(std::size_t{set} * kPredictions + row_of_[slot], way);
  predicted_.Set(row, way);
  row_of_[slot] = static_cast<std::uint8_t>(row % kPredictions);
}

// While nobody is at 3, that row is empty, so ageing the set is giving each row the next prediction: 3's empty row
// becomes 0's.
std::uint32_t ReplacementState::MostDistantWay(std::uint32_t set) {
  for (;;) {
    const std::uint32_t way = predicted_.First(PredictionRow(set, kPredictDistant));
    if (way != BitRows::kNone) return way;
    age_[set] = (age_[set] + kPredictions - 1) % kPredictions;
  }
}

}  // namespace siov
