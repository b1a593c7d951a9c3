// SPDX-License-Identifier: Apache-2.0
#include "models/device/function/config_walk.h"

#include <set>

namespace siov {
namespace {

constexpr std::uint32_t kAllOnes = 0xFFFF'FFFF;
constexpr std::uint32_t kBarFlags = 0xF;

}  // namespace

std::vector<FoundCapability> Capabilities(const ConfigReader& read) {
  std::vector<FoundCapability> found;
  std::set<ConfigOffset> seen;
  auto at = static_cast<ConfigOffset>(read(header::kCapabilities) & 0xFC);
  while (at >= kFirstCapability && seen.insert(at).second) {
    const std::uint32_t word = read(at);
    found.push_back({static_cast<std::uint16_t>(word & 0xFF), 0, at});
    at = static_cast<ConfigOffset>(word >> 8 & 0xFC);
  }
  return found;
}

std::vector<FoundCapability> ExtendedCapabilities(const ConfigReader& read) {
  std::vector<FoundCapability> found;
  std::set<ConfigOffset> seen;
  ConfigOffset at = kFirstExtendedCapability;
  while (at >= kFirstExtendedCapability && seen.insert(at).second) {
    const std::uint32_t word = read(at);
    if (word == 0 || word == kAllOnes) break;
    found.push_back({static_cast<std::uint16_t>(word & 0xFFFF), static_cast<std::uint8_t>(word >> 16 & 0xF), at});
    at = static_cast<ConfigOffset>(word >> 20 & 0xFFC);
  }
  return found;
}

std::optional<ConfigOffset> FindExtended(const ConfigReader& read, std::uint16_t id) {
  for (const FoundCapability& one : ExtendedCapabilities(read)) {
    if (one.id == id) return one.offset;
  }
  return std::nullopt;
}

std::optional<FoundSiov> FindSiov(const ConfigReader& read) {
  for (const FoundCapability& one : ExtendedCapabilities(read)) {
    if (one.id != capability::kDvsec) continue;
    const std::uint32_t vendor = read(Plus(one.offset, dvsec::kHeader));
    const std::uint32_t what = read(Plus(one.offset, dvsec::kIdLinkFlags));
    const std::uint32_t revision = vendor >> 16 & 0xF;
    if ((vendor & 0xFFFF) != dvsec::kVendor || (what & 0xFFFF) != dvsec::kId || revision > 1) continue;
    return FoundSiov{one.offset,
                     static_cast<std::uint8_t>(what >> dvsec::kLinkShift & 0xFF),
                     (what & dvsec::kHomogeneous) != 0,
                     read(Plus(one.offset, dvsec::kSupportedPages)),
                     read(Plus(one.offset, dvsec::kSystemPage)),
                     (read(Plus(one.offset, dvsec::kCapabilities)) & dvsec::kMessageStore) != 0};
  }
  return std::nullopt;
}

std::vector<FoundBar> SizeBars(const ConfigReader& read, const ConfigWriter& write) {
  std::vector<FoundBar> found;
  const auto sized = [&](ConfigOffset at) {
    const std::uint32_t before = read(at);
    write(at, kAllOnes);
    const std::uint32_t size = read(at);
    write(at, before);
    return size;
  };
  for (unsigned index = 0; index < header::kBarCount; ++index) {
    const ConfigOffset at = Plus(header::kBars, 4 * index);
    const std::uint32_t lower = sized(at);
    const bool wide = (lower & header::kBarWide) != 0;
    const std::uint64_t upper = wide && index + 1 < header::kBarCount ? sized(Plus(at, 4)) : kAllOnes;
    if (lower == 0 && (upper == kAllOnes || upper == 0)) continue;
    const std::uint64_t size = ~(upper << 32 | (lower & ~kBarFlags)) + 1;
    found.push_back({index, size, wide, (lower & header::kBarPrefetchable) != 0});
    if (wide) ++index;
  }
  return found;
}

}  // namespace siov
