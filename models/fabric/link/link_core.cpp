// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/link/link_core.h"

#include <algorithm>

namespace siov {
namespace {

constexpr std::uint32_t kDoubleWord = 4;
constexpr std::uint32_t kPasidBytes = 4;      // prefix; in flit mode one double word of header content
constexpr std::uint32_t kEcrcBytes = 4;       // in flit mode a trailer
constexpr std::uint32_t kFramingBytes = 8;    // sequence number, framing, LCRC
constexpr std::uint32_t kRequestHeader = 16;  // four double words: 64-bit address, or a message
constexpr std::uint32_t kCompletionHeader = 12;
constexpr std::uint32_t kFlitGeneration = 6;

// A payload is whole double words; byte enables select within the first and the last.
std::uint32_t WholeDoubleWords(std::uint64_t address, std::uint32_t length) {
  const auto offset = static_cast<std::uint32_t>(address % kDoubleWord);
  return static_cast<std::uint32_t>(CeilDiv(std::uint64_t{offset} + length, kDoubleWord)) * kDoubleWord;
}

std::uint32_t DataCredits(std::uint32_t bytes) { return static_cast<std::uint32_t>(CeilDiv(bytes, kCreditBytes)); }

// The first of several completions, which ends on a boundary.
std::uint32_t FirstCompletionBytes(std::uint64_t address, std::uint32_t max_payload, std::uint32_t boundary) {
  return static_cast<std::uint32_t>(AlignDown(address + max_payload, boundary) - address);
}

// Bits per second and lane that carry TLPs or data-link packets.
double LaneBitsPerSecond(std::uint32_t generation) {
  constexpr std::array<double, 6> kTransfers{2.5e9, 5e9, 8e9, 16e9, 32e9, 64e9};
  const double raw = kTransfers[generation - 1];
  if (generation <= 2) return raw * 8 / 10;
  return generation == kFlitGeneration ? raw : raw * 128 / 130;
}

// The share of the encoded rate that is left for TLPs.
double TlpShare(const LinkConfig& config) {
  constexpr double kFlitBytes = 256;
  constexpr double kFlitTlpBytes = 236;
  constexpr double kDllpBytes = 8;
  constexpr double kSkipShare = 4.0 / 1'538;
  if (config.generation == kFlitGeneration) return kFlitTlpBytes / kFlitBytes;
  if (!config.dllps) return 1 - kSkipShare;
  const std::uint32_t interval = config.ack_interval_bytes != 0
                                     ? config.ack_interval_bytes
                                     : AckIntervalBytes(config.generation, config.lanes, config.max_payload_bytes);
  return 1 - 2 * kDllpBytes / interval - kSkipShare;  // one ACK and one flow-control update an interval
}

double BytesPerSecond(const LinkConfig& config) {
  if (config.on_die) return config.on_die.bytes_per_second;
  return LaneBitsPerSecond(config.generation) * config.lanes / 8 * TlpShare(config);
}

}  // namespace

std::uint32_t CompletionCount(std::uint64_t address, std::uint32_t length, std::uint32_t max_payload,
                              std::uint32_t boundary) {
  if (length <= max_payload) return 1;
  const std::uint32_t first = FirstCompletionBytes(address, max_payload, boundary);
  return 1 + static_cast<std::uint32_t>(CeilDiv(length - first, max_payload));
}

std::uint32_t AckIntervalBytes(std::uint32_t generation, std::uint32_t lanes, std::uint32_t max_payload) {
  constexpr double kTlpOverhead = 28;
  const double internal_delay = generation == 1 ? 19 : generation == 2 ? 70 : 115;
  double factor = 1.4;
  if (max_payload >= 512) {
    factor = lanes == 16 ? 2.0 : 1.0;
  } else if (lanes >= 8) {
    factor = lanes == 16 ? 3.0 : 2.5;
  }
  return static_cast<std::uint32_t>((max_payload + kTlpOverhead) * factor / lanes + internal_delay);
}

LinkFormat::LinkFormat(const LinkConfig& config)
    : completions_{config.max_payload_bytes, config.read_completion_boundary_bytes,
                   config.on_die ? config.on_die.header_bytes : kCompletionHeader},
      short_header_saves_(config.on_die ? 0 : kDoubleWord),
      pasid_bytes_(config.pasid_prefix && !config.on_die ? kPasidBytes : 0),
      request_bytes_(config.on_die ? config.on_die.header_bytes : kRequestHeader),
      bytes_per_second_(BytesPerSecond(config)),
      rate_(ByteRate::FromBytesPerSecond(bytes_per_second_)) {
  if (config.on_die) return;
  const std::uint32_t around =
      (config.generation == kFlitGeneration ? 0 : kFramingBytes) + (config.ecrc ? kEcrcBytes : 0);
  request_bytes_ += around;
  completions_.header_bytes += around;
}

LinkCost LinkFormat::Completion(TlpKind kind, CompletionStatus status, std::uint64_t address,
                                std::uint32_t length) const {
  LinkCost cost;
  cost.credit_class = CreditClass::kCompletion;
  if (status == CompletionStatus::kSuccess && kind == TlpKind::kTranslationRequest) {
    cost.data_bytes = length;  // 8 bytes a translation
  } else if (status == CompletionStatus::kSuccess && kind == TlpKind::kMemoryRead) {
    cost.data_bytes = WholeDoubleWords(address, length);
    cost.tlps = CompletionCount(AlignDown(address, kDoubleWord), cost.data_bytes, completions_.max_payload_bytes,
                                completions_.boundary_bytes);
  }
  if (status == CompletionStatus::kSuccess && IsRegisterRead(kind)) {
    cost.data_bytes = WholeDoubleWords(address, length);  // within eight bytes
  }
  cost.data_credits = DataCredits(cost.data_bytes);
  if (cost.tlps > 1) {
    // All but the first start on a boundary, so that only the first and the last can end within a credit unit.
    const std::uint32_t first = FirstCompletionBytes(AlignDown(address, kDoubleWord), completions_.max_payload_bytes,
                                                     completions_.boundary_bytes);
    cost.data_credits = DataCredits(first) + DataCredits(cost.data_bytes - first);
  }
  cost.wire_bytes = completions_.header_bytes * cost.tlps + cost.data_bytes;
  return cost;
}

LinkCost CompletionFormat::Next(std::uint64_t address, std::uint32_t left) const {
  LinkCost cost;
  cost.credit_class = CreditClass::kCompletion;
  cost.data_bytes = left > max_payload_bytes ? FirstCompletionBytes(address, max_payload_bytes, boundary_bytes) : left;
  cost.data_credits = DataCredits(cost.data_bytes);
  cost.wire_bytes = header_bytes + cost.data_bytes;
  return cost;
}

LinkDirection::LinkDirection(const LinkCredits& credits, ByteRate rate, Picoseconds credit_return_ps,
                             const CompletionFormat& completions)
    : pools_{CreditPool(credits.posted_header, credits.posted_data),
             CreditPool(credits.nonposted_header, credits.nonposted_data),
             CreditPool(credits.completion_header, credits.completion_data)},
      rate_(rate),
      credit_return_ps_(credit_return_ps),
      completions_(completions) {}

bool LinkDirection::Offer(Picoseconds now, const LinkItem& item, LinkSlot& slot) {
  if (!waiting_.MustWait(item) && PoolOf(item.cost).Take(now, item.cost)) {
    slot = Occupy(now, item.cost);
    return true;
  }
  waiting_.Push(item);
  return false;
}

bool LinkDirection::TakeNext(Picoseconds now, LinkItem& item, LinkSlot& slot) {
  if (!waiting_.TakeNext([&](const LinkCost& cost) { return PoolOf(cost).Take(now, cost); }, item)) return false;
  slot = Occupy(now, item.cost);
  return true;
}

// What order holds back leaves when an older posted request does, whatever credits of its own return before.
Picoseconds LinkDirection::NextReturn() const {
  Picoseconds next = kNever;
  for (std::size_t i = 0; i < kClasses; ++i) {
    if (waiting_.HeadOf(static_cast<CreditClass>(i)) != nullptr) next = std::min(next, pools_[i].NextReturn());
  }
  return next;
}

LinkDirection::Shortage LinkDirection::ShortageOf(CreditClass credit_class) const {
  const CreditPool& pool = pools_[static_cast<std::size_t>(credit_class)];
  const LinkItem* const head = waiting_.HeadOf(credit_class);
  if (head != nullptr) return {pool.LacksHeaders(head->cost), pool.LacksData(head->cost)};
  if (credit_class != CreditClass::kCompletion || trains_.empty()) return {};
  const LinkCost next = completions_.Next(trains_.next().address, trains_.next().left);
  return {pool.LacksHeaders(next), pool.LacksData(next)};
}

Picoseconds LinkDirection::NextOfTrain(Picoseconds now) const {
  const CreditPool& pool = pools_[static_cast<std::size_t>(CreditClass::kCompletion)];
  const LinkCost next = completions_.Next(trains_.next().address, trains_.next().left);
  return std::max({now, free_at_, pool.UsableFor(next)});
}

bool LinkDirection::TakeOfTrain(Picoseconds now, CompletionTrain& train, LinkCost& cost, LinkSlot& slot) {
  cost = completions_.Next(trains_.next().address, trains_.next().left);
  if (!PoolOf(cost).Take(now, cost)) return false;
  const Picoseconds start = std::max(now, free_at_);
  free_at_ = start + rate_.TimeFor(cost.wire_bytes);
  slot = {start, free_at_};
  train = trains_.Send(cost.data_bytes, start, free_at_);
  return true;
}

}  // namespace siov
