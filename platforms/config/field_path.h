// SPDX-License-Identifier: Apache-2.0
// Dotted paths into a configuration: nodes[name=dsa0].endpoint.atc.entries, targets[0].max, run.seed.
#ifndef SIOV_PLATFORMS_CONFIG_FIELD_PATH_H_
#define SIOV_PLATFORMS_CONFIG_FIELD_PATH_H_

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "platforms/config/fault.h"

namespace siov {

struct PathStep {
  std::string name;
  bool selects = false;  // has [...]
  std::string key;       // of [key=value]
  std::string key_value;
  int index = -1;  // of [index]
};

// Splits a path; on a malformed one returns false and says in `why_not` what is wrong.
bool ParsePath(const std::string& path, std::vector<PathStep>* steps, std::string* why_not);

// A field of a message inside a configuration: what a path leads to.
struct FieldTarget {
  static constexpr int kWhole = -1;
  google::protobuf::Message* parent = nullptr;
  const google::protobuf::FieldDescriptor* field = nullptr;
  int index = kWhole;     // element of a repeated field
  std::string canonical;  // canonical path of the target
};

// Walks `path` from `root`. Sub-messages that always exist are created on the way; a path through an absent optional
// part, or through the wrong kind of node, is a fault. On failure returns false and adds one fault.
bool FindField(google::protobuf::Message* root, const std::string& path, const Location& place, FieldTarget* target,
               Faults* faults);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CONFIG_FIELD_PATH_H_
