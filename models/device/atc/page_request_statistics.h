// SPDX-License-Identifier: Apache-2.0
// What an ATC counts of its page request interface.
#ifndef SIOV_MODELS_DEVICE_ATC_PAGE_REQUEST_STATISTICS_H_
#define SIOV_MODELS_DEVICE_ATC_PAGE_REQUEST_STATISTICS_H_

#include "models/base/statistics.h"

namespace siov {

struct PageRequestStatistics {
  PageRequestStatistics(StatGroup& group, std::uint64_t credits)
      : requests(group, "page_requests", "requests", "page requests sent"),
        groups(group, "page_groups", "groups", "page request groups sent"),
        success(group, "page_responses.success", "responses", "page group responses: Success"),
        invalid(group, "page_responses.invalid", "responses", "page group responses: Invalid Request"),
        failure(group, "page_responses.failure", "responses", "page group responses: Response Failure"),
        unexpected(group, "page_responses.unexpected", "responses",
                   "page group responses whose group index was not outstanding"),
        stale(group, "page_responses.stale", "responses",
              "page group responses ignored: their group was given up by a failure, a reset or the end of its PASID"),
        retries_exhausted(group, "retries_exhausted", "misses", "pages given up after the retry limit"),
        stop_markers(group, "stop_markers", "messages", "Stop Markers sent"),
        in_flight(group, "faults", "requests", "page requests in flight", credits),
        gathering(group, "gathering", "misses", "misses whose page request waits for others of its group", 0),
        credit_queue(group, "credit_queue", "misses", "misses that wait for a page request credit", 0) {}
  Counter requests;
  Counter groups;
  Counter success;
  Counter invalid;
  Counter failure;
  Counter unexpected;
  Counter stale;
  Counter retries_exhausted;
  Counter stop_markers;
  Occupancy in_flight;
  Occupancy gathering;
  Occupancy credit_queue;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ATC_PAGE_REQUEST_STATISTICS_H_
