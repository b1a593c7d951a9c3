// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/merge.h"

#include <unordered_map>

#include "platforms/config/rules.h"

namespace siov {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

using Indices = std::unordered_map<std::string, int>;

// Of the elements of a keyed list.
Indices IndicesOf(const Message& parent, const FieldDescriptor* list) {
  const Reflection* reflection = parent.GetReflection();
  Indices indices;
  for (int i = 0; i < reflection->FieldSize(parent, list); ++i) {
    indices.emplace(KeyOf(reflection->GetRepeatedMessage(parent, list, i)), i);
  }
  return indices;
}

void MergeKeyedList(const Message& upper, Message* lower, const FieldDescriptor* list, const std::string& base,
                    LocationMap* places) {
  const Reflection* reflection = lower->GetReflection();
  Indices indices = IndicesOf(*lower, list);
  for (int i = 0; i < reflection->FieldSize(upper, list); ++i) {
    const Message& element = reflection->GetRepeatedMessage(upper, list, i);
    const auto [place, is_new] = indices.emplace(KeyOf(element), reflection->FieldSize(*lower, list));
    if (is_new) {
      reflection->AddMessage(lower, list)->CopyFrom(element);
    } else {
      MergeLayer(element, reflection->MutableRepeatedMessage(lower, list, place->second),
                 ElementPath(base, list, element, place->second), places);
    }
  }
}

// Copies field by field through a message that holds nothing else: reflection has no "copy one field" of its own.
void ReplaceField(const Message& upper, Message* lower, const FieldDescriptor* field) {
  lower->GetReflection()->ClearField(lower, field);
  std::unique_ptr<Message> only(upper.New());
  only->CopyFrom(upper);
  std::vector<const FieldDescriptor*> fields;
  only->GetReflection()->ListFields(*only, &fields);
  for (const FieldDescriptor* other : fields) {
    if (other != field) {
      only->GetReflection()->ClearField(only.get(), other);
    }
  }
  lower->MergeFrom(*only);
}

}  // namespace

void MergeLayer(const Message& upper, Message* lower, const std::string& base, LocationMap* lower_places) {
  const Reflection* reflection = upper.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(upper, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string path = FieldPath(base, field);
    if (IsMessage(field) && KeyField(field->message_type()) != nullptr) {
      MergeKeyedList(upper, lower, field, base, lower_places);
    } else if (IsMessage(field) && !field->is_repeated()) {
      MergeLayer(reflection->GetMessage(upper, field), reflection->MutableMessage(lower, field), path, lower_places);
    } else {
      if (path != base) {
        lower_places->Erase(path);
      }
      ReplaceField(upper, lower, field);
    }
  }
}

}  // namespace siov
