// SPDX-License-Identifier: Apache-2.0
// What an ATC counts of invalidate requests.
#ifndef SIOV_MODELS_DEVICE_ATC_INVALIDATION_STATISTICS_H_
#define SIOV_MODELS_DEVICE_ATC_INVALIDATION_STATISTICS_H_

#include "models/base/statistics.h"

namespace siov {

struct InvalidationStatistics {
  InvalidationStatistics(StatGroup& group, std::uint64_t depth)
      : requests(group, "invalidate_requests", "requests", "invalidate requests accepted"),
        stalled(group, "stalled_invalidate_requests", "requests",
                "invalidate requests that came while the invalidate queue was full"),
        entries(group, "invalidated_entries", "entries", "entries removed by invalidate requests"),
        completions(group, "invalidate_completions", "messages",
                    "invalidate completions sent, one for each traffic class the device has used"),
        read_waits(group, "invalidations_behind_reads", "requests",
                   "invalidate requests that waited for reads in flight that used what they removed"),
        discarded(group, "discarded_translations", "requests",
                  "translation completions discarded and asked for again: an invalidation overtook them"),
        taken_back(group, "retranslated_writes", "requests",
                   "posted writes translated again: an invalidation came before they could leave in order"),
        busy(group, "invalidation", "an invalidate request is removing entries", 1),
        queue(group, "invalidate_queue", "requests", "invalidate requests accepted and not completed", depth) {}
  Counter requests;
  Counter stalled;
  Counter entries;
  Counter completions;
  Counter read_waits;
  Counter discarded;
  Counter taken_back;
  BusyTime busy;
  Occupancy queue;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_INVALIDATION_STATISTICS_H_
