// SPDX-License-Identifier: Apache-2.0
#include "models/device/function/function_registers.h"

#include <algorithm>

namespace siov {
namespace {

constexpr std::uint32_t kVectorMasked = 1;                      // vector control of an MSI-X entry after a reset
constexpr std::uint64_t kMessageTable = 0x100, kOfAdi = 0x200;  // beside numbers of BARs

std::vector<FunctionConfig> ConfigsOf(const FunctionRegistersConfig& config) {
  std::vector<FunctionConfig> configs;
  for (const FunctionState& one : config.functions) configs.push_back(one.config);
  return configs;
}

RegisterAnswer Failed(const RegisterAccess& access, CompletionStatus status) {
  RegisterAnswer answer;
  answer.status = status;
  answer.value = access.write ? 0 : AllOnes(access.size_bytes);
  return answer;
}

RegisterAnswer Reads(const RegisterAccess& access, std::uint64_t value) {
  RegisterAnswer answer;
  if (!access.write) answer.value = value & AllOnes(access.size_bytes);
  answer.ignored = access.write;
  return answer;
}

}  // namespace

std::optional<std::uint32_t> FirstOwnBar(const FunctionConfig& config) {
  for (const BarConfig& bar : config.bars) {
    if (bar.function_bytes != 0) return bar.index;
  }
  return std::nullopt;
}

FunctionRegisters::FunctionRegisters(const FunctionRegistersConfig& config)
    : device_(static_cast<RequesterId>(config.device & ~7u)), group_(ConfigsOf(config)) {
  for (const FunctionState& one : config.functions) {
    const std::uint32_t number = one.config.number;
    for (const ConfigWrite& write : one.set_up) group_.Write(number, write.offset, write.value, write.bytes);
    if (one.adis_enabled) group_.EnableAdis(number);
    const std::uint64_t page = group_.Find(number)->system_page_bytes();
    memories_.push_back({one, std::make_unique<AdiMap>(one.adis, page)});
  }
}

FunctionRegisters::Memory& FunctionRegisters::Find(std::uint32_t number) {
  return *std::find_if(memories_.begin(), memories_.end(),
                       [number](const Memory& one) { return one.state.config.number == number; });
}

RegisterAnswer FunctionRegisters::Answer(const RegisterAccess& access) {
  return access.configuration ? Configuration(access) : InMemory(access);
}

RegisterAnswer FunctionRegisters::Configuration(const RegisterAccess& access) {
  const std::uint32_t number = access.function & 7u;
  FunctionCore* const core = (access.function & ~7u) == device_ ? group_.Find(number) : nullptr;
  if (core == nullptr) return Failed(access, CompletionStatus::kUnsupportedRequest);
  const auto offset = static_cast<ConfigOffset>(access.address);
  RegisterAnswer answer;
  answer.function = number;
  if (!access.write) {
    answer.value = core->Read(offset, access.size_bytes);
    return answer;
  }
  answer.outcome = group_.Write(number, offset, static_cast<std::uint32_t>(access.value), access.size_bytes);
  if (answer.outcome.reset) Reset(number);
  Memory& memory = Find(number);
  if (core->system_page_bytes() != memory.map->page_bytes()) {
    memory.map = std::make_unique<AdiMap>(memory.state.adis, core->system_page_bytes());
  }
  return answer;
}

RegisterAnswer FunctionRegisters::InMemory(const RegisterAccess& access) {
  for (Memory& memory : memories_) {
    FunctionCore& core = *group_.Find(memory.state.config.number);
    if (!memory.map->faults().empty()) continue;
    const auto place = FunctionMap(core, *memory.map, memory.state.queues).Find(access.address);
    if (!place) continue;
    RegisterAnswer answer =
        core.halted() ? Failed(access, CompletionStatus::kCompleterAbort) : AtPlace(access, core, *place);
    answer.function = memory.state.config.number;
    return answer;
  }
  return Failed(access, CompletionStatus::kUnsupportedRequest);
}

RegisterAnswer FunctionRegisters::AtPlace(const RegisterAccess& access, FunctionCore& core, const MmioPlace& place) {
  const std::uint64_t number = core.config().number;
  switch (place.target) {
    case MmioTarget::kRegisters:
      return OwnRegister(access, core, place);
    case MmioTarget::kMessageTable:
      return Stored(access, {number, kMessageTable, 0, place.offset - core.config().msix->table_offset});
    case MmioTarget::kPendingBits:
      return Reads(access, 0);
    case MmioTarget::kPortal:
      return Reads(access, AllOnes(8));
    case MmioTarget::kAdi:
      break;
    case MmioTarget::kNothing:
      // In a page of an ADI's, where it has no register.
      if (place.adi && core.mode() == FunctionMode::kSiov) return Reads(access, 0);
      return Failed(access, CompletionStatus::kUnsupportedRequest);
  }
  if (core.mode() != FunctionMode::kSiov) return Failed(access, CompletionStatus::kUnsupportedRequest);
  const std::uint64_t region = kOfAdi | place.adi->type << 16 | place.adi->region;
  return Stored(access, {number, region, place.adi->index, place.adi->offset});
}

RegisterAnswer FunctionRegisters::OwnRegister(const RegisterAccess& access, FunctionCore& core,
                                              const MmioPlace& place) {
  const std::uint32_t number = core.config().number;
  const bool enables = place.offset == own_registers::kAdiEnable && FirstOwnBar(core.config()) == place.bar;
  if (!enables) return Stored(access, {number, place.bar, 0, place.offset});
  RegisterAnswer answer;
  if (!access.write) {
    answer.value = core.mode() == FunctionMode::kSiov ? 1 : 0;
  } else if ((access.value & 1) != 0) {
    answer.outcome = group_.EnableAdis(number);
  } else {
    core.DisableAdis();
  }
  return answer;
}

// By the double word; an access lies within two of them.
RegisterAnswer FunctionRegisters::Stored(const RegisterAccess& access, const Place& place) {
  RegisterAnswer answer;
  for (std::uint32_t done = 0; done < access.size_bytes;) {
    const std::uint64_t at = place[3] + done;
    const auto shift = static_cast<std::uint32_t>(at % 4 * 8);
    const std::uint32_t bytes = std::min(access.size_bytes - done, 4u);
    const auto mask = static_cast<std::uint32_t>(AllOnes(bytes) << shift);
    const Place word{place[0], place[1], place[2], at & ~std::uint64_t{3}};
    const auto found = words_.find(word);
    const std::uint32_t before = found != words_.end() ? found->second : Initial(word);
    if (access.write) {
      const auto sent = static_cast<std::uint32_t>(access.value >> 8 * done << shift);
      words_[word] = (before & ~mask) | (sent & mask);
    } else {
      answer.value |= std::uint64_t{(before & mask) >> shift} << 8 * done;
    }
    done += bytes;
  }
  return answer;
}

std::uint32_t FunctionRegisters::Initial(const Place& place) const {
  return place[1] == kMessageTable && place[3] % 16 == 12 ? kVectorMasked : 0;
}

void FunctionRegisters::Reset(std::uint32_t number) {
  for (auto at = words_.begin(); at != words_.end();) at = at->first[0] == number ? words_.erase(at) : std::next(at);
}

}  // namespace siov
