// SPDX-License-Identifier: Apache-2.0
// A complete configuration written back as text, and the identity of a run.
#ifndef SIOV_PLATFORMS_RESOLVE_RESOLVED_TEXT_H_
#define SIOV_PLATFORMS_RESOLVE_RESOLVED_TEXT_H_

#include <google/protobuf/message.h>

#include <functional>
#include <string>

#include "platforms/config/fingerprint.h"

namespace siov {

// Text that loads as the same message, with a comment that states its kind.
std::string ToText(const google::protobuf::Message& message);

// Calls `visit(name)` for every field that names a file; what it returns becomes the new name.
void RewriteFileNames(google::protobuf::Message* message,
                      const std::function<std::string(const std::string&)>& rewrite);

// Adds everything but the names of files, whose content counts, not where they lie.
void AddMessage(const google::protobuf::Message& message, Fingerprint* fingerprint);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_RESOLVED_TEXT_H_
