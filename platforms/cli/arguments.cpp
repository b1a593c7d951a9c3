// SPDX-License-Identifier: Apache-2.0
#include "platforms/cli/arguments.h"

#include <charconv>
#include <ostream>
#include <set>

#include "platforms/config/nearest_name.h"

namespace siov {

void Arguments::Value(const std::string& name, std::string* to) {
  Value(name, [to](const std::string& value) {
    *to = value;
    return Refused();
  });
}

void Arguments::Values(const std::string& name, std::vector<std::string>* to) {
  Value(name, [to](const std::string& value) {
    to->push_back(value);
    return Refused();
  });
  options_.back().many = true;
}

void Arguments::Flag(const std::string& name, bool* to) {
  options_.push_back({name, false, [to](const std::string&) {
                        *to = true;
                        return Refused();
                      }});
}

void Arguments::Files(std::size_t least, std::size_t most, std::string ask, std::vector<std::string>* to) {
  least_files_ = least;
  most_files_ = most;
  ask_ = std::move(ask);
  files_ = to;
}

const Arguments::Option* Arguments::Find(const std::string& name) const {
  for (const Option& option : options_) {
    if (option.name == name) return &option;
  }
  return nullptr;
}

std::string Arguments::Unknown(const std::string& word) const {
  std::vector<std::string> names;
  for (const Option& option : options_) names.push_back(option.name);
  const std::string name = word.substr(0, word.find('='));
  const std::string nearest = NearestName(name, names);
  return "unknown option " + name + "; allowed are " + Joined(names) +
         (nearest.empty() ? "" : "; did you mean " + nearest + "?");
}

std::vector<std::string> Arguments::Read(const std::vector<std::string>& words) const {
  std::vector<std::string> wrong;
  std::vector<std::string> files;
  std::set<std::string> given;
  bool options_ended = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (options_ended || word.size() < 2 || word[0] != '-') {
      files.push_back(word);
      continue;
    }
    options_ended = word == "--";
    if (options_ended) continue;
    const std::size_t equals = word.find('=');
    const Option* option = Find(word.substr(0, equals));
    // Of two values nobody knows which was meant.
    if (option != nullptr && !option->many && !given.insert(option->name).second) {
      wrong.push_back(option->name + ": it is given twice");
    }
    if (option == nullptr) {
      wrong.push_back(Unknown(word));
    } else if (!option->has_value) {
      if (equals != std::string::npos) wrong.push_back(word + ": " + option->name + " takes no value");
      option->take("");
    } else if (equals == std::string::npos && i + 1 == words.size()) {
      wrong.push_back(word + " needs a value");
    } else {
      const std::string& value = equals == std::string::npos ? words[++i] : word.substr(equals + 1);
      if (const Refused rule = option->take(value)) wrong.push_back(option->name + " " + value + ": must be " + *rule);
    }
  }
  // Of an option that is not known, nobody knows whether the next word is its value.
  const bool counted = wrong.empty();
  if (counted && files.size() < least_files_) wrong.push_back(ask_);
  if (counted && files.size() > most_files_) {
    wrong.push_back(most_files_ == 0 ? "takes no file, but got " + files[0]
                                     : "takes one file, but got " + files[0] + " and " + files[1]);
  }
  if (files_ != nullptr) *files_ = std::move(files);
  return wrong;
}

bool Arguments::ReadOrSay(const std::vector<std::string>& words, std::ostream& err) const {
  const std::vector<std::string> wrong = Read(words);
  for (const std::string& sentence : wrong) err << "siovsim: " << command_ << ": " << sentence << '\n';
  return wrong.empty();
}

std::optional<std::uint64_t> WholeNumber(const std::string& text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [read_to, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || read_to != end || number < least || number > most) return std::nullopt;
  return number;
}

}  // namespace siov
