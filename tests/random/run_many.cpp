// SPDX-License-Identifier: Apache-2.0
// siov_run_many: experiments from standard input, each run to its end in a copy of this process, which is there sooner
// than an engine is started; a line of standard output each: NAME, a tab, and nothing, or what was broken.
//
//   NAME BYTES\n and then so many bytes of an Experiment, again and again
#include <sys/wait.h>
#include <unistd.h>

#include <exception>
#include <iostream>
#include <limits>
#include <sstream>
#include <string>

#include "platforms/config/fault.h"
#include "platforms/resolve/load_experiment.h"
#include "platforms/run/run.h"

namespace {

using siov::Results;

// What a run that ends must have come to: no job is lost, the platform comes to rest, nothing is used more than it can.
std::string BrokenBy(const Results& results, std::uint64_t job_limit) {
  std::ostringstream out;
  const siov::Conservation& laws = results.conservation;
  for (const std::string& violation : laws.violations) out << "conservation: " << violation << "; ";
  if (laws.submitted != job_limit || laws.succeeded + laws.failed != job_limit || laws.in_flight != 0) {
    out << "job limit: " << laws.submitted << " submitted, " << laws.succeeded << " succeeded, " << laws.failed
        << " failed; ";
  }
  if (!laws.drained) out << "rest: the platform did not come to it; ";
  for (const siov::ResourceLoad& resource : results.resources) {
    if (resource.utilisation > 1 + 1e-9) out << "utilisation: " << resource.block << "." << resource.name << "; ";
  }
  return out.str();
}

std::string Run(const std::string& text) {
  const siov::LoadedExperiment loaded = siov::LoadExperiment(
      "the experiment", {}, [&text](const std::string& path, std::string* content, std::string* why_not) {
        if (path != "the experiment") return siov::ReadFileFromDisk(path, content, why_not);
        *content = text;
        return true;
      });
  if (!loaded.faults.empty()) return "refused: " + siov::FormatFault(loaded.faults.front());
  try {
    return BrokenBy(siov::RunExperiment(loaded.experiment, {}), loaded.experiment.traffic.job_limit);
  } catch (const std::exception& error) {
    return std::string("runs: ") + error.what();
  }
}

std::string InALine(std::string text) {
  for (char& letter : text) {
    if (letter == '\n') letter = ' ';
  }
  return text;
}

}  // namespace

int sc_main(int, char**) { return 1; }

int main() {
  std::string name;
  std::size_t bytes = 0;
  while (std::cin >> name >> bytes) {
    std::cin.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    std::string text(bytes, '\0');
    if (!std::cin.read(text.data(), static_cast<std::streamsize>(bytes))) return 2;
    const pid_t child = fork();
    if (child < 0) return 1;
    if (child == 0) {
      std::cout << name << '\t' << InALine(Run(text)) << std::endl;
      _exit(0);
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child) return 1;
    if (status != 0) std::cout << name << "\truns: it died with status " << status << std::endl;
  }
  return 0;
}
