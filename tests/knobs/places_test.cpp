// SPDX-License-Identifier: Apache-2.0
// Every value arrives at its own place: for each row of knobs.txt the experiment is resolved with either value, and the
// members of the resolved structures that differ must be those of tests/knobs/places.txt, with the values there. A
// latency that is read from its neighbour, two directions swapped, a wrong unit, one case of an enumeration taken for
// another: each changes a line. SIOV_WRITE_PLACES=1 rewrites the file; read what changed before you keep it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>

#include "platforms/resolve/load_experiment.h"
#include "tests/knobs/knob_table.h"
#include "tests/knobs/resolved_dump.h"
#include "tests/knobs/schema_fields.h"

namespace siov::testing {
namespace {

using Dump = std::map<std::string, std::string>;
using google::protobuf::FieldDescriptor;

constexpr char kRefused[] = "refused";

std::optional<Dump> Resolved(const Knob& knob, const std::string& value) {
  std::vector<std::string> overrides = knob.context;
  if (value != "-") overrides.push_back(knob.path + "=" + value);
  const LoadedExperiment loaded = LoadExperiment("tests/knobs/bases/" + knob.base + ".txtpb", overrides);
  if (!loaded.faults.empty()) return std::nullopt;
  return DumpOf(loaded.experiment);
}

// What is in `now` and not the same in `before`; members that are gone are "gone".
std::vector<std::pair<std::string, std::string>> Changes(const Dump& before, const Dump& now) {
  std::vector<std::pair<std::string, std::string>> changes;
  for (const auto& [member, value] : now) {
    const auto old = before.find(member);
    if (old == before.end() || old->second != value) changes.emplace_back(member, value);
  }
  for (const auto& [member, value] : before) {
    if (now.count(member) == 0) changes.emplace_back(member, "gone");
  }
  return changes;
}

// The values to try: of an enumeration all, else the second of the row.
std::vector<std::string> ValuesOf(const Knob& knob, const FieldDescriptor* field) {
  if (field->cpp_type() != FieldDescriptor::CPPTYPE_ENUM) return {knob.values[1]};
  std::vector<std::string> values;
  for (int i = 0; i < field->enum_type()->value_count(); ++i) values.push_back(field->enum_type()->value(i)->name());
  return values;
}

std::string PlacesOf(const Knob& knob, const FieldDescriptor* field) {
  std::string text;
  const std::optional<Dump> base = Resolved(knob, knob.values[0]);
  for (const std::string& value : ValuesOf(knob, field)) {
    if (value == knob.values[0]) continue;
    text += knob.path + " = " + value + "\n";
    const std::optional<Dump> now = Resolved(knob, value);
    if (!base || !now) {
      text += std::string("  ") + kRefused + "\n";
      continue;
    }
    for (const auto& [member, now_value] : Changes(*base, *now)) text += "  " + member + " = " + now_value + "\n";
  }
  return text;
}

// Rows that name the same field in several ways (a context each) are all in the file, in the order of knobs.txt.
std::string AllPlaces(const KnobTable& table) {
  const auto fields = FieldsOfExperiment();
  std::string text =
      "# SPDX-License-Identifier: Apache-2.0\n"
      "# Where each value of knobs.txt arrives in the resolved structures, compared with the first value of its row.\n";
  for (const Knob& knob : table.knobs) {
    const auto field = fields.find(FieldOfPath(knob.path));
    if (field != fields.end()) text += PlacesOf(knob, field->second);
  }
  return text;
}

std::vector<std::string> LinesOf(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// Compares line by line with a file, or writes it. Lines that begin with blanks belong to the last one without.
void ExpectAsIn(const std::string& file, const std::string& now) {
  if (std::getenv("SIOV_WRITE_PLACES") != nullptr) std::ofstream(file) << now;
  std::ifstream in(file);
  std::ostringstream wanted;
  wanted << in.rdbuf();
  const std::vector<std::string> wanted_lines = LinesOf(wanted.str());
  const std::vector<std::string> now_lines = LinesOf(now);
  std::string row;
  for (std::size_t i = 0; i < std::max(now_lines.size(), wanted_lines.size()); ++i) {
    const std::string is = i < now_lines.size() ? now_lines[i] : "nothing more";
    const std::string should = i < wanted_lines.size() ? wanted_lines[i] : "nothing more";
    if (is.compare(0, 2, "  ") != 0) row = is;
    ASSERT_EQ(is, should) << "line " << i + 1 << " of " << file << ", " << row;
  }
}

TEST(Places, EveryValueArrivesWhereItBelongsAndNowhereElse) {
  ExpectAsIn("tests/knobs/places.txt", AllPlaces(ReadKnobTable("tests/knobs/knobs.txt")));
}

// What belongs to which device, port, IOMMU and class, and what the resolver adds of its own: tables, indices, PASIDs.
TEST(Places, OfSeveralAlikeEachHasItsOwnValues) {
  const LoadedExperiment loaded = LoadExperiment("tests/knobs/bases/wide.txtpb");
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << FormatFault(fault);
  std::string text =
      "# SPDX-License-Identifier: Apache-2.0\n# All of bases/wide.txtpb as it is resolved; written with places.txt.\n";
  for (const auto& [member, value] : DumpOf(loaded.experiment)) text += member + " = " + value + "\n";
  ExpectAsIn("tests/knobs/wide.txt", text);
}

// What the file says is checked for sense as well: a number arrives as itself, or in the unit its name tells.
bool IsValueInSomeUnit(double value, double found, const std::string& field) {
  std::vector<double> factors = {1};
  const auto ends = [&field](const std::string& end) {
    return field.size() >= end.size() && field.compare(field.size() - end.size(), end.size(), end) == 0;
  };
  if (ends("_ns")) factors = {1e3};
  if (ends("_us")) factors = {1e6};
  if (ends("_cycles")) factors = {2e3};  // at 500 MHz
  if (ends("gbytes_per_second")) factors = {1e9};
  if (ends("_mib")) factors = {1048576};
  for (const double factor : factors) {
    if (std::abs(found - value * factor) <= 1e-9 * std::abs(found)) return true;
  }
  return false;
}

TEST(Places, NumbersArriveInTheUnitTheirFieldIsNamedAfter) {
  const auto fields = FieldsOfExperiment();
  for (const Knob& knob : ReadKnobTable("tests/knobs/knobs.txt").knobs) {
    const std::string path = FieldOfPath(knob.path);
    const auto field = fields.find(path);
    if (field == fields.end() || field->second->is_repeated()) continue;
    const auto type = field->second->cpp_type();
    if (type == FieldDescriptor::CPPTYPE_ENUM || type == FieldDescriptor::CPPTYPE_BOOL) continue;
    // What is not one number: a level is an index, a mask and a requester have forms of their own, of which a
    // function's number is a part.
    if (path == "clocks.mhz" || path.find("caches.level") != std::string::npos) continue;
    if (path == "register_accesses.function" || path == "set_ups.function") continue;
    const std::optional<Dump> base = Resolved(knob, knob.values[0]);
    const std::optional<Dump> now = Resolved(knob, knob.values[1]);
    if (!base || !now) continue;
    bool found = false;
    for (const auto& [member, value] : Changes(*base, *now)) {
      found = found || IsValueInSomeUnit(std::strtod(knob.values[1].c_str(), nullptr),
                                         std::strtod(value.c_str(), nullptr), path);
    }
    EXPECT_TRUE(found) << "knobs.txt:" << knob.line << ": " << knob.path << " = " << knob.values[1]
                       << " arrives nowhere as that number";
  }
}

}  // namespace
}  // namespace siov::testing
