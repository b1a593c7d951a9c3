// SPDX-License-Identifier: Apache-2.0
#include "models/workload/tenants/traffic_config.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>

#include "models/workload/tenants/address_pattern.h"

namespace siov {
namespace {

constexpr std::uint64_t kMaxSlots = 0xFFFF'FFF0u;  // ids of the timing wheel

std::string Text(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

class Checker {
 public:
  Checker(std::string prefix, ConfigFaults* faults) : prefix_(std::move(prefix)), faults_(faults) {}
  void Check(bool good, const std::string& field, const std::string& value, const std::string& allowed) {
    if (!good) faults_->push_back({prefix_ + field, value, allowed});
  }
  void Add(const ConfigFaults& found) {
    for (const ConfigFault& fault : found) Check(false, fault.field, fault.value, fault.allowed);
  }

 private:
  std::string prefix_;
  ConfigFaults* faults_;
};

void CheckPacket(const JobKind& kind, const TenantClassConfig& config, const std::string& at, Checker* checker) {
  checker->Check(!kind.packet.accesses.empty(), at + "accesses", "none", "at least one access");
  for (const PacketAccess& access : kind.packet.accesses) {
    const std::uint64_t end = access.address + access.region_bytes - 1 + access.size_bytes;
    checker->Check(access.size_bytes > 0 && access.region_bytes > 0 && end <= config.working_set_bytes, at + "accesses",
                   std::to_string(end) + " bytes", "at most working_set_bytes from base_address on");
  }
}

void CheckJobs(const TenantClassConfig& config, Checker* checker) {
  checker->Check(!config.jobs.empty(), "jobs", "none", "at least one kind of job");
  double total = 0;
  for (std::size_t i = 0; i < config.jobs.size(); ++i) {
    const JobKind& kind = config.jobs[i];
    const std::string at = "jobs[" + std::to_string(i) + "].";
    checker->Check(std::isfinite(kind.weight) && kind.weight >= 0, at + "weight", Text(kind.weight), "0 or more");
    total += kind.weight;
    if (kind.op == JobOp::kPacket) CheckPacket(kind, config, at, checker);
    if (kind.op == JobOp::kNoop || kind.op == JobOp::kPacket) continue;
    checker->Check(kind.size_bytes > 0 && kind.size_bytes <= config.working_set_bytes, at + "size_bytes",
                   std::to_string(kind.size_bytes),
                   "1 to working_set_bytes (" + std::to_string(config.working_set_bytes) + ")");
  }
  if (!config.jobs.empty()) checker->Check(total > 0, "jobs", "weights sum to 0", "a sum of weights above 0");
}

void CheckHotCold(const TenantClassConfig& config, Checker* checker) {
  std::uint64_t largest = 1;
  for (const JobKind& kind : config.jobs) {
    if (kind.op != JobOp::kNoop) largest = std::max<std::uint64_t>(largest, kind.size_bytes);
  }
  const bool fraction = config.hot_fraction > 0 && config.hot_fraction < 1;
  const bool at_an_end = config.hot_fraction == 0 || config.hot_fraction == 1;  // beyond them: out of range
  checker->Check(!at_an_end, "hot_fraction", Text(config.hot_fraction), "above 0 and below 1");
  if (!fraction || config.alignment_bytes == 0) return;
  const std::uint64_t hot =
      AddressPatternSampler::HotBytes(config.working_set_bytes, config.hot_fraction, config.alignment_bytes);
  checker->Check(hot >= largest && config.working_set_bytes - hot >= largest, "hot_fraction", Text(config.hot_fraction),
                 "such that the largest job (" + std::to_string(largest) +
                     " bytes) fits into the hot and into the cold part of the working set");
}

void CheckAddresses(const TenantClassConfig& config, Checker* checker) {
  checker->Check(config.base_address % AddressMap::kRangeAlignment == 0, "base_address",
                 std::to_string(config.base_address), "a multiple of 2 MiB");
  if (config.pattern == AddressPattern::kHotCold) CheckHotCold(config, checker);
}

void CheckArrivals(const TenantClassConfig& config, Checker* checker) {
  if (config.arrivals == ArrivalProcess::kClosedLoop || config.arrivals == ArrivalProcess::kOutside) return;
  const double total = config.jobs_per_second * config.tenants;
  // Rarer jobs would come later than the longest run ends.
  checker->Check(std::isfinite(total) && total >= 1e-4 && total <= 1e12, "jobs_per_second",
                 Text(config.jobs_per_second), "from 0.0001 to 10^12 over all tenants of the class");
}

void CheckClass(const TenantClassConfig& config, std::size_t index, ConfigFaults* faults) {
  Checker checker("classes[" + std::to_string(index) + "].", faults);
  checker.Add(config.Validate());
  checker.Check(!config.queues.empty(), "queues", "none", "at least one queue of the endpoint");
  CheckArrivals(config, &checker);
  CheckJobs(config, &checker);
  CheckAddresses(config, &checker);
}

void CheckReplay(const ReplayConfig& config, ConfigFaults* faults) {
  Checker checker("replay.", faults);
  checker.Add(config.Validate());
  checker.Check(!config.queues.empty(), "queues", "none", "at least one queue of the endpoint");
  checker.Check(config.invalidations != ReplayInvalidations::kByHost || config.pages == ReplayPages::kRecorded,
                "invalidations", "UNMAP_POLICY", "with RECORDED_PAGES: the policy follows unmaps");
  checker.Check(config.record_address % kPage4K == 0, "record_address", std::to_string(config.record_address),
                "a multiple of 4096");
}

}  // namespace

ConfigFaults TrafficConfig::Validate() const {
  ConfigFaults faults;
  const bool replays = !replay.trace_file.empty();
  Checker checker("", &faults);
  checker.Check(replays || !classes.empty(), "classes", "none", "at least one class of tenants, or a trace to replay");
  std::uint64_t tenants = replays ? replay.tenants : 0;
  std::uint64_t slots = tenants;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    CheckClass(classes[i], i, &faults);
    tenants += classes[i].tenants;
    slots += std::uint64_t{classes[i].tenants} * classes[i].queue_depth;
  }
  if (replays) CheckReplay(replay, &faults);
  checker.Check(tenants <= kMaxPasids, "tenants", std::to_string(tenants),
                "at most 1048576 over all classes and the replay: one PASID each");
  checker.Check(slots <= kMaxSlots, "queue_depth", std::to_string(slots) + " jobs",
                "at most 2^32 - 16 jobs outstanding over all tenants");
  checker.Check(classes.size() < 65'535, "classes", std::to_string(classes.size()), "at most 65534 classes");
  return faults;
}

std::optional<TenantId> TenantRange::TenantOf(Pasid pasid) const {
  const std::uint32_t tenant = (pasid.value() + kMaxPasids - 1) % kMaxPasids;
  if (tenant < first || tenant - first >= count) return std::nullopt;
  return TenantId(tenant);
}

std::vector<TenantRange> TenantsOf(const TrafficConfig& traffic, std::size_t endpoint) {
  std::vector<TenantRange> ranges;
  std::uint32_t first = 0;
  for (const TenantClassConfig& tenants : traffic.classes) {
    if (tenants.endpoint == endpoint) ranges.push_back({first, tenants.tenants});
    first += tenants.tenants;
  }
  const bool replays = !traffic.replay.trace_file.empty() && traffic.replay.endpoint == endpoint;
  if (replays) ranges.push_back({first, traffic.replay.tenants});
  return ranges;
}

}  // namespace siov
