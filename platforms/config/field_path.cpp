// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/field_path.h"

#include <algorithm>
#include <cctype>

#include "platforms/config/nearest_name.h"
#include "platforms/config/rules.h"

namespace siov {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::size_t kLongestIndex = 9;  // digits, so that it fits an int

bool ParseSelector(const std::string& text, PathStep* step) {
  step->selects = true;
  const std::size_t equals = text.find('=');
  if (equals != std::string::npos) {
    step->key = text.substr(0, equals);
    step->key_value = text.substr(equals + 1);
    return !step->key.empty() && !step->key_value.empty();
  }
  if (text.empty() || text.size() > kLongestIndex || text.find_first_not_of("0123456789") != std::string::npos) {
    return false;
  }
  step->index = std::stoi(text);
  return true;
}

// Walks one path; every member function that can fail adds the one fault and returns false or null.
class Walker {
 public:
  Walker(const std::string& path, const Location& place, Faults* faults)
      : path_(path), place_(place), faults_(*faults) {}

  bool Walk(Message* root, const std::vector<PathStep>& steps, FieldTarget* target) {
    target->parent = root;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (!Step(steps[i], target)) {
        return false;
      }
      if (i + 1 < steps.size() && !Descend(target)) {
        return false;
      }
    }
    return true;
  }

 private:
  bool Fail(const std::string& message, const std::string& allowed = {}, const std::string& nearest = {}) {
    faults_.push_back(MakeFault(place_, path_, "", message, allowed, nearest));
    return false;
  }

  bool FailAbsent(const std::string& message, const std::string& allowed = {}, const std::string& nearest = {}) {
    Fail(message, allowed, nearest);
    faults_.back().absent = true;
    return false;
  }

  // Finds the field named by `step` in target->parent or behind its transparent fields.
  bool Step(const PathStep& step, FieldTarget* target) {
    Message* owner = target->parent;
    const FieldDescriptor* field = Lookup(&owner, step.name);
    if (field != nullptr && RuleOf(field).has_include_into()) {
      return Fail("names a file to be included, which only a file can do");
    }
    if (field == nullptr) {
      return Fail("no field \"" + step.name + "\" in " + target->parent->GetDescriptor()->name(), "",
                  NearestName(step.name, FieldNames(target->parent->GetDescriptor())));
    }
    const std::string base = target->canonical;
    target->parent = owner;
    target->field = field;
    target->index = FieldTarget::kWhole;
    target->canonical = FieldPath(base, field);
    return !step.selects || Select(step, base, target);
  }

  // Only what the name is behind is created: a platform that nobody wrote must not exist because a path was tried in
  // it.
  static const FieldDescriptor* Lookup(Message** owner, const std::string& name) {
    const auto* type = (*owner)->GetDescriptor();
    const FieldDescriptor* field = type->FindFieldByName(name);
    for (int i = 0; i < type->field_count() && field == nullptr; ++i) {
      const FieldDescriptor* outer = type->field(i);
      if (!RuleOf(outer).transparent()) continue;
      const std::vector<std::string> inside = FieldNames(outer->message_type());
      if (std::find(inside.begin(), inside.end(), name) == inside.end()) continue;
      *owner = (*owner)->GetReflection()->MutableMessage(*owner, outer);
      field = Lookup(owner, name);
    }
    return field;
  }

  bool Select(const PathStep& step, const std::string& base, FieldTarget* target) {
    const FieldDescriptor* field = target->field;
    if (!field->is_repeated()) {
      return Fail("\"" + step.name + "\" is not a list, so [...] selects nothing");
    }
    const Reflection* reflection = target->parent->GetReflection();
    const int size = reflection->FieldSize(*target->parent, field);
    target->index = step.index >= 0 ? step.index : FindByKey(step, *target->parent, field);
    if (target->index < 0) {
      return false;
    }
    if (target->index >= size) {
      return FailAbsent("index out of range: \"" + step.name + "\" has " + std::to_string(size) + " elements");
    }
    target->canonical =
        IsMessage(field)
            ? ElementPath(base, field, reflection->GetRepeatedMessage(*target->parent, field, target->index),
                          target->index)
            : target->canonical + "[" + std::to_string(target->index) + "]";
    return true;
  }

  int FindByKey(const PathStep& step, const Message& parent, const FieldDescriptor* list) {
    const FieldDescriptor* key = IsMessage(list) ? KeyField(list->message_type()) : nullptr;
    if (key == nullptr || key->name() != step.key) {
      Fail("elements of \"" + step.name + "\" are not selected by \"" + step.key + "\"",
           key == nullptr ? "an index such as [0]" : "[" + key->name() + "=...]");
      return FieldTarget::kWhole;
    }
    std::vector<std::string> known;
    for (int i = 0; i < parent.GetReflection()->FieldSize(parent, list); ++i) {
      const std::string name = KeyOf(parent.GetReflection()->GetRepeatedMessage(parent, list, i));
      if (name == step.key_value) return i;
      if (!name.empty()) known.push_back(name);
    }
    FailAbsent(
        "no element \"" + step.key_value + "\" in \"" + step.name + "\"" + (known.empty() ? " (there is none)" : ""),
        known.empty() ? "" : "one of " + Listed(known), NearestName(step.key_value, known));
    return FieldTarget::kWhole;
  }

  // From a message field to the message itself.
  bool Descend(FieldTarget* target) {
    const FieldDescriptor* field = target->field;
    const Reflection* reflection = target->parent->GetReflection();
    if (!IsMessage(field)) {
      return Fail("\"" + field->name() + "\" is a value and has no fields");
    }
    if (field->is_repeated()) {
      if (target->index < 0) {
        return Fail("\"" + field->name() + "\" is a list; select an element with [name=...] or [0]");
      }
      target->parent = reflection->MutableRepeatedMessage(target->parent, field, target->index);
      return true;
    }
    if (!reflection->HasField(*target->parent, field) && !RuleOf(field).always() && !RuleOf(field).transparent()) {
      return Absent(*target);
    }
    target->parent = reflection->MutableMessage(target->parent, field);
    return true;
  }

  bool Absent(const FieldTarget& target) {
    const auto* choice = target.field->real_containing_oneof();
    const FieldDescriptor* chosen =
        choice == nullptr ? nullptr : target.parent->GetReflection()->GetOneofFieldDescriptor(*target.parent, choice);
    if (chosen != nullptr) {
      return Fail("is " + WithArticle(chosen->name()) + ", not " + WithArticle(target.field->name()));
    }
    return Fail("\"" + target.canonical + "\" is not present; add it as a whole with " + target.canonical + "={...}");
  }

  const std::string& path_;
  const Location& place_;
  Faults& faults_;
};

}  // namespace

bool ParsePath(const std::string& path, std::vector<PathStep>* steps, std::string* why_not) {
  steps->clear();
  for (std::size_t at = 0;; ++at) {  // a zero character ends the path
    PathStep step;
    while (std::isalnum(static_cast<unsigned char>(path[at])) != 0 || path[at] == '_') step.name += path[at++];
    if (step.name.empty()) {
      *why_not = "path needs a field name at position " + std::to_string(at + 1);
      return false;
    }
    if (path[at] == '[') {
      const std::size_t close = path.find(']', at);
      if (close == std::string::npos || !ParseSelector(path.substr(at + 1, close - at - 1), &step)) {
        *why_not = "selector after \"" + step.name + "\" must be [NUMBER] or [name=NAME]";
        return false;
      }
      at = close + 1;
    }
    steps->push_back(std::move(step));
    if (at == path.size()) {
      return true;
    }
    if (path[at] != '.') {
      *why_not = "path has an unexpected character at position " + std::to_string(at + 1);
      return false;
    }
  }
}

bool FindField(Message* root, const std::string& path, const Location& place, FieldTarget* target, Faults* faults) {
  std::vector<PathStep> steps;
  std::string why_not;
  if (!ParsePath(path, &steps, &why_not)) {
    faults->push_back(MakeFault(place, path, "", why_not));
    return false;
  }
  return Walker(path, place, faults).Walk(root, steps, target);
}

}  // namespace siov
