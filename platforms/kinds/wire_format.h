// SPDX-License-Identifier: Apache-2.0
// How long a TLP occupies a PCIe link, from the numbers of the specification alone. Written independently of the link
// block, so that the two check each other.
//
// Bytes: memory write and deferrable write 24 + data, read and translation request 24, message 24, completion 20 + data
// for each of at most MPS bytes; configuration requests, and accesses to registers below 4 GiB, 20 + data; + 4 with a
// PASID, + 4 with ECRC; 8 fewer in flit mode, which frames flits, not TLPs. On the die: header + data, of the rate as
// it is stated. Rate: transfer rate x lanes x encoding x (1 - ACK and flow-control DLLPs - SKP ordered sets), or
// 236/256 of a flit.
#ifndef SIOV_PLATFORMS_KINDS_WIRE_FORMAT_H_
#define SIOV_PLATFORMS_KINDS_WIRE_FORMAT_H_

#include <cstdint>

#include "models/base/units.h"
#include "models/fabric/link/link_config.h"

namespace siov {

inline constexpr std::uint32_t kSubmissionBytes = 64;  // a descriptor, written to a portal
inline constexpr std::uint32_t kRecordBytes = 32;      // a completion record
inline constexpr std::uint32_t kMessageBytes = 4;      // an interrupt message

// A request, or all completions that answer one.
struct WireTlp {
  std::uint32_t data_bytes = 0;
  bool completion = false;
  bool with_pasid = false;
  // Of a CPU, to a device.
  enum class Access : std::uint8_t { kNone, kConfiguration, kRegister } access = Access::kNone;
};
inline WireTlp ConfigurationTlp(std::uint32_t data_bytes) {
  return {data_bytes, false, false, WireTlp::Access::kConfiguration};
}
inline WireTlp RegisterTlp(std::uint32_t data_bytes) { return {data_bytes, false, false, WireTlp::Access::kRegister}; }
inline WireTlp RequestTlp(std::uint32_t data_bytes, bool with_pasid) { return {data_bytes, false, with_pasid}; }
inline WireTlp CompletionTlp(std::uint32_t data_bytes) { return {data_bytes, true, false}; }

class WireFormat {
 public:
  explicit WireFormat(const LinkConfig& config);

  std::uint32_t RequestBytes(std::uint32_t data_bytes, bool with_pasid) const;
  // All completions of a read of `data_bytes` at an address aligned to the read completion boundary.
  std::uint32_t CompletionBytes(std::uint32_t data_bytes) const;
  std::uint32_t BytesOf(const WireTlp& tlp) const {
    if (tlp.completion) return CompletionBytes(tlp.data_bytes);
    const bool by_id = tlp.access == WireTlp::Access::kConfiguration;
    return RequestBytes(tlp.data_bytes, tlp.with_pasid) - (by_id ? request_header_bytes_ - id_header_bytes_ : 0);
  }
  std::uint32_t PacketsOf(const WireTlp& tlp) const;
  // The i-th of them.
  std::uint32_t BytesOfPacket(const WireTlp& tlp, std::uint32_t i) const;
  double bytes_per_second() const { return bytes_per_second_; }
  Picoseconds TimeFor(std::uint32_t bytes) const { return rate_.TimeFor(bytes); }

 private:
  std::uint32_t max_payload_bytes_;
  std::uint32_t request_header_bytes_;
  std::uint32_t id_header_bytes_;  // of a request by id
  std::uint32_t completion_header_bytes_;
  std::uint32_t prefix_bytes_;  // of a request with PASID
  std::uint32_t around_bytes_;  // framing and ECRC
  double bytes_per_second_;
  ByteRate rate_;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_KINDS_WIRE_FORMAT_H_
