// SPDX-License-Identifier: Apache-2.0
// The remappable interrupt message: what an interrupt message store puts on the wire and interrupt remapping decodes.
//
// A DWORD write without PASID to FEEx_xxxxh. Address bits: [31:20] = FEEh, [19:5] = handle[14:0], [4] = 1 (remappable
// format), [3] = SHV, [2] = handle[15]. Index = handle, plus data[15:0] if SHV is set. (Intel VT-d specification,
// chapters 5.1.2 and 5.1.3.)
#ifndef SIOV_MODELS_DEVICE_IMS_INTERRUPT_MESSAGE_H_
#define SIOV_MODELS_DEVICE_IMS_INTERRUPT_MESSAGE_H_

#include <cstdint>

namespace siov {

struct InterruptMessage {
  std::uint64_t address = 0;
  std::uint32_t data = 0;
};

struct DecodedInterrupt {
  bool remappable = false;     // false: compatibility format
  bool reserved_zero = false;  // no reserved bit is set
  std::uint32_t index = 0;     // into the interrupt remapping table
};

inline constexpr std::uint32_t kInterruptMessageBytes = 4;
inline constexpr std::uint32_t kMaxInterruptIndices = 1u << 16;

inline constexpr std::uint64_t kInterruptBase = 0xFEE0'0000u;
inline constexpr std::uint64_t kInterruptFormatBit = 1u << 4;
inline constexpr std::uint64_t kInterruptSubhandleValid = 1u << 3;

// The message for an index below kMaxInterruptIndices. SHV stays clear, so that the address alone names the entry.
constexpr InterruptMessage EncodeInterrupt(std::uint32_t index) {
  const std::uint64_t low = index & 0x7FFFu;
  const std::uint64_t high = index >> 15 & 1u;
  return {kInterruptBase | low << 5 | kInterruptFormatBit | high << 2, 0};
}

constexpr DecodedInterrupt DecodeInterrupt(const InterruptMessage& message) {
  const std::uint32_t handle =
      static_cast<std::uint32_t>((message.address >> 5 & 0x7FFFu) | (message.address >> 2 & 1u) << 15);
  const bool subhandle_valid = (message.address & kInterruptSubhandleValid) != 0;
  return {(message.address & kInterruptFormatBit) != 0,
          (message.address & 3u) == 0 && (!subhandle_valid || message.data >> 16 == 0),
          handle + (subhandle_valid ? message.data & 0xFFFFu : 0u)};
}

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_IMS_INTERRUPT_MESSAGE_H_
