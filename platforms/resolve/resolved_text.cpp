// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/resolved_text.h"

#include <google/protobuf/text_format.h>

#include <memory>
#include <vector>

#include "platforms/config/rules.h"

namespace siov {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::string ToText(const Message& message) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(message, &text);
  return "# proto-message: " + message.GetDescriptor()->full_name() + "\n" + text;
}

void RewriteFileNames(Message* message, const std::function<std::string(const std::string&)>& rewrite) {
  const Reflection* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (RuleOf(field).file_name()) {
      reflection->SetString(message, field, rewrite(reflection->GetString(*message, field)));
    }
    if (!IsMessage(field)) {
      continue;
    }
    if (!field->is_repeated()) {
      RewriteFileNames(reflection->MutableMessage(message, field), rewrite);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
      RewriteFileNames(reflection->MutableRepeatedMessage(message, field, i), rewrite);
    }
  }
}

void AddMessage(const Message& message, Fingerprint* fingerprint) {
  const std::unique_ptr<Message> nameless(message.New());
  nameless->CopyFrom(message);
  RewriteFileNames(nameless.get(), [](const std::string&) { return std::string(); });
  fingerprint->Add(nameless->SerializeAsString());  // the schema has no maps: one message has one text
}

}  // namespace siov
