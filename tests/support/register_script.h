// SPDX-License-Identifier: Apache-2.0
// A sequence of register accesses in an experiment as users write it, and what came of each in a run: of dsa1 of
// tests/seam/platform_switched.txtpb, which lies below two switches and has no tenants, with functions of a test's own.
#ifndef SIOV_TESTS_SUPPORT_REGISTER_SCRIPT_H_
#define SIOV_TESTS_SUPPORT_REGISTER_SCRIPT_H_

#include <map>
#include <string>
#include <vector>

#include "models/device/function/config_walk.h"
#include "tests/support/configured_run.h"

namespace siov::testing {

class RegisterScript {
 public:
  explicit RegisterScript(const std::string& functions, std::vector<std::string> overrides = {})
      : overrides_(std::move(overrides)) {
    if (!functions.empty()) overrides_.push_back("nodes[name=dsa1].endpoint.functions=[" + functions + "]");
    const LoadedExperiment loaded = LoadText(Text(), overrides_);
    for (const Fault& fault : loaded.faults) ADD_FAILURE() << FormatFault(fault);
    group_ = FunctionsOf(loaded.experiment.platform.endpoints[1]);
  }

  // Numbers of the accesses.
  std::size_t Read(std::uint32_t function, unsigned offset, unsigned bytes = 4) {
    return Add(false, Configuration(function, offset, bytes));
  }
  std::size_t Write(std::uint32_t function, unsigned offset, std::uint64_t value, unsigned bytes = 4) {
    return Add(true, Configuration(function, offset, bytes) + " value: " + std::to_string(value));
  }
  std::size_t ReadBar(std::uint32_t function, unsigned bar, std::uint64_t offset, unsigned bytes = 4) {
    return Add(false, InBar(function, bar, offset, bytes));
  }
  std::size_t WriteBar(std::uint32_t function, unsigned bar, std::uint64_t offset, std::uint64_t value,
                       unsigned bytes = 4) {
    return Add(true, InBar(function, bar, offset, bytes) + " value: " + std::to_string(value));
  }
  std::size_t ReadAddress(std::uint64_t address) {
    return Add(false, "space: ADDRESS address: " + std::to_string(address));
  }

  // A register of a function's extended capability, found as software finds it.
  unsigned Place(std::uint32_t function, std::uint16_t id, unsigned offset) const {
    const FunctionCore& core = *group_->Find(function);
    const auto found = FindExtended([&core](ConfigOffset at) { return core.Read(at); }, id);
    EXPECT_TRUE(found.has_value()) << "function " << function << " has no capability " << id;
    return found.value_or(0) + offset;
  }
  const FunctionCore& Core(std::uint32_t function) const { return *group_->Find(function); }

  Results Run() const {
    Results results = RunText(Text(), overrides_);
    for (const std::string& broken : results.conservation.violations) ADD_FAILURE() << broken;
    EXPECT_TRUE(results.conservation.drained);
    for (const RegisterRow& row : results.register_accesses) EXPECT_TRUE(row.outcome.done);
    return results;
  }
  std::vector<Fault> Faults() const { return LoadText(Text(), overrides_).faults; }

 private:
  static std::string Configuration(std::uint32_t function, unsigned offset, unsigned bytes) {
    return "device: \"dsa1\" function: " + std::to_string(function) + " offset: " + std::to_string(offset) +
           " size_bytes: " + std::to_string(bytes);
  }
  static std::string InBar(std::uint32_t function, unsigned bar, std::uint64_t offset, unsigned bytes) {
    return "space: BAR device: \"dsa1\" function: " + std::to_string(function) + " bar: " + std::to_string(bar) +
           " offset: " + std::to_string(offset) + " size_bytes: " + std::to_string(bytes);
  }
  std::size_t Add(bool write, const std::string& rest) {
    accesses_.push_back(std::string("register_accesses { operation: ") + (write ? "WRITE " : "READ ") + rest + " }\n");
    return accesses_.size() - 1;
  }
  std::string Text() const {
    std::string text = "include: \"tests/seam/switched.txtpb\"\nworkload {\n";
    for (const std::string& access : accesses_) text += access;
    return text + "}\nrun { job_limit: 64 }\n";
  }

  std::vector<std::string> overrides_;
  std::vector<std::string> accesses_;
  std::unique_ptr<FunctionGroup> group_;
};

inline std::uint64_t ValueOf(const Results& results, std::size_t access) {
  return results.register_accesses[access].outcome.value;
}
inline CompletionStatus StatusOf(const Results& results, std::size_t access) {
  return results.register_accesses[access].outcome.status;
}

}  // namespace siov::testing

#endif  // SIOV_TESTS_SUPPORT_REGISTER_SCRIPT_H_
