// SPDX-License-Identifier: Apache-2.0
// The words after a command, for all commands of the engine: a command lists the options it knows and where their
// values go, and every mistake in the words is a sentence with what was written and what is allowed.
//
// An option is written in full, its value is the next word or follows a "="; the rest are files, all of them after a
// "--". Values are taken in the order in which they were written, an option that is given again after the one before.
#ifndef SIOV_PLATFORMS_CLI_ARGUMENTS_H_
#define SIOV_PLATFORMS_CLI_ARGUMENTS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace siov {

class Arguments {
 public:
  // What a value must be, if it is not.
  using Refused = std::optional<std::string>;
  using Take = std::function<Refused(const std::string& value)>;

  explicit Arguments(std::string command) : command_(std::move(command)) {}

  // An option with a value, one with a value each time it is given, one that is given or not.
  void Value(const std::string& name, Take take) { options_.push_back({name, true, std::move(take)}); }
  void Value(const std::string& name, std::string* to);
  void Values(const std::string& name, std::vector<std::string>* to);
  void Flag(const std::string& name, bool* to);
  // At least and at most so many; `ask` is the sentence when there are too few.
  void Files(std::size_t least, std::size_t most, std::string ask, std::vector<std::string>* to);

  // Every mistake in the words; none: all values were taken.
  std::vector<std::string> Read(const std::vector<std::string>& words) const;
  // The same; mistakes are written to `err`, each on a line of its own. False if there are any.
  bool ReadOrSay(const std::vector<std::string>& words, std::ostream& err) const;

 private:
  struct Option {
    std::string name;
    bool has_value;
    Take take;
    bool many = false;  // may be given again
  };
  const Option* Find(const std::string& name) const;
  std::string Unknown(const std::string& word) const;

  std::string command_;
  std::vector<Option> options_;
  std::size_t least_files_ = 0;
  std::size_t most_files_ = 0;
  std::string ask_;
  std::vector<std::string>* files_ = nullptr;
};

// A whole number from `least` to `most`; nothing, if the text is none.
std::optional<std::uint64_t> WholeNumber(const std::string& text, std::uint64_t least, std::uint64_t most);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CLI_ARGUMENTS_H_
