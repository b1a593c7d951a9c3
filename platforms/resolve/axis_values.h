// SPDX-License-Identifier: Apache-2.0
// The values of the two kinds of range that an axis of a sweep can have, as text that --set takes. A kind of range is a
// message of the schema, a function here, and a row in AxisValues.
#ifndef SIOV_PLATFORMS_RESOLVE_AXIS_VALUES_H_
#define SIOV_PLATFORMS_RESOLVE_AXIS_VALUES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "configs/schema/sweep.pb.h"

namespace siov {

constexpr std::uint64_t kMostSweepPoints = 1'000'000;

// Why a range has no values: of which of its fields, and what is allowed.
struct RangeFault {
  std::string field;
  std::string value;
  std::string message;
  std::string allowed;
};

struct RangeValues {
  std::vector<std::string> texts;
  std::optional<RangeFault> fault;  // then there are none
};

// A number as a table of a sweep shows it: whole ones in full below 10^18; others by the fewest digits that read as the
// same number, with an exponent below 10^-4 and from 10^16 on.
std::string ShownNumber(double value);

// The values of an axis that has a range. `whole`: its field takes whole numbers only, of which a logarithmic range
// gives each once. REQUIRES a range whose fields keep to the schema's rules.
RangeValues ValuesOfRange(const siovsim::Axis& axis, bool whole);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_AXIS_VALUES_H_
