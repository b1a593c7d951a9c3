// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/schema_names.h"

#include <cctype>
#include <string>

#include "models/base/ends_with.h"
#include "platforms/config/rules.h"

namespace siov {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr char kPicoseconds[] = "_ps";
// How fields spell the units of what the models have in picoseconds and in bytes per second.
constexpr const char* kUnits[] = {"_ns", "_us", "_ms", "_s"};
constexpr char kBytesPerSecond[] = "bytes_per_second";

// The field of the message that a name of the models is about, or null.
const FieldDescriptor* FieldNamed(const Message& message, const std::string& name) {
  const auto* type = message.GetDescriptor();
  if (const FieldDescriptor* field = type->FindFieldByName(name)) return field;
  if (EndsWith(name, kBytesPerSecond)) {
    return type->FindFieldByName(name.substr(0, name.size() - sizeof kBytesPerSecond + 1) + "gbytes_per_second");
  }
  const std::string stem = EndsWith(name, kPicoseconds) ? name.substr(0, name.size() - sizeof kPicoseconds + 1) : name;
  const FieldDescriptor* cycles = type->FindFieldByName(stem + "_cycles");
  if (cycles != nullptr && message.GetReflection()->HasField(message, cycles)) return cycles;
  for (const char* unit : kUnits) {
    if (const FieldDescriptor* field = type->FindFieldByName(stem + unit)) return field;
  }
  return nullptr;
}

// The message that a step of a path leads to, "queues[1]", or null.
const Message* Inside(const Message& message, const std::string& step) {
  const std::size_t bracket = step.find('[');
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(step.substr(0, bracket));
  if (field == nullptr || !IsMessage(field)) return nullptr;
  const auto* reflection = message.GetReflection();
  if (!field->is_repeated()) return &reflection->GetMessage(message, field);
  const int index = bracket == std::string::npos ? 0 : std::atoi(step.c_str() + bracket + 1);
  return index < reflection->FieldSize(message, field) ? &reflection->GetRepeatedMessage(message, field, index)
                                                       : nullptr;
}

// A phrase with the names of the message in place of those that it does not have.
std::string Translated(const std::string& phrase, const Message& message) {
  std::string text;
  for (std::size_t at = 0; at < phrase.size();) {
    std::size_t end = at;
    while (end < phrase.size() && (std::isalnum(static_cast<unsigned char>(phrase[end])) != 0 || phrase[end] == '_')) {
      ++end;
    }
    const std::string word = phrase.substr(at, end - at);
    const FieldDescriptor* field = word.find('_') == std::string::npos ? nullptr : FieldNamed(message, word);
    text += field == nullptr ? word : field->name();
    if (end < phrase.size()) text += phrase[end];
    at = end + 1;
  }
  return text;
}

}  // namespace

ConfigFault InSchemaNames(ConfigFault fault, const Message& message) {
  const Message* owner = &message;
  std::size_t at = 0;
  for (std::size_t dot = 0; (dot = fault.field.find('.', at)) != std::string::npos; at = dot + 1) {
    owner = Inside(*owner, fault.field.substr(at, dot - at));
    if (owner == nullptr) return fault;
  }
  fault.allowed = Translated(fault.allowed, *owner);
  const std::string name = fault.field.substr(at);
  const FieldDescriptor* field = FieldNamed(*owner, name);
  if (field == nullptr || field->name() == name) return fault;
  fault.field = fault.field.substr(0, at) + field->name();
  fault.value = ScalarText(*owner, field);
  return fault;
}

}  // namespace siov
