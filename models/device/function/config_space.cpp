// SPDX-License-Identifier: Apache-2.0
#include "models/device/function/config_space.h"

#include <algorithm>

namespace siov {
namespace {

constexpr ConfigOffset DwordOf(ConfigOffset offset) { return static_cast<ConfigOffset>(offset & ~3u); }

}  // namespace

void ConfigTemplate::SetReset(ConfigOffset offset, std::uint32_t bits) {
  for (ConfigRegister& one : registers_) {
    if (one.offset == offset) one.reset |= bits;
  }
}

const ConfigRegister* ConfigTemplate::Find(ConfigOffset offset) const {
  const ConfigOffset dword = DwordOf(offset);
  const auto at = std::lower_bound(registers_.begin(), registers_.end(), dword,
                                   [](const ConfigRegister& one, ConfigOffset place) { return one.offset < place; });
  return at != registers_.end() && at->offset == dword ? &*at : nullptr;
}

std::uint32_t ConfigSpace::Dword(ConfigOffset offset) const {
  const std::pair<ConfigOffset, std::uint32_t> wanted{DwordOf(offset), 0};
  const auto at = std::lower_bound(changed_.begin(), changed_.end(), wanted);
  if (at != changed_.end() && at->first == wanted.first) return at->second;
  const ConfigRegister* const one = registers_->Find(offset);
  return one == nullptr ? 0 : one->reset;
}

void ConfigSpace::Set(ConfigOffset offset, std::uint32_t value) {
  const ConfigRegister* const one = registers_->Find(offset);
  const bool as_reset = one != nullptr && one->reset == value;
  const std::pair<ConfigOffset, std::uint32_t> entry{DwordOf(offset), 0};
  const auto at = std::lower_bound(changed_.begin(), changed_.end(), entry);
  const bool held = at != changed_.end() && at->first == entry.first;
  if (held && as_reset) changed_.erase(at);
  if (held && !as_reset) at->second = value;
  if (!held && !as_reset) changed_.insert(at, {entry.first, value});
}

std::uint32_t ConfigSpace::Merged(const ConfigRegister& one, std::uint32_t value, std::uint32_t enabled) const {
  const std::uint32_t old = Dword(one.offset);
  const std::uint32_t written = one.writable & enabled;
  return ((old & ~written) | (value & written)) & ~(value & enabled & one.clear_on_one);
}

}  // namespace siov
