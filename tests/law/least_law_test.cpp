// SPDX-License-Identifier: Apache-2.0
// Everything finite, at its least in a platform that has room for all else: the verdict must blame it, and not the
// pools that fill up before it. Driven through a configuration file, as users have it.
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "platforms/resolve/load_experiment.h"
#include "tests/law/doublings.h"

namespace siov {
namespace {

using Overrides = std::vector<std::string>;

std::string Dev(const std::string& rest) { return "nodes[name=dsa0].endpoint." + rest; }
std::string Iommu(const std::string& rest) { return "nodes[name=iommu0].iommu." + rest; }
std::string Host(const std::string& rest) { return "nodes[name=host0].host." + rest; }
std::string Port(const std::string& rest) { return "nodes[name=rp0].root_port." + rest; }
std::string Pcie(const std::string& rest) { return "links[name=rp0-dsa0].pcie." + rest; }
std::string Tenants(const std::string& rest) { return "workload.tenant_classes[name=tenants]." + rest; }

const Overrides& NewPages() {  // each read is of a page that nothing has seen before
  static const Overrides overrides = {Tenants("working_set_bytes=4294967296"), Tenants("pattern=SEQUENTIAL"),
                                      Tenants("alignment_bytes=4096")};
  return overrides;
}
const Overrides& Writes() {
  static const Overrides overrides = {Tenants("jobs[0].op=WRITE")};
  return overrides;
}
const Overrides& Unmapping() {  // jobs whose buffers are mapped and, strictly, unmapped; software costs next to nothing
  static const Overrides overrides = {Tenants("mapping=STREAMING"),           Host("driver.map_latency_ns=1"),
                                      Host("driver.unmap_latency_ns=1"),      Host("driver.doorbell_latency_ns=1"),
                                      Host("driver.descriptor_latency_ns=1"), Host("driver.wait_poll_latency_ns=1")};
  return overrides;
}

struct Least {
  const char* name;
  const char* blamed;
  Overrides overrides;
  const Overrides* also = nullptr;
  const char* file = "tests/law/roomy.txtpb";
};
void PrintTo(const Least& least, std::ostream* out) { *out << least.name; }

constexpr char kNoAts[] = "tests/law/roomy_no_ats.txtpb";

const std::vector<Least>& AtTheirLeast() {
  static const std::vector<Least> all = {
      {"Contexts", "dsa0.engine.contexts", {Dev("engine.jobs_per_engine=1")}},
      {"ReadBuffers", "dsa0.engine.read_buffers", {Dev("engine.read_buffers=1")}},
      {"PendingTranslations", "dsa0.engine.pending_translations", {Dev("engine.pending_translations=1")}, &NewPages()},
      {"Tags", "dsa0.port.tags_in_use", {Dev("port.tags=1")}},
      // Behind full read buffers, which readers hold while they wait.
      {"TagsBehindReadBuffers", "dsa0.port.tags_in_use", {Dev("port.tags=2"), Dev("engine.read_buffers=16")}},
      {"AtcTranslationsBehindReadBuffers",
       "dsa0.atc.translations",
       {Dev("atc.outstanding_requests=1"), Dev("engine.read_buffers=8")},
       &NewPages()},
      {"PostedQueue",
       "dsa0.port.posted_queue",
       {Dev("port.posted_queue=1"), Dev("port.egress_latency_ns=90")},
       &Writes()},
      {"UpstreamPostedHeaders", "rp0-dsa0.upstream_posted_headers", {Pcie("upstream.posted_header=1")}, &Writes()},
      {"UpstreamPostedData",
       "rp0-dsa0.upstream_posted_data",
       {Pcie("upstream.posted_data=8"), Pcie("max_payload_bytes=128"), Tenants("jobs[0].size_bytes=128")},
       &Writes()},
      {"UpstreamNonpostedHeaders", "rp0-dsa0.upstream_nonposted_headers", {Pcie("upstream.nonposted_header=1")}},
      {"UpstreamCompletionHeaders",
       "rp0-dsa0.upstream_completion_headers",
       {Pcie("upstream.completion_header=2"), Pcie("max_payload_bytes=128"), Pcie("max_read_request_bytes=128"),
        Host("cpus=32")}},
      {"DownstreamPostedHeaders",
       "rp0-dsa0.downstream_posted_headers",
       {Pcie("downstream.posted_header=1"), Tenants("queues[0]=dedicated"), Tenants("queue_depth=64"),
        Tenants("tenants=1")}},
      {"DownstreamPostedData",
       "rp0-dsa0.downstream_posted_data",
       {Pcie("downstream.posted_data=8"), Pcie("max_payload_bytes=128"), Tenants("queues[0]=dedicated"),
        Tenants("queue_depth=64"), Tenants("tenants=1")}},
      {"DownstreamNonpostedHeaders", "rp0-dsa0.downstream_nonposted_headers", {Pcie("downstream.nonposted_header=1")}},
      {"DownstreamNonpostedData", "rp0-dsa0.downstream_nonposted_data", {Pcie("downstream.nonposted_data=4")}},
      {"DownstreamCompletionHeaders",
       "rp0-dsa0.downstream_completion_headers",
       {Pcie("downstream.completion_header=2"), Pcie("max_payload_bytes=128"), Pcie("max_read_request_bytes=128")}},
      {"DownstreamCompletionData",
       "rp0-dsa0.downstream_completion_data",
       {Pcie("downstream.completion_data=10"), Pcie("max_payload_bytes=128"), Pcie("max_read_request_bytes=128"),
        Tenants("jobs[0].size_bytes=128"), Tenants("alignment_bytes=128")}},
      {"Wire", "rp0-dsa0.downstream_busy", {Pcie("lanes=1"), Tenants("jobs[0].size_bytes=4096")}},
      {"AtcTranslations", "dsa0.atc.translations", {Dev("atc.outstanding_requests=1")}, &NewPages()},
      {"AtcPort", "dsa0.atc.port", {Dev("atc.lookup_interval_ns=200")}},
      {"PageRequests",
       "dsa0.atc.faults",
       {Dev("atc.page_request_allocation=1"), Tenants("address_space.resident_fraction=0"),
        Host("fault_service.mean_ns=400"), Host("fault_wakeup_ns=10")},
       &NewPages()},
      {"FaultHandlers",
       "host0.fault_service.handlers",
       {Host("fault_handlers=1"), Tenants("address_space.resident_fraction=0"), Host("fault_service.mean_ns=400"),
        Host("fault_wakeup_ns=10")},
       &NewPages()},
      {"RootReads", "rp0.reads_outstanding", {Port("outstanding_reads=1")}},
      {"TranslationWindow", "rp0.translation_window", {Port("translation_window=1")}, &NewPages(), kNoAts},
      {"IotlbPort", "iommu0.iotlb.port", {Iommu("iotlb.lookup_interval_ns=200")}, nullptr, kNoAts},
      {"MissSlots", "iommu0.iotlb.walks", {Iommu("iotlb.miss_slots=1")}, &NewPages(), kNoAts},
      {"Walkers", "iommu0.page_walker.walkers", {Iommu("page_walker.walkers=1")}, &NewPages()},
      {"WalkerCacheSlots",
       "iommu0.page_walker.first_stage_cache.l2.slots",
       {Iommu("page_walker.first_stage_caches={level: 2 entries: 16 lookup_latency_ns: 200 slots: 1}")},
       &NewPages()},
      {"MemoryChannel",
       "mem0.dram_busy",
       {"nodes[name=mem0].memory.dram_channels=1", Tenants("jobs[0].size_bytes=4096")}},
      {"Cpus", "host0.cpus_busy", {Host("cpus=1")}},
      {"Vcpus", "host0.vcpus_busy", {Host("vcpus=1"), Tenants("wants_interrupt=true")}},
      {"DedicatedQueue",
       "host0.credits_used",
       {Tenants("queues[0]=dedicated"), Tenants("queue_depth=64"), Tenants("tenants=1"),
        Dev("swq_arbiter.queues[name=dedicated].size=1")}},
      {"InvalidationTags",
       "iommu0.invalidation_queue.itags",
       {Iommu("invalidation_queue.outstanding_per_device=1"), Iommu("invalidation_queue.execute_latency_ns=1"),
        Dev("atc.invalidation_latency_ns=1")},
       &Unmapping()},
      {"DeviceInvalidateQueue",
       "iommu0.invalidation_queue.itags",
       {Dev("atc.invalidate_queue_depth=1"), Iommu("invalidation_queue.execute_latency_ns=1"),
        Dev("atc.invalidation_latency_ns=1")},
       &Unmapping()},
      {"DeviceInvalidations",
       "dsa0.atc.invalidation",
       {Dev("atc.invalidation_latency_ns=500"), Iommu("invalidation_queue.execute_latency_ns=1")},
       &Unmapping()},
  };
  return all;
}

class LeastLaw : public ::testing::TestWithParam<Least> {};

TEST_P(LeastLaw, IsBlamed) {
  const Least& least = GetParam();
  Overrides overrides = least.also != nullptr ? *least.also : Overrides{};
  overrides.insert(overrides.end(), least.overrides.begin(), least.overrides.end());
  const LoadedExperiment loaded = LoadExperiment(least.file, overrides);
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << FormatFault(fault);
  if (!loaded.faults.empty()) return;
  testing::ExpectBlamed(loaded.experiment, least.blamed);
}

INSTANTIATE_TEST_SUITE_P(Resources, LeastLaw, ::testing::ValuesIn(AtTheirLeast()),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace siov
