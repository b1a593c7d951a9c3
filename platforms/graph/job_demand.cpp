// SPDX-License-Identifier: Apache-2.0
#include "platforms/graph/job_demand.h"

#include <algorithm>

#include "platforms/kinds/device_time.h"

namespace siov {
namespace {

// Calls `visit(bytes)` for every request of a range that starts on a page boundary.
template <class Visit>
void ForEachPiece(std::uint32_t size_bytes, std::uint32_t limit, const Visit& visit) {
  for (std::uint32_t left = size_bytes; left > 0;) {
    const std::uint32_t piece = std::min(left, limit);
    visit(piece);
    left -= piece;
  }
}

class DemandCounter {
 public:
  DemandCounter(const DemandGroup& group, const Topology& topology)
      : group_(group),
        platform_(topology.platform()),
        endpoint_(platform_.endpoints[group.endpoint]),
        link_(platform_.LinkAbove({NodeKind::kEndpoint, group.endpoint}).config),
        zero_load_(topology, group.endpoint, group.homes),
        framed_(OfGeneration(5)),
        in_flits_(OfGeneration(6)),
        shared_(SharedFraction()),
        answers_may_wait_(AnswersMayWait()) {}

  JobDemand Average() {
    double weights = 0;
    for (const JobKind& job : group_.jobs) {
      weights += job.weight;
    }
    for (const JobKind& job : group_.jobs) {
      if (weights > 0 && job.weight > 0) {
        share_ = job.weight / weights;
        Count(job);
      }
    }
    return demand_;
  }

 private:
  LinkConfig OfGeneration(std::uint32_t generation) const {
    LinkConfig link = link_;
    link.generation = generation;
    return link;
  }

  void Add(double JobDemand::*field, double amount) { demand_.*field += share_ * amount; }

  void AddUp(const WireTlp& tlp, double times = 1) {
    Add(&JobDemand::upstream_bytes, times * framed_.BytesOf(tlp));
    Add(&JobDemand::upstream_flit_bytes, times * in_flits_.BytesOf(tlp));
  }
  void AddDown(const WireTlp& tlp) {
    Add(&JobDemand::downstream_bytes, framed_.BytesOf(tlp));
    Add(&JobDemand::downstream_flit_bytes, in_flits_.BytesOf(tlp));
  }

  void Count(const JobKind& job) {
    if (!group_.from_device) {
      CountSubmission();
      if (group_.record) CountWrites(kRecordBytes);
    }
    for (const PacketAccess& access : job.packet.accesses) {
      access.write ? CountWrites(access.size_bytes) : CountReads(access.size_bytes);
    }
    const bool reads_back = job.op == JobOp::kWriteRead;
    if (Reads(job.op) || reads_back) CountReads(job.size_bytes);
    if (Reads(job.op) && Writes(job.op)) {  // what each read brings
      ForEachPiece(job.size_bytes, link_.max_read_request_bytes, [this](std::uint32_t b) { CountWrites(b); });
    } else if (Writes(job.op)) {
      CountWrites(job.size_bytes);
    }
    if (group_.interrupt) {
      Add(&JobDemand::interrupts, 1);
      AddUp(RequestTlp(kMessageBytes, /*with_pasid=*/false));
    }
    const bool no_data_path = job.op == JobOp::kNoop || job.op == JobOp::kPacket;
    Add(&JobDemand::data_bytes, no_data_path ? 0 : job.size_bytes * (reads_back ? 2.0 : 1.0));
    CountOccupancy(job);
  }

  // A range that is read, or written, in requests; stored, or staged, in accesses.
  void CountReads(std::uint32_t bytes) {
    ForEachPiece(bytes, link_.max_read_request_bytes, [this](std::uint32_t b) { CountRead(b); });
    ForEachPiece(bytes, endpoint_.engine.access_bytes, [this](std::uint32_t b) {
      Add(&JobDemand::read_store_ps, static_cast<double>(ReadStoreBusy(endpoint_.engine, b)));
    });
  }
  void CountWrites(std::uint32_t bytes) {
    ForEachPiece(bytes, link_.max_payload_bytes, [this](std::uint32_t b) { CountWrite(b); });
    ForEachPiece(bytes, endpoint_.engine.access_bytes, [this](std::uint32_t b) {
      Add(&JobDemand::write_stage_ps, static_cast<double>(WriteStageBusy(endpoint_.engine, b)));
    });
  }

  // Of the tenants, those whose queue is shared: tenant t uses queue t mod their number.
  double SharedFraction() const {
    double shared = 0;
    std::uint64_t tenant = group_.first_tenant;
    for (double counted = 0; counted < group_.tenants; ++counted, tenant += group_.tenant_stride) {
      const QueueId queue = group_.queues[tenant % group_.queues.size()];
      if (endpoint_.arbiter.queues[queue.value()].mode == QueueMode::kShared) ++shared;
    }
    return shared / group_.tenants;
  }

  // In a closed loop the tenants of the cheaper way come more often than the others, so that only the cheaper one's
  // cost can be taken for granted.
  void CountSubmission() {
    AddDown(RequestTlp(kSubmissionBytes, /*with_pasid=*/true));
    AddUp(CompletionTlp(0), SharedForSure());
    Add(&JobDemand::submit_ps, SubmittingCpus());
    // Who submits to a shared queue writes to no slot, and may do so more often.
    if (shared_ == 0) Add(&JobDemand::portal_slot_ps, static_cast<double>(platform_.host.config.portal_slot_busy_ps));
  }

  double SharedForSure() const { return group_.offered_per_second > 0 || shared_ == 1 ? shared_ : 0; }
  double SubmittingCpus() const {
    const double shared = SharedForSure();
    return shared * SubmittingCpu(true) + (1 - shared) * SubmittingCpu(false);
  }
  double SubmittingCpu(bool shared) const {
    JobShape job;
    job.shared_queue = shared;
    job.fence = group_.fence;
    job.guest = group_.guest;
    return static_cast<double>(zero_load_.SubmittingCpu(job));
  }

  // A thread that spins looks at its record when it is done submitting, and an interval after each look. A record is
  // not there before the submission's end, unless the answer to its ENQCMD is kept up by a lack of credits: then it is
  // seen at the first look. What delays the end of an ENQCMD moves its looks, so that of those before the record no
  // more than one is certain.
  Picoseconds SeenAfter(const JobShape& shape) const {
    const Picoseconds latency = zero_load_.WholeJob(shape).total_ps;
    if (!group_.keeps_cpu || group_.asleep || (shape.shared_queue && answers_may_wait_)) return latency;
    const HostConfig& host = platform_.host.config;
    const Picoseconds submitted = zero_load_.SubmittingCpu(shape);
    const Picoseconds written = latency - host.poll_latency_ps;
    if (written <= submitted) return latency;
    const Picoseconds looks = shape.shared_queue ? 1 : CeilDiv(written - submitted, host.poll_interval_ps);
    return std::max(latency, submitted + looks * host.poll_interval_ps + host.poll_latency_ps);
  }

  bool AnswersMayWait() const {
    for (NodeRef node{NodeKind::kEndpoint, group_.endpoint}; node.kind != NodeKind::kRootPort;) {
      const ResolvedLink& link = platform_.LinkAbove(node);
      if (link.config.upstream.completion_header != 0 || link.config.upstream.completion_data != 0) return true;
      node = link.above;
    }
    return false;
  }

  // Jobs that one tenant after the other has done, of both kinds of queue: rates add up, not times.
  double Latency(JobShape shape) const {
    double per_ps = 0;
    for (const bool shared : {true, false}) {
      const double fraction = shared ? shared_ : 1 - shared_;
      if (fraction == 0) continue;
      shape.shared_queue = shared;
      const auto latency = static_cast<double>(SeenAfter(shape));
      if (latency == 0) return 0;
      per_ps += fraction / latency;
    }
    return 1 / per_ps;
  }

  void CountRead(std::uint32_t bytes) {
    const ZeroLoadPath path =
        zero_load_.has_atc() ? zero_load_.TranslatedRead(bytes) : zero_load_.UntranslatedRead(bytes);
    const double round_trip = static_cast<double>(path.total_ps);
    const double lookup = static_cast<double>(path.InStage(Stage::kAtc));
    Add(&JobDemand::reads, 1);
    Add(&JobDemand::accesses, 1);
    AddUp(RequestTlp(0, /*with_pasid=*/true));
    AddDown(CompletionTlp(bytes));
    Add(&JobDemand::memory_lines, Lines(bytes));
    const double held = round_trip + static_cast<double>(ReadStoreTime(endpoint_.engine, bytes));
    Add(&JobDemand::read_buffer_ps, held);
    Add(&JobDemand::read_buffer_byte_ps, bytes * held);
    Add(&JobDemand::tag_ps, round_trip - lookup - static_cast<double>(endpoint_.port.egress_latency_ps));
    Add(&JobDemand::root_read_ps,
        static_cast<double>(path.InStage(Stage::kMemory) + path.InStage(Stage::kSocketLink) +
                            path.InStage(Stage::kIotlb) + 2 * zero_load_.root_port().config.fabric_latency_ps));
    CountSocketLink(bytes, &JobDemand::socket_request_bytes, &JobDemand::socket_answer_bytes);
  }

  void CountWrite(std::uint32_t bytes) {
    auto held = static_cast<double>(WriteStageTime(endpoint_.engine, bytes));
    if (zero_load_.has_atc()) held += static_cast<double>(endpoint_.atc->lookup_latency_ps);
    Add(&JobDemand::write_buffer_ps, held);
    Add(&JobDemand::write_buffer_byte_ps, bytes * held);
    Add(&JobDemand::writes, 1);
    Add(&JobDemand::accesses, 1);
    AddUp(RequestTlp(bytes, /*with_pasid=*/true));
    Add(&JobDemand::memory_lines, Lines(bytes));
    CountSocketLink(bytes, &JobDemand::socket_answer_bytes, &JobDemand::socket_request_bytes);
  }

  // A header for each line each way, and the lines one way.
  void CountSocketLink(std::uint32_t bytes, double JobDemand::*headers, double JobDemand::*lines_too) {
    constexpr std::uint32_t kLineBytes = 64;
    if (!zero_load_.crosses_sockets()) return;
    const auto lines = static_cast<double>(CeilDiv(bytes, kLineBytes));
    const double header = zero_load_.socket_link().header_bytes;
    Add(headers, lines * header);
    Add(lines_too, lines * (header + kLineBytes));
    const std::uint32_t most = zero_load_.socket_link().outstanding_lines;
    if (most == 0) return;
    const ZeroLoadPath path =
        zero_load_.has_atc() ? zero_load_.TranslatedRead(bytes) : zero_load_.UntranslatedRead(bytes);
    const auto held = static_cast<double>(path.InStage(Stage::kSocketLink) + path.InStage(Stage::kMemory));
    Add(&JobDemand::socket_line_ps, std::min<double>(lines, most) * held);
  }

  // Strictly, each buffer has a sync of its own; batched, the wait and the doorbell are shared; deferred, a flush
  // serves hundreds, which costs a job next to nothing.
  void CountMapping(JobOp op) {
    const DriverConfig& driver = platform_.host.config.driver;
    const double buffers = (Reads(op) ? 1 : 0) + (Writes(op) ? 1 : 0);
    double cpu = buffers * static_cast<double>(driver.map_latency_ps + driver.unmap_latency_ps);
    const bool riscv = zero_load_.iommu().invalidation_queue.riscv();
    const bool device_tlb = zero_load_.has_atc() && driver.omission != RecipeOmission::kDeviceTlb;
    const bool iotlb = driver.omission != RecipeOmission::kIotlb;
    const bool waits = driver.omission != RecipeOmission::kWait;
    const bool fence = riscv && device_tlb && waits;  // a fence is a wait, too
    const double descriptors = buffers * ((iotlb ? 1 : 0) + (device_tlb ? 1 : 0) + (fence ? 1 : 0));
    const auto descriptor = static_cast<double>(driver.descriptor_latency_ps);
    // Nobody waits for the device without a wait, and a flush of everything serves hundreds.
    if (device_tlb && waits && driver.policy != UnmapPolicy::kDeferred) {
      Add(&JobDemand::device_invalidations, buffers);
    }
    double lock = 0;
    if (driver.policy == UnmapPolicy::kStrict) {
      lock = descriptors * descriptor +
             buffers * ((waits ? descriptor : 0) + static_cast<double>(driver.doorbell_latency_ps));
      cpu = static_cast<double>(zero_load_.StrictUnmapping(op).total_ps) +
            buffers * static_cast<double>(driver.map_latency_ps);
    } else if (driver.policy == UnmapPolicy::kBatched) {
      lock = descriptors * descriptor;
      cpu += lock;
    }
    Add(&JobDemand::queue_lock_ps, lock);
    Add(&JobDemand::submit_ps, cpu);
    Add(&JobDemand::latency_ps, cpu);
  }

  // Lower bounds: a long job takes at least what its first request takes.
  void CountOccupancy(const JobKind& job) {
    const EngineConfig& engine = endpoint_.engine;
    JobShape shape;
    shape.op = job.op;
    shape.size_bytes = std::min({job.size_bytes, engine.max_payload_bytes, engine.max_read_request_bytes});
    shape.interrupt = group_.interrupt;
    shape.from_device = group_.from_device;
    shape.fence = group_.fence;
    shape.guest = group_.guest;
    if (group_.streaming) CountMapping(job.op);
    if (job.op == JobOp::kPacket) shape.op = JobOp::kNoop;  // its accesses are bounded by the resources they use
    shape.asleep = group_.asleep;
    const double latency = Latency(shape);
    Add(&JobDemand::latency_ps, latency);
    if (group_.keeps_cpu) Add(&JobDemand::submit_ps, std::max(0.0, latency - SubmittingCpus()));
    double busy =
        static_cast<double>(engine.setup_latency_ps + engine.completion_latency_ps) + engine.compute_time.MeanPs();
    const bool reads = Reads(job.op) || job.op == JobOp::kWriteRead;
    if (reads && job.size_bytes > 0) {
      busy += static_cast<double>(ReadStoreTime(engine, shape.size_bytes));
      busy += static_cast<double>((zero_load_.has_atc() ? zero_load_.TranslatedRead(shape.size_bytes)
                                                        : zero_load_.UntranslatedRead(shape.size_bytes))
                                      .total_ps);
    }
    if (Writes(job.op)) busy += static_cast<double>(WriteStageTime(engine, shape.size_bytes));
    Add(&JobDemand::engine_ps, busy);
  }

  double Lines(std::uint32_t bytes) const {
    const std::uint32_t line = zero_load_.memory().line_bytes;
    const std::uint64_t lines = CeilDiv(bytes, line);
    return static_cast<double>(lines);
  }

  const DemandGroup& group_;
  const ResolvedPlatform& platform_;
  const ResolvedEndpoint& endpoint_;
  const LinkConfig& link_;
  ZeroLoad zero_load_;
  WireFormat framed_;  // on links of generations that frame TLPs, and of those that send flits
  WireFormat in_flits_;
  double shared_;
  bool answers_may_wait_;
  double share_ = 0;
  JobDemand demand_;
};

}  // namespace

JobDemand DemandOf(const DemandGroup& group, const Topology& topology) {
  return DemandCounter(group, topology).Average();
}

}  // namespace siov
