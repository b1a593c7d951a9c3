// SPDX-License-Identifier: Apache-2.0
// The facts of a recording as its description gives them (tests/trace/facts): counted from the text recordings by
// another program than this project, so what agrees with them was neither imported nor replayed wrongly.
#ifndef SIOV_TESTS_TRACE_DESCRIPTION_H_
#define SIOV_TESTS_TRACE_DESCRIPTION_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace siov {

struct Description {
  std::string name;
  bool cut = false;  // the recording was cut after the facts were counted: they are upper bounds
  // Of the workload's window.
  std::map<std::string, std::uint64_t> translations_by_device;  // "00:04.0"
  std::uint64_t translations = 0;
  std::uint64_t maps = 0;
  std::uint64_t unmaps = 0;
  std::uint64_t mapped_pages = 0;                   // different ones, by domain
  std::map<std::size_t, std::uint64_t> lru_misses;  // by entries of the IOTLB
  // Of the whole recording.
  std::uint64_t whole_translations = 0;
  std::map<unsigned, std::uint64_t> whole_translations_by_shift;
  std::map<unsigned, std::uint64_t> touched_pages;      // by requester id
  std::map<std::string, std::uint64_t> descriptors;     // "iotlb", "device", "iec", "context-cache", "wait"
  std::map<unsigned, std::uint64_t> iotlb_page_orders;  // of page-selective IOTLB invalidations
  std::uint64_t descriptor(const std::string& kind) const {
    const auto found = descriptors.find(kind);
    return found == descriptors.end() ? 0 : found->second;
  }
  std::string path() const { return "traces/" + name + ".siovtrace"; }
};

inline Description ReadDescription(const std::string& name) {
  std::ifstream file("tests/trace/facts/" + name + ".json");
  const nlohmann::json json = nlohmann::json::parse(file);
  const nlohmann::json& window = json["window"];
  const nlohmann::json& whole = json["whole"];
  Description facts;
  facts.name = name;
  facts.cut = json["cut"];
  facts.translations_by_device = window["translations"].get<std::map<std::string, std::uint64_t>>();
  facts.translations = window["lookups"];
  facts.maps = window["maps"];
  facts.unmaps = window["unmaps"];
  facts.mapped_pages = window["mapped_pages"];
  for (const auto& [entries, misses] : window["lru_misses"].items()) facts.lru_misses[std::stoul(entries)] = misses;
  facts.whole_translations = whole["translations"];
  for (const auto& [bytes, count] : whole["translations_by_page_bytes"].items()) {
    facts.whole_translations_by_shift[static_cast<unsigned>(__builtin_ctzll(std::stoull(bytes)))] = count;
  }
  for (const auto& [source, pages] : whole["touched_pages"].items()) {
    facts.touched_pages[static_cast<unsigned>(std::stoul(source, nullptr, 16))] = pages;
  }
  facts.descriptors = whole["descriptors"].get<std::map<std::string, std::uint64_t>>();
  for (const auto& [order, count] : whole["iotlb_page_orders"].items()) {
    facts.iotlb_page_orders[static_cast<unsigned>(std::stoul(order))] = count;
  }
  return facts;
}

// Every recording in traces/ has its facts here: a test fails if one is forgotten (shipped_traces_test.cpp).
inline const std::vector<std::string>& ShippedTraceNames() {
  static const std::vector<std::string> names = {
      "boot",
      "hetero5_strict",
      "net_virtio_ats_strict",
      "nvme_mixed4_strict",
      "nvme_mixed8_strict",
      "nvme_randread4k_lazy",
      "nvme_randread4k_strict",
      "nvme_seqread128k_lazy",
      "vblk_ats_strict",
      "vfio_dpdk_e1000e_2m",
  };
  return names;
}

// What was counted in a cut recording may fall short of its description.
inline void ExpectCount(const Description& facts, std::uint64_t counted, std::uint64_t described, const char* what) {
  if (facts.cut) {
    EXPECT_LE(counted, described) << what;
  } else {
    EXPECT_EQ(counted, described) << what;
  }
}

}  // namespace siov

#endif  // SIOV_TESTS_TRACE_DESCRIPTION_H_
