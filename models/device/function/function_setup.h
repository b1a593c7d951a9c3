// SPDX-License-Identifier: Apache-2.0
// What an operating system does with a function before anybody uses it: finds its capabilities, sizes its base address
// registers, gives them addresses and enables what is there, in the order that is allowed. It goes by reads and writes
// of the configuration space alone, and keeps them: the writes are the function's state before time 0, and all of them
// the script of a run in which software does it in time. Pure.
#ifndef SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_SETUP_H_
#define SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_SETUP_H_

#include <cstdint>
#include <vector>

#include "models/device/function/config_walk.h"
#include "models/device/function/function_group.h"

namespace siov {

struct ConfigWrite {
  ConfigOffset offset = 0;
  std::uint32_t value = 0;
  std::uint8_t bytes = 4;
};

// A read, with what came back, or a write.
struct ConfigStep {
  bool write = false;
  ConfigOffset offset = 0;
  std::uint32_t value = 0;
  std::uint8_t bytes = 4;
};

// What software has decided about the function.
struct SetUpPlan {
  std::uint32_t max_payload_bytes = 256;
  std::uint32_t max_read_request_bytes = 512;
  std::uint64_t system_page_bytes = 4'096;
  bool pasids = true;  // every link on the way carries them
  bool page_requests = false;
  std::uint32_t page_request_allocation = 0;
  std::uint32_t smallest_translation_unit = 0;
  std::uint32_t vfs = 0;  // to enable
  bool adis = false;      // to enable
};

class FunctionSetUp {
 public:
  // REQUIRES that the group has the function.
  FunctionSetUp(FunctionGroup* group, std::uint32_t number) : group_(*group), number_(number) {}

  // Who it is, and which header it has.
  void Identify();
  std::vector<FoundBar> SizeBars();
  void Place(const FoundBar& bar, std::uint64_t address);
  // System page size, PASID, ATS, page requests, messages, redirection, memory space and bus master, and last VFs or
  // ADIs. What came of the last.
  ConfigOutcome Enable(const SetUpPlan& plan);

  const std::vector<ConfigStep>& steps() const { return steps_; }
  std::vector<ConfigWrite> writes() const;  // of them

 private:
  std::uint32_t Read(ConfigOffset offset, unsigned bytes);
  ConfigOutcome Send(ConfigOffset offset, std::uint32_t value, unsigned bytes);
  void Write(ConfigOffset offset, std::uint32_t value, unsigned bytes);
  ConfigReader Reader();
  void SizeRequests(const SetUpPlan& plan, ConfigOffset express);
  void EnableTranslation(const SetUpPlan& plan);
  ConfigOutcome EnableVfs(std::uint32_t vfs);

  FunctionGroup& group_;
  std::uint32_t number_;
  std::vector<ConfigStep> steps_;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_SETUP_H_
