// SPDX-License-Identifier: Apache-2.0
// The assignable device interfaces of one function: what each holds, which PASIDs it uses, and what may happen to it.
//
// An ADI is named by software; hardware sees its function, its queues and its PASIDs. Its life:
//
//   free -> allocated -> configured -> active <-> suspended
//                            ^           |
//                            |   draining or aborting -> resetting -> configured, or free
//
// and from anywhere to free when the function is reset. What is no edge of this is refused, and nothing changes
// (requirements SIOV-01, SIOV-04, SIOV-08, SIOV-12, SIOV-14). Dense tables; no object an ADI. Pure.
#ifndef SIOV_MODELS_DEVICE_ADI_ADI_CORE_H_
#define SIOV_MODELS_DEVICE_ADI_ADI_CORE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/base/ids.h"
#include "models/device/adi/adi_config.h"
#include "models/device/adi/adi_map.h"
#include "models/device/adi/extent_pool.h"

namespace siov {

enum class AdiState : std::uint8_t {
  kFree,
  kAllocated,
  kConfigured,
  kActive,
  kSuspended,
  kDraining,
  kAborting,
  kResetting
};

// What happens to an ADI, for its host driver.
enum class AdiStep : std::uint8_t {
  kConfigure,
  kActivate,
  kSuspend,
  kResume,
  kDrain,
  kAbort,
  kStopped,
  kReset,
  kRelease
};

// Which of an ADI's PASIDs an access uses: the primary for data, secondaries for what lives in another domain.
enum class AdiAccess : std::uint8_t { kData, kDescriptor, kCompletion, kMetadata };
inline constexpr std::size_t kAdiAccessKinds = 4;

enum class AdiRefusal : std::uint8_t {
  kNone,
  kNoPages,     // its BAR has no place
  kNoResource,  // queues, contexts, ...
  kNoMessages,
  kNoPasid,    // an ADI with a queue of its own needs a primary one
  kWidePasid,  // PAS-02
  kActive,     // its PASIDs are in use
  kWrongState,
};
const char* Describe(AdiRefusal why);

struct AdiResult {
  AdiRefusal refusal = AdiRefusal::kNone;
  std::uint32_t adi = 0;  // of an allocation
  std::string reason;     // of a refused allocation: what there was too little of
  bool done() const { return refusal == AdiRefusal::kNone; }
};

class AdiCore {
 public:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFFu;
  struct Range {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };

  // REQUIRES config.Validate() without faults and a map of it without any.
  AdiCore(const AdiConfig& config, const AdiMap& map);

  AdiResult Allocate(std::uint32_t type);
  // Keeps a resource for the function itself. False: it has been taken.
  bool Reserve(const std::string& kind, std::uint32_t index) { return pools_[PoolOf(kind)].extents.TakeAt(index, 1); }
  // Refused once the ADI is active: then its requests carry them.
  AdiResult SetPasid(std::uint32_t adi, AdiAccess access, Pasid pasid);
  AdiResult Step(std::uint32_t adi, AdiStep step);
  void ResetFunction();

  AdiState state(std::uint32_t adi) const { return adis_[adi].state; }
  // That an access of the ADI carries; invalid: it comes with the submission.
  Pasid PasidOf(std::uint32_t adi, AdiAccess access) const;
  std::uint32_t TypeOf(std::uint32_t adi) const { return adis_[adi].type; }
  std::uint32_t IndexOf(std::uint32_t adi) const { return adis_[adi].index; }  // its place among those of its type
  std::uint32_t GenerationOf(std::uint32_t adi) const { return adis_[adi].generation; }
  Range Messages(std::uint32_t adi) const { return adis_[adi].messages; }
  // Of the n-th kind of the type.
  Range Resources(std::uint32_t adi, std::size_t kind) const { return ranges_[adi * kinds_ + kind]; }
  // Whose a queue, a context, ... is; kNone: nobody's.
  std::uint32_t OwnerOf(const std::string& kind, std::uint32_t index) const;
  // The ADI that has the place; kNone: nobody.
  std::uint32_t AtPlace(std::uint32_t type, std::uint32_t index) const { return at_place_[type][index]; }

 private:
  struct Adi {
    AdiState state = AdiState::kFree;
    std::uint32_t type = 0;
    std::uint32_t index = 0;
    std::uint32_t generation = 0;
    std::array<Pasid, kAdiAccessKinds> pasids;
    Range messages;
  };
  struct Pool {
    std::string kind;
    ExtentPool extents;
    std::vector<std::uint32_t> owner;
  };

  AdiResult Lacking(AdiRefusal why, const std::string& reason) const { return {why, kNone, reason}; }
  std::size_t PoolOf(const std::string& kind) const;
  std::optional<std::uint32_t> TakePlace(std::uint32_t type);
  AdiResult TakeResources(std::uint32_t adi);
  void GiveBack(std::uint32_t adi);
  void Own(std::uint32_t adi, std::uint32_t owner);
  void Free(std::uint32_t adi);
  std::uint32_t TakeEntry();

  AdiConfig config_;
  std::vector<ExtentPool> places_;                    // by type: where in the BAR
  std::vector<std::uint32_t> limits_;                 // by type
  std::vector<std::string> limitations_;              // by type
  std::vector<std::vector<std::uint32_t>> at_place_;  // by type and place: the ADI
  std::vector<Pool> pools_;
  ExtentPool messages_;
  std::vector<Adi> adis_;
  std::size_t kinds_ = 0;      // of resources that a type has, at most
  std::vector<Range> ranges_;  // by ADI and kind of its type
  std::vector<std::uint32_t> free_entries_;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ADI_ADI_CORE_H_
