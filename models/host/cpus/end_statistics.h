// SPDX-License-Identifier: Apache-2.0
// What a host counts of event interrupts and of jobs whose end it learned late or by time-out.
#ifndef SIOV_MODELS_HOST_CPUS_END_STATISTICS_H_
#define SIOV_MODELS_HOST_CPUS_END_STATISTICS_H_

#include "models/base/statistics.h"

namespace siov {

struct EndStatistics {
  explicit EndStatistics(StatGroup& group)
      : iommu_events(group, "iommu_events", "records", "Fault records and other events of IOMMUs served."),
        lost_records(group, "lost_records", "jobs",
                     "Jobs the driver ended because the IOMMU dropped their completion record."),
        late_notices(group, "late_notices", "notices",
                     "Interrupts and completion records of jobs that the driver's time-out had ended before."),
        timeouts(group, "job_timeouts", "jobs",
                 "Jobs the driver gave up after its time-out: nothing told of their end, or the device took no "
                 "submission.") {}
  Counter iommu_events;
  Counter lost_records;
  Counter late_notices;
  Counter timeouts;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_CPUS_END_STATISTICS_H_
