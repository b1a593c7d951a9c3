// SPDX-License-Identifier: Apache-2.0
// What a text says that it holds, for editors and for us: "# proto-message: siovsim.Sweep" on a line of its own.
#ifndef SIOV_PLATFORMS_CONFIG_STATED_MESSAGE_H_
#define SIOV_PLATFORMS_CONFIG_STATED_MESSAGE_H_

#include <google/protobuf/descriptor.h>

#include <optional>
#include <string>

#include "platforms/config/fault.h"

namespace siov {

struct StatedMessage {
  std::string name;  // as written: "siovsim.Sweep" or "Sweep"
  int line = 0;      // from 1
};

std::optional<StatedMessage> StatedIn(const std::string& text);

// Whether the name is that of the type.
bool IsNamed(const StatedMessage& stated, const google::protobuf::Descriptor* type);

// A fault if the text says that it holds something else than what it is read as.
void CheckStated(const std::string& text, const std::string& file, const google::protobuf::Descriptor* type,
                 Faults* faults);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CONFIG_STATED_MESSAGE_H_
