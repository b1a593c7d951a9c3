// SPDX-License-Identifier: Apache-2.0
// What an invalidate request has to wait for in the device, without time: the requests accepted and not completed, and
// the reads in flight (PCI Express ATS chapter, requirements ATS-16, ATS-19).
//
// An invalidate request holds one of up to 32 places until its completion leaves. Once its entries are gone it waits
// for the reads that used one of them: it looks through the reads in flight once and leaves its mark on them, so a read
// costs a place in a table, and nothing more unless an invalidation waits for it. Pure.
#ifndef SIOV_MODELS_DEVICE_ATC_ATC_INVALIDATIONS_H_
#define SIOV_MODELS_DEVICE_ATC_ATC_INVALIDATIONS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "models/device/atc/atc_space.h"
#include "models/protocol/invalidation.h"

namespace siov {

class AcceptedInvalidations {
 public:
  static constexpr std::uint32_t kMost = 32;  // invalidate queue depth: 5 bits, 0 = 32

  // REQUIRES 1 <= depth <= kMost.
  explicit AcceptedInvalidations(std::uint32_t depth) : depth_(depth) {}
  bool HasRoom() const { return accepted_ < depth_; }
  // REQUIRES HasRoom().
  std::uint32_t Accept(const CacheInvalidation& what, std::uint32_t itags) {
    const auto place = static_cast<std::uint32_t>(__builtin_ctz(~taken_));
    taken_ |= 1u << place;
    ++accepted_;
    places_[place] = {what, itags, 0};
    return place;
  }
  void Complete(std::uint32_t place) {
    taken_ &= ~(1u << place);
    --accepted_;
  }
  const CacheInvalidation& what(std::uint32_t place) const { return places_[place].what; }
  std::uint32_t itags(std::uint32_t place) const { return places_[place].itags; }
  std::uint32_t reads(std::uint32_t place) const { return places_[place].reads; }
  void WaitForReads(std::uint32_t place, std::uint32_t reads) { places_[place].reads = reads; }
  // True: it was the last one.
  bool ReadEnded(std::uint32_t place) { return --places_[place].reads == 0; }
  std::uint32_t accepted() const { return accepted_; }

 private:
  struct Place {
    CacheInvalidation what;
    std::uint32_t itags = 0;
    std::uint32_t reads = 0;
  };
  std::uint32_t depth_;
  std::uint32_t accepted_ = 0;
  std::uint32_t taken_ = 0;
  std::array<Place, kMost> places_{};
};

// Reads that left the ATC and are not answered, and by which translation.
class ReadsInFlight {
 public:
  struct Use {
    std::uint64_t address = 0;    // virtual
    Pasid space;                  // who asked
    std::uint8_t page_shift = 0;  // of the entry used
    bool global = false;          // the entry is
    bool translated = true;       // false: it left untranslated and used none
  };

  std::uint32_t Begin(const Use& use) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(reads_.size()));
      reads_.emplace_back();
    }
    const std::uint32_t read = free_.back();
    free_.pop_back();
    reads_[read] = {use, true, 0};
    return read;
  }
  // The places of the invalidations that wait for it, a bit each.
  std::uint32_t End(std::uint32_t read) {
    reads_[read].active = false;
    free_.push_back(read);
    return reads_[read].awaited_by;
  }
  // The invalidation at `place` waits for every read that used what it removes; how many those are.
  std::uint32_t Await(const CacheInvalidation& invalidation, std::uint32_t place) {
    std::uint32_t count = 0;
    for (Read& read : reads_) {
      if (!read.active || !IsStale(invalidation, read.use)) continue;
      read.awaited_by |= 1u << place;
      ++count;
    }
    return count;
  }
  bool AnyOf(Pasid pasid) const {
    for (const Read& read : reads_) {
      if (read.active && PasidOf(read.use.space) == pasid) return true;
    }
    return false;
  }
  std::uint32_t in_flight() const { return static_cast<std::uint32_t>(reads_.size() - free_.size()); }

 private:
  struct Read {
    Use use;
    bool active = false;
    std::uint32_t awaited_by = 0;  // places of invalidations
  };
  static bool IsStale(const CacheInvalidation& invalidation, const Use& use) {
    const Pasid space = use.global && use.space.valid() ? GlobalSpaceOf(use.space) : use.space;
    return use.translated && StaleShift(invalidation, space, use.address) <= use.page_shift;
  }

  std::vector<Read> reads_;  // as many as were ever in flight at once
  std::vector<std::uint32_t> free_;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_ATC_INVALIDATIONS_H_
