// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/checker.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <unordered_set>

#include "platforms/config/nearest_name.h"
#include "platforms/config/rules.h"

namespace siov {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Names in the order of their declaration. A configuration may hold very many, so that looking for one is not a search.
class Names {
 public:
  void Add(const std::string& name) {
    if (all_.insert(name).second) ordered_.push_back(name);
  }
  bool Has(const std::string& name) const { return all_.count(name) != 0; }
  std::vector<std::string> First(std::size_t most) const {
    return {ordered_.begin(), ordered_.begin() + static_cast<std::ptrdiff_t>(std::min(most, ordered_.size()))};
  }

 private:
  std::unordered_set<std::string> all_;
  std::vector<std::string> ordered_;
};
using NamesByKind = std::map<std::string, Names>;

constexpr std::size_t kMostSuggested = 256;  // names that a misspelt one is compared with

// Names an element declares: under the kind of its list, and under the case its oneof is set to (node and endpoint).
void CollectNames(const Message& message, NamesByKind* names) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (!IsMessage(field)) {
      continue;
    }
    for (int i = 0; i < CountOf(message, field); ++i) {
      const Message& inner = MessageAt(message, field, i);
      const std::string key = KeyOf(inner);
      if (!key.empty()) {
        (*names)[RuleOf(field).kind()].Add(key);
        for (int c = 0; c < inner.GetDescriptor()->real_oneof_decl_count(); ++c) {
          const auto* chosen =
              inner.GetReflection()->GetOneofFieldDescriptor(inner, inner.GetDescriptor()->oneof_decl(c));
          if (chosen != nullptr) {
            (*names)[chosen->name()].Add(key);
          }
        }
      }
      CollectNames(inner, names);
    }
  }
}

void CollectKinds(const Descriptor* type, std::set<const Descriptor*>* seen, std::set<std::string>* kinds) {
  if (!seen->insert(type).second) {
    return;
  }
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (!IsMessage(field)) {
      continue;
    }
    kinds->insert(RuleOf(field).kind());
    kinds->insert(field->name());
    CollectKinds(field->message_type(), seen, kinds);
  }
}

std::optional<double> NumberOf(const Message& message, const FieldDescriptor* field, int index) {
  const Reflection* r = message.GetReflection();
  const bool list = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return list ? r->GetRepeatedDouble(message, field, index) : r->GetDouble(message, field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return list ? r->GetRepeatedUInt32(message, field, index) : r->GetUInt32(message, field);
    case FieldDescriptor::CPPTYPE_UINT64:
      return static_cast<double>(list ? r->GetRepeatedUInt64(message, field, index) : r->GetUInt64(message, field));
    default:
      return std::nullopt;
  }
}

std::string Plain(double value) {
  std::ostringstream text;
  text.precision(15);
  text << value;
  return text.str();
}

std::string RangeText(const siovsim::FieldRule& rule) {
  if (rule.has_min() && rule.has_max()) {
    return "from " + Plain(rule.min()) + " to " + Plain(rule.max());
  }
  return rule.has_min() ? "at least " + Plain(rule.min()) : "at most " + Plain(rule.max());
}

class Checker {
 public:
  Checker(const Message& root, const LocationMap& places, Extent extent, Faults* faults)
      : places_(places), complete_(extent == Extent::kComplete), faults_(*faults) {
    CollectNames(root, &names_);
    std::set<const Descriptor*> seen;
    CollectKinds(root.GetDescriptor(), &seen, &kinds_);
  }

  void Check(const Message& message, const std::string& base) {
    const Descriptor* type = message.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      const int count = CountOf(message, field);
      const bool meaningful = IsMeaningful(message, field);
      if (count == 0 && meaningful && complete_ && IsRequired(message, field)) {
        Missing(message, field, base);
      } else if (count > 0 && !meaningful) {
        Meaningless(field, base);
      }
      for (int k = 0; k < count; ++k) {
        const std::string path = PathAt(base, message, field, k);
        if (IsMessage(field)) {
          Check(MessageAt(message, field, k), path);
        } else {
          CheckScalar(message, field, k, path);
        }
      }
    }
  }

 private:
  static bool IsRequired(const Message& message, const FieldDescriptor* field) {
    const siovsim::FieldRule& rule = RuleOf(field);
    if (!rule.required() || rule.unless().empty()) return rule.required();
    return CountOf(message, message.GetDescriptor()->FindFieldByName(rule.unless())) == 0;
  }

  void Missing(const Message& message, const FieldDescriptor* field, const std::string& base) {
    const auto* choice = field->real_containing_oneof();
    if (choice == nullptr) {
      const std::string path = base.empty() ? field->name() : base + "." + field->name();  // even if paths leave it out
      Add(path, "", field->is_repeated() ? "needs at least one" : "is required and missing", "");
    } else if (message.GetReflection()->GetOneofFieldDescriptor(message, choice) == nullptr &&
               without_case_.insert(base).second) {  // said once, not at each of the cases
      std::string cases;
      for (int i = 0; i < choice->field_count(); ++i) {
        cases += (i == 0 ? "" : i + 1 == choice->field_count() ? " or " : ", ") + choice->field(i)->name();
      }
      Add(base, "", "needs one of " + cases, "");
    }
  }

  // An option that would be ignored is refused: the user believes it does something.
  void Meaningless(const FieldDescriptor* field, const std::string& base) {
    std::string condition = RuleOf(field).only_with();
    condition.replace(condition.find('='), 1, " is ");
    for (std::size_t bar = condition.find('|'); bar != std::string::npos; bar = condition.find('|')) {
      condition.replace(bar, 1, " or ");
    }
    Add(FieldPath(base, field), "", "has no effect here: it is used only if " + condition, "");
  }

  void CheckScalar(const Message& message, const FieldDescriptor* field, int at, const std::string& path) {
    const siovsim::FieldRule& rule = RuleOf(field);
    if (const std::optional<double> number = NumberOf(message, field, at)) {
      CheckNumber(*number, rule, path, ScalarText(message, field, field->is_repeated() ? at : -1));
    }
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) CheckEnum(message, field, path);
    if (complete_ && !rule.reference().empty()) CheckReference(StringAt(message, field, at), rule.reference(), path);
  }

  void CheckNumber(double number, const siovsim::FieldRule& rule, const std::string& path, const std::string& text) {
    if (!std::isfinite(number)) {
      Add(path, text, "", "a finite number");
      return;
    }
    if ((rule.has_min() && number < rule.min()) || (rule.has_max() && number > rule.max())) {
      Add(path, text, "", RangeText(rule));
    }
    if (rule.power_of_two() && std::exp2(std::ilogb(number)) != number) {
      Add(path, text, "", "a power of two");
    }
  }

  // The text format takes any number for an enumeration. REQUIRES that no list is of an enumeration.
  void CheckEnum(const Message& message, const FieldDescriptor* field, const std::string& path) {
    const int number = message.GetReflection()->GetEnumValue(message, field);
    if (field->enum_type()->FindValueByNumber(number) != nullptr) return;
    Add(path, std::to_string(number), "", "one of " + Joined(EnumNames(field->enum_type())));
  }

  void CheckReference(const std::string& name, const std::string& reference, const std::string& path) {
    std::vector<std::string> known;
    std::string kinds;
    std::istringstream split(reference);
    for (std::string kind; std::getline(split, kind, '|');) {
      if (kinds_.count(kind) == 0 || names_[kind].Has(name)) {
        return;
      }
      kinds += (kinds.empty() ? "" : " or ") + kind;
      const std::vector<std::string> first = names_[kind].First(kMostSuggested);
      known.insert(known.end(), first.begin(), first.end());
    }
    std::string wrong_kind;
    for (const auto& [kind, names] : names_) {
      // The generic kinds ("node") say less than the case ("memory"), which is the later of the two.
      if (kind != "node" && names.Has(name)) {
        wrong_kind = "\"" + name + "\" names " + WithArticle(kind);
      }
    }
    Add(path, "\"" + name + "\"", wrong_kind,
        "the name of " + WithArticle(kinds) + " (" + (known.empty() ? "there is none" : Listed(known)) + ")",
        NearestName(name, known));
  }

  void Add(const std::string& path, const std::string& value, const std::string& message, const std::string& allowed,
           const std::string& nearest = {}) {
    faults_.push_back(MakeFault(places_.Find(path), path, value, message, allowed, nearest));
  }

  const LocationMap& places_;
  bool complete_;
  Faults& faults_;
  NamesByKind names_;
  std::set<std::string> kinds_;         // of things that the root can declare, and names of its messages
  std::set<std::string> without_case_;  // messages of which one of several cases is missing
};

}  // namespace

void CheckRules(const Message& root, const LocationMap& places, Extent extent, Faults* faults) {
  Checker(root, places, extent, faults).Check(root, "");
}

}  // namespace siov
