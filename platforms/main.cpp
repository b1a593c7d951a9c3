// SPDX-License-Identifier: Apache-2.0
// siovsim-engine: the binary behind the siovsim command. It only tells the subcommands apart and turns what went wrong
// into a sentence and an exit code: 0 done, 1 the run failed or missed a target, 2 the input is wrong, 130 interrupted.
#include <sys/resource.h>

#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <systemc>
#include <vector>

#include "platforms/bench/bench_command.h"
#include "platforms/cli/check_command.h"
#include "platforms/cli/describe_command.h"
#include "platforms/cli/resolve_command.h"
#include "platforms/cli/run_command.h"
#include "platforms/cli/standard_streams.h"
#include "platforms/cli/trace_command.h"
#include "platforms/config/nearest_name.h"
#include "siovsim_version.h"

namespace {

using Arguments = std::vector<std::string>;

struct Command {
  const char* name;
  int (*run)(const Arguments& arguments);
  const char* summary;
};

int TraceCommand(const Arguments& arguments) { return siov::TraceMain(arguments, std::cout, std::cerr); }

constexpr Command kCommands[] = {
    {"run", siov::RunMain, "simulate one experiment and write its results"},
    {"check", siov::CheckMain, "report every fault of configuration files"},
    {"describe", siov::DescribeMain, "zero-load latencies, throughput bound and picture of a platform"},
    {"resolve", siov::ResolveMain, "print the fully resolved configuration"},
    {"trace", TraceCommand, "look at or convert recorded traces"},
    {"bench", siov::BenchMain, "measure the simulator's own speed"},
};

int Usage(FILE* out) {
  std::fputs("usage: siovsim-engine COMMAND ...\n", out);
  for (const Command& command : kCommands) std::fprintf(out, "  %-9s %s\n", command.name, command.summary);
  return out == stdout ? 0 : 2;
}

int Dispatch(const Arguments& arguments) {
  if (arguments.empty()) return Usage(stderr);
  if (arguments[0] == "--help" || arguments[0] == "-h") return Usage(stdout);
  if (arguments[0] == "--version") {
    std::printf("siovsim %s (%s)\n", siov::kVersion, siov::kSourceRevision);
    return 0;
  }
  for (const Command& command : kCommands) {
    if (arguments[0] == command.name) return command.run(Arguments(arguments.begin() + 1, arguments.end()));
  }
  std::vector<std::string> names;
  for (const Command& command : kCommands) names.emplace_back(command.name);
  const std::string nearest = siov::NearestName(arguments[0], names);
  std::fprintf(stderr, "siovsim: there is no command %s%s\n", arguments[0].c_str(),
               nearest.empty() ? "" : ("; did you mean " + nearest + "?").c_str());
  return Usage(stderr);
}

// A stack too small for the parsers would end in a segmentation fault. Raises the limit as far as it may be.
bool HasStack() {
  constexpr rlim_t kNeededBytes = 64u << 10;
  constexpr rlim_t kUsualBytes = 8u << 20;
  rlimit limit{};
  if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= kUsualBytes) return true;
  limit.rlim_cur = limit.rlim_max < kUsualBytes ? limit.rlim_max : kUsualBytes;
  setrlimit(RLIMIT_STACK, &limit);
  if (limit.rlim_cur >= kNeededBytes) return true;
  std::fprintf(stderr, "siovsim: the stack is limited to %llu KiB (ulimit -s), and at least 64 KiB are needed\n",
               static_cast<unsigned long long>(limit.rlim_cur >> 10));
  return false;
}

}  // namespace

// libsystemc wants one; this program starts in main() and elaborates only when an experiment runs.
int sc_main(int, char**) { return 1; }

int main(int argc, char** argv) {
  siov::KeepStandardDescriptors();
  if (!HasStack()) return 1;
  try {
    return siov::FinishOutput(Dispatch(Arguments(argv + 1, argv + argc)));
  } catch (const std::bad_alloc&) {
    std::fputs("siovsim: there is not enough memory for this.\n", stderr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "siovsim: %s\n", error.what());
  }
  return 1;
}
