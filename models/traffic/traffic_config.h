// SPDX-License-Identifier: Apache-2.0
// Resolved description of the workload: classes of tenants that behave alike, or a recorded trace fanned out over
// tenants.
#ifndef SIOV_MODELS_TRAFFIC_TRAFFIC_CONFIG_H_
#define SIOV_MODELS_TRAFFIC_TRAFFIC_CONFIG_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/base/config_fault.h"
#include "models/base/ids.h"
#include "models/base/random.h"
#include "models/base/units.h"
#include "models/tlm/job.h"

namespace siov {

enum class ArrivalProcess : std::uint8_t {
  kPoisson,     // open loop: one superposed process for the class, the tenant drawn per job
  kFixedRate,   // open loop: evenly spaced over the class, tenants in turn
  kOutside,     // when a model from outside says so
  kClosedLoop,  // each tenant keeps queue_depth jobs outstanding, with think time between
};

enum class JobOrigin : std::uint8_t {
  kHost,    // submitted by a CPU through a portal; the tenant notices completion
  kDevice,  // begins in the device, as DMA of a packet from the network does: no submission crosses the link, no
            // completion record is written, and the job ends when its data has moved
};

enum class AddressPattern : std::uint8_t { kSequential, kUniform, kZipf, kHotCold };

enum class BufferMapping : std::uint8_t {
  kPinned,     // mapped for ever
  kStreaming,  // mapped for each job and unmapped after it
};

struct JobKind {
  JobKind() = default;
  JobKind(JobOp what, std::uint32_t bytes, double share = 1.0) : op(what), size_bytes(bytes), weight(share) {}
  JobOp op = JobOp::kMove;
  std::uint32_t size_bytes = 4096;
  double weight = 1.0;
  PacketShape packet;  // of packets: addresses relative to base_address
};

// Tenants of a class are numbered consecutively over all classes in the order given; tenant t has PASID (t + 1) mod
// 2^20.
struct TenantClassConfig {
  std::string name;
  std::uint32_t tenants = 1;
  std::uint16_t endpoint = 0;   // index by name order
  std::vector<QueueId> queues;  // of that endpoint; tenant i of the class uses queues[i % size]
  JobOrigin origin = JobOrigin::kHost;
  ArrivalProcess arrivals = ArrivalProcess::kClosedLoop;
  double jobs_per_second = 0;  // of one tenant, open loop
  std::uint32_t queue_depth = 1;
  Distribution think_time;  // closed loop: completion to next submission
  std::vector<JobKind> jobs = {JobKind{}};
  AddressPattern pattern = AddressPattern::kUniform;
  std::uint64_t working_set_bytes = 1 << 20;  // per tenant and direction (source, destination)
  std::uint64_t base_address = 0x10000000;    // source range, destination range, completion records: see AddressMap
  double zipf_exponent = 0.99;
  double hot_fraction = 0.1;     // of the working set
  double hot_probability = 0.9;  // of an access going there
  std::uint32_t alignment_bytes = 64;
  bool wants_interrupt = false;
  std::uint32_t interrupt_handles = 0;  // tenant t uses handle t mod this; 0 = one for each tenant
  BufferMapping mapping = BufferMapping::kPinned;
};

enum class ReplayTiming : std::uint8_t {
  kRecorded,          // submit at recorded time x time_scale
  kAsFastAsPossible,  // bounded by `outstanding` per tenant
};

enum class ReplayOrder : std::uint8_t {
  kByDevice,    // each tenant goes through the accesses of one recorded device; mappings play no part
  kAsRecorded,  // accesses, mappings and invalidations of all devices in the order of the recording
};

enum class ReplayPages : std::uint8_t {
  kRecorded,    // tenants' pages are mapped and unmapped as recorded
  kProcedural,  // every page is there from the start
};

enum class ReplayInvalidations : std::uint8_t {
  kRecorded,  // the recorded descriptors
  kByHost,    // those the host's unmap policy needs for the recorded unmaps
  kNone,
};

// Every DMA access of the recording is one job, at its recorded address. Tenant t of the replay uses stream (t mod
// streams) with its own PASID, starting `stagger` of the stream's length after tenant t - streams, and goes round at
// the end of the stream. Replaying tenants are numbered after those of the classes.
struct ReplayConfig {
  std::string trace_file;  // empty: no replay
  std::uint32_t tenants = 1;
  std::uint16_t endpoint = 0;
  std::vector<QueueId> queues;
  ReplayTiming timing = ReplayTiming::kAsFastAsPossible;
  double time_scale = 1.0;
  static constexpr Picoseconds kLongest = 3'600 * kPsPerSecond;  // recorded times, scaled
  std::uint32_t outstanding = 1;
  std::uint64_t jobs_per_tenant = 0;      // 0 = the whole stream once
  std::uint32_t unknown_size_bytes = 64;  // for accesses recorded without a size
  double stagger = 0.0;                   // 0 to 1, of the stream: of its time (recorded timing) or its accesses
  std::uint64_t memory_bytes = std::uint64_t{256} << 20;  // for streams held as a whole, 16 bytes an access
  std::uint64_t record_address = 0x3F'FFFE'0000;          // 4 KiB of completion records, outside the recording's pages
  bool wants_interrupt = false;
  std::uint32_t interrupt_handles = 0;  // as in a class
  bool window_only = false;             // what lies between the recorder's marks WL_START and WL_END

  // The rest is about kAsRecorded (ordered_replay.h). Each copy of the recording takes as many tenants as it has pairs
  // of device and domain; `outstanding` then counts accesses of a copy between two changes of its mappings.
  ReplayOrder order = ReplayOrder::kByDevice;
  ReplayPages pages = ReplayPages::kRecorded;
  ReplayInvalidations invalidations = ReplayInvalidations::kRecorded;
  std::uint32_t access_bytes = 64;  // at most so much of each access: one request, so one translation
  bool device_tlb = false;          // the endpoint has an ATC that recorded device-TLB invalidations can go to
  bool first_stage = true;          // tenants' pages are in a first stage (not in a second one alone)
  unsigned address_bits = 57;       // tables reach addresses below 2^address_bits
};

struct TrafficConfig {
  std::vector<TenantClassConfig> classes;
  ReplayConfig replay;
  std::uint64_t job_limit = 0;  // stop submitting after this many jobs; 0 = until the run's end
  bool per_tenant_histograms = true;
  ConfigFaults Validate() const;
};

// Tenants of a class or of the replay, numbered over all of them.
struct TenantRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  // Whose PASID it is; none: nobody's of these.
  std::optional<TenantId> TenantOf(Pasid pasid) const;
};

// Those who use a device, class by class, the replay's last.
std::vector<TenantRange> TenantsOf(const TrafficConfig& traffic, std::size_t endpoint);

}  // namespace siov

#endif  // SIOV_MODELS_TRAFFIC_TRAFFIC_CONFIG_H_
