// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/set_override.h"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "platforms/config/field_path.h"
#include "platforms/config/merge.h"
#include "platforms/config/nearest_name.h"
#include "platforms/config/rules.h"
#include "platforms/config/text_layer.h"

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
      return "a number";
    case FieldDescriptor::CPPTYPE_STRING:
      return "a string of UTF-8 text";
    case FieldDescriptor::CPPTYPE_ENUM:
      return "one of " + Joined(EnumNames(field->enum_type()));
    default:
      return "a whole number, not negative, in the range of its type";
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

// Parses `value` as the field's value into an otherwise empty message; null if it is not one, or is more than one. What
// is wrong inside of it is appended.
std::unique_ptr<Message> ParseValue(const FieldTarget& target, const std::string& value, Faults* inside) {
  std::unique_ptr<Message> only(target.parent->New());
  LocationMap places;
  const std::string text = target.field->name() + ": " + QuoteIfBare(target, value);
  ParseTextLayer(text, "", only.get(), &places, inside);
  CheckStrings(*only, "", places, inside);
  const FieldDescriptor* key = IsMessage(target.field) ? KeyField(target.field->message_type()) : nullptr;
  if (target.index >= 0 && key != nullptr) {  // an element given by its name need not repeat it
    const std::string own = target.field->name() + "[0]." + key->name();
    inside->erase(std::remove_if(inside->begin(), inside->end(),
                                 [&own](const Fault& fault) { return fault.path == own && fault.value.empty(); }),
                  inside->end());
  }
  if (!inside->empty()) return nullptr;
  std::vector<const FieldDescriptor*> fields;
  only->GetReflection()->ListFields(*only, &fields);
  if (!fields.empty() && (fields.size() != 1 || fields[0] != target.field)) {  // without any: an empty list
    return nullptr;
  }
  const bool one_element = target.index >= 0;
  if (one_element && only->GetReflection()->FieldSize(*only, target.field) != 1) {
    return nullptr;
  }
  return only;
}

bool NamesFiles(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (RuleOf(field).has_include_into()) {
      return true;
    }
    if (!IsMessage(field)) {
      continue;
    }
    for (int i = 0; i < CountOf(message, field); ++i) {
      if (NamesFiles(MessageAt(message, field, i))) return true;
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

// An element of a list that would go by another name.
bool Renames(const FieldTarget& target, const Message& parsed) {
  if (target.index < 0 || !IsMessage(target.field)) return false;
  const Reflection* reflection = parsed.GetReflection();
  const std::string name = KeyOf(reflection->GetRepeatedMessage(parsed, target.field, 0));
  return !name.empty() && name != KeyOf(reflection->GetRepeatedMessage(*target.parent, target.field, target.index));
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
    const std::size_t equals = EndOfPath(text);
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
    Faults inside;
    const std::unique_ptr<Message> parsed = ParseValue(target, value, &inside);
    if (parsed == nullptr) {
      ReportValue(target, path, value, inside, place);
      return;
    }
    if (NamesFiles(*parsed)) {
      faults_.push_back(MakeFault(place, path, "", "an override cannot include files"));
      return;
    }
    if (Renames(target, *parsed)) {
      faults_.push_back(MakeFault(place, path, value, "a name cannot be overridden"));
      return;
    }
    Assign(target, parsed.get());
    ReportOverridden(target.canonical, place);
    places_.Erase(target.canonical);
    places_.Set(target.canonical, place);
    applied_.emplace_back(target.canonical, text);
  }

 private:
  // Keys identify elements, and the case of a oneof says what a node is: overriding either would silently turn one
  // thing into another.
  bool MayReplace(const FieldTarget& target, const std::string& path, const Location& place) {
    if (RuleOf(target.field).key()) {
      faults_.push_back(MakeFault(place, path, "", "a name cannot be overridden"));
      return false;
    }
    const auto* choice = target.field->real_containing_oneof();
    const FieldDescriptor* chosen =
        choice == nullptr ? nullptr : target.parent->GetReflection()->GetOneofFieldDescriptor(*target.parent, choice);
    if (chosen != nullptr && chosen != target.field && KeyField(target.parent->GetDescriptor()) != nullptr) {
      faults_.push_back(MakeFault(place, path, "",
                                  "is " + WithArticle(chosen->name()) + ", not " + WithArticle(target.field->name())));
      return false;
    }
    return true;
  }

  // A value in brackets is wrong because of what is in it, any other as a whole.
  void ReportValue(const FieldTarget& target, const std::string& path, const std::string& value, const Faults& inside,
                   const Location& place) {
    const bool in_brackets = !value.empty() && (value[0] == '{' || value[0] == '[');
    if (in_brackets && !inside.empty()) {
      for (const Fault& fault : inside) {
        faults_.push_back(MakeFault(place, fault.path.empty() ? path : fault.path,
                                    fault.path.empty() ? value : fault.value, fault.message, fault.allowed,
                                    fault.nearest));
      }
      return;
    }
    const bool is_enum = target.field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM;
    faults_.push_back(MakeFault(place, path, value, "wrong type of value", Expected(target),
                                is_enum ? NearestName(value, EnumNames(target.field->enum_type())) : ""));
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

std::size_t EndOfPath(const std::string& override_text) {
  bool selecting = false;
  std::size_t at = 0;
  for (const char c : override_text) {
    selecting = c == '[' || (selecting && c != ']');
    if (c == '=' && !selecting) return at;
    ++at;
  }
  return std::string::npos;
}

bool ApplyOverrides(const std::vector<std::string>& overrides, Message* root, LocationMap* places, Faults* faults) {
  const std::size_t faults_before = faults->size();
  Overrider overrider(root, places, faults);
  for (const std::string& text : overrides) {
    overrider.Apply(text);
  }
  return faults->size() == faults_before;
}

}  // namespace siov
