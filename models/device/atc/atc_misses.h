// SPDX-License-Identifier: Apache-2.0
// The misses of an ATC: what waits for the translation of a page, and how far that is. Pure.
//
// The ATC and its parts (page_requester.h, invalidation_server.h) share one table; who may do what to a miss follows
// from its phase.
#ifndef SIOV_MODELS_DEVICE_ATC_ATC_MISSES_H_
#define SIOV_MODELS_DEVICE_ATC_ATC_MISSES_H_

#include <cstdint>

#include "models/device/atc/atc_core.h"
#include "models/protocol/tlp.h"
#include "models/translation/miss_table.h"
#include "models/translation/ordered_streams.h"

namespace siov {

// A request that waits, and its place among its job stream's posted writes.
struct AtcRequest {
  Tlp* payload = nullptr;
  OrderTicket ticket;

  bool IsWrite() const { return payload->kind == TlpKind::kMemoryWrite; }
};

struct AtcMiss {
  enum class Phase : std::uint8_t {
    kWaitsForSlot,
    kTranslates,
    kCovered,         // by the translation request of a page before it
    kWaitsForCredit,  // for a page request
    kInGroup,         // its page request waits for others
    kFaults,          // its page request is on its way
  };
  Phase phase = Phase::kWaitsForSlot;
  bool wants_read = false;  // of the page request
  bool wants_write = false;
  std::uint32_t retries = 0;       // translation requests after a page response
  bool has_writes = false;         // some of those that ever waited
  bool lacks_right = false;        // an entry is there, without the right that is wanted
  bool asked_no_write = false;     // NW of the request under way
  bool has_cause = false;          // the request under way was sent for one that waited
  bool prefetch = false;           // it was sent ahead, and nobody has asked since
  std::uint32_t translations = 1;  // asked for by the request under way
  std::uint64_t serial = 0;        // of the request under way: who is covered by it
  // The answer under way is stale if its page is at least that large (an invalidation overtook it).
  unsigned stale_from_shift = kNeverStale;

  bool AwaitsTranslation() const { return phase == Phase::kTranslates || phase == Phase::kCovered; }
  bool AwaitsPage() const {
    return phase == Phase::kFaults || phase == Phase::kInGroup || phase == Phase::kWaitsForCredit;
  }
};

using AtcMisses = MissTable<AtcMiss, AtcRequest>;

// What parts of an ATC ask of it.
class AtcServices {
 public:
  virtual void Send(Tlp& tlp) = 0;         // up the link
  virtual void Release(Tlp& message) = 0;  // it came down the link; its buffer is free
  // Everything that waits for the page goes back to the engine with `status`.
  virtual void FailMiss(std::uint32_t miss, CompletionStatus status) = 0;
  // The page may be there now.
  virtual void AskTranslation(std::uint32_t miss) = 0;
  // Entries and translated writes that have not left use it no more; how many entries that were.
  virtual std::size_t Forget(const CacheInvalidation& what) = 0;

 protected:
  ~AtcServices() = default;
};

// What a device's own packets say about the request they are sent for.
inline void CopyOrigin(const TlpHeader& cause, Tlp& tlp) {
  tlp.requester = cause.requester;
  tlp.pasid = cause.pasid;
  tlp.tenant = cause.tenant;
  tlp.job = cause.job;
  tlp.traffic_class = cause.traffic_class;
  tlp.privileged = cause.privileged;
}

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_ATC_MISSES_H_
