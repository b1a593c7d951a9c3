// SPDX-License-Identifier: Apache-2.0
// `--set PATH=VALUE`: overrides on a loaded configuration, by reflection, before defaults are applied.
//
// VALUE is what would stand after the field name in the file: a number, true/false, an enumeration name, a string (with
// or without quotes), {...} for a whole sub-message (it replaces the old one), [...] for a whole list.
#ifndef SIOV_PLATFORMS_CONFIG_SET_OVERRIDE_H_
#define SIOV_PLATFORMS_CONFIG_SET_OVERRIDE_H_

#include <google/protobuf/message.h>

#include <cstddef>
#include <string>
#include <vector>

#include "platforms/config/fault.h"

namespace siov {

// Applies every override in order and records its place. Faults: malformed, unknown path (with the nearest known
// name), wrong type, index out of range, and an override without effect because a later one sets the same field or a
// message around it. Returns false if any fault was added.
bool ApplyOverrides(const std::vector<std::string>& overrides, google::protobuf::Message* root, LocationMap* places,
                    Faults* faults);

// Where the '=' of PATH=VALUE is, the first outside [...]; npos if there is none.
std::size_t EndOfPath(const std::string& override_text);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CONFIG_SET_OVERRIDE_H_
