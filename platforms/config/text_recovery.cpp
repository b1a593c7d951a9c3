// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/text_recovery.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <set>
#include <string_view>

namespace siov {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kTabWidth = 8;

bool IsSpace(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool IsWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// End of the value that begins at `begin`: of a string its closing quote, otherwise a space or a separator.
std::size_t EndOfValue(const std::string& text, std::size_t begin) {
  const char quote = text[begin];
  if (quote == '"' || quote == '\'') {
    for (std::size_t i = begin + 1; i < text.size() && text[i] != '\n'; ++i) {
      if (text[i] == '\\') {
        ++i;
      } else if (text[i] == quote) {
        return i + 1;
      }
    }
    return std::string::npos;
  }
  std::size_t end = begin;
  while (end < text.size() && !IsSpace(text[end]) &&
         std::string_view(",;{}<>[]#\"'").find(text[end]) == std::string::npos)
    ++end;
  return end;
}

// The first character before `offset` that is no space, or npos.
std::size_t Before(const std::string& text, std::size_t offset) {
  while (offset > 0) {
    if (!IsSpace(text[--offset])) {
      return offset;
    }
  }
  return std::string::npos;
}

void Blank(std::string* text, std::size_t begin, std::size_t end) {
  std::replace_if(
      text->begin() + static_cast<std::ptrdiff_t>(begin), text->begin() + static_cast<std::ptrdiff_t>(end),
      [](char c) { return !IsSpace(c); }, ' ');
}

void CollectEnums(const Descriptor* type, const std::string& field, std::set<const Descriptor*>* seen,
                  std::vector<const EnumDescriptor*>* found) {
  if (!seen->insert(type).second) {
    return;
  }
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* one = type->field(i);
    if (one->cpp_type() == FieldDescriptor::CPPTYPE_ENUM && one->name() == field) {
      found->push_back(one->enum_type());
    } else if (one->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      CollectEnums(one->message_type(), field, seen, found);
    }
  }
}

class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, int, const std::string& text) override {
    if (said.empty()) said = text;
  }
  std::string said;
};

std::string FirstErrorOf(const std::string& text, const Message& root) {
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  parser.AllowUnknownField(true);
  const std::unique_ptr<Message> scratch(root.New());
  parser.ParseFromString(text, scratch.get());
  return error.said;
}

}  // namespace

std::vector<std::string> EnumNames(const EnumDescriptor* type) {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(type->value_count()));
  for (int i = 0; i < type->value_count(); ++i) {
    names.push_back(type->value(i)->name());
  }
  return names;
}

std::size_t OffsetOf(const std::string& text, int line, int column) {
  std::size_t at = 0;
  for (int i = 0; i < line; ++i) {
    at = text.find('\n', at);
    if (at == std::string::npos) {
      return text.size();
    }
    ++at;
  }
  for (int seen = 0; seen < column && at < text.size() && text[at] != '\n'; ++at) {
    seen += text[at] == '\t' ? kTabWidth - seen % kTabWidth : 1;
  }
  return at;
}

bool BlankValue(std::string* text, std::size_t offset) {
  if (offset >= text->size()) {
    return false;
  }
  std::size_t end = EndOfValue(*text, offset);
  const std::size_t mark = Before(*text, offset);
  if (end == std::string::npos || end == offset || mark == std::string::npos) {
    return false;
  }
  if ((*text)[mark] == ':') {
    const std::size_t name_end = Before(*text, mark);
    if (name_end == std::string::npos || !IsWord((*text)[name_end])) {
      return false;
    }
    std::size_t name = name_end;
    while (name > 0 && IsWord((*text)[name - 1])) --name;
    Blank(text, name, end);
    return true;
  }
  if ((*text)[mark] == ',') {  // a later element goes with the comma before it
    Blank(text, mark, end);
    return true;
  }
  while (end < text->size() && IsSpace((*text)[end])) ++end;
  if ((*text)[mark] != '[' || end == text->size()) {
    return false;
  }
  Blank(text, offset, (*text)[end] == ',' ? end + 1 : end);  // the first, with the comma behind it
  return true;
}

bool BlankLine(std::string* text, int line) {
  const std::size_t begin = OffsetOf(*text, line, 0);
  const std::size_t end = std::min(text->find('\n', begin), text->size());
  const std::string content = text->substr(begin, end - begin);
  if (content.find(':') == std::string::npos || content.find_first_of("{}<>[]") != std::string::npos) {
    return false;
  }
  Blank(text, begin, end);
  return true;
}

std::vector<std::string> LegalEnumValues(const Message& root, const std::string& field, const std::string& value,
                                         const std::string& text, std::size_t offset) {
  std::vector<const EnumDescriptor*> candidates;
  std::set<const Descriptor*> seen;
  CollectEnums(root.GetDescriptor(), field, &seen, &candidates);
  for (const EnumDescriptor* candidate : candidates) {
    std::vector<std::string> names = EnumNames(candidate);
    const bool fits = std::all_of(names.begin(), names.end(), [&](const std::string& name) {
      std::string tried = text;
      tried.replace(offset, value.size(), name);
      const std::string error = FirstErrorOf(tried, root);
      return error.find("Unknown enumeration value of \"" + name + "\" for field \"" + field + "\"") ==
             std::string::npos;
    });
    if (fits) {
      return names;
    }
  }
  return {};
}

}  // namespace siov
