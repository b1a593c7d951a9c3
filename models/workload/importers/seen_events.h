// SPDX-License-Identifier: Apache-2.0
// Which events of a recording an importer has no use for, counted by name, so that a message can say what the recording
// holds instead. Bounded: names beyond kMost are not counted.
#ifndef SIOV_MODELS_WORKLOAD_IMPORTERS_SEEN_EVENTS_H_
#define SIOV_MODELS_WORKLOAD_IMPORTERS_SEEN_EVENTS_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace siov {

class SeenEvents {
 public:
  void Add(std::string_view name) {
    constexpr std::size_t kMost = 256;
    constexpr std::size_t kLongest = 64;
    name = name.substr(0, kLongest);
    const auto found = counts_.find(name);
    if (found != counts_.end()) {
      ++found->second;
    } else if (counts_.size() < kMost) {
      counts_.emplace(name, 1);
    }
  }
  bool empty() const { return counts_.empty(); }
  void Clear() { counts_.clear(); }
  // "net_dev_xmit (12 times), napi_poll (3 times)", the most frequent first
  std::string Text() const {
    constexpr std::size_t kShown = 8;
    std::vector<std::pair<std::uint64_t, std::string>> most;
    for (const auto& [name, count] : counts_) most.emplace_back(count, name);
    std::stable_sort(most.begin(), most.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::string text;
    for (std::size_t i = 0; i < most.size() && i < kShown; ++i) {
      text += (i == 0 ? "" : ", ") + most[i].second + " (" + std::to_string(most[i].first) +
              (most[i].first == 1 ? " time)" : " times)");
    }
    return most.size() > kShown ? text + ", ..." : text;
  }

 private:
  std::map<std::string, std::uint64_t, std::less<>> counts_;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_IMPORTERS_SEEN_EVENTS_H_
