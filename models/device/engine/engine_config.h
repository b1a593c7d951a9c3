// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the engines of one device.
#ifndef SIOV_MODELS_DEVICE_ENGINE_ENGINE_CONFIG_H_
#define SIOV_MODELS_DEVICE_ENGINE_ENGINE_CONFIG_H_

#include <cstdint>
#include <vector>

#include "models/base/config_fault.h"
#include "models/base/random.h"
#include "models/base/units.h"

namespace siov {

struct EngineConfig {
  std::vector<std::uint32_t> group_of_engine = {0};  // one entry an engine
  std::uint32_t jobs_per_engine = 1;                 // jobs in progress at once in one engine
  // Jobs of an engine end, and free their contexts, in the order in which they began.
  bool in_order = false;
  // A job begins only while fewer than so many of the device's requests wait for their translation; 0 = unlimited.
  std::uint32_t pending_translations = 0;
  std::uint32_t read_buffers = 96;                   // reads in flight, shared by all engines; 0 = unlimited
  Picoseconds setup_latency_ps = 0;                  // descriptor decode to first request
  Picoseconds completion_latency_ps = 0;             // last data handled to completion record issued
  Distribution compute_time;                         // of the accelerator on the job's data, before completion_latency
  double bytes_per_second = 0;                       // data path ceiling of one engine; 0 = unlimited
  double device_bytes_per_second = 0;                // data path ceiling of the device; 0 = unlimited
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
