// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/axis_field.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "platforms/config/rules.h"
#include "platforms/config/set_override.h"
#include "platforms/resolve/axis_values.h"

namespace siov {
namespace {

using google::protobuf::FieldDescriptor;

// Digits that every number is shown with: no sign, no leading zero, and few enough for a double.
bool IsPlain(const std::string& value) {
  constexpr std::size_t kMostDigits = 15;
  return !value.empty() && value.size() <= kMostDigits && (value[0] != '0' || value.size() == 1) &&
         std::all_of(value.begin(), value.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

AxisField::AxisField(const siovsim::Sweep& sweep, std::string path)
    : scratch_(sweep.experiment()), path_(std::move(path)) {
  Faults ignored;  // said when the first point is resolved
  if (!FindField(&scratch_, path_, {}, &target_, &ignored)) target_ = {};
}

bool AxisField::IsNumber() const {
  return IsWhole() || (target_.field != nullptr && target_.field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE);
}

bool AxisField::IsWhole() const {
  if (target_.field == nullptr) return false;
  const FieldDescriptor::CppType type = target_.field->cpp_type();
  return type == FieldDescriptor::CPPTYPE_INT32 || type == FieldDescriptor::CPPTYPE_INT64 ||
         type == FieldDescriptor::CPPTYPE_UINT32 || type == FieldDescriptor::CPPTYPE_UINT64;
}

std::optional<std::string> AxisField::Shown(const std::string& value) {
  const FieldDescriptor* field = target_.field;
  if (field == nullptr || IsMessage(field) || (field->is_repeated() && target_.index < 0)) return std::nullopt;
  if (IsNumber() && IsPlain(value)) return value;  // of very many values most are
  LocationMap places;
  Faults faults;
  if (!ApplyOverrides({path_ + "=" + value}, &scratch_, &places, &faults)) return std::nullopt;
  const auto* reflection = target_.parent->GetReflection();
  const int index = target_.index;
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
    return ShownNumber(index < 0 ? reflection->GetDouble(*target_.parent, field)
                                 : reflection->GetRepeatedDouble(*target_.parent, field, index));
  }
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) return StringAt(*target_.parent, field, index);
  return ScalarText(*target_.parent, field, index);
}

std::string CanonicalPathOf(const siovsim::Sweep& sweep, const std::string& override_text) {
  siovsim::Sweep scratch = sweep;
  FieldTarget target;
  Faults ignored;
  const std::size_t equals = EndOfPath(override_text);
  return FindField(&scratch, override_text.substr(0, equals), {}, &target, &ignored) ? target.canonical : std::string();
}

}  // namespace siov
