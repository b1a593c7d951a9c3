// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/resolve_functions.h"

#include <algorithm>

#include "models/device/adi/adi_map.h"
#include "models/device/swq_arbiter/portal_map.h"
#include "platforms/resolve/read_parameters.h"

namespace siov {
namespace {

constexpr std::uint64_t kRegisterBarBytes = 0x1'0000;
constexpr std::uint32_t kMessageTableOffset = 0x2000, kPendingBitsOffset = 0xC000;
constexpr std::uint32_t kMaxVectors = 2'048;

std::uint64_t PortalBytes(const ResolvedEndpoint& device) {
  return std::max<std::uint64_t>(device.arbiter.queues.size(), 1) * kPortalPagesPerQueue * kPage4K;
}

std::vector<BarConfig> BarsOf(const google::protobuf::RepeatedPtrField<siovsim::FunctionBar>& bars) {
  std::vector<BarConfig> resolved;
  for (const siovsim::FunctionBar& bar : bars) Read(bar, &resolved.emplace_back());
  return resolved;
}

AdiType AdiTypeOf(const siovsim::AdiType& type) {
  AdiType resolved;
  Read(type, &resolved);
  for (const siovsim::AdiRegion& region : type.regions()) Read(region, &resolved.regions.emplace_back());
  for (const siovsim::AdiResource& one : type.resources()) Read(one, &resolved.resources.emplace_back());
  return resolved;
}

ResolvedFunction FunctionOf(const siovsim::Function& function) {
  ResolvedFunction resolved;
  FunctionConfig& config = resolved.config;
  Read(function, &config);
  config.bars = BarsOf(function.bars());
  config.pasid.emplace();
  config.pasid->execute = function.pasid_execute();
  config.pasid->privileged = function.pasid_privileged();
  config.strict = function.strict();
  if (function.has_msix()) Read(function.msix(), &config.msix.emplace());
  if (function.has_acs()) Read(function.acs(), &config.acs.emplace());
  if (function.has_sriov()) {
    Read(function.sriov(), &config.sriov.emplace());
    config.sriov->vf_bars = BarsOf(function.sriov().vf_bars());
  }
  if (!function.has_siov()) return resolved;
  Read(function.siov(), &config.siov.emplace());
  if (function.siov().has_enable()) resolved.enable_adis = function.siov().enable();
  if (!function.siov().has_dependency_link()) config.siov->dependency_link = config.number;
  for (const siovsim::AdiType& type : function.siov().adi_types()) resolved.adis.types.push_back(AdiTypeOf(type));
  return resolved;
}

// Each queue's portals are an ADI, as long as nobody says otherwise.
AdiType QueueType(const ResolvedEndpoint& device, std::uint32_t bar) {
  AdiType type;
  type.name = "queue";
  type.count = static_cast<std::uint32_t>(std::max<std::size_t>(device.arbiter.queues.size(), 1));
  type.bar = bar;
  type.regions = {{"portals", 0, kPortalPagesPerQueue * kPage4K, RegisterPath::kDirect}};
  type.resources = {{kAdiQueues, 1}};
  return type;
}

// What the rest of the device says of a function.
void Complete(const ResolvedEndpoint& device, bool of_jobs, ResolvedFunction* function) {
  FunctionConfig& config = function->config;
  config.pasid->width = device.port.pasid_width;
  config.express.tags = device.port.tags;
  if (device.atc) {
    config.ats = AtsCapability{device.atc->invalidate_queue_depth, true, true};
    if (device.atc->pri.enabled) {
      config.pri = PriCapability{device.atc->pri.capacity, device.atc->pri.response_pasid_required};
    }
  }
  AdiConfig& adis = function->adis;
  adis.pasid_width = device.port.pasid_width;
  for (const BarConfig& bar : config.bars) {
    adis.apertures.push_back({bar.index, bar.size_bytes, bar.function_bytes, bar.wide, bar.prefetchable});
  }
  if (!of_jobs) return;
  adis.messages = device.ims.entries;
  const auto contexts =
      static_cast<std::uint32_t>(device.engine.group_of_engine.size()) * device.engine.jobs_per_engine;
  adis.pools = {{kAdiQueues, static_cast<std::uint32_t>(device.arbiter.queues.size())}, {kAdiContexts, contexts}};
  if (config.siov && adis.types.empty()) adis.types.push_back(QueueType(device, config.portal_bar));
}

void CompleteAll(ResolvedEndpoint* device) {
  const ResolvedFunction* const of_jobs = device->JobFunction();
  for (ResolvedFunction& one : device->functions) Complete(*device, &one == of_jobs, &one);
}

// Portals have to lie in a BAR that has room for them and above what bridges give to narrow ones.
ConfigFaults CheckPortals(const ResolvedEndpoint& device, const FunctionConfig& config) {
  ConfigFaults faults;
  std::size_t at = 0;
  while (at < config.bars.size() && config.bars[at].index != config.portal_bar) ++at;
  if (at == config.bars.size()) {
    faults.push_back({"portal_bar", std::to_string(config.portal_bar), "a BAR of the function"});
    return faults;
  }
  const BarConfig& bar = config.bars[at];
  const std::string path = "bars[" + std::to_string(at) + "].";
  if (bar.size_bytes < PortalBytes(device)) {
    faults.push_back({path + "size_bytes", std::to_string(bar.size_bytes),
                      "at least " + std::to_string(PortalBytes(device)) + ", for the portals of " +
                          std::to_string(device.arbiter.queues.size()) + " queues"});
  }
  if (bar.function_bytes != 0) {
    faults.push_back({path + "function_bytes", std::to_string(bar.function_bytes),
                      "0 where portal_bar is: the portals begin where the BAR does"});
  }
  const auto apart = [&](const char* field, std::uint32_t in, std::uint64_t offset) {
    if (in != config.portal_bar || offset >= PortalBytes(device)) return;
    faults.push_back({field, std::to_string(offset),
                      "at least " + std::to_string(PortalBytes(device)) + ", behind the portals in this BAR"});
  };
  if (config.msix) apart("msix.table_offset", config.msix->table_bar, config.msix->table_offset);
  if (config.msix) apart("msix.pending_offset", config.msix->pending_bar, config.msix->pending_offset);
  if (!bar.wide) faults.push_back({path + "wide", "false", "true: portals lie above host memory"});
  if (config.siov && config.siov->system_page_bytes != kPage4K) {
    faults.push_back({"siov.system_page_bytes", std::to_string(config.siov->system_page_bytes),
                      "4096 in the function of jobs: portals lie in pages of that size"});
  }
  return faults;
}

// The map's words, in the schema's.
ConfigFaults InSchema(ConfigFaults faults) {
  for (ConfigFault& fault : faults) fault.field = "siov.adi_" + fault.field;
  return faults;
}

ConfigFaults FaultsOf(const ResolvedEndpoint& device, const ResolvedFunction& function, bool of_jobs) {
  const FunctionConfig& config = function.config;
  ConfigFaults faults = config.Validate();
  const bool sound = faults.empty();
  if (of_jobs) {
    for (const ConfigFault& fault : CheckPortals(device, config)) faults.push_back(fault);
  }
  ConfigFaults adis = function.adis.Validate();
  if (sound && adis.empty() && config.siov) adis = AdiMap(function.adis, config.siov->system_page_bytes).faults();
  const bool listed = of_jobs && device.functions_listed;
  if (listed && adis.empty()) adis = function.adis.ValidateAmounts();
  for (const ConfigFault& fault : InSchema(adis)) faults.push_back(fault);
  return faults;
}

}  // namespace

void ResolveFunctions(const siovsim::Endpoint& endpoint, ResolvedEndpoint* resolved) {
  resolved->functions_listed = endpoint.functions_size() > 0;
  if (!resolved->functions_listed) return AddUsualFunction(resolved);
  for (const siovsim::Function& function : endpoint.functions()) resolved->functions.push_back(FunctionOf(function));
  CompleteAll(resolved);
}

void AddUsualFunction(ResolvedEndpoint* resolved) {
  ResolvedFunction usual;
  FunctionConfig& config = usual.config;
  config.number = resolved->port.requester & 7u;
  std::uint64_t portals = kPage4K;
  while (portals < PortalBytes(*resolved)) portals *= 2;
  config.bars = {{0, kRegisterBarBytes, true, true, kRegisterBarBytes}, {config.portal_bar, portals, true, true, 0}};
  config.msix.emplace();
  config.msix->vectors =
      static_cast<std::uint32_t>(std::min<std::size_t>(resolved->arbiter.queues.size() + 1, kMaxVectors));
  config.msix->table_offset = kMessageTableOffset;
  config.msix->pending_offset = kPendingBitsOffset;
  config.pasid.emplace();
  config.siov.emplace();
  config.siov->dependency_link = config.number;
  resolved->functions.push_back(usual);
  CompleteAll(resolved);
}

bool CheckFunctions(const ResolveContext& context, const std::string& endpoint, const ResolvedEndpoint& resolved) {
  std::vector<FunctionConfig> configs;
  bool sound = true;
  const auto add = [&](const std::string& path, const ConfigFaults& faults) {
    sound = sound && faults.empty();
    context.AddBlockFaults(path, faults);
  };
  for (std::size_t i = 0; i < resolved.functions.size(); ++i) {
    const ResolvedFunction& one = resolved.functions[i];
    configs.push_back(one.config);
    add(endpoint + ".functions[" + std::to_string(i) + "]", FaultsOf(resolved, one, &one == resolved.JobFunction()));
  }
  if (!resolved.functions_listed) return sound;
  add(endpoint, ValidateFunctions(configs));
  if (resolved.JobFunction() == nullptr) {
    add(endpoint, {{"port.requester_id", std::to_string(resolved.port.requester),
                    "one whose bits 2:0 are the number of a function: jobs use it"}});
  }
  return sound;
}

}  // namespace siov
