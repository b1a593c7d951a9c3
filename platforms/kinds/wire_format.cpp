// SPDX-License-Identifier: Apache-2.0
#include "platforms/kinds/wire_format.h"

#include <algorithm>

namespace siov {
namespace {

constexpr std::uint32_t kHeader4Dw = 16;
constexpr std::uint32_t kHeader3Dw = 12;
constexpr std::uint32_t kFraming = 8;  // STP and sequence number 4, LCRC 4
constexpr std::uint32_t kPrefix = 4;
constexpr std::uint32_t kEcrc = 4;
constexpr double kDllp = 8;
constexpr double kSkipSet = 4;
constexpr double kSkipInterval = 1538;

bool IsFlit(const LinkConfig& config) { return config.generation == 6; }

double EncodedBytesPerSecond(const LinkConfig& config) {
  constexpr double kGigatransfers[] = {2.5, 5, 8, 16, 32, 64};
  const double bits = kGigatransfers[config.generation - 1] * 1e9;
  if (IsFlit(config)) {
    return bits * config.lanes / 8;
  }
  return config.generation < 3 ? bits * 8 / 10 * config.lanes / 8 : bits * 128 / 130 * config.lanes / 8;
}

// ACK transmission latency limit of the specification, in symbol times: (MPS + overhead) x factor / width + delay.
std::uint32_t SpecifiedAckInterval(const LinkConfig& config) {
  constexpr double kTlpOverhead = 28;
  const double internal_delay = config.generation == 1 ? 19 : config.generation == 2 ? 70 : 115;
  double ack_factor = 1.4;
  if (config.max_payload_bytes < 512 && config.lanes == 8) {
    ack_factor = 2.5;
  } else if (config.max_payload_bytes < 512 && config.lanes == 16) {
    ack_factor = 3.0;
  } else if (config.max_payload_bytes >= 512) {
    ack_factor = config.lanes == 16 ? 2.0 : 1.0;
  }
  return static_cast<std::uint32_t>((config.max_payload_bytes + kTlpOverhead) * ack_factor / config.lanes +
                                    internal_delay);
}

double ShareForTlps(const LinkConfig& config) {
  if (IsFlit(config)) {
    return 236.0 / 256.0;
  }
  if (!config.dllps) {
    return 1 - kSkipSet / kSkipInterval;
  }
  const std::uint32_t interval =
      config.ack_interval_bytes > 0 ? config.ack_interval_bytes : SpecifiedAckInterval(config);
  return 1 - 2 * kDllp / interval - kSkipSet / kSkipInterval;
}

double BytesPerSecond(const LinkConfig& config) {
  return config.on_die ? config.on_die.bytes_per_second : EncodedBytesPerSecond(config) * ShareForTlps(config);
}

std::uint32_t DoubleWords(std::uint32_t bytes) { return (bytes + 3) / 4 * 4; }

}  // namespace

WireFormat::WireFormat(const LinkConfig& config)
    : max_payload_bytes_(config.max_payload_bytes),
      request_header_bytes_(config.on_die ? config.on_die.header_bytes : kHeader4Dw),
      id_header_bytes_(config.on_die ? config.on_die.header_bytes : kHeader3Dw),
      completion_header_bytes_(config.on_die ? config.on_die.header_bytes : kHeader3Dw),
      prefix_bytes_(config.pasid_prefix && !config.on_die ? kPrefix : 0),
      around_bytes_((IsFlit(config) || config.on_die ? 0 : kFraming) + (config.ecrc ? kEcrc : 0)),
      bytes_per_second_(BytesPerSecond(config)),
      rate_(ByteRate::FromBytesPerSecond(bytes_per_second_)) {}

std::uint32_t WireFormat::RequestBytes(std::uint32_t data_bytes, bool with_pasid) const {
  return request_header_bytes_ + around_bytes_ + (with_pasid ? prefix_bytes_ : 0) + DoubleWords(data_bytes);
}

std::uint32_t WireFormat::CompletionBytes(std::uint32_t data_bytes) const {
  return PacketsOf(CompletionTlp(data_bytes)) * (completion_header_bytes_ + around_bytes_) + DoubleWords(data_bytes);
}

std::uint32_t WireFormat::PacketsOf(const WireTlp& tlp) const {
  if (!tlp.completion) return 1;
  return std::max<std::uint32_t>(1, (tlp.data_bytes + max_payload_bytes_ - 1) / max_payload_bytes_);
}

std::uint32_t WireFormat::BytesOfPacket(const WireTlp& tlp, std::uint32_t i) const {
  if (!tlp.completion) return BytesOf(tlp);
  return completion_header_bytes_ + around_bytes_ +
         std::min(max_payload_bytes_, DoubleWords(tlp.data_bytes) - i * max_payload_bytes_);
}

}  // namespace siov
