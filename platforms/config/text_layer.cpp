// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/text_layer.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

#include "platforms/config/nearest_name.h"
#include "platforms/config/rules.h"
#include "platforms/config/text_recovery.h"

namespace siov {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

constexpr int kDeepestNesting = 32;
constexpr int kMostRecoveries = 100;
constexpr std::string_view kUnknownValue = "Unknown enumeration value";

struct Remark {
  int line;  // from 0, as the parser counts
  int column;
  std::string text;
};

class Remarks : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& text) override { errors.push_back({line, column, text}); }
  void AddWarning(int line, int column, const std::string& text) override { unknown.push_back({line, column, text}); }
  std::vector<Remark> errors;
  std::vector<Remark> unknown;  // names that do not exist: the parser skips them with a warning, we do not forgive
};

// The parser's sentences quote names: `Message type "siovsim.Atc" has no field named "entrys".`
std::vector<std::string> QuotedWords(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t open = text.find('"'); open != std::string::npos;) {
    const std::size_t close = text.find('"', open + 1);
    if (close == std::string::npos) {
      break;
    }
    words.push_back(text.substr(open + 1, close - open - 1));
    open = text.find('"', close + 1);
  }
  return words;
}

// Nearest legal name for the parser's sentence about an unknown field or enumeration value.
std::string Suggest(const std::string& text, const Message& root) {
  const std::vector<std::string> words = QuotedWords(text);
  if (words.size() < 2 || text.compare(0, 12, "Message type") != 0) {
    return {};
  }
  const Descriptor* type = root.GetDescriptor()->file()->pool()->FindMessageTypeByName(words[0]);
  return type == nullptr ? std::string() : NearestName(words[1], FieldNames(type));
}

Fault ToFault(const Remark& remark, const std::string& file, const Message& root) {
  std::string sentence = remark.text;
  while (!sentence.empty() && sentence.back() == '.') {
    sentence.pop_back();
  }
  const Location place{file, remark.line + 1, remark.column + 1};
  return MakeFault(place, "", "", sentence, "", Suggest(remark.text, root));
}

// Where the value that an error is about begins: the parser points at a wrong number, but behind an unknown
// enumeration value.
std::size_t OffsetOfValue(const Remark& remark, const std::string& text) {
  const std::size_t at = OffsetOf(text, remark.line, remark.column);
  const std::vector<std::string> words = QuotedWords(remark.text);
  const bool is_enum = remark.text.compare(0, kUnknownValue.size(), kUnknownValue) == 0 && words.size() == 2;
  return is_enum && at > 0 ? text.rfind(words[0], at - 1) : at;
}

// An unknown enumeration value, with its own place and the values that are known.
Fault ToEnumFault(const Remark& remark, const std::string& file, const Message& root, const std::string& text) {
  const std::vector<std::string> words = QuotedWords(remark.text);
  const std::size_t at = OffsetOfValue(remark, text);
  if (words.size() != 2 || at == std::string::npos) {
    return ToFault(remark, file, root);
  }
  const std::size_t line_start = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;  // npos + 1 is 0
  const auto line = static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
  const Location place{file, line + 1, static_cast<int>(at - line_start) + 1};
  const std::vector<std::string> legal = LegalEnumValues(root, words[1], words[0], text, at);
  std::string allowed;
  for (const std::string& name : legal) {
    allowed += (allowed.empty() ? "one of " : ", ") + name;
  }
  return MakeFault(place, "", "", words[1] + " has no value " + words[0], allowed, NearestName(words[0], legal));
}

void RecordPlaces(const Message& message, const TextFormat::ParseInfoTree& tree, const std::string& base,
                  const std::string& file, LocationMap* places) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const int index = field->is_repeated() ? i : -1;
      const auto at = tree.GetLocation(field, index);
      const Location place{file, at.line + 1, at.column + 1};
      std::string path = FieldPath(base, field);
      if (field->is_repeated()) {
        if (i == 0) {
          places->Set(path, place);
        }
        path += "[" + std::to_string(i) + "]";
      }
      if (!IsMessage(field)) {
        places->Set(path, place);
        continue;
      }
      const Message& inner = field->is_repeated() ? message.GetReflection()->GetRepeatedMessage(message, field, i)
                                                  : message.GetReflection()->GetMessage(message, field);
      if (field->is_repeated()) {
        path = ElementPath(base, field, inner, i);
      }
      if (path != base) {
        places->Set(path, place);
      }
      if (const auto* nested = tree.GetTreeForNested(field, index)) {
        RecordPlaces(inner, *nested, path, file, places);
      }
    }
  }
}

// Keys are checked before anything merges by them.
void CheckKeys(const Message& message, const std::string& base, const LocationMap& places, Faults* faults) {
  std::vector<const FieldDescriptor*> fields;
  const auto* reflection = message.GetReflection();
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (!IsMessage(field)) {
      continue;
    }
    if (!field->is_repeated()) {
      CheckKeys(reflection->GetMessage(message, field), FieldPath(base, field), places, faults);
      continue;
    }
    std::set<std::string> seen;
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      const Message& element = reflection->GetRepeatedMessage(message, field, i);
      const std::string path = ElementPath(base, field, element, i);
      const FieldDescriptor* key = KeyField(element.GetDescriptor());
      if (key != nullptr) {
        const std::string name = KeyOf(element);
        if (!IsLegalName(name)) {
          faults->push_back(MakeFault(places.Find(path), FieldPath(path, key), name, "",
                                      "a name: a letter, then letters, digits, '_' or '-', at most 64"));
        } else if (!seen.insert(name).second) {
          faults->push_back(MakeFault(places.Find(path), path, "", "is declared twice in this file"));
        }
      }
      CheckKeys(element, path, places, faults);
    }
  }
}

// Takes what an error is about out of the text. False if it cannot be told what that is.
bool TakeOut(const Remark& error, std::string* text) {
  const std::size_t at = OffsetOfValue(error, *text);
  return (at != std::string::npos && BlankValue(text, at)) || BlankLine(text, error.line);
}

}  // namespace

bool IsLegalName(const std::string& name) {
  const auto legal = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= 64 && std::isalpha(static_cast<unsigned char>(name[0])) != 0 &&
         std::all_of(name.begin(), name.end(), legal);
}

bool ParseTextLayer(const std::string& text, const std::string& file, Message* message, LocationMap* places,
                    Faults* faults) {
  const std::size_t faults_before = faults->size();
  places->set_root(file);
  std::string remaining = text;
  for (int attempt = 0; attempt < kMostRecoveries; ++attempt) {
    Remarks remarks;
    TextFormat::ParseInfoTree tree;
    TextFormat::Parser parser;
    parser.RecordErrorsTo(&remarks);
    parser.WriteLocationsTo(&tree);
    parser.AllowUnknownField(true);
    parser.SetRecursionLimit(kDeepestNesting);
    message->Clear();
    const bool parsed = parser.ParseFromString(remaining, message) && remarks.errors.empty();
    for (const Remark& remark : remarks.errors) {
      faults->push_back(remark.text.compare(0, kUnknownValue.size(), kUnknownValue) == 0
                            ? ToEnumFault(remark, file, *message, remaining)
                            : ToFault(remark, file, *message));
    }
    if (parsed || remarks.errors.empty() || !TakeOut(remarks.errors.front(), &remaining)) {
      for (const Remark& remark : remarks.unknown) {
        faults->push_back(ToFault(remark, file, *message));
      }
      RecordPlaces(*message, tree, "", file, places);
      break;
    }
  }
  CheckKeys(*message, "", *places, faults);
  return faults->size() == faults_before;
}

}  // namespace siov
