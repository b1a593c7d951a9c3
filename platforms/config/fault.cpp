// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/fault.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <tuple>

namespace siov {
namespace {

// Long values (whole sub-messages) would drown the sentence they are quoted in.
constexpr std::size_t kLongestQuotedValue = 60;

// Control characters would break the line, or the terminal it is shown in.
std::string OnOneLine(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return std::iscntrl(c) != 0; }, ' ');
  return text;
}

// Not in the middle of a letter of several bytes: all but its first are 10xxxxxx.
std::string Shorten(const std::string& value) {
  if (value.size() <= kLongestQuotedValue) return value;
  std::size_t end = kLongestQuotedValue;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xc0) == 0x80) --end;
  return value.substr(0, end) + "...";
}

// "a.b[name=x].c" -> "a.b[name=x]" -> "a.b" -> "a" -> ""
std::string Enclosing(const std::string& path) {
  const std::size_t cut = path.find_last_of(".[");
  return cut == std::string::npos ? std::string() : path.substr(0, cut);
}

}  // namespace

Location LocationMap::Find(const std::string& path) const {
  for (std::string at = path; !at.empty(); at = Enclosing(at)) {
    const auto found = places_.find(at);
    if (found != places_.end()) {
      return found->second;
    }
  }
  return {root_, 0, 0};
}

void LocationMap::Erase(const std::string& path) {
  places_.erase(path);
  for (const char* joint : {".", "["}) {
    const std::string begin = path + joint;
    auto below = places_.lower_bound(begin);
    while (below != places_.end() && below->first.compare(0, begin.size(), begin) == 0) below = places_.erase(below);
  }
}

void LocationMap::Merge(const LocationMap& other, const std::string& prefix) {
  for (const auto& [path, place] : other.places_) {
    std::string joined = prefix;
    joined += prefix.empty() || path.empty() ? "" : ".";
    joined += path;
    places_[joined] = place;
  }
}

Fault MakeFault(const Location& place, std::string path, std::string value, std::string message, std::string allowed,
                std::string nearest) {
  return {place.file,         place.line,         place.column,
          std::move(path),    std::move(value),   std::move(message),
          std::move(allowed), std::move(nearest), {}};
}

std::string FormatFault(const Fault& fault) {
  std::string text = fault.file;
  if (fault.line > 0) {
    text += ":" + std::to_string(fault.line) + ":" + std::to_string(fault.column);
  }
  if (!fault.path.empty()) {
    text += (text.empty() ? "" : ": ") + fault.path;
    if (!fault.value.empty()) {
      text += " = " + Shorten(fault.value);
    }
  }
  std::string sentence = fault.message;
  if (!fault.allowed.empty()) {
    sentence += (sentence.empty() ? "must be " : "; must be ") + fault.allowed;
  }
  if (!fault.nearest.empty()) {
    sentence += "; did you mean \"" + fault.nearest + "\"?";
  }
  if (!fault.remark.empty()) {
    sentence += " (" + fault.remark + ")";
  }
  return OnOneLine(text.empty() ? sentence : text + ": " + sentence);
}

void PrintFaults(const Faults& faults, std::ostream& out) {
  Faults sorted = faults;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Fault& a, const Fault& b) {
    return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
  });
  std::set<std::string> printed;
  for (const Fault& fault : sorted) {
    const std::string line = FormatFault(fault);
    if (printed.insert(line).second) {
      out << line << '\n';
    }
  }
}

}  // namespace siov
