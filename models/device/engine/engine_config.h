// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the engines of one device.
#ifndef SIOV_MODELS_DEVICE_ENGINE_ENGINE_CONFIG_H_
#define SIOV_MODELS_DEVICE_ENGINE_ENGINE_CONFIG_H_

#include <cstdint>
#include <vector>

#include "models/base/config_fault.h"
#include "models/device/engine/engine_parameters.h"

namespace siov {

struct EngineConfig : EngineParameters {
  std::vector<std::uint32_t> group_of_engine = {0};  // one entry an engine
  std::vector<std::uint8_t> traffic_class_of_queue;  // of the requests of a queue's jobs; queues beyond: 0
  // Copied from the link the device sits on.
  std::uint32_t max_payload_bytes = 256;
  std::uint32_t max_read_request_bytes = 512;

  std::uint8_t TrafficClassOf(std::uint32_t queue) const {
    return queue < traffic_class_of_queue.size() ? traffic_class_of_queue[queue] : std::uint8_t{0};
  }
  std::uint32_t engines() const { return static_cast<std::uint32_t>(group_of_engine.size()); }
  // Contexts of all engines. Slot = engine * jobs_per_engine + context.
  std::uint32_t slots() const { return engines() * jobs_per_engine; }
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ENGINE_ENGINE_CONFIG_H_
