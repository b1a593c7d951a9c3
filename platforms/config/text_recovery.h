// SPDX-License-Identifier: Apache-2.0
// Going on after a value that the text parser refuses: it stops at the first, and a user wants to see them all. The
// refused value is taken out of the text, leaving every later line and column where it was, and the text parsed again.
#ifndef SIOV_PLATFORMS_CONFIG_TEXT_RECOVERY_H_
#define SIOV_PLATFORMS_CONFIG_TEXT_RECOVERY_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cstddef>
#include <string>
#include <vector>

namespace siov {

// The names of an enumeration's values, in the order of the schema.
std::vector<std::string> EnumNames(const google::protobuf::EnumDescriptor* type);

// Position of a line and a column (both from 0, a tab going on to the next multiple of 8, as the parser counts).
std::size_t OffsetOf(const std::string& text, int line, int column);

// Takes out the `field: value` whose value begins at `offset`, or one value of a list. False if there is none there.
bool BlankValue(std::string* text, std::size_t offset);

// Takes out a whole line that holds a `field: value` and no bracket. False if the line is another.
bool BlankLine(std::string* text, int line);

// The values that the enumeration field `field` may have where `value` was written at `offset` of `text`. Fields of
// one name may be of several enumerations: the one with which the parser gets past that place is the one.
std::vector<std::string> LegalEnumValues(const google::protobuf::Message& root, const std::string& field,
                                         const std::string& value, const std::string& text, std::size_t offset);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CONFIG_TEXT_RECOVERY_H_
