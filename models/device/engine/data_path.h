// SPDX-License-Identifier: Apache-2.0
// The data path of a device's engines: one server for the whole device, then one for each engine, in order of arrival.
//
// Data enters the device's server first and cuts through to its engine's as soon as that is free, so an unloaded
// passage takes the longer of the two times. Departures are known on arrival; the caller gives arrivals in order of
// time.
#ifndef SIOV_MODELS_DEVICE_ENGINE_DATA_PATH_H_
#define SIOV_MODELS_DEVICE_ENGINE_DATA_PATH_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/base/ring_queue.h"
#include "models/base/units.h"

namespace siov {

class DataPath {
 public:
  struct Passage {
    Picoseconds start;        // waited until here
    Picoseconds end;          // through both servers
    Picoseconds engine_busy;  // what it took of each server
    Picoseconds device_start;
    Picoseconds device_busy;
  };

  // A rate of 0 is unlimited.
  DataPath(double engine_bytes_per_second, double device_bytes_per_second, std::size_t engines)
      : engine_rate_(ByteRate::FromBytesPerSecond(engine_bytes_per_second)),
        device_rate_(ByteRate::FromBytesPerSecond(device_bytes_per_second)),
        engine_free_(engines),
        unlimited_(engine_bytes_per_second == 0 && device_bytes_per_second == 0) {}

  bool unlimited() const { return unlimited_; }  // nothing waits here, and nothing takes time

  Passage Pass(std::uint32_t engine, Picoseconds now, Bytes bytes) {
    const Picoseconds engine_time = engine_rate_.TimeFor(bytes);
    const Picoseconds device_time = device_rate_.TimeFor(bytes);
    const Picoseconds device_start = std::max(now, device_free_);
    device_free_ = device_start + device_time;
    const Picoseconds start = std::max(device_start, engine_free_[engine]);
    const Picoseconds end = std::max(start + engine_time, device_free_);
    engine_free_[engine] = end;
    if (engine_time != 0) {
      while (!booked_.empty() && booked_.front().end <= now) booked_.PopFront();
      booked_.PushBack({end - engine_time, end});
    }
    return {start, end, engine_time, device_start, device_time};
  }

  // What was booked of the engines' servers and lies after `at`. Cutting through, an engine may pause for the device.
  Picoseconds EnginesBusyAfter(Picoseconds at) const {
    Picoseconds sum = 0;
    for (std::size_t i = 0; i < booked_.size(); ++i) {
      if (booked_[i].end > at) sum += booked_[i].end - std::max(booked_[i].start, at);
    }
    return sum;
  }

 private:
  ByteRate engine_rate_;
  ByteRate device_rate_;
  struct Interval {
    Picoseconds start;
    Picoseconds end;
  };
  RingQueue<Interval> booked_;  // ahead of the last passage; in order of arrival
  Picoseconds device_free_ = 0;
  std::vector<Picoseconds> engine_free_;
  bool unlimited_;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ENGINE_DATA_PATH_H_
