// SPDX-License-Identifier: Apache-2.0
// Going on after what the text parser refuses: it stops at the first fault, and a user wants to see them all. What was
// refused is taken out of the text, leaving every other line and column where it was, and the text parsed again.
//
// It knows the brackets and separators of the text format and no schema.
#ifndef SIOV_PLATFORMS_CONFIG_TEXT_RECOVERY_H_
#define SIOV_PLATFORMS_CONFIG_TEXT_RECOVERY_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/message.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace siov {

// A text cut into the parser's tokens. Lines and columns count from 0, a tab going on to the next multiple of 8.
class TextTokens {
 public:
  using Token = google::protobuf::io::Tokenizer::Token;

  explicit TextTokens(const std::string& text);

  // Tokens are counted from 1: there is one before the first and one behind the last, which are no part of the text.
  bool IsToken(std::size_t at) const { return !tokens_[at].text.empty(); }
  const Token& operator[](std::size_t at) const { return tokens_[at]; }

  // What an error at that place is about: the token there or, if none begins there, the next; behind a string that does
  // not end, that string. One that is no token at the end of the text.
  std::size_t Find(int line, int column) const;

  // Blanks the innermost field, or element of a list, that the token is of, with a separator that would be left over.
  // False if nothing can be taken out: the text ends, or the bracket around it has no end.
  bool TakeOut(std::size_t at, std::string* text) const;

 private:
  // A field or an element of a list.
  struct Part {
    std::size_t first;  // token it begins with
    bool in_list;
  };

  bool Is(std::size_t at, const char* symbols) const;
  bool IsName(std::size_t at) const;
  std::vector<Part> PartsAround(std::size_t at) const;
  std::size_t EndOfBrackets(std::size_t open) const;
  std::size_t EndOf(const Part& part) const;
  std::pair<std::size_t, std::size_t> Faulty(std::size_t at) const;

  std::vector<Token> tokens_;
  std::vector<bool> begins_field_;  // where a field would be expected
};

// Position of a line and a column.
std::size_t OffsetOf(const std::string& text, int line, int column);

// The values that the enumeration field `field` may have where `value` was written at `offset` of `text`. Fields of
// one name may be of several enumerations: the one with which the parser gets past that place is the one.
std::vector<std::string> LegalEnumValues(const google::protobuf::Message& root, const std::string& field,
                                         const std::string& value, const std::string& text, std::size_t offset);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CONFIG_TEXT_RECOVERY_H_
