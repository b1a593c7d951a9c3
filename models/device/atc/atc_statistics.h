// SPDX-License-Identifier: Apache-2.0
// What an ATC counts of lookups, of translation requests and of what software does to it.
#ifndef SIOV_MODELS_DEVICE_ATC_ATC_STATISTICS_H_
#define SIOV_MODELS_DEVICE_ATC_ATC_STATISTICS_H_

#include "models/base/statistics.h"

namespace siov {

struct AtcStatistics {
  AtcStatistics(StatGroup& its_group, std::uint64_t outstanding_requests)
      : group(its_group), slots(outstanding_requests) {}

 private:
  StatGroup& group;
  std::uint64_t slots;

 public:
  Counter hits{group, "hits", "lookups", "lookups that found the page with sufficient rights"};
  Counter misses{group, "misses", "lookups", "lookups that did not find the page"};
  Counter rights_misses{group, "rights_misses", "lookups", "lookups that found the page without the right to use it"};
  Counter merged{group, "merged", "lookups", "misses that joined one of the same page in flight"};
  Counter evictions{group, "evictions", "entries", "entries replaced by a fill"};
  Counter translation_requests{group, "translation_requests", "requests", "translation requests sent"};
  Counter no_access{group, "no_access_answers", "requests", "translation completions with R=W=0"};
  Counter refused{group, "refused_translations", "requests", "translation completions with UR or CA"};
  Counter failed_requests{group, "failed_requests", "requests", "requests given back to the engine untranslated"};
  Counter undersized{group, "undersized_translations", "requests",
                     "translation completions smaller than the smallest translation unit: taken as UR"};
  Counter malformed{group, "malformed_completions", "requests",
                    "translation completions with a status that is not defined for them"};
  Counter untranslated{group, "untranslated_requests", "requests",
                       "requests that left untranslated: ATS is off, or the page must not be translated"};
  Counter no_write{group, "no_write_requests", "requests", "translation requests sent with NW"};
  Counter enables{group, "ats_enables", "events", "times ATS was enabled, which empties the cache"};
  Counter resets{group, "function_resets", "events", "function level resets"};
  Counter halts{group, "halts", "events", "PASID control changed while ATS was on: the device halted"};
  Counter pasid_stops{group, "pasid_stops", "PASIDs", "PASID stop requests completed"};
  Counter dropped{group, "dropped_entries", "entries",
                  "entries lost when ATS was enabled, the function reset, or their PASID stopped"};
  Counter ordered_writes{group, "ordered_writes", "requests", "posted writes that waited for an older one"};
  BusyTime port{group, "port", "the lookup port works (each lookup takes the interval)", 1};
  Occupancy translating{group, "translations", "requests", "translation requests in flight", slots};
  Occupancy slot_queue{group, "slot_queue", "misses", "misses that wait for a translation request slot", 0};
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_ATC_STATISTICS_H_
