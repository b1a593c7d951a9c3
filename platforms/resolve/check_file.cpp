// SPDX-License-Identifier: Apache-2.0
// Files of any kind, and every point of a sweep.
#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

#include "configs/schema/sweep.pb.h"
#include "platforms/config/checker.h"
#include "platforms/config/defaults.h"
#include "platforms/config/set_override.h"
#include "platforms/config/stated_message.h"
#include "platforms/config/text_layer.h"
#include "platforms/resolve/load_experiment.h"
#include "platforms/resolve/prepare.h"
#include "platforms/resolve/resolve_platform.h"
#include "platforms/resolve/sweep_points.h"

namespace siov {
namespace {

using google::protobuf::Message;

// A sweep of more points than this is checked at so many of them, every value of every axis among them.
constexpr std::uint64_t kMostPoints = 4'096;

// Kinds of file, most complete first: a text without a stated kind is the first of which it only uses known fields.
std::vector<std::unique_ptr<Message>> Kinds() {
  std::vector<std::unique_ptr<Message>> kinds;
  kinds.push_back(std::make_unique<siovsim::Experiment>());
  kinds.push_back(std::make_unique<siovsim::Sweep>());
  kinds.push_back(std::make_unique<siovsim::Platform>());
  kinds.push_back(std::make_unique<siovsim::Workload>());
  kinds.push_back(std::make_unique<siovsim::Node>());
  kinds.push_back(std::make_unique<siovsim::Link>());
  kinds.push_back(std::make_unique<siovsim::TenantClass>());
  return kinds;
}

std::unique_ptr<Message> KindOfFile(const std::string& file, const ReadFile& read) {
  std::vector<std::unique_ptr<Message>> kinds = Kinds();
  std::string text;
  std::string why_not;
  if (!read(file, &text, &why_not)) {
    return std::move(kinds.front());  // loading will say why it cannot be read
  }
  std::optional<StatedMessage> stated = StatedIn(text);
  const bool known = stated && std::any_of(kinds.begin(), kinds.end(), [&stated](const std::unique_ptr<Message>& kind) {
                       return IsNamed(*stated, kind->GetDescriptor());
                     });
  if (!known) stated.reset();  // loading will say so
  for (std::unique_ptr<Message>& kind : kinds) {
    LocationMap places;
    Faults faults;
    const std::unique_ptr<Message> scratch(kind->New());
    const bool fits =
        stated ? IsNamed(*stated, kind->GetDescriptor()) : ParseTextLayer(text, file, scratch.get(), &places, &faults);
    if (fits) {
      return std::move(kind);
    }
  }
  return std::move(kinds.front());
}

// What is wrong at several points of a sweep differs in its values only.
std::string WithoutNumbers(const std::string& text) {
  std::string left;
  std::copy_if(text.begin(), text.end(), std::back_inserter(left),
               [](unsigned char c) { return std::isdigit(c) == 0 && c != '.'; });
  return left;
}

// Resolves the experiment at one point after the other.
class SweepChecker {
 public:
  // `sweep` as written, `places` of it.
  SweepChecker(const siovsim::Sweep& sweep, const std::vector<std::string>& overrides, const LocationMap& places,
               Faults* faults)
      : sweep_(sweep), places_(places), faults_(*faults), points_(sweep, places, faults) {
    points_.RefuseFixed(sweep, overrides);
  }

  void Check(CheckedFile* checked) {
    checked->points = points_.size();
    const std::vector<std::uint64_t> sample = points_.Sample(kMostPoints);
    for (const std::uint64_t point : sample)
      Try("point " + std::to_string(point), points_.At(point).overrides, checked);
    checked->points_checked = sample.size();
    if (checked->points != 0) return;
    // Without points there are values still; whether they go together cannot be said.
    std::vector<std::string> values = points_.Values();
    values.resize(std::min<std::size_t>(values.size(), kMostPoints));
    checked->points_checked = values.size();
    for (const std::string& value : values) {
      Faults found;
      siovsim::Experiment experiment = sweep_.experiment();
      LocationMap places = places_;
      ApplyOverrides({value}, &experiment, &places, &found);
      for (const Fault& fault : found) Report("a value", {value}, fault);
    }
  }

 private:
  void Try(const std::string& where, const std::vector<std::string>& overrides, CheckedFile* checked) {
    Faults found;
    siovsim::Experiment experiment = sweep_.experiment();
    LocationMap places = places_;
    ApplyOverrides(overrides, &experiment, &places, &found);
    ApplyDefaults(&experiment);
    if (found.empty()) CheckRules(experiment, places, Extent::kComplete, &found);
    std::optional<ResolvedExperiment> resolved;
    if (found.empty()) resolved = Resolve(experiment, places, &found);
    if (!checked->experiment) checked->experiment = std::move(resolved);  // none if there is a fault
    for (const Fault& fault : found) Report(where, overrides, fault);
  }

  void Report(const std::string& where, const std::vector<std::string>& overrides, Fault fault) {
    const std::string alike = fault.path + "|" + WithoutNumbers(fault.message) + "|" + WithoutNumbers(fault.allowed);
    if (!reported_.insert(alike).second) return;
    for (std::size_t i = 0; i < overrides.size(); ++i) {
      if (fault.file != "--set " + overrides[i]) continue;
      const Location place = places_.Find(points_.AxisOf(overrides[i]));
      fault.file = place.file;
      fault.line = place.line;
      fault.column = place.column;
    }
    fault.remark = "first at " + where;
    for (const std::string& one : overrides) fault.remark += ", " + one;
    faults_.push_back(std::move(fault));
  }

  const siovsim::Sweep& sweep_;
  const LocationMap& places_;
  Faults& faults_;
  SweepPoints points_;
  std::set<std::string> reported_;
};

}  // namespace

CheckedFile CheckFile(const std::string& file, const std::vector<std::string>& overrides, const ReadFile& read) {
  const std::unique_ptr<Message> kind = KindOfFile(file, read);
  CheckedFile checked;
  checked.kind = kind->GetDescriptor()->name();
  const Prepared prepared = Prepare(file, *kind, overrides, read, &checked.faults);
  const LocationMap& places = prepared.config.places;
  const Message& message = *prepared.config.message;
  if (!prepared.sound) {
    const auto* unsound = dynamic_cast<const siovsim::Experiment*>(&message);
    if (unsound != nullptr && prepared.complete) ResolveSoundParts(*unsound, places, &checked.faults);
    return checked;
  }
  if (const auto* platform = dynamic_cast<const siovsim::Platform*>(&message)) {
    checked.platform = ResolvePlatform(*platform, places, &checked.faults);
  } else if (const auto* sweep = dynamic_cast<const siovsim::Sweep*>(prepared.as_written.get())) {
    CheckFolderName(message, "sweep_name", places, &checked.faults);
    SweepChecker(*sweep, overrides, places, &checked.faults).Check(&checked);
  } else if (const auto* experiment = dynamic_cast<const siovsim::Experiment*>(&message)) {
    checked.experiment = Resolve(*experiment, places, &checked.faults);
  }
  if (checked.experiment.has_value()) checked.platform = checked.experiment->platform;
  return checked;
}

Faults WithPoints(const std::string& file, const std::vector<std::string>& overrides,
                  const std::function<void(const SweepPoints&)>& use, const ReadFile& read) {
  Faults faults;
  const Prepared prepared = Prepare(file, siovsim::Sweep(), overrides, read, &faults);
  if (!prepared.sound) return faults;
  const auto& sweep = static_cast<const siovsim::Sweep&>(*prepared.as_written);
  SweepPoints points(sweep, prepared.config.places, &faults);
  points.RefuseFixed(sweep, overrides);
  if (faults.empty()) use(points);
  return faults;
}

}  // namespace siov
