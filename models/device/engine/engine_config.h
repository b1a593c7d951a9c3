// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the engines of one device.
#ifndef SIOV_MODELS_DEVICE_ENGINE_ENGINE_CONFIG_H_
#define SIOV_MODELS_DEVICE_ENGINE_ENGINE_CONFIG_H_

#include <cstdint>
#include <vector>

#include "models/base/config_fault.h"
#include "models/device/engine/device_store.h"
#include "models/device/engine/engine_parameters.h"

namespace siov {

struct EngineConfig : EngineParameters {
  std::vector<std::uint32_t> group_of_engine = {0};  // one entry an engine
  // By group; those beyond, and 0: no limit of its own, none reserved.
  std::vector<std::uint32_t> group_read_buffers_allowed;
  std::vector<std::uint32_t> group_read_buffers_reserved;
  std::vector<std::uint8_t> traffic_class_of_queue;  // of the requests of a queue's jobs; queues beyond: 0
  // Copied from the link the device sits on.
  std::uint32_t max_payload_bytes = 256;
  std::uint32_t max_read_request_bytes = 512;

  std::uint8_t TrafficClassOf(std::uint32_t queue) const {
    return queue < traffic_class_of_queue.size() ? traffic_class_of_queue[queue] : std::uint8_t{0};
  }
  StoreCosts read_store() const { return {read_store_latency_ps, read_store_line_ps, read_store_bytes_per_second}; }
  StoreCosts write_stage() const { return {write_stage_latency_ps, write_stage_line_ps, write_stage_bytes_per_second}; }
  // The write engine takes time or room of its own; else writes leave when their data is there.
  bool limits_writes() const {
    return write_stage().any() || write_issue_interval_ps != 0 || write_buffers != 0 || write_buffer_bytes != 0;
  }
  // What reads bring and is stored as a whole; 0: each read by itself.
  std::uint32_t read_access_bytes() const { return read_store().any() ? access_bytes : 0; }
  // What is generated, and staged as a whole: one write unless staging costs something.
  std::uint32_t write_access_bytes() const { return write_stage().any() ? access_bytes : max_payload_bytes; }
  // Who has which read buffers is a matter of groups.
  bool divides_read_buffers() const {
    return !group_read_buffers_allowed.empty() || !group_read_buffers_reserved.empty();
  }
  std::uint32_t engines() const { return static_cast<std::uint32_t>(group_of_engine.size()); }
  // Contexts of all engines. Slot = engine * jobs_per_engine + context.
  std::uint32_t slots() const { return engines() * jobs_per_engine; }
  ConfigFaults Validate() const;
  // Once the link is known: nothing ever finds room for an access that is larger than the buffers.
  ConfigFaults ValidateBuffers() const;

 private:
  void ValidateReserved(std::uint64_t least, ConfigFaults* faults) const;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ENGINE_ENGINE_CONFIG_H_
