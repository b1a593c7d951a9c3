// SPDX-License-Identifier: Apache-2.0
#include "tests/knobs/schema_fields.h"

#include "configs/schema/experiment.pb.h"
#include "platforms/config/rules.h"

namespace siov::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using Fields = std::map<std::string, const FieldDescriptor*>;

void Collect(const Descriptor* type, const std::string& base, Fields* fields) {
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    const std::string path = FieldPath(base, field);
    if (IsMessage(field)) {
      Collect(field->message_type(), path, fields);
    } else if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
      (*fields)[path] = field;
    }
  }
}

}  // namespace

Fields FieldsOfExperiment() {
  Fields fields;
  Collect(siovsim::Experiment::descriptor(), "", &fields);
  return fields;
}

std::string FieldOfPath(const std::string& path) {
  std::string plain;
  int depth = 0;
  for (const char c : path) {
    if (c == '[') ++depth;
    if (depth == 0) plain += c;
    if (c == ']') --depth;
  }
  for (const std::string& left_out : {std::string("platform."), std::string("workload.")}) {
    if (plain.compare(0, left_out.size(), left_out) == 0) plain.erase(0, left_out.size());
  }
  return plain;
}

}  // namespace siov::testing
