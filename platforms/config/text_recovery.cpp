// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/text_recovery.h"

#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <set>
#include <string_view>

#include "platforms/config/rules.h"

namespace siov {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::io::Tokenizer;

constexpr int kTabWidth = 8;

// What is wrong with the letters of a token the parser says as well.
class Unheard : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, int, const std::string&) override {}
};

void CollectEnums(const Descriptor* type, const std::string& field, std::set<const Descriptor*>* seen,
                  std::vector<const EnumDescriptor*>* found) {
  if (!seen->insert(type).second) {
    return;
  }
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* one = type->field(i);
    if (const EnumDescriptor* values = one->name() == field ? one->enum_type() : nullptr) found->push_back(values);
    if (const Descriptor* inner = one->message_type()) CollectEnums(inner, field, seen, found);
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

TextTokens::TextTokens(const std::string& text) {
  google::protobuf::io::ArrayInputStream input(text.data(), static_cast<int>(text.size()));
  Unheard errors;
  Tokenizer tokenizer(&input, &errors);  // set as the text format's own
  tokenizer.set_comment_style(Tokenizer::SH_COMMENT_STYLE);
  tokenizer.set_allow_f_after_float(true);
  do {
    tokens_.push_back(tokenizer.current());
  } while (tokenizer.Next());
  tokens_.push_back(tokenizer.current());
  begins_field_.resize(tokens_.size());
  for (std::size_t i = 1; IsToken(i); ++i) {
    const bool is_value = Is(i - 1, ":-") || begins_field_[i - 1];
    begins_field_[i] = IsName(i) || (tokens_[i].type == Tokenizer::TYPE_IDENTIFIER && !is_value);
  }
}

std::size_t TextTokens::Find(int line, int column) const {
  const auto found = std::partition_point(tokens_.begin() + 1, tokens_.end() - 1, [&](const Token& token) {
    return token.line < line || (token.line == line && token.column < column);
  });
  const auto at = static_cast<std::size_t>(found - tokens_.begin());
  if (tokens_[at - 1].type != Tokenizer::TYPE_STRING) return at;
  const std::string& before = tokens_[at - 1].text;
  return before.size() < 2 || before.front() != before.back() ? at - 1 : at;
}

bool TextTokens::Is(std::size_t at, const char* symbols) const {
  return tokens_[at].type == Tokenizer::TYPE_SYMBOL &&
         std::string_view(symbols).find(tokens_[at].text) != std::string_view::npos;
}

// Something follows that only follows a name.
bool TextTokens::IsName(std::size_t at) const {
  return tokens_[at].type == Tokenizer::TYPE_IDENTIFIER && Is(at + 1, ":{<");
}

// The part that a token is of, inside of the parts whose brackets are open there.
std::vector<TextTokens::Part> TextTokens::PartsAround(std::size_t at) const {
  std::vector<Part> parts = {{1, false}};
  for (std::size_t i = 1; i <= at; ++i) {
    if (!parts.back().in_list && begins_field_[i]) parts.back().first = i;
    if (i == at) break;
    if (Is(i, "{<[")) {
      parts.push_back({i + 1, Is(i, "[")});
    } else if (Is(i, "}>]") && parts.size() > 1) {
      parts.pop_back();
    } else if (Is(i, ",;")) {
      parts.back().first = i + 1;
    }
  }
  return parts;
}

// Behind the bracket that closes the one at `open`; the end of the text if none does.
std::size_t TextTokens::EndOfBrackets(std::size_t open) const {
  std::size_t depth = 0;
  std::size_t i = open;
  for (; IsToken(i); ++i) {
    if (Is(i, "{<[")) ++depth;
    if (Is(i, "}>]") && --depth == 0) return i + 1;
  }
  return i;
}

// Behind its value, if it has one.
std::size_t TextTokens::EndOf(const Part& part) const {
  std::size_t at = part.first;
  if (!part.in_list) {
    ++at;
    if (Is(at, ":")) ++at;
  }
  if (Is(at, "{<[")) return EndOfBrackets(at);
  if (Is(at, "-")) ++at;
  if (IsToken(at) && !Is(at, "}>],;") && !IsName(at)) ++at;
  while (tokens_[at].type == Tokenizer::TYPE_STRING) ++at;
  return at;
}

// What to blank for a fault at `at`; nothing if both are the same.
std::pair<std::size_t, std::size_t> TextTokens::Faulty(std::size_t at) const {
  const bool closes = Is(at, "}>]");
  const std::vector<Part> parts = PartsAround(at);
  if (closes && parts.size() == 1) return {at, at + 1};  // nothing is open
  const bool expects_value = !parts.back().in_list && (Is(at - 1, ":") || begins_field_[at - 1]);
  if (expects_value && (IsName(at) || Is(at, ",;"))) {  // the field before has none
    return {PartsAround(at - 1).back().first, IsName(at) ? at : at + 1};
  }
  const std::size_t end = EndOf(parts.back());
  if (end <= at && !closes) return {at, Is(at, "{<[") ? EndOfBrackets(at) : at + 1};  // behind a whole field
  if (parts.back().in_list && Is(parts.back().first - 1, ",")) return {parts.back().first - 1, end};
  return {parts.back().first, Is(end, ",;") ? end + 1 : end};
}

bool TextTokens::TakeOut(std::size_t at, std::string* text) const {
  if (!IsToken(at)) return false;
  const auto [begin, end] = Faulty(at);
  if (begin >= end) return false;
  const Token& last = tokens_[end - 1];
  const std::size_t from = OffsetOf(*text, tokens_[begin].line, tokens_[begin].column);
  const std::size_t to = OffsetOf(*text, last.line, last.end_column);
  std::replace_if(
      text->begin() + static_cast<std::ptrdiff_t>(from), text->begin() + static_cast<std::ptrdiff_t>(to),
      [](unsigned char c) { return std::isspace(c) == 0; }, ' ');
  return true;
}

std::size_t OffsetOf(const std::string& text, int line, int column) {
  std::size_t at = 0;
  for (int i = 0; i < line; ++i) {
    at = text.find('\n', at);
    if (at == std::string::npos) return text.size();
    ++at;
  }
  for (int seen = 0; seen < column && at < text.size() && text[at] != '\n'; ++at) {
    seen += text[at] == '\t' ? kTabWidth - seen % kTabWidth : 1;
  }
  return at;
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
