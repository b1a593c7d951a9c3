// SPDX-License-Identifier: Apache-2.0
// The whole job: data, completion record and interrupt overlap, and each waits for the one before it wherever they
// share a port, the wire or an ordering rule. Hence a critical path.
#include "platforms/graph/zero_load.h"
#include "platforms/kinds/device_time.h"

namespace siov {
namespace {

constexpr std::uint32_t kRemappingEntryBytes = 16;
constexpr std::uint32_t kStatusBytes = 4;

unsigned Buffers(JobOp op) {
  switch (op) {
    case JobOp::kNoop:
      return 0;
    case JobOp::kMove:
      return 2;
    default:
      return 1;
  }
}

const char* OpName(JobOp op) {
  switch (op) {
    case JobOp::kNoop:
      return "noop";
    case JobOp::kRead:
      return "read";
    case JobOp::kWrite:
      return "write";
    case JobOp::kMove:
      return "move";
    case JobOp::kFill:
      return "fill";
    case JobOp::kPacket:
      return "packet";
    case JobOp::kWriteRead:
      return "write and read back";
  }
  return "job";
}

}  // namespace

// Data enters the device's data path and cuts through to its engine's: the slower of the two decides.
ZeroLoad::Moment ZeroLoad::DataPath(LayeredGraph& graph, Moment from, std::uint32_t bytes) const {
  const Picoseconds engine = ByteRate::FromBytesPerSecond(endpoint_.engine.bytes_per_second).TimeFor(bytes);
  const Picoseconds device = ByteRate::FromBytesPerSecond(endpoint_.engine.device_bytes_per_second).TimeFor(bytes);
  return graph.After(from, {endpoint_.name + ".engine", Stage::kEngine, engine > device ? engine : device});
}

// What was read is taken into the device before it goes on...
ZeroLoad::Moment ZeroLoad::Store(LayeredGraph& graph, Moment from, std::uint32_t bytes) const {
  return graph.After(from, {endpoint_.name + ".engine", Stage::kEngine, ReadStoreTime(endpoint_.engine, bytes)});
}

// ... and what is to be written is staged before the first of it leaves, an interval after the last write.
ZeroLoad::Moment ZeroLoad::StageWrite(LayeredGraph& graph, Moment from, std::uint32_t bytes, Trail* trail) const {
  const EngineConfig& engine = endpoint_.engine;
  const std::string place = endpoint_.name + ".engine";
  Moment at = graph.After(from, {place, Stage::kEngine, WriteStageTime(engine, bytes)});
  if (engine.write_issue_interval_ps == 0) return at;
  const auto before = trail->find(place);
  if (before != trail->end()) {
    at = graph.Join(at, before->second, {place, Stage::kEngineWait, engine.write_issue_interval_ps});
  }
  (*trail)[place] = at;
  return at;
}

// A buffer of a streaming job is met here for the first time.
ZeroLoad::Moment ZeroLoad::TranslateData(LayeredGraph& graph, Moment from, const JobShape& job, Trail* trail) const {
  const Moment at = IotlbLookup(graph, from, trail);
  return job.streaming && !has_atc() ? Walk(graph, at, job.data_walk) : at;
}

// For each buffer: the tables change, two descriptors are written and read as one line; the wait executes while the
// IOTLB invalidates, and writes its status.
ZeroLoad::Moment ZeroLoad::UnmapStrictly(LayeredGraph& graph, Moment from, const JobShape& job) const {
  if (!job.streaming) return from;
  const DriverConfig& driver = platform_.host.config.driver;
  const InvalidationQueueConfig& config = iommu_.invalidation_queue;
  const std::string queue = iommu_.name + ".invalidation_queue";
  Moment at = graph.After(from, {platform_.host.name, Stage::kUnmap, Buffers(job.op) * driver.unmap_latency_ps});
  const bool waits = driver.omission != RecipeOmission::kWait;
  const unsigned steps = (driver.omission == RecipeOmission::kIotlb ? 0u : 1u) + (waits ? 1u : 0u);
  for (unsigned buffer = 0; buffer < Buffers(job.op); ++buffer) {
    at = graph.After(
        at, {platform_.host.name, Stage::kUnmap, steps * driver.descriptor_latency_ps + driver.doorbell_latency_ps});
    if (!waits) continue;
    at = graph.After(
        at, {queue, Stage::kInvalidateWait, MemoryLatency(iommu_.tables_home, steps * config.descriptor_bytes, false)});
    at = graph.After(at, {queue, Stage::kInvalidateWait, steps * config.execute_latency_ps});
    at = graph.After(at, {queue, Stage::kInvalidateWait, MemoryLatency(driver.memory_home, kStatusBytes, true)});
    at = graph.After(at, {platform_.host.name, Stage::kInvalidateWait, driver.poll_latency_ps});
  }
  return at;
}

ZeroLoadPath ZeroLoad::StrictUnmapping(JobOp op) const {
  JobShape job;
  job.op = op;
  job.streaming = true;
  LayeredGraph graph;
  const Moment from = graph.Start();
  return Named("strict unmapping of a job's buffers", graph.Shortest(from, UnmapStrictly(graph, from, job)));
}

ZeroLoad::PostedWrite ZeroLoad::PostWrite(LayeredGraph& graph, Moment from, std::uint32_t bytes,
                                          const PostedWrite& older, const JobShape* data) const {
  PostedWrite write;
  write.trail = older.trail;
  Moment at = StageWrite(graph, from, bytes, &write.trail);
  if (has_atc()) at = AtcLookup(graph, at, &write.trail);
  write.left = at;
  at = Up(graph, at, RequestTlp(bytes, /*with_pasid=*/true), &write.trail);
  if (passes_iotlb()) {
    at = data == nullptr ? IotlbLookup(graph, at, &write.trail) : TranslateData(graph, at, *data, &write.trail);
  }
  write.translated = at;
  at = Memory(graph, at, pages_, bytes, true, &write.trail);
  if (older.visible.has_value()) at = WaitForVisible(graph, at, *older.visible);
  write.visible = at;
  return write;
}

ZeroLoad::Moment ZeroLoad::WaitForVisible(LayeredGraph& graph, Moment from, Moment visible) const {
  return graph.Join(from, visible, {MemoryName(pages_), Stage::kOrderWait, 0});
}

// The message of an interrupt: in the store, in its cache, or, without a cache, read from host memory.
ZeroLoad::Moment ZeroLoad::FindMessage(LayeredGraph& graph, Moment from) const {
  const ImsConfig& ims = endpoint_.ims;
  Moment at = Pass(graph, from, Part(NodeKind::kEndpoint, "ims"));
  if (ims.placement == ImsPlacement::kHostMemory && ims.cache.entries == 0) {
    at = Up(graph, at, RequestTlp(0, /*with_pasid=*/false));
    at = ReadBack(graph, Memory(graph, IotlbLookup(graph, at), iommu_.tables_home, ims.entry_bytes, false),
                  ims.entry_bytes);
  }
  return at;
}

// From the engine's request until the tenant sees it. An interrupt never overtakes the record on the wire, and is not
// delivered before the record is visible.
ZeroLoad::Moment ZeroLoad::InterruptPath(LayeredGraph& graph, Moment from, const PostedWrite& record) const {
  const InterruptRemapperConfig& remapper = iommu_.interrupt_remapper;
  Trail trail = record.trail;
  Moment at = Up(graph, FindMessage(graph, from), RequestTlp(kMessageBytes, /*with_pasid=*/false), &trail);
  if (record.visible.has_value()) {
    at = graph.Join(at, *record.visible, {root_port_.name, Stage::kOrderWait, 0});
  }
  const std::string place = iommu_.name + ".interrupt_remapper";
  at = Pass(graph, at, Part(NodeKind::kIommu, "interrupt_remapper"));
  if (remapper.entry_cache.entries == 0) {
    at = Memory(graph, at, iommu_.tables_home, kRemappingEntryBytes, false);
  }
  at = graph.After(at, {place, Stage::kInterrupt, remapper.delivery_latency_ps});
  return graph.After(at, {platform_.host.name, Stage::kCompletion, platform_.host.config.interrupt_handler_ps});
}

ZeroLoadPath ZeroLoad::Interrupt() const {
  LayeredGraph graph;
  const Moment from = graph.Start();
  const bool posted = iommu_.interrupt_remapper.delivery == InterruptDelivery::kPosted;
  return Named(posted ? "interrupt, posted" : "interrupt, remapped",
               graph.Shortest(from, InterruptPath(graph, from, PostedWrite{})));
}

// A read from its issue until its data is handled. It does not pass an older write, whose page it finds translated.
ZeroLoad::Moment ZeroLoad::ReadData(LayeredGraph& graph, Moment from, const JobShape& job, PostedWrite* older) const {
  const bool behind = older->translated.has_value();
  Trail* const ports = behind ? &older->trail : nullptr;
  Moment at = has_atc() ? AtcLookup(graph, from, ports) : from;
  at = Up(graph, at, RequestTlp(0, /*with_pasid=*/true), &older->trail);
  if (passes_iotlb()) at = behind ? IotlbLookup(graph, at, ports) : TranslateData(graph, at, job);
  if (behind) at = graph.Join(at, *older->translated, {root_port_.name, Stage::kOrderWait, 0});
  at = ReadBack(graph, Memory(graph, at, pages_, job.size_bytes, false, ports), job.size_bytes);
  return DataPath(graph, Store(graph, at, job.size_bytes), job.size_bytes);
}

// From the arbiter's decision until the engine has handled the data; `wire` is what occupied the upstream wire last.
ZeroLoad::Moment ZeroLoad::FetchData(LayeredGraph& graph, Moment from, const JobShape& job, PostedWrite* wire) const {
  if (job.op == JobOp::kNoop) return from;
  return Reads(job.op) ? ReadData(graph, from, job, wire) : DataPath(graph, from, job.size_bytes);
}

ZeroLoadPath ZeroLoad::WholeJob(const JobShape& job) const {
  LayeredGraph graph;
  const Moment from = graph.Start();
  const DriverConfig& driver = platform_.host.config.driver;
  const Picoseconds mapping = job.streaming ? Buffers(job.op) * driver.map_latency_ps : 0;
  Moment at = graph.After(from, {platform_.host.name, Stage::kMap, mapping});
  if (!job.from_device) at = Submit(graph, at, job);
  PostedWrite wire;
  if (job.shared_queue && !job.from_device) {
    Up(graph, at, CompletionTlp(0), &wire.trail);
  }
  at = graph.After(at, {endpoint_.name + ".swq_arbiter", Stage::kArbitration, endpoint_.arbiter.dispatch_latency_ps});
  at = graph.After(at, {endpoint_.name + ".engine", Stage::kEngine, endpoint_.engine.setup_latency_ps});
  at = FetchData(graph, at, job, &wire);
  if (Writes(job.op)) {
    wire = PostWrite(graph, at, job.size_bytes, wire, &job);
    at = *wire.left;
  }
  if (job.op == JobOp::kWriteRead) at = ReadData(graph, at, job, &wire);
  at = graph.After(at, {endpoint_.name + ".engine", Stage::kEngine,
                        static_cast<Picoseconds>(endpoint_.engine.compute_time.MeanPs() + 0.5) +
                            endpoint_.engine.completion_latency_ps});
  const std::string what = std::string("job: ") + OpName(job.op) + " of " + std::to_string(job.size_bytes) + " B, ";
  if (job.from_device) {
    if (wire.visible.has_value()) at = WaitForVisible(graph, at, *wire.visible);
    return Named(what + "begun in the device", graph.Critical(from, at));
  }
  const PostedWrite record = PostWrite(graph, at, kRecordBytes, wire, nullptr);
  const Moment seen =
      job.interrupt ? InterruptPath(graph, *record.left, record)
                    : graph.After(*record.visible, {platform_.host.name, Stage::kCompletion,
                                                    platform_.host.config.poll_latency_ps +
                                                        (job.asleep ? platform_.host.config.umwait_wakeup_ps : 0)});
  const std::string name = what + (job.shared_queue ? "shared" : "dedicated") + " queue, " +
                           (job.interrupt ? "interrupt" : "polling") + (job.streaming ? ", streaming" : "");
  return Named(name, graph.Critical(from, UnmapStrictly(graph, seen, job)));
}

}  // namespace siov
