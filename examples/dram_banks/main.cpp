// SPDX-License-Identifier: Apache-2.0
// A DRAM of one's own as the memory of a platform:
//   dram_banks [--at] [--hit NS] [--miss NS] [--banks N] [--out FOLDER] EXPERIMENT [PATH=VALUE]...
#include <siovsim/siovsim.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "dram.h"

int sc_main(int argc, char* argv[]) {
  siov::Timing coding = siov::Timing::kLooselyTimed;
  siov::RunSettings settings;
  Dram::Timing timing;
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const char* const value = i + 1 < argc ? argv[i + 1] : "0";
    if (word == "--at") coding = siov::Timing::kApproximatelyTimed;
    if (word == "--hit") timing.hit = sc_core::sc_time(std::atof(value), sc_core::SC_NS);
    if (word == "--miss") timing.miss = sc_core::sc_time(std::atof(value), sc_core::SC_NS);
    if (word == "--banks") timing.banks = static_cast<std::uint32_t>(std::atoi(value));
    if (word == "--out") settings.out = value;
    if (word.rfind("--", 0) != 0) words.push_back(word);
    if (word.rfind("--", 0) == 0 && word != "--at") ++i;
  }
  if (words.empty()) words.emplace_back("dram_banks.txtpb");
  try {
    siov::Platform platform("platform", words[0], {words.begin() + 1, words.end()});
    Dram dram("dram", timing);
    platform.memory("mem0").bind(dram.socket, coding);
    const siov::Outcome outcome = platform.Run(settings);
    for (const auto& [name, value] : outcome.metrics) std::printf("%s %.9f\n", name.c_str(), value);
    std::printf("hits %llu\nmisses %llu\n", static_cast<unsigned long long>(dram.hits),
                static_cast<unsigned long long>(dram.misses));
    return outcome.good() ? 0 : 1;
  } catch (const siov::ConfigurationError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
