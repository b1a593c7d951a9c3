// SPDX-License-Identifier: Apache-2.0
// How long a device's engines take for an access with nobody else around, by their README: taking in what was read, and
// staging what is to be written. `Busy`: how long it keeps the next access waiting.
#ifndef SIOV_PLATFORMS_KINDS_DEVICE_TIME_H_
#define SIOV_PLATFORMS_KINDS_DEVICE_TIME_H_

#include "models/base/units.h"
#include "models/device/engine/engine_config.h"

namespace siov {

inline Picoseconds AccessTime(double bytes_per_second, Picoseconds line_ps, std::uint32_t bytes) {
  return ByteRate::FromBytesPerSecond(bytes_per_second).TimeFor(bytes) + CeilDiv(bytes, 64) * line_ps;
}
inline Picoseconds ReadStoreBusy(const EngineConfig& engine, std::uint32_t bytes) {
  return AccessTime(engine.read_store_bytes_per_second, engine.read_store_line_ps, bytes);
}
inline Picoseconds ReadStoreTime(const EngineConfig& engine, std::uint32_t bytes) {
  return ReadStoreBusy(engine, bytes) + engine.read_store_latency_ps;
}
inline Picoseconds WriteStageBusy(const EngineConfig& engine, std::uint32_t bytes) {
  return AccessTime(engine.write_stage_bytes_per_second, engine.write_stage_line_ps, bytes);
}
inline Picoseconds WriteStageTime(const EngineConfig& engine, std::uint32_t bytes) {
  return WriteStageBusy(engine, bytes) + engine.write_stage_latency_ps;
}

}  // namespace siov

#endif  // SIOV_PLATFORMS_KINDS_DEVICE_TIME_H_
