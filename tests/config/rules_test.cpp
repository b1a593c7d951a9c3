// SPDX-License-Identifier: Apache-2.0
// The schema's own language: rules of fields, canonical paths, defaults; on the shipped schema and on one made for the
// test, which has the mistakes that the shipped one must not have.
#include "platforms/config/rules.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "configs/schema/sweep.pb.h"
#include "platforms/config/defaults.h"

namespace siov {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldDescriptorProto;
using google::protobuf::Message;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const FieldDescriptor* Field(const Descriptor* type, const std::string& name) { return type->FindFieldByName(name); }

TEST(RulesTest, OnlyElementsWithANameHaveAKey) {
  ASSERT_NE(KeyField(siovsim::Node::descriptor()), nullptr);
  EXPECT_EQ(KeyField(siovsim::Node::descriptor())->name(), "name");
  EXPECT_EQ(KeyField(siovsim::Target::descriptor()), nullptr);
  siovsim::Node node;
  EXPECT_EQ(KeyOf(node), "");
  node.set_name("dsa0");
  node.set_clock("c");
  EXPECT_EQ(KeyOf(node), "dsa0");
  siovsim::Target target;
  target.set_metric("m");
  EXPECT_EQ(KeyOf(target), "");
}

TEST(RulesTest, PathsLeaveOutTransparentFieldsAndSelectByNameOrIndex) {
  const Descriptor* experiment = siovsim::Experiment::descriptor();
  EXPECT_EQ(FieldPath("", Field(experiment, "run")), "run");
  EXPECT_EQ(FieldPath("a", Field(experiment, "run")), "a.run");
  EXPECT_EQ(FieldPath("", Field(experiment, "platform")), "");
  EXPECT_EQ(FieldPath("a", Field(experiment, "platform")), "a");
  const FieldDescriptor* nodes = Field(siovsim::Platform::descriptor(), "nodes");
  siovsim::Node node;
  EXPECT_EQ(ElementPath("p", nodes, node, 3), "p.nodes[3]");
  node.set_name("x");
  EXPECT_EQ(ElementPath("", nodes, node, 3), "nodes[name=x]");
}

TEST(RulesTest, NamesOfATypeAreItsOwnAndThoseBehindWhatPathsLeaveOut) {
  EXPECT_THAT(FieldNames(siovsim::Target::descriptor()), ElementsAre("metric", "min", "max"));
  const std::vector<std::string> names = FieldNames(siovsim::Sweep::descriptor());
  for (const char* name : {"axes", "experiment", "run", "platform", "nodes", "tenant_classes"}) {
    EXPECT_EQ(std::count(names.begin(), names.end(), name), 1) << name;
  }
  EXPECT_EQ(std::count(names.begin(), names.end(), "seed"), 0);
  EXPECT_THAT(EnumNames(siovsim::Answer::Kind_descriptor()), ElementsAre("SMALLEST_SUFFICIENT", "COMPARISON"));
}

TEST(RulesTest, ValuesAreShownAsTheyAreWritten) {
  siovsim::Sweep sweep;
  sweep.set_sweep_name("a\"b");
  sweep.add_seeds(3);
  sweep.add_seeds(7);
  EXPECT_EQ(ScalarText(sweep, Field(siovsim::Sweep::descriptor(), "sweep_name")), "\"a\\\"b\"");
  EXPECT_EQ(ScalarText(sweep, Field(siovsim::Sweep::descriptor(), "seeds"), 1), "7");
  EXPECT_EQ(DefaultText(Field(siovsim::Sweep::descriptor(), "sweep_name")), "\"sweep\"");
  EXPECT_EQ(DefaultText(Field(siovsim::Run::descriptor(), "seed")), "1");
}

TEST(RulesTest, ListsAndSingleFieldsAreCountedAndReadAlike) {
  siovsim::Experiment experiment;
  const Descriptor* type = siovsim::Experiment::descriptor();
  EXPECT_EQ(CountOf(experiment, Field(type, "run")), 0);
  EXPECT_EQ(CountOf(experiment, Field(type, "targets")), 0);
  experiment.mutable_run()->set_seed(3);
  for (const char* name : {"a", "b", "c"}) {
    experiment.add_targets()->set_metric(name);
    experiment.add_include(name);
  }
  experiment.set_experiment_name("n");
  EXPECT_EQ(CountOf(experiment, Field(type, "run")), 1);
  EXPECT_EQ(CountOf(experiment, Field(type, "experiment_name")), 1);
  EXPECT_EQ(CountOf(experiment, Field(type, "targets")), 3);
  EXPECT_EQ(MessageAt(experiment, Field(type, "run"), 0).ShortDebugString(), "seed: 3");
  EXPECT_EQ(MessageAt(experiment, Field(type, "targets"), 1).ShortDebugString(), "metric: \"b\"");
  EXPECT_EQ(MutableMessageAt(&experiment, Field(type, "run"), 0), &experiment.run());
  EXPECT_EQ(MutableMessageAt(&experiment, Field(type, "targets"), 2), &experiment.targets(2));
  EXPECT_EQ(StringAt(experiment, Field(type, "include"), 1), "b");
  EXPECT_EQ(StringAt(experiment, Field(type, "experiment_name"), 0), "n");
  EXPECT_EQ(PathAt("p", experiment, Field(type, "run"), 0), "p.run");
  EXPECT_EQ(PathAt("p", experiment, Field(type, "targets"), 1), "p.targets[1]");
  EXPECT_EQ(PathAt("", experiment, Field(type, "include"), 1), "include[1]");
}

TEST(RulesTest, AConditionHoldsForEachOfItsValuesAndNoOther) {
  const FieldDescriptor* pages = Field(siovsim::Prefetch::descriptor(), "pages");
  ASSERT_NE(pages, nullptr);
  ASSERT_EQ(RuleOf(pages).only_with(), "policy=NEXT_PAGE|STRIDE");
  siovsim::Prefetch prefetch;
  EXPECT_FALSE(IsMeaningful(prefetch, pages)) << EnumNames(siovsim::Prefetch::descriptor()->enum_type(0))[0];
  prefetch.set_policy(siovsim::Prefetch::NEXT_PAGE);
  EXPECT_TRUE(IsMeaningful(prefetch, pages));
  prefetch.set_policy(siovsim::Prefetch::STRIDE);
  EXPECT_TRUE(IsMeaningful(prefetch, pages));
  EXPECT_TRUE(IsMeaningful(prefetch, Field(siovsim::Prefetch::descriptor(), "policy"))) << "has no condition";
}

// A schema of its own: every field is given by its name, type and rule.
class MadeSchema : public ::testing::Test {
 protected:
  MadeSchema() : pool_(google::protobuf::DescriptorPool::generated_pool()) {
    file_.set_name("made.proto");
    file_.set_syntax("proto3");
    file_.add_dependency("configs/schema/options.proto");
    Type("Inner");
    Add("number", "default: '3' status: K source: 's'");
    Type("Outer");
  }

  void Type(const std::string& name) { type_ = file_.add_message_type(), type_->set_name(name); }

  void Add(const std::string& name, const std::string& rule,
           FieldDescriptorProto::Type type = FieldDescriptorProto::TYPE_UINT32, bool list = false) {
    FieldDescriptorProto* field = type_->add_field();
    field->set_name(name);
    field->set_number(type_->field_size());
    field->set_type(type);
    field->set_label(list ? FieldDescriptorProto::LABEL_REPEATED : FieldDescriptorProto::LABEL_OPTIONAL);
    if (type == FieldDescriptorProto::TYPE_MESSAGE) {
      field->set_type_name("Inner");
    } else if (!list) {
      field->set_proto3_optional(true);
      field->set_oneof_index(type_->oneof_decl_size());
      type_->add_oneof_decl()->set_name("_" + name);
    }
    EXPECT_TRUE(
        google::protobuf::TextFormat::ParseFromString(rule, field->mutable_options()->MutableExtension(siovsim::rule)));
  }

  std::unique_ptr<Message> Outer(const std::string& text = "") {
    if (built_ == nullptr) built_ = pool_.BuildFile(file_);
    EXPECT_NE(built_, nullptr);
    std::unique_ptr<Message> message(factory_.GetPrototype(built_->FindMessageTypeByName("Outer"))->New());
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, message.get()));
    return message;
  }

  std::string WithDefaults(const std::string& text = "") {
    const std::unique_ptr<Message> message = Outer(text);
    ApplyDefaults(message.get());
    return message->ShortDebugString();
  }

  google::protobuf::FileDescriptorProto file_;
  google::protobuf::DescriptorProto* type_ = nullptr;
  google::protobuf::DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_;
  const google::protobuf::FileDescriptor* built_ = nullptr;
};

TEST_F(MadeSchema, AnyUseOfAConditionOnAMissingSiblingIsAFaultOfTheSchema) {
  Add("none", "only_with: 'nobody=1'");
  Add("no_value", "only_with: 'none'");
  const std::unique_ptr<Message> outer = Outer();
  EXPECT_THROW(IsMeaningful(*outer, Field(outer->GetDescriptor(), "none")), std::logic_error);
  EXPECT_THROW(IsMeaningful(*outer, Field(outer->GetDescriptor(), "no_value")), std::logic_error);
}

TEST_F(MadeSchema, ADefaultOfAnotherTypeIsAFaultOfTheSchema) {
  Add("number", "default: 'many'");
  EXPECT_THROW(WithDefaults(), std::logic_error);
}

TEST_F(MadeSchema, WhatIsThereKeepsItsValueAndOnlyWhatMustExistIsCreated) {
  Add("given", "default: '1'");
  Add("absent", "default: '2'");
  Add("none", "");
  Add("always", "always: true", FieldDescriptorProto::TYPE_MESSAGE);
  Add("optional", "", FieldDescriptorProto::TYPE_MESSAGE);
  Add("filled", "default: '{ number: 9 }'", FieldDescriptorProto::TYPE_MESSAGE);
  Add("list", "", FieldDescriptorProto::TYPE_MESSAGE, true);
  EXPECT_EQ(WithDefaults("given: 5"), "given: 5 absent: 2 always { number: 3 } filled { number: 9 }");
  EXPECT_EQ(WithDefaults("optional {} filled {} list {} list { number: 4 }"),
            "given: 1 absent: 2 always { number: 3 } optional { number: 3 } filled { number: 3 } list { number: 3 } "
            "list { number: 4 }");
}

TEST_F(MadeSchema, UnverifiedDefaultsAreFoundAtEveryDepthAndInEveryElement) {
  Add("guess", "default: '1' status: K source: 'felt'");
  Add("read", "default: '2' status: V source: 'book'");
  Add("inner", "", FieldDescriptorProto::TYPE_MESSAGE);
  Add("whole", "default: '{ }' status: K source: 'made'", FieldDescriptorProto::TYPE_MESSAGE);
  Add("list", "", FieldDescriptorProto::TYPE_MESSAGE, true);
  const auto listed = [this](const std::string& text) {
    const std::unique_ptr<Message> message = Outer(text);
    ApplyDefaults(message.get());
    std::vector<std::string> lines;
    for (const UnverifiedDefault& one : UnverifiedDefaults(*message)) {
      lines.push_back(one.path + " = " + one.value + " (" + one.note + ")");
    }
    return lines;
  };
  EXPECT_THAT(listed("inner {} list { number: 7 } list {}"),
              ElementsAre("guess = 1 (felt)", "inner.number = 3 (s)", "whole = number: 3 (made)",
                          "whole.number = 3 (s)", "list[1].number = 3 (s)"));
  EXPECT_THAT(listed("guess: 4 inner { number: 1 } whole { number: 1 }"), IsEmpty());
}

}  // namespace
}  // namespace siov
