// SPDX-License-Identifier: Apache-2.0
// A function with everything, and software's view of it, for tests.
#ifndef SIOV_TESTS_SUPPORT_FUNCTION_BENCH_H_
#define SIOV_TESTS_SUPPORT_FUNCTION_BENCH_H_

#include "models/device/function/config_walk.h"
#include "models/device/function/function_core.h"

namespace siov::testing {

inline FunctionConfig FullFunction() {
  FunctionConfig config;
  config.device_id = 0x0B25;
  config.revision_id = 3;
  config.bars = {{0, 0x1'0000, true, true}, {2, 0x2000'0000, true, true}};
  config.msix = MsixCapability{9, 0, 0x2000, 0, 0x3000};
  config.ats = AtsCapability{32, true, false};
  config.pri = PriCapability{512, true};
  config.pasid = PasidCapability{20, true, true};
  config.acs = AcsCapability{true, true, true};
  config.sriov.emplace();
  config.sriov->total_vfs = 16;
  config.sriov->first_offset = 2;
  config.sriov->vf_device_id = 0x0B26;
  config.sriov->supported_page_sizes = 0x553;
  config.sriov->vf_bars = {{0, 0x1'0000, true, true}};
  config.siov.emplace();
  config.siov->supported_page_sizes = 0x13;
  return config;
}

inline ConfigReader ReaderOf(const FunctionCore& core) {
  return [&core](ConfigOffset offset) { return core.Read(offset); };
}
inline ConfigWriter WriterOf(FunctionCore& core) {
  return [&core](ConfigOffset offset, std::uint32_t value) { core.Write(offset, value); };
}

// A register of an extended capability, found as software finds it.
inline ConfigOffset Place(const FunctionCore& core, std::uint16_t id, unsigned offset) {
  return static_cast<ConfigOffset>(FindExtended(ReaderOf(core), id).value_or(0) + offset);
}

inline constexpr std::uint16_t kAtsOn = 0x8000, kPasidOn = 1;
inline ConfigOutcome SetPasid(FunctionCore& core, std::uint32_t control) {
  return core.Write(Place(core, capability::kPasid, 6), control, 2);
}
inline ConfigOutcome SetAts(FunctionCore& core, std::uint32_t control) {
  return core.Write(Place(core, capability::kAts, 6), control, 2);
}
inline ConfigOutcome SetPri(FunctionCore& core, std::uint32_t control) {
  return core.Write(Place(core, capability::kPri, 4), control, 2);
}
inline ConfigOutcome SetVfs(FunctionCore& core, std::uint32_t control) {
  return core.Write(Place(core, capability::kSriov, 8), control, 2);
}
inline ConfigOutcome SetPageSize(FunctionCore& core, std::uint32_t sizes) {
  return core.Write(Place(core, capability::kDvsec, 0x10), sizes);
}

}  // namespace siov::testing

#endif  // SIOV_TESTS_SUPPORT_FUNCTION_BENCH_H_
