// SPDX-License-Identifier: Apache-2.0
// Every line of the input is an override of one small experiment, which is then defaulted and checked.
#include <google/protobuf/text_format.h>

#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "configs/schema/experiment.pb.h"
#include "platforms/config/checker.h"
#include "platforms/config/defaults.h"
#include "platforms/config/set_override.h"

namespace {

siovsim::Experiment SmallExperiment() {
  siovsim::Experiment experiment;
  const bool parsed = google::protobuf::TextFormat::ParseFromString(
      "platform { clocks { name: 'c' mhz: 100 } nodes { name: 'mem0' memory {} }"
      " nodes { name: 'dsa0' endpoint { atc { entries: 64 } engine { group_of_engine: [0, 1] } } } }"
      "workload { tenant_classes { name: 'a' jobs {} } } targets { metric: 'a' max: 1 } run { seed: 1 }",
      &experiment);
  if (!parsed) std::abort();
  return experiment;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream lines(std::string(reinterpret_cast<const char*>(data), size));
  std::vector<std::string> overrides;
  for (std::string line; std::getline(lines, line);) overrides.push_back(line);
  siovsim::Experiment experiment = SmallExperiment();
  siov::LocationMap places;
  siov::Faults faults;
  siov::ApplyOverrides(overrides, &experiment, &places, &faults);
  siov::ApplyDefaults(&experiment);
  siov::CheckRules(experiment, places, siov::Extent::kComplete, &faults);
  for (const siov::Fault& fault : faults) siov::FormatFault(fault);
  return 0;
}
