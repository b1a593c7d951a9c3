// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/set_override.h"

#include <google/protobuf/text_format.h>

#include <memory>
#include <utility>

#include "platforms/config/field_path.h"
#include "platforms/config/merge.h"
#include "platforms/config/nearest_name.h"
#include "platforms/config/rules.h"
#include "platforms/config/text_layer.h"
#include "platforms/config/text_recovery.h"

namespace siov {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// What a value of this field looks like, to be read after "must be".
std::string Expected(const FieldTarget& target) {
  const FieldDescriptor* field = target.field;
  if (field->is_repeated() && target.index < 0) {
    return "a list in brackets, [...]";
  }
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return "a message in braces, {...}";
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return "a number";
    case FieldDescriptor::CPPTYPE_STRING:
      return "a string";
    case FieldDescriptor::CPPTYPE_ENUM: {
      std::string names;
      for (const std::string& name : EnumNames(field->enum_type())) {
        names += (names.empty() ? "" : ", ") + name;
      }
      return "one of " + names;
    }
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      return "a whole number, not negative, in the range of its type";
    default:
      return "a whole number in the range of its type";
  }
}

std::string QuoteIfBare(const FieldTarget& target, const std::string& value) {
  const bool is_string = target.field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  const bool is_list = target.field->is_repeated() && target.index < 0;
  if (!is_string || is_list || (!value.empty() && (value[0] == '"' || value[0] == '\''))) {
    return value;
  }
  std::string quoted = "\"";
  for (const char c : value) {
    quoted += (c == '"' || c == '\\') ? std::string("\\") + c : std::string(1, c);
  }
  return quoted + "\"";
}

// Parses `value` as the field's value into an otherwise empty message; null if it is not one, or is more than one.
std::unique_ptr<Message> ParseValue(const FieldTarget& target, const std::string& value) {
  std::unique_ptr<Message> only(target.parent->New());
  LocationMap places;
  Faults faults;
  const std::string text = target.field->name() + ": " + QuoteIfBare(target, value);
  if (!ParseTextLayer(text, "", only.get(), &places, &faults)) {
    // An element given by name need not repeat it, so a missing key is not held against the value.
    for (const Fault& fault : faults) {
      if (fault.path.empty()) {
        return nullptr;
      }
    }
  }
  std::vector<const FieldDescriptor*> fields;
  only->GetReflection()->ListFields(*only, &fields);
  const bool empty_list = fields.empty() && target.field->is_repeated() && target.index < 0;
  if (!empty_list && (fields.size() != 1 || fields[0] != target.field)) {
    return nullptr;
  }
  const bool one_element = target.index >= 0;
  if (one_element && only->GetReflection()->FieldSize(*only, target.field) != 1) {
    return nullptr;
  }
  return only;
}

bool NamesFiles(const Message& message) {
  const Reflection* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (RuleOf(field).has_include_into()) {
      return true;
    }
    if (!IsMessage(field)) {
      continue;
    }
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (NamesFiles(field->is_repeated() ? reflection->GetRepeatedMessage(message, field, i)
                                          : reflection->GetMessage(message, field))) {
        return true;
      }
    }
  }
  return false;
}

// Replaces one element of a list by the only element of `parsed`.
void ReplaceElement(const FieldTarget& target, Message* parsed) {
  const Reflection* reflection = target.parent->GetReflection();
  const FieldDescriptor* field = target.field;
  if (IsMessage(field)) {
    Message* element = reflection->MutableRepeatedMessage(target.parent, field, target.index);
    const std::string name = KeyOf(*element);
    element->CopyFrom(reflection->GetRepeatedMessage(*parsed, field, 0));
    if (!name.empty()) {
      element->GetReflection()->SetString(element, KeyField(element->GetDescriptor()), name);
    }
    return;
  }
  // Appending and swapping works for every scalar type without a case for each.
  target.parent->MergeFrom(*parsed);
  const int last = reflection->FieldSize(*target.parent, field) - 1;
  reflection->SwapElements(target.parent, field, target.index, last);
  reflection->RemoveLast(target.parent, field);
}

bool Covers(const std::string& outer, const std::string& inner) {
  return inner.compare(0, outer.size(), outer) == 0 &&
         (inner.size() == outer.size() || inner[outer.size()] == '.' || inner[outer.size()] == '[');
}

class Overrider {
 public:
  Overrider(Message* root, LocationMap* places, Faults* faults) : root_(root), places_(*places), faults_(*faults) {}

  void Apply(const std::string& text) {
    const Location place{"--set " + text, 0, 0};
    const std::size_t equals = SplitPoint(text);
    if (equals == std::string::npos) {
      faults_.push_back(MakeFault(place, "", "", "override has no value", "PATH=VALUE"));
      return;
    }
    const std::string path = text.substr(0, equals);
    const std::string value = text.substr(equals + 1);
    FieldTarget target;
    if (!FindField(root_, path, place, &target, &faults_) || !MayReplace(target, path, place)) {
      return;
    }
    const std::unique_ptr<Message> parsed = ParseValue(target, value);
    if (parsed == nullptr) {
      const bool is_enum = target.field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM;
      faults_.push_back(MakeFault(place, path, value, "wrong type of value", Expected(target),
                                  is_enum ? NearestName(value, EnumNames(target.field->enum_type())) : ""));
      return;
    }
    if (NamesFiles(*parsed)) {
      faults_.push_back(MakeFault(place, path, "", "an override cannot include files"));
      return;
    }
    Assign(target, parsed.get());
    ReportOverridden(target.canonical, place);
    places_.Erase(target.canonical);
    places_.Set(target.canonical, place);
    applied_.emplace_back(target.canonical, text);
  }

 private:
  // The first '=' outside [...] parts the path from the value.
  static std::size_t SplitPoint(const std::string& text) {
    bool selecting = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      selecting = text[i] == '[' || (selecting && text[i] != ']');
      if (text[i] == '=' && !selecting) {
        return i;
      }
    }
    return std::string::npos;
  }

  // Keys identify elements, and the case of a oneof says what a node is: overriding either would silently turn one
  // thing into another.
  bool MayReplace(const FieldTarget& target, const std::string& path, const Location& place) {
    if (RuleOf(target.field).key()) {
      faults_.push_back(MakeFault(place, path, "", "a name cannot be overridden"));
      return false;
    }
    const auto* choice = target.field->real_containing_oneof();
    const FieldDescriptor* chosen =
        choice == nullptr || !IsMessage(target.field)
            ? nullptr
            : target.parent->GetReflection()->GetOneofFieldDescriptor(*target.parent, choice);
    if (chosen != nullptr && chosen != target.field && KeyField(target.parent->GetDescriptor()) != nullptr) {
      faults_.push_back(MakeFault(place, path, "",
                                  "is " + WithArticle(chosen->name()) + ", not " + WithArticle(target.field->name())));
      return false;
    }
    return true;
  }

  static void Assign(const FieldTarget& target, Message* parsed) {
    if (target.index >= 0) {
      ReplaceElement(target, parsed);
    } else {
      target.parent->GetReflection()->ClearField(target.parent, target.field);
      target.parent->MergeFrom(*parsed);
    }
  }

  void ReportOverridden(const std::string& canonical, const Location& place) {
    for (const auto& [earlier, text] : applied_) {
      if (Covers(canonical, earlier)) {
        faults_.push_back(
            MakeFault({"--set " + text, 0, 0}, "", "", "has no effect: \"" + place.file + "\" sets it again"));
      }
    }
  }

  Message* root_;
  LocationMap& places_;
  Faults& faults_;
  std::vector<std::pair<std::string, std::string>> applied_;  // canonical path, override as written
};

}  // namespace

bool ApplyOverrides(const std::vector<std::string>& overrides, Message* root, LocationMap* places, Faults* faults) {
  const std::size_t faults_before = faults->size();
  Overrider overrider(root, places, faults);
  for (const std::string& text : overrides) {
    overrider.Apply(text);
  }
  return faults->size() == faults_before;
}

}  // namespace siov
