// SPDX-License-Identifier: Apache-2.0
#include "platforms/cli/check_command.h"

#include <iostream>

#include "platforms/cli/config_arguments.h"
#include "platforms/cli/recording_faults.h"
#include "platforms/resolve/load_experiment.h"

namespace siov {
namespace {

// How much of a sweep was looked at.
std::string Points(const CheckedFile& checked) {
  if (checked.points == 0) return {};
  const std::string points = std::to_string(checked.points) + (checked.points == 1 ? " point" : " points");
  if (checked.points_checked == checked.points) return " at its " + points;
  return " at " + std::to_string(checked.points_checked) + " of its " + points +
         ", every value of every axis among them";
}

// Models that a run needs besides the file.
std::string Outside(const CheckedFile& checked) {
  std::string text;
  if (!checked.platform) return text;
  const auto parts = checked.experiment ? OutsideParts(*checked.experiment) : OutsideNodes(*checked.platform);
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

// The points of a sweep are run one by one, with what this program has.
void RefuseSweepOfOutside(CheckedFile* checked) {
  const std::string outside = Outside(*checked);
  if (checked->points == 0 || !checked->faults.empty() || outside.empty()) return;
  checked->faults.push_back(MakeFault({}, "sweep", "",
                                      "its runs need a model of " + outside +
                                          ", which a program of yours brings (docs/bridge.md): it can be run there, "
                                          "but not swept"));
}

}  // namespace

int CheckMain(const std::vector<std::string>& arguments) {
  const auto parsed = ParseConfigArguments({"check", true, false}, arguments);
  if (!parsed) {
    return 2;
  }
  bool sound = true;
  for (const std::string& file : parsed->files) {
    CheckedFile checked = CheckFile(file, parsed->overrides);
    CheckRecording(checked.experiment, &checked.faults);
    RefuseSweepOfOutside(&checked);
    PrintFaults(checked.faults, std::cerr);
    if (checked.faults.empty()) {
      const std::string outside = Outside(checked);
      std::cout << file << ": " << checked.kind << ", no faults" << Points(checked)
                << (outside.empty() ? ""
                                    : "; it runs in a program that brings a model of " + outside + " (docs/bridge.md)")
                << '\n';
    }
    sound = sound && checked.faults.empty();
  }
  return sound ? 0 : 2;
}

}  // namespace siov
