// SPDX-License-Identifier: Apache-2.0
// Fills every absent field that has a default, so that a configuration says everything that was assumed about it.
#ifndef SIOV_PLATFORMS_CONFIG_DEFAULTS_H_
#define SIOV_PLATFORMS_CONFIG_DEFAULTS_H_

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "configs/schema/options.pb.h"

namespace siov {

struct DefaultUsed {
  std::string path;
  std::string value;
  siovsim::Status status;  // K: no verified source, and results must say so
  std::string source;
};

// A field of a oneof gets its default only if no field of the oneof is set. Optional sub-messages stay absent unless
// the schema says they always exist.
std::vector<DefaultUsed> ApplyDefaults(google::protobuf::Message* message);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CONFIG_DEFAULTS_H_
