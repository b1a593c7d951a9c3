// SPDX-License-Identifier: Apache-2.0
#include "tests/knobs/knob_table.h"

#include <fstream>
#include <map>
#include <optional>

namespace siov::testing {
namespace {

std::string Trimmed(const std::string& text) {
  const std::size_t from = text.find_first_not_of(" \t");
  return from == std::string::npos ? std::string() : text.substr(from, text.find_last_not_of(" \t") + 1 - from);
}

}  // namespace

std::vector<std::string> SplitRow(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  int depth = 0;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (c == separator && depth == 0 && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  for (std::string& part : parts) part = Trimmed(part);
  return parts;
}

namespace {

class Reader {
 public:
  KnobTable Read(const std::string& file) {
    std::ifstream in(file);
    if (!in) table_.faults.push_back(file + ": cannot be read");
    for (std::string line; std::getline(in, line);) {
      ++line_;
      line = Trimmed(line);
      if (!line.empty() && line.front() != '#') ReadLine(line);
    }
    return std::move(table_);
  }

 private:
  void Fault(const std::string& what) { table_.faults.push_back("knobs.txt:" + std::to_string(line_) + ": " + what); }

  void ReadLine(const std::string& line) {
    const std::size_t space = line.find(' ');
    const std::string word = line.substr(0, space);
    const std::string rest = space == std::string::npos ? std::string() : Trimmed(line.substr(space));
    if (word == "let") {
      const std::size_t equals = rest.find('=');
      names_[Trimmed(rest.substr(0, equals))] = Expand(Trimmed(rest.substr(equals + 1)));
    } else if (word == "base") {
      std::vector<std::string> parts = SplitRow(Expand(rest), ';');
      base_ = parts.front();
      context_.assign(parts.begin() + 1, parts.end());
    } else {
      ReadRow(Expand(line));
    }
  }

  // $name becomes what `let name =` said.
  std::string Expand(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '$') {
        out += text[i];
        continue;
      }
      std::string name;
      while (i + 1 < text.size() && (std::isalnum(static_cast<unsigned char>(text[i + 1])) || text[i + 1] == '_')) {
        name += text[++i];
      }
      if (names_.count(name) == 0) Fault("nothing is called $" + name);
      out += names_[name];
    }
    return out;
  }

  // PATH = A | B ; override ; override ; in OBSERVABLE: reason
  void ReadRow(const std::string& line) {
    std::vector<std::string> parts = SplitRow(line, ';');
    const std::size_t equals = line.find(" = ");
    if (equals == std::string::npos) return Fault("no \" = \" in the row");
    const std::vector<std::string> values = SplitRow(parts.front().substr(equals + 3), '|');
    if (values.size() != 2) return Fault("a row names two values, separated by |");
    Knob knob;
    knob.values = {values[0], values[1]};
    knob.base = base_;
    knob.context = context_;
    knob.line = line_;
    for (std::size_t i = 1; i < parts.size(); ++i) {
      if (parts[i].rfind("in ", 0) != 0) {
        knob.context.push_back(parts[i]);
        continue;
      }
      const std::size_t colon = parts[i].find(':');
      knob.observable = Trimmed(parts[i].substr(3, colon - 3));
      knob.reason = colon == std::string::npos ? std::string() : Trimmed(parts[i].substr(colon + 1));
      if (knob.reason.empty()) Fault("an observable other than the run's results needs a reason");
    }
    const std::string path = Trimmed(parts.front().substr(0, equals));
    const std::size_t open = path.find('{');
    if (open == std::string::npos) return AddKnob(knob, path);
    const std::size_t close = path.find('}', open);
    for (const std::string& choice : SplitRow(path.substr(open + 1, close - open - 1), ',')) {
      AddKnob(knob, path.substr(0, open) + choice + path.substr(close + 1));
    }
  }

  void AddKnob(Knob knob, const std::string& path) {
    knob.path = path;
    table_.knobs.push_back(std::move(knob));
  }

  KnobTable table_;
  std::map<std::string, std::string> names_;
  std::string base_;
  std::vector<std::string> context_;
  int line_ = 0;
};

}  // namespace

KnobTable ReadKnobTable(const std::string& file) { return Reader().Read(file); }

}  // namespace siov::testing
