// SPDX-License-Identifier: Apache-2.0
// What an ATC counts of translations it asked for ahead: issued = useful + useless + still held unused or under way.
#ifndef SIOV_MODELS_DEVICE_ATC_PREFETCH_STATISTICS_H_
#define SIOV_MODELS_DEVICE_ATC_PREFETCH_STATISTICS_H_

#include "models/base/statistics.h"

namespace siov {

struct PrefetchStatistics {
  explicit PrefetchStatistics(StatGroup& group)
      : issued(group, "prefetches_issued", "requests", "translation requests sent before anybody asked"),
        useful(group, "prefetches_useful", "requests", "prefetches whose page was then asked for, held or under way"),
        useless(group, "prefetches_useless", "requests",
                "prefetches answered without a page, discarded, or evicted or invalidated before any use"),
        asked(group, "translations_asked", "translations", "translations asked for by all translation requests"),
        answered(group, "translations_answered", "translations", "translations in successful completions") {}
  Counter issued;
  Counter useful;
  Counter useless;
  Counter asked;
  Counter answered;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_PREFETCH_STATISTICS_H_
