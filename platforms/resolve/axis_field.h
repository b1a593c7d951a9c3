// SPDX-License-Identifier: Apache-2.0
// The field that an axis of a sweep sets: values are compared, and named in the table, as the field holds them, however
// they are spelled: 8, 8.0, 0x8 and 010 are one value of a whole number.
#ifndef SIOV_PLATFORMS_RESOLVE_AXIS_FIELD_H_
#define SIOV_PLATFORMS_RESOLVE_AXIS_FIELD_H_

#include <optional>
#include <string>

#include "configs/schema/sweep.pb.h"
#include "platforms/config/field_path.h"

namespace siov {

class AxisField {
 public:
  AxisField(const siovsim::Sweep& sweep, std::string path);

  // Takes whole numbers only. Of a path that leads nowhere, no.
  bool IsWhole() const;
  // The path as every spelling of it is written; empty if it leads nowhere.
  const std::string& canonical() const { return target_.canonical; }
  // A value as text, the same for all that mean the same; nothing for a list, a message or what the field cannot hold.
  std::optional<std::string> Shown(const std::string& value);

 private:
  bool IsNumber() const;

  siovsim::Experiment scratch_;
  std::string path_;
  FieldTarget target_;  // in scratch_
};

// The path of PATH=VALUE, as every spelling of it is written, in a sweep or its experiment; empty if it leads nowhere.
std::string CanonicalPathOf(const siovsim::Sweep& sweep, const std::string& override_text);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_AXIS_FIELD_H_
