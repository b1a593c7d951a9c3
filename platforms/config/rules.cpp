// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/rules.h"

#include <google/protobuf/text_format.h>

#include <sstream>
#include <stdexcept>

namespace siov {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const siovsim::FieldRule& RuleOf(const FieldDescriptor* field) { return field->options().GetExtension(siovsim::rule); }

const FieldDescriptor* KeyField(const Descriptor* type) {
  for (int i = 0; i < type->field_count(); ++i) {
    if (RuleOf(type->field(i)).key()) {
      return type->field(i);
    }
  }
  return nullptr;
}

std::string KeyOf(const Message& message) {
  const FieldDescriptor* key = KeyField(message.GetDescriptor());
  return key == nullptr ? std::string() : message.GetReflection()->GetString(message, key);
}

std::string FieldPath(const std::string& base, const FieldDescriptor* field) {
  if (RuleOf(field).transparent()) {
    return base;
  }
  return base.empty() ? field->name() : base + "." + field->name();
}

std::string ElementPath(const std::string& base, const FieldDescriptor* field, const Message& element, int index) {
  const std::string key = KeyOf(element);
  const std::string selector =
      key.empty() ? std::to_string(index) : KeyField(element.GetDescriptor())->name() + "=" + key;
  return FieldPath(base, field) + "[" + selector + "]";
}

bool IsMessage(const FieldDescriptor* field) { return field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE; }

int CountOf(const Message& message, const FieldDescriptor* field) {
  const auto* reflection = message.GetReflection();
  if (field->is_repeated()) return reflection->FieldSize(message, field);
  return reflection->HasField(message, field) ? 1 : 0;
}

const Message& MessageAt(const Message& message, const FieldDescriptor* field, int at) {
  const auto* reflection = message.GetReflection();
  return field->is_repeated() ? reflection->GetRepeatedMessage(message, field, at)
                              : reflection->GetMessage(message, field);
}

Message* MutableMessageAt(Message* message, const FieldDescriptor* field, int at) {
  const auto* reflection = message->GetReflection();
  return field->is_repeated() ? reflection->MutableRepeatedMessage(message, field, at)
                              : reflection->MutableMessage(message, field);
}

std::string StringAt(const Message& message, const FieldDescriptor* field, int at) {
  const auto* reflection = message.GetReflection();
  return field->is_repeated() ? reflection->GetRepeatedString(message, field, at)
                              : reflection->GetString(message, field);
}

std::string PathAt(const std::string& base, const Message& message, const FieldDescriptor* field, int at) {
  if (!field->is_repeated()) return FieldPath(base, field);
  if (IsMessage(field)) return ElementPath(base, field, MessageAt(message, field, at), at);
  return FieldPath(base, field) + "[" + std::to_string(at) + "]";
}

std::vector<std::string> FieldNames(const Descriptor* type) {
  std::vector<std::string> names;
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    names.push_back(field->name());
    if (RuleOf(field).transparent()) {
      const std::vector<std::string> inner = FieldNames(field->message_type());
      names.insert(names.end(), inner.begin(), inner.end());
    }
  }
  return names;
}

std::vector<std::string> EnumNames(const google::protobuf::EnumDescriptor* type) {
  std::vector<std::string> names;
  for (int i = 0; i < type->value_count(); ++i) names.push_back(type->value(i)->name());
  return names;
}

std::string ScalarText(const Message& message, const FieldDescriptor* field, int index) {
  std::string text;
  google::protobuf::TextFormat::PrintFieldValueToString(message, field, index, &text);
  return text;
}

bool IsMeaningful(const Message& message, const FieldDescriptor* field) {
  const std::string& condition = RuleOf(field).only_with();
  if (condition.empty()) {
    return true;
  }
  const std::size_t equals = condition.find('=');
  const FieldDescriptor* sibling = message.GetDescriptor()->FindFieldByName(condition.substr(0, equals));
  if (sibling == nullptr || equals == std::string::npos) {
    throw std::logic_error("schema: only_with of " + field->full_name() + " names no sibling: " + condition);
  }
  const std::string actual = ScalarText(message, sibling);
  std::istringstream values(condition.substr(equals + 1));
  for (std::string value; std::getline(values, value, '|');) {
    if (value == actual) {
      return true;
    }
  }
  return false;
}

std::string DefaultText(const FieldDescriptor* field) {
  const bool is_string = field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  return is_string ? "\"" + RuleOf(field).default_() + "\"" : RuleOf(field).default_();
}

}  // namespace siov
