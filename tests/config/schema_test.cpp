// SPDX-License-Identifier: Apache-2.0
// What every field of the schema owes its readers: a sentence, a legal default, a source for what it claims.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>

#include "configs/schema/sweep.pb.h"
#include "platforms/config/checker.h"
#include "platforms/config/defaults.h"
#include "platforms/config/rules.h"
#include "tests/config/inline_files.h"

namespace siov {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

std::set<const Descriptor*> AllTypes() {
  std::set<const Descriptor*> types;
  const std::function<void(const Descriptor*)> visit = [&](const Descriptor* type) {
    if (!types.insert(type).second) {
      return;
    }
    for (int i = 0; i < type->field_count(); ++i) {
      if (IsMessage(type->field(i))) {
        visit(type->field(i)->message_type());
      }
    }
  };
  visit(siovsim::Sweep::descriptor());
  return types;
}

TEST(SchemaTest, EveryFieldHasASentenceAndPresence) {
  EXPECT_GT(AllTypes().size(), 25u);
  for (const Descriptor* type : AllTypes()) {
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      EXPECT_FALSE(RuleOf(field).sentence().empty()) << field->full_name();
      EXPECT_TRUE(field->is_repeated() || field->has_presence()) << field->full_name() << " needs 'optional'";
      EXPECT_FALSE(RuleOf(field).required() && RuleOf(field).has_default_()) << field->full_name();
    }
  }
}

TEST(SchemaTest, EveryClaimedDefaultHasASource) {
  for (const Descriptor* type : AllTypes()) {
    for (int i = 0; i < type->field_count(); ++i) {
      const siovsim::FieldRule& rule = RuleOf(type->field(i));
      if (rule.status() != siovsim::STATUS_UNSPECIFIED) {
        EXPECT_TRUE(rule.has_default_()) << type->field(i)->full_name();
        EXPECT_FALSE(rule.source().empty()) << type->field(i)->full_name();
      }
    }
  }
}

TEST(SchemaTest, EveryDefaultIsAValueOfItsTypeAndWithinItsRange) {
  for (const Descriptor* type : AllTypes()) {
    std::unique_ptr<Message> message(MessageFactory::generated_factory()->GetPrototype(type)->New());
    ApplyDefaults(message.get());
    Faults faults;
    CheckRules(*message, LocationMap(), &faults);
    for (const Fault& fault : faults) {
      // Required fields and references are the user's to give; nothing else may be wrong with a default.
      EXPECT_TRUE(fault.value.empty()) << type->full_name() << ": " << FormatFault(fault);
    }
  }
}

TEST(SchemaTest, ReferencesNameKindsThatCanBeDeclared) {
  std::set<std::string> kinds;
  for (const Descriptor* type : AllTypes()) {
    for (int i = 0; i < type->field_count(); ++i) {
      kinds.insert(RuleOf(type->field(i)).kind());
      if (type->full_name() == "siovsim.Node") {
        kinds.insert(type->field(i)->name());
      }
    }
  }
  for (const Descriptor* type : AllTypes()) {
    for (int i = 0; i < type->field_count(); ++i) {
      const std::string& reference = RuleOf(type->field(i)).reference();
      EXPECT_TRUE(reference.empty() || kinds.count(reference) == 1) << type->field(i)->full_name() << ": " << reference;
    }
  }
}

TEST(SchemaTest, TransparentFieldsDoNotHideNamesOfOneAnother) {
  for (const Descriptor* type : AllTypes()) {
    std::set<std::string> seen;
    for (const std::string& name : FieldNames(type)) {
      EXPECT_TRUE(seen.insert(name).second || name == "include") << type->full_name() << ": " << name;
    }
  }
}

TEST(SchemaTest, DefaultOfALatencyYieldsToTheOtherUnit) {
  siovsim::Atc atc;
  atc.set_lookup_latency_cycles(3);
  const std::vector<DefaultUsed> used = ApplyDefaults(&atc);
  EXPECT_FALSE(atc.has_lookup_latency_ns());
  EXPECT_EQ(atc.entries(), 64u);
  bool entries_listed = false;
  for (const DefaultUsed& one : used) {
    entries_listed |= one.path == "entries" && one.status == siovsim::K;
    EXPECT_NE(one.path, "lookup_latency_ns");
  }
  EXPECT_TRUE(entries_listed);
}

}  // namespace
}  // namespace siov
