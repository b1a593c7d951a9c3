// SPDX-License-Identifier: Apache-2.0
// A platform of siovsim as SystemC modules, for programs that bring models of their own. Nodes that the configuration
// says are outside become sockets of the TLM-2.0 base protocol here; bind your models to them, then Run().
//
//   siov::Platform platform("platform", "dram.txtpb");
//   Dram dram("dram");
//   platform.memory("mem0").bind(dram.socket);
//   const siov::Outcome outcome = platform.Run({"results/dram"});
//
// One platform a process, as SystemC elaborates once; the kernel's time resolution must be 1 ps, which is its default.
// docs/bridge.md says what models outside see and what is expected of them.
#ifndef SIOV_PLATFORMS_OUTSIDE_SIOVSIM_H_
#define SIOV_PLATFORMS_OUTSIDE_SIOVSIM_H_

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <systemc>
#include <utility>
#include <vector>

#include "models/bridge/device_info.h"
#include "models/bridge/outside_entry.h"
#include "models/bridge/outside_port.h"
#include "models/bridge/request_info.h"

namespace siov {

// The input is wrong: what() has a sentence for every fault, a line each.
class ConfigurationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct RunSettings {
  std::string out;                  // result folder (docs/results.md); empty: nothing is written
  bool requests = false;            // requests.h5 too
  std::uint64_t timeline_jobs = 0;  // timeline.perfetto-trace of the first so many jobs
  bool progress = false;            // a bar on the terminal
};

struct Outcome {
  std::string folder;                                   // where the results were put; empty: nowhere
  std::vector<std::pair<std::string, double>> metrics;  // docs/results.md; NaN: not known
  std::vector<std::string> violations;                  // laws that the run broke: it is not to be trusted
  std::vector<std::string> missed;                      // metrics of the experiment's targets that were missed
  // Throws std::out_of_range if there is no such metric.
  double Metric(const std::string& name) const;
  bool good() const { return violations.empty() && missed.empty(); }
};

// A device outside: where its model's reads and writes enter, and where the host's writes to its portals leave.
struct OutsideDevice {
  OutsideEntry& dma;
  OutsidePort& mmio;
};

class Platform {
 public:
  // `name`: of the module that everything of the platform is in. `experiment`: a file. `overrides`: PATH=VALUE, as
  // siovsim's --set. Throws ConfigurationError.
  Platform(const std::string& name, const std::string& experiment, const std::vector<std::string>& overrides = {});
  ~Platform();
  Platform(const Platform&) = delete;
  Platform& operator=(const Platform&) = delete;

  // The memory `node`, which the experiment says is outside (outside_memory). Throws ConfigurationError if it does not.
  OutsidePort& memory(const std::string& node);

  // The device `node`, which the experiment says is outside (outside_endpoint). Both its ends have to be bound.
  OutsideDevice device(const std::string& node);

  // Where a model of software submits for the tenants of classes with `arrivals: OUTSIDE`: a write of 64 bytes to
  // 4096 * t is a job of tenant t, whose end is the answer.
  OutsideEntry& software();

  // Elaborates, simulates to the experiment's end and writes the results. Throws ConfigurationError if a node has no
  // model or `out` holds something else, and what the models throw. Once.
  Outcome Run(const RunSettings& settings = {});

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_OUTSIDE_SIOVSIM_H_
