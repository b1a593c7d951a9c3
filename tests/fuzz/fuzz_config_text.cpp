// SPDX-License-Identifier: Apache-2.0
// The input is a configuration file: loaded as an experiment and as a platform, defaulted, checked and, if nothing is
// wrong with it, resolved. A file it includes is the input itself, so that includes are followed too.
#include <cstdint>
#include <string>

#include "configs/schema/experiment.pb.h"
#include "platforms/config/checker.h"
#include "platforms/config/defaults.h"
#include "platforms/config/loader.h"
#include "platforms/resolve/resolve_platform.h"

namespace {

template <class Message>
siov::LoadedConfig LoadAndCheck(const std::string& text, siov::Faults* faults) {
  const siov::ReadFile read = [&text](const std::string& path, std::string* content, std::string* why_not) {
    *content = text;
    *why_not = "too deep";
    return path.size() < 16;  // every name is another file: bounds how deep they include each other
  };
  siov::LoadedConfig loaded = siov::LoadConfig("x.txtpb", Message(), faults, read);
  siov::ApplyDefaults(loaded.message.get());
  siov::CheckRules(*loaded.message, loaded.places, siov::Extent::kComplete, faults);
  for (const siov::Fault& fault : *faults) siov::FormatFault(fault);
  return loaded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  siov::Faults experiment_faults;
  LoadAndCheck<siovsim::Experiment>(text, &experiment_faults);
  siov::Faults faults;
  const siov::LoadedConfig loaded = LoadAndCheck<siovsim::Platform>(text, &faults);
  if (faults.empty()) {
    siov::ResolvePlatform(static_cast<const siovsim::Platform&>(*loaded.message), loaded.places, &faults);
  }
  return 0;
}
