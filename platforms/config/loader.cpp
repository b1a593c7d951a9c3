// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/loader.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

#include "platforms/config/merge.h"
#include "platforms/config/regular_file.h"
#include "platforms/config/rules.h"
#include "platforms/config/stated_message.h"
#include "platforms/config/text_layer.h"

namespace siov {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// A configuration is a page of text; anything near this size is another kind of file given by mistake.
constexpr std::size_t kLargestFileBytes = 16u << 20;

// Layers are written by people. Files that include each other again and again would double with every level.
constexpr std::size_t kMostFiles = 1'000;
constexpr std::size_t kDeepestInclude = 64;

// Of UTF-8: some editors write it before the first letter.
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

struct Layer {
  std::unique_ptr<Message> message;
  LocationMap places;
};

class Loader {
 public:
  Loader(const ReadFile& read, Faults* faults) : read_(read), faults_(*faults) {}

  Layer LoadFile(const std::string& file, const Message& prototype, const Location& named_at);
  const std::vector<std::string>& files() const { return files_; }

 private:
  void Expand(Message* message, const std::string& base, const std::string& file, LocationMap* places);
  void ExpandInner(Message* message, const std::string& base, const std::string& file, LocationMap* places);
  void FollowFiles(Message* message, const FieldDescriptor* names, const std::string& base, const std::string& file,
                   LocationMap* places);
  Layer LoadNamed(const Message& message, const FieldDescriptor* names, const Message& prototype,
                  const std::string& base, const std::string& file, const LocationMap& places);
  void PlaceFileName(Message* message, const FieldDescriptor* field, const std::string& file);

  bool MayLoad(const std::string& file, const Location& named_at);

  const ReadFile& read_;
  Faults& faults_;
  bool too_many_ = false;          // said once
  std::vector<std::string> open_;  // files being loaded, outermost first: a file among them includes itself
  std::vector<std::string> files_;
};

Layer Loader::LoadFile(const std::string& file, const Message& prototype, const Location& named_at) {
  Layer layer{std::unique_ptr<Message>(prototype.New()), {}};
  if (std::find(open_.begin(), open_.end(), file) != open_.end()) {
    std::string chain;
    for (const std::string& open : open_) {
      chain += open + " -> ";
    }
    faults_.push_back(MakeFault(named_at, "", "", "file includes itself: " + chain + file));
    return layer;
  }
  if (!MayLoad(file, named_at)) return layer;
  std::string text;
  std::string why_not;
  if (!read_(file, &text, &why_not)) {
    const std::string what = named_at.file == file ? "cannot be read: " : "cannot read \"" + file + "\": ";
    faults_.push_back(MakeFault(named_at, "", "", what + why_not));
    return layer;
  }
  files_.push_back(file);
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
    faults_.push_back(MakeFault({file, 0, 0}, "", "", "file is empty"));
    return layer;
  }
  CheckStated(text, file, prototype.GetDescriptor(), &faults_);
  ParseTextLayer(text, file, layer.message.get(), &layer.places, &faults_);
  CheckStrings(*layer.message, "", layer.places, &faults_);
  open_.push_back(file);
  Expand(layer.message.get(), "", file, &layer.places);
  open_.pop_back();
  return layer;
}

bool Loader::MayLoad(const std::string& file, const Location& named_at) {
  const bool many = files_.size() >= kMostFiles;
  if (!many && open_.size() < kDeepestInclude) return true;
  if (!too_many_) {
    faults_.push_back(MakeFault(
        named_at, "", "",
        "cannot read \"" + file + "\": " +
            (many ? "more than " + std::to_string(kMostFiles) + " files are included"
                  : "files include each other more than " + std::to_string(kDeepestInclude) + " levels deep")));
  }
  too_many_ = true;
  return false;
}

void Loader::Expand(Message* message, const std::string& base, const std::string& file, LocationMap* places) {
  ExpandInner(message, base, file, places);
  const auto* type = message->GetDescriptor();
  const FieldDescriptor* own = nullptr;
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (RuleOf(field).has_include_into() && RuleOf(field).include_into().empty()) {
      own = field;
    } else if (RuleOf(field).has_include_into()) {
      FollowFiles(message, field, base, file, places);
    } else if (RuleOf(field).file_name()) {
      PlaceFileName(message, field, file);
    }
  }
  // Last: what this file names by itself, a platform for instance, lies above that of the files it extends.
  if (own != nullptr) FollowFiles(message, own, base, file, places);
}

void Loader::ExpandInner(Message* message, const std::string& base, const std::string& file, LocationMap* places) {
  std::vector<const FieldDescriptor*> fields;
  message->GetReflection()->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (!IsMessage(field)) {
      continue;
    }
    for (int i = 0; i < CountOf(*message, field); ++i) {
      Expand(MutableMessageAt(message, field, i), PathAt(base, *message, field, i), file, places);
    }
  }
}

void Loader::FollowFiles(Message* message, const FieldDescriptor* names, const std::string& base,
                         const std::string& file, LocationMap* places) {
  const Reflection* reflection = message->GetReflection();
  if (CountOf(*message, names) == 0) return;
  const FieldDescriptor* target = message->GetDescriptor()->FindFieldByName(RuleOf(names).include_into());
  Message* upper = target == nullptr ? message : reflection->MutableMessage(message, target);
  const std::string upper_path = target == nullptr ? base : FieldPath(base, target);
  Layer lower = LoadNamed(*message, names, *upper, base, file, *places);
  reflection->ClearField(message, names);
  LocationMap all;
  all.set_root(places->root());
  all.Merge(lower.places, upper_path);
  MergeLayer(*upper, lower.message.get(), upper_path, &all);
  upper->CopyFrom(*lower.message);
  all.Merge(*places, "");
  *places = all;
}

Layer Loader::LoadNamed(const Message& message, const FieldDescriptor* names, const Message& prototype,
                        const std::string& base, const std::string& file, const LocationMap& places) {
  Layer merged{std::unique_ptr<Message>(prototype.New()), {}};
  for (int i = 0; i < CountOf(message, names); ++i) {
    const std::string name = StringAt(message, names, i);
    const Location place = places.Find(FieldPath(base, names));
    if (name.empty()) {
      faults_.push_back(MakeFault(place, FieldPath(base, names), "\"\"", "", "the name of a file"));
      continue;
    }
    const Layer next = LoadFile(RelativeTo(file, name), prototype, place);
    MergeLayer(*next.message, merged.message.get(), "", &merged.places);
    merged.places.Merge(next.places, "");
  }
  return merged;
}

void Loader::PlaceFileName(Message* message, const FieldDescriptor* field, const std::string& file) {
  const Reflection* reflection = message->GetReflection();
  const std::string name = reflection->GetString(*message, field);
  if (!name.empty()) {
    reflection->SetString(message, field, RelativeTo(file, name));
  }
}

}  // namespace

bool ReadFileFromDisk(const std::string& path, std::string* text, std::string* why_not) {
  std::string content;
  const auto take = [&](const char* bytes, std::size_t count) {
    if (content.size() + count > kLargestFileBytes) {
      *why_not = "is larger than 16 MiB, which no configuration is";
      return false;
    }
    content.append(bytes, count);
    return true;
  };
  if (!ReadRegularFile(path, take, why_not)) return false;
  *text = std::move(content);
  if (text->find('\0') != std::string::npos) {
    *why_not = "is not a text";
    return false;
  }
  if (text->compare(0, kByteOrderMark.size(), kByteOrderMark) == 0) text->erase(0, kByteOrderMark.size());
  return true;
}

std::string RelativeTo(const std::string& including_file, const std::string& file_name) {
  const std::filesystem::path directory = std::filesystem::path(including_file).parent_path();
  return (directory / file_name).lexically_normal().string();
}

LoadedConfig LoadConfig(const std::string& file, const Message& prototype, Faults* faults, const ReadFile& read) {
  Loader loader(read, faults);
  const std::string normal = std::filesystem::path(file).lexically_normal().string();
  Layer layer = loader.LoadFile(normal, prototype, {normal, 0, 0});
  return {std::move(layer.message), std::move(layer.places), loader.files()};
}

}  // namespace siov
