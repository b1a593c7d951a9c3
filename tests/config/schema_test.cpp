// SPDX-License-Identifier: Apache-2.0
// What every field of the schema owes its readers: a sentence, a legal default, a source for what it claims.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>
#include <sstream>

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
      EXPECT_FALSE(field->is_repeated() && (RuleOf(field).has_default_() || RuleOf(field).always()))
          << field->full_name();
      EXPECT_FALSE(RuleOf(field).required() && RuleOf(field).has_default_()) << field->full_name();
    }
  }
}

TEST(SchemaTest, NoFieldIsOfATypeThatTheCheckerCannotJudge) {
  const std::set<FieldDescriptor::CppType> known = {FieldDescriptor::CPPTYPE_DOUBLE, FieldDescriptor::CPPTYPE_UINT32,
                                                    FieldDescriptor::CPPTYPE_UINT64, FieldDescriptor::CPPTYPE_BOOL,
                                                    FieldDescriptor::CPPTYPE_ENUM,   FieldDescriptor::CPPTYPE_STRING,
                                                    FieldDescriptor::CPPTYPE_MESSAGE};
  for (const Descriptor* type : AllTypes()) {
    for (int i = 0; i < type->field_count(); ++i) {
      EXPECT_EQ(known.count(type->field(i)->cpp_type()), 1u) << type->field(i)->full_name();
      EXPECT_FALSE(type->field(i)->enum_type() != nullptr && type->field(i)->is_repeated())
          << type->field(i)->full_name();
    }
  }
}

TEST(SchemaTest, WhatHasANameIsAnElementOfAList) {
  for (const Descriptor* type : AllTypes()) {
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      EXPECT_TRUE(field->is_repeated() || !IsMessage(field) || KeyField(field->message_type()) == nullptr)
          << field->full_name();
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
    CheckRules(*message, LocationMap(), Extent::kComplete, &faults);
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
      std::istringstream references(RuleOf(type->field(i)).reference());
      for (std::string one; std::getline(references, one, '|');) {
        EXPECT_EQ(kinds.count(one), 1u) << type->field(i)->full_name() << ": " << one;
      }
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

// A time that may be given in cycles is always the same two fields, of one range and one condition.
TEST(SchemaTest, TimesHaveOneShape) {
  int times = 0;
  for (const Descriptor* type : AllTypes()) {
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* cycles = type->field(i);
      const std::string& name = cycles->name();
      const std::string end = "_cycles";
      if (name.size() <= end.size() || name.compare(name.size() - end.size(), end.size(), end) != 0) continue;
      ++times;
      const std::string stem = name.substr(0, name.size() - end.size());
      const FieldDescriptor* ns = type->FindFieldByName(stem + "_ns");
      ASSERT_NE(ns, nullptr) << cycles->full_name();
      ASSERT_NE(cycles->real_containing_oneof(), nullptr) << cycles->full_name();
      EXPECT_EQ(cycles->real_containing_oneof(), ns->real_containing_oneof()) << cycles->full_name();
      EXPECT_EQ(cycles->real_containing_oneof()->name(), stem);
      EXPECT_EQ(cycles->real_containing_oneof()->field_count(), 2) << cycles->full_name();
      EXPECT_EQ(RuleOf(cycles).min(), RuleOf(ns).min()) << cycles->full_name();
      EXPECT_EQ(RuleOf(cycles).max(), RuleOf(ns).max()) << cycles->full_name();
      EXPECT_EQ(RuleOf(cycles).only_with(), RuleOf(ns).only_with()) << cycles->full_name();
    }
  }
  EXPECT_GT(times, 40);
}

// Whatever has ways is a cache, described as all are; what a cache has more is its own.
TEST(SchemaTest, CachesHaveOneShape) {
  const Descriptor* cache = siovsim::Cache::descriptor();
  int caches = 0;
  for (const Descriptor* type : AllTypes()) {
    if (type->FindFieldByName("ways") == nullptr) continue;
    ++caches;
    for (int i = 0; i < cache->field_count(); ++i) {
      const FieldDescriptor* shape = cache->field(i);
      const FieldDescriptor* field = type->FindFieldByName(shape->name());
      ASSERT_NE(field, nullptr) << type->full_name() << " has no " << shape->name();
      EXPECT_EQ(field->type(), shape->type()) << field->full_name();
      EXPECT_EQ(field->enum_type(), shape->enum_type()) << field->full_name();
      EXPECT_EQ(RuleOf(field).max(), RuleOf(shape).max()) << field->full_name();
    }
  }
  EXPECT_EQ(caches, 4);
}

TEST(SchemaTest, ConditionsNameAnEarlierSiblingAndItsValues) {
  int conditions = 0;
  for (const Descriptor* type : AllTypes()) {
    for (int i = 0; i < type->field_count(); ++i) {
      const std::string& condition = RuleOf(type->field(i)).only_with();
      if (condition.empty()) {
        continue;
      }
      ++conditions;
      const FieldDescriptor* sibling = type->FindFieldByName(condition.substr(0, condition.find('=')));
      ASSERT_NE(sibling, nullptr) << type->field(i)->full_name();
      EXPECT_LT(sibling->index(), i) << "its default must have been applied before";
      EXPECT_TRUE(RuleOf(sibling).has_default_());
      std::istringstream values(condition.substr(condition.find('=') + 1));
      for (std::string value; std::getline(values, value, '|');) {
        EXPECT_TRUE(sibling->enum_type() == nullptr || sibling->enum_type()->FindValueByName(value) != nullptr)
            << type->field(i)->full_name() << ": " << value;
      }
    }
  }
  EXPECT_GT(conditions, 20);
}

TEST(DefaultsTest, DefaultOfALatencyYieldsToTheOtherUnit) {
  siovsim::Atc atc;
  atc.set_lookup_latency_cycles(3);
  ApplyDefaults(&atc);
  EXPECT_FALSE(atc.has_lookup_latency_ns());
  EXPECT_EQ(atc.entries(), 64u);
}

TEST(DefaultsTest, DefaultsThatDoNotApplyStayAbsent) {
  siovsim::TenantClass tenants;
  tenants.set_arrivals(siovsim::TenantClass::POISSON);
  ApplyDefaults(&tenants);
  EXPECT_FALSE(tenants.has_queue_depth());
  EXPECT_FALSE(tenants.has_zipf_exponent());
  EXPECT_EQ(tenants.alignment_bytes(), 64u);
}

TEST(DefaultsTest, UnverifiedDefaultsAreListedEvenIfWrittenDown) {
  siovsim::Atc atc;
  atc.set_entries(64);  // the default, of status K
  atc.set_ways(4);      // not the default: the user's own claim
  ApplyDefaults(&atc);
  std::set<std::string> paths;
  for (const UnverifiedDefault& one : UnverifiedDefaults(atc)) {
    paths.insert(one.path + "=" + one.value);
    EXPECT_FALSE(one.note.empty());
  }
  EXPECT_EQ(paths, (std::set<std::string>{"entries=64", "invalidation_latency_ns=50", "lookup_interval_ns=1",
                                          "lookup_latency_ns=5", "outstanding_requests=32", "page_group_pages=1",
                                          "page_request_capacity=65536"}));
}

TEST(DefaultsTest, SubMessagesHaveDefaultsToo) {
  siovsim::PageWalker walker;
  ApplyDefaults(&walker);
  EXPECT_EQ(walker.pasid_cache().entries(), 64u);
  EXPECT_EQ(walker.pasid_cache().policy(), siovsim::LRU);
  std::set<std::string> paths;
  for (const UnverifiedDefault& one : UnverifiedDefaults(walker)) {
    paths.insert(one.path);
  }
  EXPECT_EQ(paths.count("pasid_cache"), 1u);
}

}  // namespace
}  // namespace siov
