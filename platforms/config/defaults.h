// SPDX-License-Identifier: Apache-2.0
// Fills every absent field that has a default, so that a configuration says everything that was assumed about it; and
// lists the assumptions no verified source backs.
#ifndef SIOV_PLATFORMS_CONFIG_DEFAULTS_H_
#define SIOV_PLATFORMS_CONFIG_DEFAULTS_H_

#include <google/protobuf/message.h>

#include <string>
#include <vector>

namespace siov {

// A field of a oneof gets its default only if no field of the oneof is set. Optional sub-messages without a default
// stay absent unless the schema says they always exist.
void ApplyDefaults(google::protobuf::Message* message);

struct UnverifiedDefault {
  std::string path;
  std::string value;
  std::string note;  // what is known about it
};

// Fields that hold a default of status K, whether it was filled in or written down: repeating a guess does not verify
// it, and a resolved configuration that is run again must list the same ones.
std::vector<UnverifiedDefault> UnverifiedDefaults(const google::protobuf::Message& message);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CONFIG_DEFAULTS_H_
