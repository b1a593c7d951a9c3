// SPDX-License-Identifier: Apache-2.0
// A run of a configuration file of this folder, changed as a user would change it (PATH=VALUE), and what its blocks
// counted: the only way in and the only way out that seam tests use.
#ifndef SIOV_TESTS_SEAM_SEAM_RUN_H_
#define SIOV_TESTS_SEAM_SEAM_RUN_H_

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "platforms/resolve/load_experiment.h"
#include "platforms/run/run.h"

namespace siov::seam {

using Overrides = std::vector<std::string>;

// Paths of the platform of tests/seam.
inline std::string Device(const std::string& rest) { return "nodes[name=dsa0].endpoint." + rest; }
inline std::string Atc(const std::string& rest) { return Device("atc." + rest); }
inline std::string Iommu(const std::string& rest) { return "nodes[name=iommu0].iommu." + rest; }
inline std::string Host(const std::string& rest) { return "nodes[name=host0].host." + rest; }
inline std::string Port(const std::string& rest) { return "nodes[name=rp0].root_port." + rest; }
inline std::string Link(const std::string& rest) { return "links[name=rp0-dsa0].pcie." + rest; }
inline std::string Tenants(const std::string& rest) { return "workload.tenant_classes[name=tenants]." + rest; }
inline std::string Space(const std::string& rest) { return Tenants("address_space." + rest); }
inline std::string Jobs(const std::string& rest) { return Tenants("jobs[0]." + rest); }

inline constexpr char kSeam[] = "tests/seam/seam.txtpb";
inline constexpr char kNoAts[] = "tests/seam/no_ats.txtpb";              // the device has no ATC
inline constexpr char kSwitched[] = "tests/seam/switched.txtpb";         // dsa0 below a switch, dsa1 below two
inline constexpr char kTwoSwitched[] = "tests/seam/two_switched.txtpb";  // both of them with a tenant
inline constexpr char kTwoDevices[] = "tests/seam/two_devices.txtpb";    // dsa0 and dsa1 behind one IOMMU

// Runs in a process of its own, as SystemC elaborates one platform a process and tests compare several.
class SeamRun {
 public:
  explicit SeamRun(const Overrides& overrides, const std::string& file = kSeam) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("no pipe");
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      alarm(60);
      _exit(Run(overrides, file, ends[1]) ? 0 : 1);
    }
    close(ends[1]);
    Read(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) ADD_FAILURE() << "the run was killed by signal " << WTERMSIG(status);
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0) ADD_FAILURE() << "the run failed";
  }

  // A statistic ("dsa0.atc.hits", "iommu0.pri_queue.ring.max") or a metric ("job.completed").
  double operator[](const std::string& name) const {
    const auto found = values_.find(name);
    if (found != values_.end()) return found->second;
    ADD_FAILURE() << "no statistic " << name;
    return -1;
  }
  double atc(const std::string& name) const { return (*this)["dsa0.atc." + name]; }
  double iotlb(const std::string& name) const { return (*this)["iommu0.iotlb." + name]; }
  double walker(const std::string& name) const { return (*this)["iommu0.page_walker." + name]; }
  double queue(const std::string& name) const { return (*this)["iommu0.invalidation_queue." + name]; }
  double pri(const std::string& name) const { return (*this)["iommu0.pri_queue." + name]; }
  double faults(const std::string& name) const { return (*this)["iommu0.fault_recording." + name]; }
  double service(const std::string& name) const { return (*this)["host0.fault_service." + name]; }
  double driver(const std::string& name) const { return (*this)["host0.driver." + name]; }
  double link(const std::string& name) const { return (*this)["rp0-dsa0." + name]; }

  const std::map<std::string, double>& values() const { return values_; }
  // Mean time of a job in each stage, ns.
  std::map<std::string, double> stages() const {
    const std::string prefix = "stage.";
    std::map<std::string, double> found;
    for (auto at = values_.lower_bound(prefix); at != values_.end() && at->first.rfind(prefix, 0) == 0; ++at) {
      found[at->first.substr(prefix.size())] = at->second;
    }
    return found;
  }

  // All jobs ended, `failed` of them with an error.
  void ExpectJobs(double completed, double failed = 0) const {
    EXPECT_EQ((*this)["job.completed"], completed);
    EXPECT_EQ((*this)["job.failed"], failed);
  }
  // Page-table entries read of each level, of both stages.
  double table_reads() const {
    double reads = 0;
    for (const char* stage : {"first", "second"}) {
      for (char level = '1'; level <= '5'; ++level) {
        reads += walker(std::string("reads.") + stage + ".l" + level);
      }
    }
    return reads;
  }

 private:
  static bool Run(const Overrides& overrides, const std::string& file, int pipe) {
    const LoadedExperiment loaded = LoadExperiment(file, overrides);
    for (const Fault& fault : loaded.faults) ADD_FAILURE() << FormatFault(fault);
    if (!loaded.faults.empty()) return false;
    const Results results = RunExperiment(loaded.experiment, RunOptions{});
    for (const std::string& broken : results.conservation.violations) ADD_FAILURE() << broken;
    std::FILE* const out = fdopen(pipe, "w");
    for (const StructureRow& row : results.structures) {
      std::fprintf(out, "%s.%s %.17g\n", row.block.c_str(), row.statistic.c_str(), row.value);
    }
    const Band& all = results.bands.front();
    for (std::size_t stage = 0; stage < kStageCount; ++stage) {
      std::fprintf(out, "stage.%s %.17g\n", Describe(static_cast<Stage>(stage)).name, all.mean_ns[stage]);
    }
    for (const char* metric :
         {"job.completed", "job.failed", "job.latency.mean_ns", "job.latency.max_ns", "job.throughput_per_s"}) {
      std::fprintf(out, "%s %.17g\n", metric, results.Metric(metric));
    }
    std::fclose(out);
    return !::testing::Test::HasFailure();
  }
  void Read(int pipe) {
    std::FILE* const in = fdopen(pipe, "r");
    char name[256];
    double value = 0;
    while (std::fscanf(in, "%255s %lf", name, &value) == 2) values_[name] = value;
    std::fclose(in);
  }

  std::map<std::string, double> values_;
};

// What `check` and `run` say of a configuration, a sentence each.
inline std::string Refusal(const Overrides& overrides, const std::string& file = kSeam) {
  std::string sentences;
  for (const Fault& fault : LoadExperiment(file, overrides).faults) sentences += FormatFault(fault) + "\n";
  return sentences;
}

}  // namespace siov::seam

#endif  // SIOV_TESTS_SEAM_SEAM_RUN_H_
