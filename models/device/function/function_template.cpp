// SPDX-License-Identifier: Apache-2.0
#include "models/device/function/function_template.h"

namespace siov {
namespace {

constexpr std::uint32_t Log2(std::uint64_t value) {
  std::uint32_t bits = 0;
  while (value >>= 1) ++bits;
  return bits;
}

void AddHeader(const FunctionConfig& config, ConfigTemplate* made) {
  made->Add({header::kId, config.device_id << 16 | config.vendor_id});
  made->Name(header::kId, 2, "vendor_id");
  made->Name(header::kId + 2, 2, "device_id");
  // No legacy interrupt and no I/O space: their enables are hardwired to 0.
  made->Add({header::kCommand, header::kHasCapabilities,
             header::kMemorySpace | header::kBusMaster | header::kParityResponse | header::kSerr,
             header::kStatusErrors});
  made->Name(header::kCommand, 2, "command");
  made->Name(header::kCommand + 2, 2, "status");
  made->Add({header::kClass, config.class_code << 8 | config.revision_id});
  made->Name(header::kClass, 1, "revision_id");
  made->Name(header::kClass + 1, 1, "programming_interface");
  made->Name(header::kClass + 2, 2, "class");
  made->Add({header::kType, config.multi_function ? header::kMultiFunction : 0, 0xFF});
  made->Name(header::kType, 1, "cache_line_size");
  made->Name(header::kType + 2, 1, "header_type");
  AddBars(config.bars, header::kBars, "bar", made);
  made->Add({header::kSubsystem, config.device_id << 16 | config.vendor_id});
  made->Name(header::kSubsystem, 2, "subsystem_vendor_id");
  made->Name(header::kSubsystem + 2, 2, "subsystem_id");
  made->Add({header::kCapabilities, kFirstCapability});
  made->Name(header::kCapabilities, 1, "capabilities");
  made->Add({header::kInterrupt, 0, 0xFF});
  made->Name(header::kInterrupt, 1, "interrupt_line");
}

// Of requests without more than the basic field, and with the extended one; enabled as delivered where a device has
// more.
constexpr std::uint32_t kFiveBitTags = 32, kEightBitTags = 256;

void AddDeviceRegisters(const FunctionConfig& config, ConfigOffset start, ConfigTemplate* made) {
  // As delivered: relaxed ordering, extended tags and no-snoop allowed, Max_Read_Request_Size 512.
  constexpr std::uint32_t kControlReset = 0x2810, kControlWritable = 0x78FF, kExtendedEnable = 1u << 8;
  const bool extended = config.express.tags > kFiveBitTags;
  constexpr std::uint32_t kStatusErrorBits = 0x000F'0000;
  made->Add({Plus(start, express::kDeviceCapabilities), Log2(config.express.max_payload_bytes / 128) |
                                                            (extended ? express::kExtendedTags : 0) |
                                                            express::kRoleBasedErrors | express::kResetCapable});
  made->Name(Plus(start, express::kDeviceCapabilities), 4, "express.device_capabilities");
  const std::uint32_t tags = extended ? kExtendedEnable : 0;
  made->Add({Plus(start, express::kDeviceControl), kControlReset | tags, kControlWritable | tags, kStatusErrorBits,
             WriteRule::kDeviceControl});
  made->Name(Plus(start, express::kDeviceControl), 2, "express.device_control");
  made->Name(Plus(start, express::kDeviceControl + 2), 2, "express.device_status");
}

// An integrated endpoint has no link to describe.
void AddLinkRegisters(const ExpressCapability& link, ConfigOffset start, ConfigTemplate* made) {
  if (link.integrated) return;
  constexpr std::uint32_t kControlWritable = 0xCB;  // power states, read completion boundary, clock, synch
  made->Add({Plus(start, express::kLinkCapabilities), link.generation | link.lanes << 4});
  made->Name(Plus(start, express::kLinkCapabilities), 4, "express.link_capabilities");
  made->Add({Plus(start, express::kLinkControl), link.generation << 16 | link.lanes << 20, kControlWritable});
  made->Name(Plus(start, express::kLinkControl), 2, "express.link_control");
  made->Name(Plus(start, express::kLinkControl + 2), 2, "express.link_status");
}

void AddSecondDeviceRegisters(const FunctionConfig& config, ConfigOffset start, ConfigTemplate* made) {
  constexpr std::uint32_t kAllTimeouts = 0xF, kOrderById = 3u << 8, kTenBitEnable = 1u << 12, kOnePrefix = 1u << 22;
  std::uint32_t capabilities = kAllTimeouts | express::kTimeoutDisable;
  std::uint32_t writable = kAllTimeouts | express::kTimeoutDisable | kOrderById;
  const bool ten_bit = config.express.tags > kEightBitTags;
  if (ten_bit) {
    capabilities |= express::kTenBitCompleter | express::kTenBitRequester;
    writable |= kTenBitEnable;
  }
  if (config.pasid) capabilities |= express::kPrefixes | kOnePrefix;
  made->Add({Plus(start, express::kDeviceCapabilities2), capabilities});
  made->Name(Plus(start, express::kDeviceCapabilities2), 4, "express.device_capabilities_2");
  made->Add({Plus(start, express::kDeviceControl2), ten_bit ? kTenBitEnable : 0, writable});
  made->Name(Plus(start, express::kDeviceControl2), 2, "express.device_control_2");
  if (config.express.integrated) return;
  const std::uint32_t generation = config.express.generation;
  made->Add({Plus(start, express::kLinkCapabilities2), ((1u << generation) - 1) << 1});
  made->Name(Plus(start, express::kLinkCapabilities2), 4, "express.link_capabilities_2");
  made->Add({Plus(start, express::kLinkControl2), generation, 0xF});
  made->Name(Plus(start, express::kLinkControl2), 2, "express.link_control_2");
}

void AddExpress(const FunctionConfig& config, ConfigOffset start, ConfigOffset next, ConfigTemplate* made) {
  constexpr std::uint32_t kExpressVersion = 2;
  const std::uint32_t type = config.express.integrated ? express::kIntegratedEndpoint : 0;
  made->Add({start, capability::kExpress | std::uint32_t{next} << 8 | (kExpressVersion | type << 4) << 16});
  made->Name(start, 2, "express");
  made->Name(Plus(start, 2), 2, "express.capabilities");
  AddDeviceRegisters(config, start, made);
  AddLinkRegisters(config.express, start, made);
  AddSecondDeviceRegisters(config, start, made);
}

void AddMsix(const MsixCapability& msix, ConfigOffset start, ConfigTemplate* made) {
  made->Add({start, capability::kMsix | (msix.vectors - 1) << 16, msix::kMasked | msix::kEnable});
  made->Name(start, 2, "msix");
  made->Name(Plus(start, 2), 2, "msix.control");
  made->Add({Plus(start, msix::kTable), msix.table_offset | msix.table_bar});
  made->Name(Plus(start, msix::kTable), 4, "msix.table");
  made->Add({Plus(start, msix::kPending), msix.pending_offset | msix.pending_bar});
  made->Name(Plus(start, msix::kPending), 4, "msix.pending");
}

}  // namespace

void AddBars(const std::vector<BarConfig>& bars, ConfigOffset first, const std::string& prefix,
             ConfigTemplate* registers) {
  for (unsigned place = 0; place < header::kBarCount; ++place) {
    for (const BarConfig& bar : bars) {
      const ConfigOffset at = Plus(first, 4 * place);
      const std::uint64_t writable = ~(bar.size_bytes - 1);
      if (bar.index == place) {
        registers->Add({at, (bar.wide ? header::kBarWide : 0) | (bar.prefetchable ? header::kBarPrefetchable : 0),
                        static_cast<std::uint32_t>(writable)});
        registers->Name(at, 4, prefix + std::to_string(place));
      } else if (bar.wide && bar.index + 1 == place) {
        registers->Add({at, 0, static_cast<std::uint32_t>(writable >> 32)});
        registers->Name(at, 4, prefix + std::to_string(place) + "_upper");
      }
    }
  }
}

FunctionTemplate MakeFunctionTemplate(const FunctionConfig& config) {
  constexpr ConfigOffset kMsixPlace = 0x80;
  FunctionTemplate made;
  AddHeader(config, &made.registers);
  made.places.express = kFirstCapability;
  made.places.msix = config.msix ? kMsixPlace : 0;
  AddExpress(config, made.places.express, made.places.msix, &made.registers);
  if (config.msix) AddMsix(*config.msix, kMsixPlace, &made.registers);
  AddExtendedCapabilities(config, &made);
  return made;
}

}  // namespace siov
