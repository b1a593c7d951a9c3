// SPDX-License-Identifier: Apache-2.0
// What a device's DMA engines take of time for themselves: how soon after one request the next may be issued, and how
// long an access's data takes into the device's memory, or out of it. One server each, in order of arrival; departures
// are known on arrival. Pure.
#ifndef SIOV_MODELS_DEVICE_ENGINE_DEVICE_STORE_H_
#define SIOV_MODELS_DEVICE_ENGINE_DEVICE_STORE_H_

#include "models/base/servers.h"
#include "models/base/units.h"

namespace siov {

class IssuePacer {
 public:
  explicit IssuePacer(Picoseconds interval_ps) : interval_ps_(interval_ps) {}
  // When the next request may be issued.
  Picoseconds Next(Picoseconds now) { return server_.Take(now, interval_ps_); }
  Picoseconds interval_ps() const { return interval_ps_; }

 private:
  Picoseconds interval_ps_;
  Server server_;
};

// What an access costs: time of the one that moves the data, and a latency in which it already moves the next one's.
struct StoreCosts {
  static constexpr Bytes kLineBytes = 64;
  Picoseconds latency_ps = 0;
  Picoseconds line_ps = 0;      // of every started line
  double bytes_per_second = 0;  // 0: unlimited
  bool any() const { return latency_ps != 0 || line_ps != 0 || bytes_per_second != 0; }
  Picoseconds BusyFor(Bytes bytes) const { return BusyFor(bytes, ByteRate::FromBytesPerSecond(bytes_per_second)); }
  Picoseconds BusyFor(Bytes bytes, const ByteRate& rate) const {
    return rate.TimeFor(bytes) + CeilDiv(bytes, kLineBytes) * line_ps;
  }
};

class DeviceStore {
 public:
  struct Passage {
    Picoseconds start = 0;  // waited until here
    Picoseconds busy = 0;   // what it took of the server
    Picoseconds end = 0;    // all of it is there
  };
  explicit DeviceStore(const StoreCosts& costs)
      : costs_(costs), rate_(ByteRate::FromBytesPerSecond(costs.bytes_per_second)) {}
  Passage Pass(Picoseconds now, Bytes bytes) {
    const Picoseconds busy = costs_.BusyFor(bytes, rate_);
    const Picoseconds start = server_.Take(now, busy);
    return {start, busy, server_.free_at() + costs_.latency_ps};
  }

 private:
  StoreCosts costs_;
  ByteRate rate_;
  Server server_;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ENGINE_DEVICE_STORE_H_
