// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/defaults.h"

#include <google/protobuf/text_format.h>

#include <memory>
#include <stdexcept>

#include "configs/schema/platform.pb.h"
#include "platforms/config/rules.h"

namespace siov {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::TextFormat;

bool MayDefault(const Message& message, const FieldDescriptor* field) {
  if (!RuleOf(field).has_default_() || !IsMeaningful(message, field)) {
    return false;
  }
  const auto* choice = field->real_containing_oneof();
  const Reflection* reflection = message.GetReflection();
  return choice == nullptr ? !reflection->HasField(message, field)
                           : reflection->GetOneofFieldDescriptor(message, choice) == nullptr;
}

void SetDefault(Message* message, const FieldDescriptor* field) {
  if (!TextFormat::ParseFieldValueFromString(DefaultText(field), field, message)) {
    throw std::logic_error("schema: the default of " + field->full_name() + " is not a value of its type");
  }
}

// One-line text of a field's value, or of a whole sub-message.
std::string ValueText(const Message& message, const FieldDescriptor* field) {
  if (!IsMessage(field)) {
    return ScalarText(message, field);
  }
  return message.GetReflection()->GetMessage(message, field).ShortDebugString();
}

bool HoldsDefault(const Message& message, const FieldDescriptor* field) {
  const std::unique_ptr<Message> pristine(message.New());
  SetDefault(pristine.get(), field);
  if (IsMessage(field)) {
    ApplyDefaults(pristine->GetReflection()->MutableMessage(pristine.get(), field));
  }
  return ValueText(message, field) == ValueText(*pristine, field);
}

void Collect(const Message& message, const std::string& base, std::vector<UnverifiedDefault>* found) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const siovsim::FieldRule& rule = RuleOf(field);
    if (rule.status() == siovsim::K && HoldsDefault(message, field)) {
      found->push_back({FieldPath(base, field), ValueText(message, field), rule.source()});
    }
    if (!IsMessage(field)) {
      continue;
    }
    for (int i = 0; i < CountOf(message, field); ++i) {
      Collect(MessageAt(message, field, i), PathAt(base, message, field, i), found);
    }
  }
}

// What a port advertises goes with what its links can count (sources: the schema).
void DefaultCredits(siovsim::PcieLink* link) {
  if (!link->upstream().has_nonposted_data()) link->mutable_upstream()->set_nonposted_data(0);
  const bool scaled = link->generation() >= 4 && (!link->has_scaled_flow_control() || link->scaled_flow_control());
  if (!link->has_generation() || scaled) {
    return;
  }
  const auto fill = [](siovsim::Credits* credits) {
    if (!credits->has_posted_header()) credits->set_posted_header(127);
    if (!credits->has_posted_data()) credits->set_posted_data(750);
    if (!credits->has_nonposted_header()) credits->set_nonposted_header(115);
    if (!credits->has_nonposted_data()) credits->set_nonposted_data(230);
  };
  fill(link->mutable_upstream());
  fill(link->mutable_downstream());
}

}  // namespace

void ApplyDefaults(Message* message) {
  if (message->GetDescriptor() == siovsim::OnDieLink::descriptor()) {
    siovsim::Credits* const upstream = static_cast<siovsim::OnDieLink*>(message)->mutable_upstream();
    if (!upstream->has_nonposted_data()) upstream->set_nonposted_data(0);
  }
  if (message->GetDescriptor() == siovsim::PcieLink::descriptor()) {
    DefaultCredits(static_cast<siovsim::PcieLink*>(message));
  }
  const auto* type = message->GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (MayDefault(*message, field)) {
      SetDefault(message, field);
    }
    if (!IsMessage(field)) {
      continue;
    }
    if (RuleOf(field).always()) message->GetReflection()->MutableMessage(message, field);
    for (int k = 0; k < CountOf(*message, field); ++k) ApplyDefaults(MutableMessageAt(message, field, k));
  }
}

std::vector<UnverifiedDefault> UnverifiedDefaults(const Message& message) {
  std::vector<UnverifiedDefault> found;
  Collect(message, "", &found);
  return found;
}

}  // namespace siov
