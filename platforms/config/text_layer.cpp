// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/text_layer.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/stubs/common.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

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
constexpr int kMostAttempts = 100;
constexpr std::string_view kUnknownValue = "Unknown enumeration value";
constexpr std::string_view kUnknownField = "Message type";

struct Remark {
  int line;  // from 0, as the parser counts
  int column;
  std::string text;
};

class Remarks : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& text) override { errors.push_back({line, column, text}); }
  void AddWarning(int line, int column, const std::string& text) override { unknown.push_back({line, column, text}); }
  std::size_t all() const { return errors.size() + unknown.size(); }
  std::vector<Remark> errors;
  std::vector<Remark> unknown;  // names that do not exist: the parser skips them with a warning, we do not forgive
};

// The parser's sentences quote names: `Message type "siovsim.Atc" has no field named "entrys".`
std::vector<std::string> QuotedWords(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream parts(text);
  for (std::string before, word; std::getline(parts, before, '"') && std::getline(parts, word, '"');) {
    words.push_back(word);
  }
  return words;
}

// Nearest legal name for the parser's sentence about an unknown field.
std::string Suggest(const std::string& text, const Message& root) {
  const std::vector<std::string> words = QuotedWords(text);
  if (words.size() < 2) return {};
  const Descriptor* type = root.GetDescriptor()->file()->pool()->FindMessageTypeByName(words[0]);
  return type == nullptr ? std::string() : NearestName(words[1], FieldNames(type));
}

bool Says(const Remark& remark, std::string_view what) { return remark.text.compare(0, what.size(), what) == 0; }

// What an error is about: the parser points at a wrong number, but behind a name that it does not know.
std::size_t TokenOf(const Remark& remark, const TextTokens& tokens) {
  const std::size_t at = tokens.Find(remark.line, remark.column);
  return Says(remark, kUnknownValue) || Says(remark, kUnknownField) ? at - 1 : at;
}

// A text that was to be a message like `root`.
struct Source {
  const std::string& file;
  const std::string& text;
  const TextTokens& tokens;
  const Message& root;
};

// The sentence for a remark. Of an unknown enumeration value it names those that are known.
Fault ToFault(const Remark& remark, const Source& source) {
  const auto& [file, text, tokens, root] = source;
  const std::size_t at = TokenOf(remark, tokens);
  Location place{file, remark.line + 1, remark.column + 1};
  if (tokens.IsToken(at)) place = {file, tokens[at].line + 1, tokens[at].column + 1};
  if (Says(remark, kUnknownValue)) {
    const std::vector<std::string> words = QuotedWords(remark.text);
    const std::vector<std::string> legal =
        LegalEnumValues(root, words[1], words[0], text, OffsetOf(text, tokens[at].line, tokens[at].column));
    return MakeFault(place, "", "", words[1] + " has no value " + words[0], "one of " + Joined(legal),
                     NearestName(words[0], legal));
  }
  const std::string sentence = remark.text.substr(0, remark.text.find_last_not_of('.') + 1);
  return MakeFault(place, "", "", sentence, "", Suggest(remark.text, root));
}

void RecordPlaces(const Message& message, const TextFormat::ParseInfoTree& tree, const std::string& base,
                  const std::string& file, LocationMap* places) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = CountOf(message, field);
    const auto place_of = [&](int index) {
      const auto at = tree.GetLocation(field, field->is_repeated() ? index : -1);
      return Location{file, at.line + 1, at.column + 1};
    };
    places->Set(FieldPath(base, field), place_of(0));
    // Of elements in one pair of brackets the parser knows the place of the brackets only.
    const bool each = place_of(count - 1).line > 0;
    for (int i = 0; i < count; ++i) {
      const std::string path = PathAt(base, message, field, i);
      places->Set(path, place_of(each ? i : 0));
      if (!IsMessage(field)) continue;
      const auto* nested = tree.GetTreeForNested(field, field->is_repeated() ? i : -1);
      RecordPlaces(MessageAt(message, field, i), *nested, path, file, places);
    }
  }
}

// Keys are checked before anything merges by them.
void CheckKeys(const Message& message, const std::string& base, const LocationMap& places, Faults* faults) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (!IsMessage(field)) continue;
    const FieldDescriptor* key = KeyField(field->message_type());
    std::set<std::string> seen;
    for (int i = 0; i < CountOf(message, field); ++i) {
      const Message& element = MessageAt(message, field, i);
      const std::string path = PathAt(base, message, field, i);
      const std::string name = KeyOf(element);
      if (key != nullptr && !IsLegalName(name)) {
        faults->push_back(MakeFault(places.Find(path), FieldPath(path, key), name, "",
                                    "a name: a letter, then letters, digits, '_' or '-', at most 64"));
      } else if (key != nullptr && !seen.insert(name).second) {
        faults->push_back(MakeFault(places.Find(path), path, "", "is declared twice"));
      }
      CheckKeys(element, path, places, faults);
    }
  }
}

// One attempt to read a text.
struct Attempt {
  Remarks remarks;
  TextFormat::ParseInfoTree places;
};

void Parse(const std::string& text, Message* message, Attempt* attempt) {
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&attempt->remarks);
  parser.WriteLocationsTo(&attempt->places);
  parser.AllowUnknownField(true);
  parser.SetRecursionLimit(kDeepestNesting);
  parser.ParseFromString(text, message);
}

}  // namespace

bool IsLegalName(const std::string& name) {
  const auto legal = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; };
  return name.size() <= 64 && std::isalpha(static_cast<unsigned char>(name[0])) != 0 &&
         std::all_of(name.begin(), name.end(), legal);
}

bool ParseTextLayer(const std::string& text, const std::string& file, Message* message, LocationMap* places,
                    Faults* faults) {
  const std::size_t faults_before = faults->size();
  places->set_root(file);
  std::set<std::pair<int, int>> reported;  // what is left of a fault is not a second one
  std::string remaining = text;
  bool again = true;
  for (int attempts_left = kMostAttempts; again; --attempts_left) {
    Attempt attempt;
    Parse(remaining, message, &attempt);
    const std::string tried = remaining;
    const TextTokens tokens(attempt.remarks.all() == 0 ? std::string() : tried);  // of a large text very many
    const Source source{file, tried, tokens, *message};
    const std::vector<Remark>& errors = attempt.remarks.errors;
    again = attempts_left > 1 && !errors.empty() && tokens.TakeOut(TokenOf(errors[0], tokens), &remaining);
    // The parser goes on behind some faults, in a text that it has misunderstood.
    for (std::size_t i = 0; i < (again ? 1 : errors.size()); ++i) {
      if (!reported.emplace(errors[i].line, errors[i].column).second) continue;
      faults->push_back(ToFault(errors[i], source));
    }
    if (again) continue;
    for (const Remark& remark : attempt.remarks.unknown) faults->push_back(ToFault(remark, source));
    RecordPlaces(*message, attempt.places, "", file, places);
  }
  CheckKeys(*message, "", *places, faults);
  return faults->size() == faults_before;
}

void CheckStrings(const Message& message, const std::string& base, const LocationMap& places, Faults* faults) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const siovsim::FieldRule& rule = RuleOf(field);
    const bool is_text =
        field->type() == FieldDescriptor::TYPE_STRING && !rule.key() && !rule.file_name() && !rule.has_include_into();
    for (int i = 0; i < CountOf(message, field); ++i) {
      const std::string path = PathAt(base, message, field, i);
      if (IsMessage(field)) CheckStrings(MessageAt(message, field, i), path, places, faults);
      if (!is_text) continue;
      const std::string text = StringAt(message, field, i);
      if (google::protobuf::internal::IsStructurallyValidUTF8(text.data(), static_cast<int>(text.size()))) continue;
      faults->push_back(MakeFault(places.Find(path), path, ScalarText(message, field, field->is_repeated() ? i : -1),
                                  "", "UTF-8 text"));
    }
  }
}

}  // namespace siov
