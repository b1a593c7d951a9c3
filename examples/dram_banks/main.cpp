// SPDX-License-Identifier: Apache-2.0
// A DRAM of one's own as the memory of a platform:
//   dram_banks [--at] [--hit NS] [--miss NS] [--banks N] [--out FOLDER] EXPERIMENT [PATH=VALUE]...
#include <getopt.h>
#include <siovsim/siovsim.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "dram.h"

namespace {

struct Settings {
  siov::Timing coding = siov::Timing::kLooselyTimed;
  siov::RunSettings run;
  Dram::Timing timing;
};

// False after a sentence of getopt's, which moves what is no option to the end.
bool ReadOptions(int argc, char* argv[], Settings* settings) {
  const option known[] = {{"at", no_argument, nullptr, 'a'},         {"hit", required_argument, nullptr, 'h'},
                          {"miss", required_argument, nullptr, 'm'}, {"banks", required_argument, nullptr, 'b'},
                          {"out", required_argument, nullptr, 'o'},  {nullptr, 0, nullptr, 0}};
  for (int which = 0; (which = getopt_long(argc, argv, "", known, nullptr)) != -1;) {
    switch (which) {
      case 'a':
        settings->coding = siov::Timing::kApproximatelyTimed;
        break;
      case 'h':
        settings->timing.hit = sc_core::sc_time(std::atof(optarg), sc_core::SC_NS);
        break;
      case 'm':
        settings->timing.miss = sc_core::sc_time(std::atof(optarg), sc_core::SC_NS);
        break;
      case 'b':
        settings->timing.banks = static_cast<std::uint32_t>(std::atoi(optarg));
        break;
      case 'o':
        settings->run.out = optarg;
        break;
      default:
        return false;
    }
  }
  return true;
}

}  // namespace

int sc_main(int argc, char* argv[]) {
  Settings settings;
  if (!ReadOptions(argc, argv, &settings)) return 2;
  std::vector<std::string> words(argv + optind, argv + argc);
  if (words.empty()) words.emplace_back("dram_banks.txtpb");
  try {
    siov::Platform platform("platform", words[0], {words.begin() + 1, words.end()});
    Dram dram("dram", settings.timing);
    platform.memory("mem0").bind(dram.socket, settings.coding);
    const siov::Outcome outcome = platform.Run(settings.run);
    for (const auto& [name, value] : outcome.metrics) std::printf("%s %.9f\n", name.c_str(), value);
    std::printf("hits %llu\nmisses %llu\n", static_cast<unsigned long long>(dram.hits),
                static_cast<unsigned long long>(dram.misses));
    return outcome.good() ? 0 : 1;
  } catch (const siov::ConfigurationError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
