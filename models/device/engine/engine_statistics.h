// SPDX-License-Identifier: Apache-2.0
// What the engines of a device count.
#ifndef SIOV_MODELS_DEVICE_ENGINE_ENGINE_STATISTICS_H_
#define SIOV_MODELS_DEVICE_ENGINE_ENGINE_STATISTICS_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

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
  // Of what is limited, or costs something.
  std::optional<BusyTime> read_issue;
  std::optional<BusyTime> read_store;
  std::optional<Occupancy> read_buffer_bytes;
  std::optional<BusyTime> write_issue;
  std::optional<BusyTime> write_stage;
  std::optional<Occupancy> write_buffers;
  std::optional<Occupancy> write_buffer_bytes;
  std::optional<Occupancy> write_waiters;
  // By group, where these have limits of their own.
  struct OfGroup {
    OfGroup(StatGroup& group, std::size_t number, std::uint32_t allowed);
    std::string name;
    Occupancy read_buffers;
  };
  std::vector<std::unique_ptr<OfGroup>> groups;

  // What is held waits for room that other work of the engines gives back.
  bool WaitsInside(const Occupancy& held) const {
    return &held == &buffer_waiters || (write_waiters && &held == &*write_waiters);
  }
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ENGINE_ENGINE_STATISTICS_H_
