// SPDX-License-Identifier: Apache-2.0
#include "models/device/function/function_group.h"

#include <map>
#include <set>
#include <string>

namespace siov {
namespace {

std::string PathOf(std::size_t index) { return "functions[" + std::to_string(index) + "]"; }

void ValidateNumbers(const std::vector<FunctionConfig>& functions, ConfigFaults* faults) {
  std::set<std::uint32_t> numbers;
  for (std::size_t i = 0; i < functions.size(); ++i) {
    if (numbers.insert(functions[i].number).second) continue;
    faults->push_back({PathOf(i) + ".number", std::to_string(functions[i].number), "one that no other function has"});
  }
  if (!functions.empty() && numbers.count(0) == 0) {
    faults->push_back({"functions", "no function 0", "function 0, without which nobody looks for others"});
  }
}

// Every link arrives at a function, and at each function one: then the links make rings.
void ValidateLinks(const std::vector<FunctionConfig>& functions, ConfigFaults* faults) {
  std::map<std::uint32_t, const SiovCapability*> by_number;
  for (const FunctionConfig& one : functions) {
    if (one.siov) by_number[one.number] = &*one.siov;
  }
  std::set<std::uint32_t> named;
  for (std::size_t i = 0; i < functions.size(); ++i) {
    if (!functions[i].siov) continue;
    const SiovCapability& siov = *functions[i].siov;
    const std::string at = PathOf(i) + ".siov.";
    const std::string value = std::to_string(siov.dependency_link);
    const auto next = by_number.find(siov.dependency_link);
    if (next == by_number.end()) {
      faults->push_back({at + "dependency_link", value, "a function of the device with siov"});
      continue;
    }
    if (!named.insert(siov.dependency_link).second) {
      faults->push_back({at + "dependency_link", value, "one that no other function names: links make rings"});
    }
    if (next->second->homogeneous != siov.homogeneous) {
      faults->push_back({at + "homogeneous", siov.homogeneous ? "true" : "false",
                         "the same in all functions that depend on each other"});
    }
  }
}

}  // namespace

ConfigFaults ValidateFunctions(const std::vector<FunctionConfig>& functions) {
  ConfigFaults faults;
  ValidateNumbers(functions, &faults);
  ValidateLinks(functions, &faults);
  return faults;
}

FunctionGroup::FunctionGroup(const std::vector<FunctionConfig>& functions) {
  std::map<std::uint32_t, const FunctionConfig*> by_number;
  for (const FunctionConfig& one : functions) by_number[one.number] = &one;
  for (const auto& [number, one] : by_number) {
    FunctionConfig config = *one;
    config.multi_function = by_number.size() > 1;
    functions_.emplace_back(config);
  }
}

FunctionCore* FunctionGroup::Find(std::uint32_t number) {
  for (FunctionCore& one : functions_) {
    if (one.config().number == number) return &one;
  }
  return nullptr;
}

ConfigOutcome FunctionGroup::Write(std::uint32_t number, ConfigOffset offset, std::uint32_t value, unsigned bytes) {
  FunctionCore& one = *Find(number);
  const FunctionMode before = one.mode();
  return CheckModes(one, before, one.Write(offset, value, bytes), offset, value);
}

ConfigOutcome FunctionGroup::EnableAdis(std::uint32_t number) {
  FunctionCore& one = *Find(number);
  const FunctionMode before = one.mode();
  return CheckModes(one, before, one.EnableAdis(), 0, 0);
}

std::vector<std::uint32_t> FunctionGroup::Dependents(std::uint32_t number) {
  std::vector<std::uint32_t> ring;
  std::uint32_t at = number;
  do {
    ring.push_back(at);
    const FunctionCore* const one = Find(at);
    at = one->config().siov ? one->config().siov->dependency_link : number;
  } while (at != number);
  return ring;
}

ConfigOutcome FunctionGroup::CheckModes(FunctionCore& one, FunctionMode before, const ConfigOutcome& outcome,
                                        ConfigOffset offset, std::uint32_t value) {
  const FunctionMode now = one.mode();
  if (now == before || now == FunctionMode::kNone || !one.config().siov || !one.config().siov->homogeneous) {
    return outcome;
  }
  for (const std::uint32_t number : Dependents(one.config().number)) {
    const FunctionMode other = Find(number)->mode();
    if (other != FunctionMode::kNone && other != now) return one.Record(Undefined::kMixedModes, offset, value);
  }
  return outcome;
}

}  // namespace siov
