// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/stated_message.h"

#include <algorithm>
#include <sstream>
#include <string_view>

#include "platforms/config/nearest_name.h"

namespace siov {
namespace {

constexpr char kBlanks[] = " \t\r";
constexpr std::string_view kMark = "proto-message";

std::size_t Skip(const std::string& line, std::size_t at) {
  return std::min(line.find_first_not_of(kBlanks, at), line.size());
}

// The name on a line that has the mark, or nothing.
std::optional<std::string> NameOn(const std::string& line) {
  std::size_t at = Skip(line, 0);
  if (at == line.size() || line[at] != '#') return std::nullopt;
  at = Skip(line, at + 1);
  if (line.compare(at, kMark.size(), kMark) != 0) return std::nullopt;
  at = Skip(line, at + kMark.size());
  if (at == line.size() || line[at] != ':') return std::nullopt;
  at = Skip(line, at + 1);
  return line.substr(at, line.find_last_not_of(kBlanks) + 1 - at);
}

}  // namespace

std::optional<StatedMessage> StatedIn(const std::string& text) {
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (std::optional<std::string> name = NameOn(line)) return StatedMessage{*name, number};
  }
  return std::nullopt;
}

bool IsNamed(const StatedMessage& stated, const google::protobuf::Descriptor* type) {
  return stated.name == type->full_name() || stated.name == type->name();
}

void CheckStated(const std::string& text, const std::string& file, const google::protobuf::Descriptor* type,
                 Faults* faults) {
  const std::optional<StatedMessage> stated = StatedIn(text);
  if (!stated || IsNamed(*stated, type)) return;
  faults->push_back(MakeFault({file, stated->line, 1}, "# proto-message", stated->name,
                              "the file is read as a " + type->full_name(), type->full_name() + ", or no such line",
                              NearestName(stated->name, {type->full_name(), type->name()})));
}

}  // namespace siov
