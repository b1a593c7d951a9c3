// SPDX-License-Identifier: Apache-2.0
#include "platforms/cli/describe_functions.h"

#include <cstdio>
#include <functional>
#include <ostream>
#include <string>

#include "models/device/adi/adi_map.h"
#include "models/workload/trace/trace_record.h"
#include "platforms/resolve/mmio_map.h"

namespace siov {
namespace {

constexpr unsigned kBytesPerLine = 16;

std::string InHex(std::uint64_t value, int digits) {
  char text[24];
  std::snprintf(text, sizeof text, "%0*llXh", digits, static_cast<unsigned long long>(value));
  return text;
}

// Of every function of every device that has its set-up.
void ForEachFunction(
    const ResolvedPlatform& platform,
    const std::function<void(const ResolvedEndpoint&, const ResolvedFunction&, const FunctionCore&)>& visit) {
  for (const ResolvedEndpoint& endpoint : platform.endpoints) {
    const std::unique_ptr<FunctionGroup> group = FunctionsOf(endpoint);
    for (const ResolvedFunction& one : endpoint.functions) visit(endpoint, one, *group->Find(one.config.number));
  }
}

const char* NameOf(std::uint16_t id) {
  switch (id) {
    case capability::kAcs:
      return "ACS";
    case capability::kAts:
      return "ATS";
    case capability::kSriov:
      return "SR-IOV";
    case capability::kPri:
      return "PRI";
    case capability::kPasid:
      return "PASID";
    case capability::kDvsec:
      return "S-IOV";
    default:
      return "?";
  }
}

const char* NameOf(FunctionMode mode) {
  switch (mode) {
    case FunctionMode::kNone:
      break;
    case FunctionMode::kSriov:
      return "SR-IOV mode";
    case FunctionMode::kSiov:
      return "S-IOV mode";
  }
  return "neither in SR-IOV nor in S-IOV mode";
}

void PrintBars(const FunctionCore& core, std::ostream& out) {
  for (const BarConfig& bar : core.config().bars) {
    out << "    BAR " << bar.index << " at " << InHex(core.BarAddress(bar), 1) << ", " << bar.size_bytes / 1024
        << " KiB, " << (bar.wide ? "64" : "32") << " bits" << (bar.prefetchable ? ", prefetchable" : "") << '\n';
  }
}

void PrintAdis(const ResolvedFunction& function, std::ostream& out) {
  if (!function.config.siov || function.adis.types.empty()) return;
  const AdiMap map(function.adis, function.config.siov->system_page_bytes);
  for (std::uint32_t i = 0; i < function.adis.types.size(); ++i) {
    const AdiType& type = function.adis.types[i];
    out << "    ADIs of type " << type.name << ": " << map.Limit(i) << " in BAR " << type.bar;
    for (std::uint32_t region = 0; region < type.regions.size() && map.Limit(i) != 0; ++region) {
      const AdiRegion& one = type.regions[region];
      out << (region == 0 ? ", " : "; ") << one.name << " ("
          << (one.path == RegisterPath::kDirect ? "direct" : "intercepted") << ") of the first at "
          << InHex(map.OffsetOf(i, 0, region), 1);
    }
    out << '\n';
    if (const std::string limit = map.Limitation(i); !limit.empty()) out << "      " << limit << '\n';
  }
}

void PrintVfs(const ResolvedEndpoint& endpoint, const ResolvedFunction& function, std::ostream& out) {
  if (!function.config.sriov || function.config.sriov->num_vfs == 0) return;
  const SriovCapability& virtuals = *function.config.sriov;
  const auto name = [&](std::uint32_t vf) {
    return RequesterName(
        static_cast<RequesterId>(endpoint.Requester(function) + virtuals.first_offset + vf * virtuals.stride));
  };
  out << "    VFs: " << virtuals.num_vfs << ", " << name(0);
  if (virtuals.num_vfs > 1) out << " to " << name(virtuals.num_vfs - 1);
  out << '\n';
}

const char* NameOf(MmioTarget target) {
  switch (target) {
    case MmioTarget::kNothing:
      break;
    case MmioTarget::kRegisters:
      return "registers of the function";
    case MmioTarget::kMessageTable:
      return "MSI-X table";
    case MmioTarget::kPendingBits:
      return "MSI-X pending bits";
    case MmioTarget::kPortal:
      return "portal";
    case MmioTarget::kAdi:
      return "registers of an ADI";
  }
  return "nothing";
}

void PrintOwner(const ResolvedFunction& function, const AdiMap::Place& place, std::ostream& out) {
  const AdiType& type = function.adis.types[place.type];
  out << "; page of ADI " << place.index << " of type " << type.name << ", "
      << (place.path == RegisterPath::kDirect ? "direct" : "intercepted");
  if (!place.reserved) out << ", " << type.regions[place.region].name << " + " << InHex(place.offset, 1);
}

void PrintPlace(const ResolvedEndpoint& endpoint, RequesterId requester, const MmioPlace& place, std::ostream& out) {
  out << ", function " << RequesterName(requester) << ", BAR " << place.bar << " + " << InHex(place.offset, 1) << ": "
      << NameOf(place.target);
  if (place.portal && place.target == MmioTarget::kPortal) {
    out << " of queue " << endpoint.arbiter.queues[place.portal->queue].name << ", "
        << (place.portal->limit == PortalLimit::kLimited ? "limited" : "unlimited") << ", "
        << (place.portal->interrupts == PortalInterrupts::kIms ? "IMS" : "MSI-X");
  }
  for (const ResolvedFunction& one : endpoint.functions) {
    if (place.adi && endpoint.Requester(one) == requester) PrintOwner(one, *place.adi, out);
  }
}

}  // namespace

void PrintRoute(const ResolvedPlatform& platform, std::uint64_t address, std::ostream& out) {
  const MmioMap::Route route = MmioMap(platform).Find(address);
  out << InHex(address, 1) << ": ";
  if (!route.place) {
    out << "nobody's: Unsupported Request, unless it is host memory\n";
    return;
  }
  const char* separator = "";
  for (const NodeRef node : route.nodes) {
    out << separator << platform.NameOf(node);
    separator = ", ";
  }
  PrintPlace(platform.endpoints[route.nodes.back().index], *route.function, *route.place, out);
  out << '\n';
}

void PrintFunctions(const ResolvedPlatform& platform, std::ostream& out) {
  out << "\nFunctions\n";
  ForEachFunction(platform,
                  [&out](const ResolvedEndpoint& endpoint, const ResolvedFunction& one, const FunctionCore& core) {
                    out << "  " << RequesterName(endpoint.Requester(one)) << " of " << endpoint.name << ", "
                        << InHex(core.Read(0, 2), 4) << ':' << InHex(core.Read(2, 2), 4) << ", capabilities PCI Express"
                        << (one.config.msix ? " MSI-X" : "");
                    for (const FoundCapability& found :
                         ExtendedCapabilities([&core](ConfigOffset offset) { return core.Read(offset); })) {
                      out << ' ' << NameOf(found.id);
                    }
                    out << "; " << NameOf(core.mode()) << '\n';
                    for (const UndefinedEvent& event : core.undefined())
                      out << "    undefined: " << Describe(event.what) << '\n';
                    PrintBars(core, out);
                    PrintVfs(endpoint, one, out);
                    PrintAdis(one, out);
                  });
}

void PrintConfigFields(const ResolvedPlatform& platform, std::ostream& out) {
  ForEachFunction(
      platform, [&out](const ResolvedEndpoint& endpoint, const ResolvedFunction& one, const FunctionCore& core) {
        out << "Configuration space of " << endpoint.name << ", " << RequesterName(endpoint.Requester(one)) << '\n';
        for (const ConfigField& field : core.registers().fields()) {
          out << "  " << InHex(field.offset, 3) << ' '
              << InHex(core.Read(field.offset, field.bytes), 2 * static_cast<int>(field.bytes))
              << std::string(9 - 2 * field.bytes, ' ') << field.name << '\n';
        }
      });
}

void PrintConfigBytes(const ResolvedPlatform& platform, std::ostream& out) {
  ForEachFunction(platform,
                  [&out](const ResolvedEndpoint& endpoint, const ResolvedFunction& one, const FunctionCore& core) {
                    const ConfigOffset last = core.registers().registers().back().offset;
                    out << RequesterName(endpoint.Requester(one)) << ' ' << endpoint.name << '\n';
                    for (unsigned line = 0; line <= last; line += kBytesPerLine) {
                      char text[8];
                      std::snprintf(text, sizeof text, "%02x:", line);
                      out << text;
                      for (unsigned byte = 0; byte < kBytesPerLine; ++byte) {
                        std::snprintf(text, sizeof text, " %02x", core.Read(static_cast<ConfigOffset>(line + byte), 1));
                        out << text;
                      }
                      out << '\n';
                    }
                    out << '\n';
                  });
}

}  // namespace siov
