// SPDX-License-Identifier: Apache-2.0
// Where the registers of a function's configuration space lie and what their bits are called: the header of type 0, PCI
// Express, MSI-X, and the extended capabilities of requirements 16.1 and 16.2 (Linux include/uapi/linux/pci_regs.h).
// Offsets of capabilities' registers count from the start of the capability. Bit positions count from bit 0 of the
// aligned dword that holds them, so that what a 16-bit control register calls bit 15 is bit 31 of its dword.
#ifndef SIOV_MODELS_DEVICE_FUNCTION_CONFIG_WORDS_H_
#define SIOV_MODELS_DEVICE_FUNCTION_CONFIG_WORDS_H_

#include <cstdint>

namespace siov {

using ConfigOffset = std::uint16_t;

constexpr ConfigOffset Plus(ConfigOffset start, unsigned more) { return static_cast<ConfigOffset>(start + more); }

inline constexpr std::uint32_t kConfigSpaceBytes = 4'096;
inline constexpr ConfigOffset kFirstCapability = 0x40;
inline constexpr ConfigOffset kFirstExtendedCapability = 0x100;

namespace header {
inline constexpr ConfigOffset kId = 0x00, kCommand = 0x04, kClass = 0x08, kType = 0x0C, kBars = 0x10, kSubsystem = 0x2C,
                              kCapabilities = 0x34, kInterrupt = 0x3C;
inline constexpr std::uint32_t kMemorySpace = 1u << 1, kBusMaster = 1u << 2, kParityResponse = 1u << 6, kSerr = 1u << 8;
inline constexpr std::uint32_t kHasCapabilities = 1u << 20;
inline constexpr std::uint32_t kStatusErrors = 0xF900'0000u;  // written with 1 to be cleared
inline constexpr std::uint32_t kMultiFunction = 1u << 23;
inline constexpr std::uint32_t kBarWide = 1u << 2, kBarPrefetchable = 1u << 3;
inline constexpr unsigned kBarCount = 6;
}  // namespace header

namespace capability {
inline constexpr std::uint8_t kExpress = 0x10, kMsix = 0x11;
inline constexpr std::uint16_t kAcs = 0x000D, kAts = 0x000F, kSriov = 0x0010, kPri = 0x0013, kPasid = 0x001B,
                               kDvsec = 0x0023;
}  // namespace capability

namespace express {
inline constexpr ConfigOffset kDeviceCapabilities = 0x04, kDeviceControl = 0x08, kLinkCapabilities = 0x0C,
                              kLinkControl = 0x10, kDeviceCapabilities2 = 0x24, kDeviceControl2 = 0x28,
                              kLinkCapabilities2 = 0x2C, kLinkControl2 = 0x30, kEnd = 0x3C;
inline constexpr std::uint32_t kIntegratedEndpoint = 9;  // Device/Port Type; 0 is an endpoint on a link
inline constexpr std::uint32_t kExtendedTags = 1u << 5, kRoleBasedErrors = 1u << 15, kResetCapable = 1u << 28;
inline constexpr std::uint32_t kPayloadField = 7u << 5, kInitiateReset = 1u << 15;
inline constexpr std::uint32_t kTimeoutDisable = 1u << 4, kTenBitCompleter = 1u << 16, kTenBitRequester = 1u << 17,
                               kPrefixes = 1u << 21;  // end-to-end TLP prefixes, one of which carries the PASID
}  // namespace express

namespace msix {
inline constexpr ConfigOffset kTable = 0x04, kPending = 0x08, kEnd = 0x0C;
inline constexpr std::uint32_t kMasked = 1u << 30, kEnable = 1u << 31;
constexpr std::uint64_t TableBytes(std::uint32_t vectors) { return std::uint64_t{vectors} * 16; }
constexpr std::uint64_t PendingBytes(std::uint32_t vectors) { return (std::uint64_t{vectors} + 63) / 64 * 8; }
}  // namespace msix

namespace ats {
inline constexpr ConfigOffset kRegister = 0x04, kEnd = 0x08;
inline constexpr std::uint32_t kPageAligned = 1u << 5, kGlobalInvalidate = 1u << 6;
inline constexpr std::uint32_t kUnitField = 0x1Fu << 16, kEnable = 1u << 31;
}  // namespace ats

namespace pri {
inline constexpr ConfigOffset kControl = 0x04, kCapacity = 0x08, kAllocation = 0x0C, kEnd = 0x10;
inline constexpr std::uint32_t kEnable = 1u << 0, kReset = 1u << 1;
inline constexpr std::uint32_t kResponseFailure = 1u << 16, kUnexpectedIndex = 1u << 17, kStopped = 1u << 24,
                               kPasidRequired = 1u << 31;
}  // namespace pri

namespace pasid {
inline constexpr ConfigOffset kRegister = 0x04, kEnd = 0x08;
inline constexpr std::uint32_t kExecute = 1u << 1, kPrivileged = 1u << 2;  // capability
inline constexpr unsigned kWidthShift = 8;
inline constexpr std::uint32_t kEnable = 1u << 16, kExecuteEnable = 1u << 17, kPrivilegedEnable = 1u << 18;
}  // namespace pasid

namespace sriov {
inline constexpr ConfigOffset kCapabilities = 0x04, kControl = 0x08, kTotals = 0x0C, kNumVfs = 0x10, kRouting = 0x14,
                              kDeviceId = 0x18, kSupportedPages = 0x1C, kSystemPage = 0x20, kBars = 0x24, kEnd = 0x40;
inline constexpr std::uint32_t kVfEnable = 1u << 0, kVfMemorySpace = 1u << 3;
}  // namespace sriov

namespace acs {
inline constexpr ConfigOffset kRegister = 0x04, kEnd = 0x08;
inline constexpr std::uint32_t kRequestRedirect = 1u << 2, kCompletionRedirect = 1u << 3, kDirectTranslated = 1u << 6;
inline constexpr unsigned kControlShift = 16;
}  // namespace acs

// Designated vendor-specific: the Scalable I/O Virtualization capability of requirement DVS-01.
namespace dvsec {
inline constexpr ConfigOffset kHeader = 0x04, kIdLinkFlags = 0x08, kSupportedPages = 0x0C, kSystemPage = 0x10,
                              kCapabilities = 0x14, kEnd = 0x18;
inline constexpr std::uint32_t kVendor = 0x8086, kRevision = 0, kId = 0x0005;
inline constexpr unsigned kLinkShift = 16;
inline constexpr std::uint32_t kHomogeneous = 1u << 24, kMessageStore = 1u << 0;
}  // namespace dvsec

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_FUNCTION_CONFIG_WORDS_H_
