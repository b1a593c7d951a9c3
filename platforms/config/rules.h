// SPDX-License-Identifier: Apache-2.0
// The schema's own rules, read by reflection, and the canonical dotted paths built from them.
//
// A canonical path names repeated messages by their key where they have one (nodes[name=dsa0]) and by index where they
// do not (samples[3]); fields marked transparent are left out (nodes[...] rather than platform.nodes[...]), so that a
// field has the same path in a platform file and in the experiment that uses it.
#ifndef SIOV_PLATFORMS_CONFIG_RULES_H_
#define SIOV_PLATFORMS_CONFIG_RULES_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "configs/schema/options.pb.h"

namespace siov {

const siovsim::FieldRule& RuleOf(const google::protobuf::FieldDescriptor* field);

// The field by which messages of this type merge and are selected, or null.
const google::protobuf::FieldDescriptor* KeyField(const google::protobuf::Descriptor* type);

// Value of the key field, empty if the type has no key or the message does not set it.
std::string KeyOf(const google::protobuf::Message& message);

// Path of a singular field, or of a repeated field as a whole.
std::string FieldPath(const std::string& base, const google::protobuf::FieldDescriptor* field);

// Path of one element of a repeated message field.
std::string ElementPath(const std::string& base, const google::protobuf::FieldDescriptor* field,
                        const google::protobuf::Message& element, int index);

bool IsMessage(const google::protobuf::FieldDescriptor* field);

// How often a field is set: of a list the number of its elements, else 0 or 1. One of the messages or strings that it
// holds, and the path of one of its values, from 0 on: they read lists and single fields alike.
int CountOf(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor* field);
const google::protobuf::Message& MessageAt(const google::protobuf::Message& message,
                                           const google::protobuf::FieldDescriptor* field, int at);
google::protobuf::Message* MutableMessageAt(google::protobuf::Message* message,
                                            const google::protobuf::FieldDescriptor* field, int at);
std::string StringAt(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor* field, int at);
std::string PathAt(const std::string& base, const google::protobuf::Message& message,
                   const google::protobuf::FieldDescriptor* field, int at);

// All field names of a type, and those reachable through its transparent fields.
std::vector<std::string> FieldNames(const google::protobuf::Descriptor* type);

// The names of an enumeration's values, in the order of the schema.
std::vector<std::string> EnumNames(const google::protobuf::EnumDescriptor* type);

// Value of a scalar field in text format; index -1 for singular fields.
std::string ScalarText(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor* field,
                       int index = -1);

// Whether the field means anything in this message: its rule's only_with, if any, holds. REQUIRES that the sibling it
// names is set, or that its default has been applied.
bool IsMeaningful(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor* field);

// The default of a field in text format, strings quoted.
std::string DefaultText(const google::protobuf::FieldDescriptor* field);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CONFIG_RULES_H_
