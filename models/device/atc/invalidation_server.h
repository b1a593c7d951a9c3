// SPDX-License-Identifier: Apache-2.0
// Serves the ATC's invalidate requests: from their arrival to the completion, which leaves when nothing stale is in use
// any more.
//
// Accepted into the queue; served one at a time; then the entries are gone, writes that were translated but have not
// left are translated again, and the completion waits for the reads that used one of the entries. Writes that used one
// are ahead of the completion because both go through the same first-in first-out port. Nothing here waits for a page
// request or for the engine. What waits for what is atc_invalidations.h.
#ifndef SIOV_MODELS_DEVICE_ATC_INVALIDATION_SERVER_H_
#define SIOV_MODELS_DEVICE_ATC_INVALIDATION_SERVER_H_

#include <cstdint>

#include "models/base/ring_queue.h"
#include "models/device/atc/atc_config.h"
#include "models/device/atc/atc_invalidations.h"
#include "models/device/atc/atc_misses.h"
#include "models/device/atc/invalidation_statistics.h"
#include "models/kernel/block_parts.h"

namespace siov {

class InvalidationServer final : public BlockPart {
 public:
  InvalidationServer(PartedBlock& block, AtcServices& atc, AtcMisses& misses, const AtcConfig& config,
                     StatGroup& statistics);

  void OnRequest(Tlp& request);

  // Requests that leave: `use` says by which entry a read does. Every traffic class used gets its completions.
  void NoteTrafficClass(std::uint8_t traffic_class) { traffic_classes_ |= 1u << traffic_class; }
  std::uint32_t BeginRead(const ReadsInFlight::Use& use) { return reads_.Begin(use); }
  void EndRead(std::uint32_t read);
  bool HasReads(Pasid pasid) const { return reads_.AnyOf(pasid); }

  void CountDiscarded() { statistics_.discarded.Add(); }
  void CountTakenBack(std::uint64_t writes) { statistics_.taken_back.Add(writes); }
  const Occupancy& queue() const { return statistics_.queue; }

 private:
  enum : std::uint32_t { kInvalidate };
  void OnDue(const DueItem& item) override { Invalidate(item.argument); }
  void Invalidate(std::uint32_t place);
  void Accept(Tlp& request);
  void MarkTranslationsInFlight(const CacheInvalidation& what);
  void Complete(std::uint32_t place);

  AtcServices& atc_;
  AtcMisses& misses_;
  AcceptedInvalidations accepted_;
  RingQueue<Tlp*> stalled_;  // wait in the link's buffer for a place
  Picoseconds latency_;
  Picoseconds free_at_ = 0;
  ReadsInFlight reads_;
  unsigned traffic_classes_ = 0;  // used for translation requests and translated requests, a bit each
  InvalidationStatistics statistics_;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_INVALIDATION_SERVER_H_
