// SPDX-License-Identifier: Apache-2.0
#include "platforms/cli/describe_adis.h"

#include <algorithm>
#include <ostream>
#include <string>

#include "models/device/adi/adi_map.h"
#include "models/workload/trace/trace_record.h"

namespace siov {
namespace {

constexpr std::size_t kMostListed = 16;  // of a class; the others are alike

std::string RangeText(const char* what, std::uint32_t first, std::uint32_t count) {
  if (count == 0) return "";
  const std::string one = std::string(", ") + what + (count > 1 ? "s " : " ") + std::to_string(first);
  return count > 1 ? one + " to " + std::to_string(first + count - 1) : one;
}

std::string QueuesText(const ResolvedEndpoint& device, const AdiGrant& adi, bool shared) {
  std::string text = adi.queues > 1 ? ", queues" : ", queue";
  for (std::uint32_t i = 0; i < adi.queues; ++i) {
    text += (i == 0 ? " " : " and ") + device.arbiter.queues[adi.first_queue + i].name;
  }
  return text + (shared ? " (shared)" : "");
}

std::string PasidText(const AdiGrant& adi) {
  std::string text = adi.pasid.valid() ? ", PASID " + std::to_string(adi.pasid.value()) : ", PASIDs of submissions";
  if (adi.completion.valid()) text += " (completion records " + std::to_string(adi.completion.value()) + ")";
  return text;
}

// Of the first page of its registers, in the address map of the host.
std::string PageText(const ResolvedEndpoint& device, const TenantAdisConfig& adis, const AdiGrant& adi) {
  const ResolvedFunction& function = *device.JobFunction();
  const AdiType& type = function.adis.types[adis.type];
  const AdiMap map(function.adis, function.config.siov->system_page_bytes);
  std::uint64_t first = map.OffsetOf(adis.type, adi.index, 0);
  for (std::uint32_t region = 1; region < type.regions.size(); ++region) {
    first = std::min(first, map.OffsetOf(adis.type, adi.index, region));
  }
  return ", BAR " + std::to_string(type.bar) + " + " + std::to_string(first);
}

}  // namespace

void PrintAdisOfTenants(const ResolvedExperiment& experiment, std::ostream& out) {
  bool any = false;
  std::uint32_t first_tenant = 0;
  for (const TenantClassConfig& tenants : experiment.traffic.classes) {
    const std::uint32_t first = first_tenant;
    first_tenant += tenants.tenants;
    if (!tenants.adis) continue;
    if (!any) out << "\nADIs of tenants\n";
    any = true;
    const ResolvedEndpoint& device = experiment.platform.endpoints[tenants.endpoint];
    const TenantAdisConfig& adis = *tenants.adis;
    out << "  " << tenants.name << ": " << adis.grants.size() << " of type "
        << device.JobFunction()->adis.types[adis.type].name << " of " << device.name << ", function "
        << RequesterName(device.port.requester) << '\n';
    for (std::size_t i = 0; i < std::min(adis.grants.size(), kMostListed); ++i) {
      const AdiGrant& adi = adis.grants[i];
      out << "    tenant " << first + i / adis.per_tenant << ": ADI " << adi.adi << PageText(device, adis, adi)
          << QueuesText(device, adi, adis.shared) << PasidText(adi)
          << RangeText("context", adi.first_context, adi.contexts)
          << RangeText("message", adi.first_message, adi.messages) << '\n';
    }
    if (adis.grants.size() > kMostListed) out << "    and " << adis.grants.size() - kMostListed << " more\n";
  }
}

}  // namespace siov
