// SPDX-License-Identifier: Apache-2.0
// What the engines of a device count.
#ifndef SIOV_MODELS_DEVICE_ENGINE_ENGINE_STATISTICS_H_
#define SIOV_MODELS_DEVICE_ENGINE_ENGINE_STATISTICS_H_

#include "models/base/statistics.h"
#include "models/device/engine/data_path.h"
#include "models/device/engine/engine_config.h"

namespace siov {

struct EngineStatistics {
  EngineStatistics(StatGroup& group, const EngineConfig& config, const DataPath& data_path);
  Counter succeeded;
  Counter page_faults;
  Counter translation_failures;
  Counter invalid_handles;
  Counter reads;
  Counter writes;
  Counter bytes_read;
  Counter bytes_written;
  Counter failed_reads;
  Counter failed_writes;
  Counter records_lost;
  Occupancy pending_translations;
  Occupancy contexts;
  Occupancy read_buffers;
  Occupancy buffer_waiters;
  BusyTime engine_busy;
  BusyTime device_busy;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ENGINE_ENGINE_STATISTICS_H_
