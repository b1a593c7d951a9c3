// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/sweep_points.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <system_error>

#include "platforms/resolve/axis_field.h"
#include "platforms/resolve/axis_values.h"
#include "platforms/resolve/number_text.h"

namespace siov {
namespace {

constexpr char kSeedPath[] = "run.seed";

// Equal for values of lists and unknown fields that mean the same: " 8" and "8.0", "[0, 1]" and "[0,1]".
std::string Meaning(const std::string& value) {
  std::string bare;
  std::copy_if(value.begin(), value.end(), std::back_inserter(bare),
               [](unsigned char c) { return std::isspace(c) == 0; });
  const char* const end = bare.data() + bare.size();
  std::uint64_t whole = 0;
  double number = 0;
  if (const auto read = std::from_chars(bare.data(), end, whole); read.ptr == end && read.ec == std::errc()) {
    return std::to_string(whole);
  }
  if (const auto read = std::from_chars(bare.data(), end, number); read.ptr == end && read.ec == std::errc()) {
    const bool fits = number >= 0 && number < 1.8e19 && std::floor(number) == number;
    return fits ? std::to_string(static_cast<std::uint64_t>(number)) : NumberText(number);
  }
  return bare;
}

std::string AxisPath(int index) { return "axes[" + std::to_string(index) + "]"; }

std::string ShortName(const siovsim::Axis& axis) {
  return axis.label().empty() ? axis.path().substr(axis.path().rfind('.') + 1) : axis.label();
}

}  // namespace

SweepPoints::SweepPoints(const siovsim::Sweep& sweep, const LocationMap& places, Faults* faults)
    : places_(places), faults_(*faults) {
  const std::size_t faults_before = faults->size();
  if (sweep.axes_size() == 0 && sweep.seeds_size() == 0)
    Add("axes", "", "a sweep needs at least one axis or several seeds");
  for (int i = 0; i < sweep.axes_size(); ++i) AddAxis(sweep, i);
  seeds_.assign(sweep.seeds().begin(), sweep.seeds().end());
  if (std::set<std::uint64_t>(seeds_.begin(), seeds_.end()).size() != seeds_.size()) {
    Add("seeds", "", "one is given twice");
  }
  CheckTwice();
  CheckAnswers(sweep);
  if (faults->size() == faults_before) CountPoints();
}

void SweepPoints::Add(const std::string& path, const std::string& value, const std::string& message,
                      const std::string& allowed) {
  faults_.push_back(MakeFault(places_.Find(path), path, value, message, allowed));
}

void SweepPoints::AddAxis(const siovsim::Sweep& sweep, int index) {
  const siovsim::Axis& axis = sweep.axes(index);
  const std::string at = AxisPath(index);
  for (int other = 0; other < index; ++other) {
    if (sweep.axes(other).path() == axis.path()) Add(at + ".path", axis.path(), "there is another axis of this field");
  }
  AxisField field(sweep, axis.path());
  Axis added;
  added.path = axis.path();
  added.canonical = field.canonical();
  added.values = ValuesOf(axis, at, field.IsWhole());
  CheckNames(axis, at, added.values.size());
  added.names.assign(axis.value_names().begin(), axis.value_names().end());
  added.is_list = axis.points_case() == siovsim::Axis::POINTS_NOT_SET;
  if (added.is_list) {
    for (const std::string& value : added.values) added.shown.push_back(field.Shown(value).value_or(value));
  }
  axes_.push_back(std::move(added));
  JoinGroup(axis, at);
}

std::vector<std::string> SweepPoints::ValuesOf(const siovsim::Axis& axis, const std::string& at, bool whole) {
  std::vector<std::string> values(axis.values().begin(), axis.values().end());
  if (values.empty() == (axis.points_case() == siovsim::Axis::POINTS_NOT_SET)) {
    Add(at, "", "axis needs values or one range");
    return {};
  }
  if (axis.points_case() == siovsim::Axis::POINTS_NOT_SET) return values;
  RangeValues range = ValuesOfRange(axis, whole);
  if (range.fault) Add(at + "." + range.fault->field, range.fault->value, range.fault->message, range.fault->allowed);
  return std::move(range.texts);
}

void SweepPoints::CheckNames(const siovsim::Axis& axis, const std::string& at, std::size_t values) {
  if (axis.value_names_size() == 0) return;
  const std::set<std::string> different(axis.value_names().begin(), axis.value_names().end());
  const auto names = static_cast<std::size_t>(axis.value_names_size());
  if (names == values && different.size() == names) return;
  Add(at + ".value_names", std::to_string(names) + " names, " + std::to_string(different.size()) + " different", "",
      "a name of its own for each of the " + std::to_string(values) + " values");
}

void SweepPoints::JoinGroup(const siovsim::Axis& axis, const std::string& at) {
  Axis& joining = axes_.back();
  const auto named = std::find(group_names_.begin(), group_names_.end(), axis.zip_group());
  if (axis.zip_group().empty() || named == group_names_.end()) {
    joining.group = group_names_.size();
    group_names_.push_back(axis.zip_group());
    group_sizes_.push_back(joining.values.size());
    return;
  }
  joining.group = static_cast<std::size_t>(named - group_names_.begin());
  if (group_sizes_[joining.group] == joining.values.size()) return;
  Add(at + ".zip_group", axis.zip_group(),
      "the axis has " + std::to_string(joining.values.size()) + " values, and another of the group has " +
          std::to_string(group_sizes_[joining.group]),
      "a group of axes with equally many values: they advance together");
}

// A step at which all axes of a group take what they took before would be run twice. A range repeats nothing.
void SweepPoints::CheckTwice() {
  for (std::size_t group = 0; group < group_sizes_.size(); ++group) {
    std::vector<const Axis*> axes;
    for (const Axis& axis : axes_) {
      if (axis.group == group && axis.values.size() == group_sizes_[group]) axes.push_back(&axis);
    }
    if (std::any_of(axes.begin(), axes.end(), [](const Axis* axis) { return !axis->is_list; })) continue;
    std::map<std::string, std::size_t> taken;
    for (std::size_t step = 0; step < group_sizes_[group]; ++step) {
      std::string all;
      for (const Axis* axis : axes) all += Meaning(axis->shown[step]) + "\n";
      const auto [before, is_new] = taken.emplace(all, step);
      if (is_new) continue;
      const Axis& last = *axes.back();
      const std::string& first = last.values[before->second];
      Add(AxisPath(static_cast<int>(&last - axes_.data())) + ".values[" + std::to_string(step) + "]", last.values[step],
          axes.size() > 1              ? "its zip_group takes these values twice"
          : first == last.values[step] ? "is given twice"
                                       : "is given twice: " + first + " means the same");
    }
  }
}

void SweepPoints::CheckAnswers(const siovsim::Sweep& sweep) {
  for (int i = 0; i < sweep.answers_size(); ++i) {
    const std::string& wanted = sweep.answers(i).axis();
    const bool found = std::any_of(sweep.axes().begin(), sweep.axes().end(), [&wanted](const siovsim::Axis& axis) {
      return axis.path() == wanted || ShortName(axis) == wanted;
    });
    if (!found) Add("answers[" + std::to_string(i) + "].axis", wanted, "", "the path or the label of an axis");
  }
}

void SweepPoints::CountPoints() {
  std::uint64_t points = std::max<std::uint64_t>(1, seeds_.size());
  for (const std::uint64_t size : group_sizes_) {
    points *= size;
    if (points <= kMostSweepPoints) continue;
    Add("axes", "", "the sweep has more than " + std::to_string(kMostSweepPoints) + " points");
    return;
  }
  size_ = points;
}

const std::string& SweepPoints::Axis::NameAt(std::size_t step) const {
  return !names.empty() ? names[step] : is_list ? shown[step] : values[step];
}

std::vector<std::uint64_t> SweepPoints::StepsOf(std::uint64_t index) const {
  std::vector<std::uint64_t> of_group(group_sizes_.size());
  std::uint64_t rest = seeds_.empty() ? index : index / seeds_.size();
  for (std::size_t group = group_sizes_.size(); group > 0; --group) {
    of_group[group - 1] = rest % group_sizes_[group - 1];
    rest /= group_sizes_[group - 1];
  }
  std::vector<std::uint64_t> steps;
  steps.reserve(axes_.size() + 1);
  for (const Axis& axis : axes_) steps.push_back(of_group[axis.group]);
  if (!seeds_.empty()) steps.push_back(index % seeds_.size());
  return steps;
}

SweepPoint SweepPoints::At(std::uint64_t index) const {
  SweepPoint point;
  const std::vector<std::uint64_t> steps = StepsOf(index);
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    point.overrides.push_back(axes_[i].OverrideAt(steps[i]));
    point.names.push_back(axes_[i].NameAt(steps[i]));
  }
  if (!seeds_.empty()) {
    point.seed = seeds_[steps.back()];
    point.overrides.push_back(kSeedPath + ("=" + std::to_string(*point.seed)));
  }
  return point;
}

std::vector<SweepPoints::Listed> SweepPoints::Lists() const {
  std::vector<Listed> lists;
  for (const Axis& axis : axes_) {
    Listed& list = lists.emplace_back();
    for (std::size_t step = 0; step < axis.values.size(); ++step) {
      list.overrides.push_back(axis.OverrideAt(step));
      list.names.push_back(axis.NameAt(step));
    }
  }
  return lists;
}

std::vector<std::string> SweepPoints::Values() const {
  std::vector<std::string> all;
  for (const Axis& axis : axes_) {
    for (const std::string& value : axis.values) all.push_back(axis.path + "=" + value);
  }
  return all;
}

void SweepPoints::RefuseFixed(const siovsim::Sweep& sweep, const std::vector<std::string>& overrides) {
  for (const std::string& fixed : overrides) {
    const std::string path = CanonicalPathOf(sweep, fixed);
    for (const Axis& axis : axes_) {
      if (path.empty() || axis.canonical != path) continue;
      faults_.push_back(MakeFault({"--set " + fixed, 0, 0}, "", "",
                                  "has no effect: " + AxisPath(static_cast<int>(&axis - axes_.data())) +
                                      " of the sweep sets the field at every point"));
    }
    if (path == kSeedPath && !seeds_.empty()) {
      faults_.push_back(MakeFault({"--set " + fixed, 0, 0}, "", "",
                                  "has no effect: seeds of the sweep set the field at every point"));
    }
  }
  if (!faults_.empty()) size_ = 0;
}

std::string SweepPoints::AxisOf(const std::string& override_text) const {
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    if (override_text.rfind(axes_[i].path + "=", 0) == 0) return AxisPath(static_cast<int>(i));
  }
  return "seeds";
}

std::vector<std::uint64_t> SweepPoints::Sample(std::uint64_t most) const {
  if (size_ == 0) return {};
  std::set<std::uint64_t> chosen;
  std::uint64_t stride = std::max<std::uint64_t>(1, seeds_.size());
  const std::uint64_t share = std::max<std::uint64_t>(1, (most - 1) / std::max<std::uint64_t>(1, group_sizes_.size()));
  for (std::size_t group = group_sizes_.size(); group > 0; --group) {
    const std::uint64_t step = (group_sizes_[group - 1] + share - 1) / share;
    for (std::uint64_t value = 0; value < group_sizes_[group - 1]; value += step) chosen.insert(value * stride);
    stride *= group_sizes_[group - 1];
  }
  chosen.insert(size_ - 1);
  const std::uint64_t spread = std::max<std::uint64_t>(1, size_ / std::max<std::uint64_t>(1, most / 2));
  for (std::uint64_t point = 0; point < size_ && chosen.size() < most; point += size_ <= most ? 1 : spread) {
    chosen.insert(point);
  }
  return {chosen.begin(), chosen.end()};
}

}  // namespace siov
