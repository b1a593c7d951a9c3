// SPDX-License-Identifier: Apache-2.0
// Everything that can be wrong with a configuration is a Fault: where, what, which value, what would be legal, and the
// nearest name that exists. Loading, overriding, checking and resolving all append to one list, so that a user sees
// every fault of a file in one go.
#ifndef SIOV_PLATFORMS_CONFIG_FAULT_H_
#define SIOV_PLATFORMS_CONFIG_FAULT_H_

#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace siov {

// Where a field was written. Line and column count from 1; line 0 means the file as a whole, or an override.
struct Location {
  std::string file;  // as the user named it, or "--set PATH=VALUE"
  int line = 0;
  int column = 0;
};

struct Fault {
  std::string file;
  int line = 0;
  int column = 0;
  std::string path;     // dotted path: nodes[name=dsa0].endpoint.atc.entries
  std::string value;    // as written, empty if there is none
  std::string message;  // what is wrong; may be empty when `allowed` says it all
  std::string allowed;  // what is legal, to be read after "must be"
  std::string nearest;  // nearest existing name, empty if none is near
  std::string remark;   // said last, in brackets
  bool absent = false;  // something that is named is not there; it may be in a file that could not be read
};

using Faults = std::vector<Fault>;

// Where each field of a merged message was last written, by canonical dotted path.
class LocationMap {
 public:
  void Set(const std::string& path, const Location& place) { places_[path] = place; }
  // Location of the path itself or, if it was never written, of the nearest enclosing message that was.
  Location Find(const std::string& path) const;
  // Forgets the path and everything below it.
  void Erase(const std::string& path);
  // Takes every entry of `other`, whose paths are relative to `prefix`.
  void Merge(const LocationMap& other, const std::string& prefix);
  void set_root(const std::string& file) { root_ = file; }
  const std::string& root() const { return root_; }

 private:
  std::string root_;
  std::map<std::string, Location> places_;
};

Fault MakeFault(const Location& place, std::string path, std::string value, std::string message,
                std::string allowed = {}, std::string nearest = {});

// One line without newline: "FILE:LINE:COLUMN: PATH = VALUE: MESSAGE; must be ALLOWED; did you mean NEAREST?"
std::string FormatFault(const Fault& fault);

// One line per fault, by file, line and column; faults that read the same are printed once.
void PrintFaults(const Faults& faults, std::ostream& out);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CONFIG_FAULT_H_
