// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/defaults.h"

#include <google/protobuf/text_format.h>

#include <stdexcept>

#include "platforms/config/rules.h"

namespace siov {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool MayDefault(const Message& message, const FieldDescriptor* field) {
  if (field->is_repeated() || IsMessage(field) || !RuleOf(field).has_default_()) {
    return false;
  }
  const auto* choice = field->real_containing_oneof();
  const Reflection* reflection = message.GetReflection();
  return choice == nullptr ? !reflection->HasField(message, field)
                           : reflection->GetOneofFieldDescriptor(message, choice) == nullptr;
}

void SetDefault(Message* message, const FieldDescriptor* field) {
  const siovsim::FieldRule& rule = RuleOf(field);
  const bool is_string = field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  const std::string text = is_string ? "\"" + rule.default_() + "\"" : rule.default_();
  if (!google::protobuf::TextFormat::ParseFieldValueFromString(text, field, message)) {
    throw std::logic_error("schema: the default of " + field->full_name() + " is not a value of its type: " + text);
  }
}

void Apply(Message* message, const std::string& base, std::vector<DefaultUsed>* used) {
  const auto* type = message->GetDescriptor();
  const Reflection* reflection = message->GetReflection();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    const siovsim::FieldRule& rule = RuleOf(field);
    if (MayDefault(*message, field)) {
      SetDefault(message, field);
      used->push_back({FieldPath(base, field), rule.default_(), rule.status(), rule.source()});
    } else if (IsMessage(field) && field->is_repeated()) {
      for (int k = 0; k < reflection->FieldSize(*message, field); ++k) {
        Message* element = reflection->MutableRepeatedMessage(message, field, k);
        Apply(element, ElementPath(base, field, *element, k), used);
      }
    } else if (IsMessage(field) && (rule.always() || reflection->HasField(*message, field))) {
      Apply(reflection->MutableMessage(message, field), FieldPath(base, field), used);
    }
  }
}

}  // namespace

std::vector<DefaultUsed> ApplyDefaults(Message* message) {
  std::vector<DefaultUsed> used;
  Apply(message, "", &used);
  return used;
}

}  // namespace siov
