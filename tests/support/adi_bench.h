// SPDX-License-Identifier: Apache-2.0
// ADIs of two types over one pool of queues, for tests.
#ifndef SIOV_TESTS_SUPPORT_ADI_BENCH_H_
#define SIOV_TESTS_SUPPORT_ADI_BENCH_H_

#include "models/device/adi/adi_core.h"

namespace siov::testing {

// A portal page that guests map and a page of controls that the VMM traps.
inline AdiType PortalType(const std::string& name, std::uint32_t count, std::uint32_t queues) {
  AdiType type;
  type.name = name;
  type.count = count;
  type.bar = 2;
  type.regions = {{"portal", 0, 0x1000, RegisterPath::kDirect}, {"control", 0x1000, 0x40, RegisterPath::kIntercepted}};
  if (queues != 0) type.resources = {{"queues", queues}};
  return type;
}

// BAR 2 with the function's own registers in its first 16 KiB.
inline AdiConfig PortalConfig() {
  AdiConfig config;
  config.apertures = {{2, 0x10'0000, 0x4000, true, true}};
  config.pools = {{"queues", 8}};
  config.messages = 16;
  config.types = {PortalType("single", 4, 1), PortalType("triple", 2, 3)};
  config.types[0].offset_bytes = 0x4000;
  config.types[1].offset_bytes = 0xC000;
  return config;
}

}  // namespace siov::testing

#endif  // SIOV_TESTS_SUPPORT_ADI_BENCH_H_
