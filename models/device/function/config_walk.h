// SPDX-License-Identifier: Apache-2.0
// How software finds its way in a configuration space it knows nothing of: by reading. Whoever enumerates, describes or
// tests goes this way, not by what hardware knows of itself. `read` is what a dword at an aligned offset reads.
#ifndef SIOV_MODELS_DEVICE_FUNCTION_CONFIG_WALK_H_
#define SIOV_MODELS_DEVICE_FUNCTION_CONFIG_WALK_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "models/device/function/config_words.h"

namespace siov {

using ConfigReader = std::function<std::uint32_t(ConfigOffset offset)>;
using ConfigWriter = std::function<void(ConfigOffset offset, std::uint32_t value)>;

struct FoundCapability {
  std::uint16_t id;
  std::uint8_t version;  // of an extended one
  ConfigOffset offset;
};

// In the order of their links; a list that runs in a circle ends where it does.
std::vector<FoundCapability> Capabilities(const ConfigReader& read);
std::vector<FoundCapability> ExtendedCapabilities(const ConfigReader& read);
std::optional<ConfigOffset> FindExtended(const ConfigReader& read, std::uint16_t id);

// What the designated vendor-specific capability of S-IOV says.
struct FoundSiov {
  ConfigOffset offset;
  std::uint8_t dependency_link;
  bool homogeneous;
  std::uint32_t supported_page_sizes;
  std::uint32_t system_page_size;
  bool message_store;
};
// By vendor and id, in revision 0 or 1: the public reference device shows 1 to guests.
std::optional<FoundSiov> FindSiov(const ConfigReader& read);

struct FoundBar {
  std::uint32_t index;
  std::uint64_t size_bytes;
  bool wide;
  bool prefetchable;
};
// Sizes them by writing all ones, and puts back what was there.
std::vector<FoundBar> SizeBars(const ConfigReader& read, const ConfigWriter& write);

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_FUNCTION_CONFIG_WALK_H_
