// SPDX-License-Identifier: Apache-2.0
// Traffic and host at scale, over a device that accepts a job every so often and answers the rest with Retry.
//
//   siov_tenants_bench [--tenants N] [--mode closed|poisson|retry]
//
// Prints host time per job, agenda events per job and resident memory per tenant.
#include <cstdint>
#include <ctime>
#include <fstream>
#include <iostream>
#include <string>
#include <systemc>

#include "models/host/cpus/host.h"
#include "models/workload/tenants/traffic.h"
#include "platforms/cli/arguments.h"

namespace siov {
namespace {

constexpr Picoseconds kRoundTrip = 600 * kPsPerNs;
constexpr Picoseconds kService = 2 * kPsPerUs;

// Accepts one job per `gap` and completes each after kService.
class Device : public Block {
 public:
  Device(const sc_core::sc_module_name& name, Simulation& simulation, Picoseconds gap)
      : Block(name, simulation, "device"),
        portal("portal", this, &Device::Forward),
        records("records", this, &Device::Backward),
        gap_(gap) {}
  TargetSocket<Device> portal;
  InitiatorSocket<Device, ObservedWrite> records;

 private:
  tlm::tlm_sync_enum Forward(std::uint32_t, Tlp& write, Picoseconds delay) {
    Due(delay, 0, &write);
    return tlm::TLM_UPDATED;
  }
  void Backward(std::uint32_t, ObservedWrite&, tlm::tlm_phase_enum, Picoseconds) {}
  void OnDue(const DueItem& item) override {
    if (item.kind == 1) {
      ObservedWrite& record = *TakePacket<ObservedWrite>();
      record.job = static_cast<Job*>(item.object);
      records.Send(record, 0);
      return;
    }
    Tlp& write = PacketOf(item);
    Job& job = *write.job;
    if (now() >= free_at_) {
      free_at_ = now() + gap_;
      job.ledger.Append(write.ledger);
      for (int i = 0; i < 20; ++i) {
        job.ledger.Mark(i % 2 == 0 ? Stage::kLinkWire : Stage::kMemory, job.ledger.cursor() + kService / 20);
      }
      job.status = JobStatus::kSuccess;
      job.bytes_completed = job.size_bytes;
      Due(kService, 1, &job);
    } else {
      write.status = CompletionStatus::kRetry;
    }
    write.ledger.Mark(Stage::kPort, now() + kRoundTrip);
    portal.Respond(write, kRoundTrip);
  }

  Picoseconds gap_;
  Picoseconds free_at_ = 0;
};

double ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  double resident = 0;
  statm >> pages >> resident;
  return resident * 4096;
}

int Run(std::uint32_t tenants, const std::string& mode) {
  const double before = ResidentBytes();
  Simulation simulation(Agenda::Mode::kAhead, 1);
  TrafficConfig traffic_config;
  traffic_config.per_tenant_histograms = false;
  TenantClassConfig tenant_class;
  tenant_class.tenants = tenants;
  tenant_class.queues = {QueueId(0)};
  tenant_class.pattern = AddressPattern::kSequential;
  tenant_class.think_time = Distribution::Exponential(1e5 * tenants);
  if (mode == "poisson") tenant_class.arrivals = ArrivalProcess::kPoisson;
  if (mode == "retry") tenant_class.think_time = Distribution::Constant(0);
  tenant_class.jobs_per_second = 1e7 / tenants;
  traffic_config.classes = {tenant_class};
  Traffic traffic("traffic", simulation, "traffic", traffic_config);
  HostConfig host_config;
  host_config.retry_backoff_ps = kPsPerUs;
  host_config.retry_backoff_max_ps = kPsPerMs;
  host_config.retry_jitter = 0.5;
  HostPeers peers;
  peers.endpoints = {{0, {{true, 128}}}};
  AddressSpaces spaces({AddressSpaceClass()}, 1);
  Host host("host", simulation, "host", host_config, peers, spaces);
  Device device("device", simulation, mode == "retry" ? 100 * kPsPerNs : 0);
  traffic.to_host.bind(host.submission().from_traffic);
  traffic.to_driver.bind(host.mappings().from_replay);
  host.submission().to_port[0]->bind(device.portal);
  device.records.bind(*host.completion().from_memory[0]);

  simulation.agenda.RunUntil(0);
  const double built = ResidentBytes();
  const Picoseconds until = kPsPerMs * (mode == "retry" ? 10 : 100);
  const std::clock_t start = std::clock();  // CPU time: the machine may be shared
  simulation.agenda.RunUntil(until);
  const double elapsed_ns = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC * 1e9;
  const auto jobs = static_cast<double>(traffic.job_statistics().overall().jobs());
  const auto events = static_cast<double>(simulation.agenda.events());
  std::cout << mode << ": " << jobs << " jobs, " << elapsed_ns / jobs << " ns/job, " << events / jobs << " events/job, "
            << elapsed_ns / events << " ns/event, " << (built - before) / tenants << " B/tenant at the start, "
            << (ResidentBytes() - before) / tenants << " B/tenant at the end, " << simulation.jobs.in_use()
            << " jobs in flight\n";
  return 0;
}

}  // namespace
}  // namespace siov

int sc_main(int, char**) { return 1; }

int main(int argc, char** argv) {
  using siov::Arguments;
  std::uint32_t tenants = 1'024;
  std::string mode = "closed";
  Arguments arguments("siov_tenants_bench");
  arguments.Value("--tenants", [&tenants](const std::string& value) {
    const auto count = siov::WholeNumber(value, 1, siov::kMaxPasids);
    if (!count) return Arguments::Refused("a whole number from 1 to 1048576");
    tenants = static_cast<std::uint32_t>(*count);
    return Arguments::Refused();
  });
  arguments.Value("--mode", [&mode](const std::string& value) {
    mode = value;
    const bool known = mode == "closed" || mode == "poisson" || mode == "retry";
    return known ? Arguments::Refused() : Arguments::Refused("closed, poisson or retry");
  });
  if (!arguments.ReadOrSay({argv + 1, argv + argc}, std::cerr)) return 2;
  sc_core::sc_set_time_resolution(1, sc_core::SC_PS);
  return siov::Run(tenants, mode);
}
