// SPDX-License-Identifier: Apache-2.0
#include "models/workload/replay/replay.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "models/workload/trace/window_filter.h"

namespace siov {
namespace {

class OwningWindow final : public TraceSource {
 public:
  OwningWindow(std::unique_ptr<TraceSource> source, const std::string& name)
      : source_(std::move(source)), window_(*source_, name) {}
  bool Next(TraceRecord* record) override { return window_.Next(record); }
  void Rewind() override { window_.Rewind(); }
  const TraceInfo& info() const override { return window_.info(); }

 private:
  std::unique_ptr<TraceSource> source_;
  WindowFilter window_;
};

}  // namespace

TraceOpener WindowOf(const TraceOpener& open, const std::string& name) {
  return [open, name]() -> std::unique_ptr<TraceSource> {
    std::unique_ptr<TraceSource> source = open();
    if (source->info().windowed) return source;
    return std::make_unique<OwningWindow>(std::move(source), name);
  };
}

TraceOpener ReplayedPart(const ReplayConfig& config, const TraceOpener& open) {
  return config.window_only ? WindowOf(open, config.trace_file) : open;
}

void CheckReplayTimes(const ReplayConfig& config, Picoseconds last) {
  if (config.timing != ReplayTiming::kRecorded) return;
  const double end = static_cast<double>(last) * config.time_scale;
  if (end <= static_cast<double>(ReplayConfig::kLongest)) return;
  throw TraceError(config.trace_file + ": ends " + std::to_string(end * 1e-12) +
                   " s after its start, times replay.time_scale; allowed with recorded timing: at most " +
                   std::to_string(ReplayConfig::kLongest / kPsPerSecond) + " s");
}

void ReplayStream::Append(std::uint64_t iova, std::uint32_t size_bytes, JobOp op, Picoseconds gap) {
  const Picoseconds ns = gap / kPsPerNs;
  const bool packs = gap % kPsPerNs == 0 && ns < kElsewhere;
  if (!packs) odd_gaps_[accesses_.size()] = gap;
  Packed packed;
  packed.iova = iova & ((std::uint64_t{1} << kAddressBits) - 1);
  packed.op = static_cast<std::uint64_t>(op) & 3u;
  packed.size_bytes = size_bytes;
  packed.gap_ns = packs ? static_cast<std::uint32_t>(ns) : kElsewhere;
  accesses_.push_back(packed);
}

ReplayAccess ReplayStream::at(std::size_t index) const {
  const Packed& packed = accesses_[index];
  return {packed.iova, packed.size_bytes, static_cast<JobOp>(packed.op)};
}

Picoseconds ReplayStream::gap(std::size_t index) const {
  const std::uint32_t ns = accesses_[index].gap_ns;
  return ns == kElsewhere ? odd_gaps_.at(index) : Picoseconds{ns} * kPsPerNs;
}

void ReplayStream::Clear() {
  accesses_ = {};
  odd_gaps_ = {};
}

struct ReplayCore::Recorded {
  ReplayAccess access;
  std::uint32_t stream = 0;
  Picoseconds time = 0;
};

// Reads one stream of the trace, round and round. The recording is a loop of its whole length.
class ReplayCore::StreamReader {
 public:
  StreamReader(const ReplayCore& core, std::unique_ptr<TraceSource> source, std::uint32_t stream)
      : core_(core), source_(std::move(source)), stream_(stream) {}

  const Recorded& Peek() {
    if (!has_next_) Read();
    return next_;
  }
  Recorded Next() {
    Peek();
    has_next_ = false;
    return next_;
  }

 private:
  void Read() {
    TraceRecord record;
    ReplayFacts ignored;  // counted when the trace was first read
    while (!has_next_) {
      if (!source_->Next(&record)) {
        source_->Rewind();
        loop_start_ += last_time_;
        continue;
      }
      last_time_ = record.time_ps;
      has_next_ = core_.Interpret(record, &next_, &ignored) && next_.stream == stream_;
    }
    next_.time += loop_start_;
  }

  const ReplayCore& core_;
  std::unique_ptr<TraceSource> source_;
  std::uint32_t stream_;
  Recorded next_;
  bool has_next_ = false;
  Picoseconds loop_start_ = 0;
  Picoseconds last_time_ = 0;
};

ReplayCore::ReplayCore(const ReplayConfig& config, TraceOpener open) : config_(config), open_(std::move(open)) {
  Load();
  if (facts_.accesses == 0) throw TraceError(config_.trace_file + ": " + NothingToReplay(facts_.content));
  if (facts_.streamed) {
    CheckStreamable();
    OpenReaders();
  } else {
    PlaceTenants();
  }
}

ReplayCore::~ReplayCore() = default;

bool ReplayCore::Interpret(const TraceRecord& record, Recorded* recorded, ReplayFacts* facts) const {
  switch (record.kind) {
    case TraceKind::kRead:
    case TraceKind::kWrite:
    case TraceKind::kAccess:
      break;
    case TraceKind::kMap:
    case TraceKind::kUnmap:
    case TraceKind::kInvalidateIotlb:
    case TraceKind::kInvalidateDevtlb:
    case TraceKind::kInvalidateContext:
    case TraceKind::kInvalidateIec:
    case TraceKind::kInvalidatePasidIotlb:
    case TraceKind::kInvalidatePasidCache:
    case TraceKind::kInvalidatePasidDevtlb:
      ++facts->mapping_events_skipped;
      return false;
    case TraceKind::kWait:
    case TraceKind::kPageResponse:
    case TraceKind::kInterrupt:
    case TraceKind::kCommand:
    case TraceKind::kMark:
      return false;
  }
  ++facts->accesses;
  facts->unknown_direction += record.kind == TraceKind::kAccess;
  facts->unknown_size += record.size_bytes == 0;
  const Bytes size = record.size_bytes == 0 ? config_.unknown_size_bytes : record.size_bytes;
  if (size > std::numeric_limits<std::uint32_t>::max()) {
    throw TraceError(config_.trace_file + ": access at " + std::to_string(record.time_ps) + " ps has a size of " +
                     std::to_string(size) + " bytes; allowed: below 4 GiB");
  }
  if (record.iova >> ReplayStream::kAddressBits != 0) {
    throw TraceError(config_.trace_file + ": access at " + std::to_string(record.time_ps) + " ps goes to address " +
                     std::to_string(record.iova) + "; allowed: below 2^62");
  }
  recorded->access.iova = record.iova;
  recorded->access.size_bytes = static_cast<std::uint32_t>(size);
  recorded->access.op = record.kind == TraceKind::kWrite ? JobOp::kWrite : JobOp::kRead;
  recorded->stream = record.stream;
  recorded->time = record.time_ps;
  return true;
}

// Accesses are held as long as they fit; beyond, they are only counted.
void ReplayCore::Load() {
  struct Loading {
    ReplayStream accesses;
    std::uint64_t count = 0;
    Picoseconds first = 0;
    Picoseconds last = 0;
  };
  std::map<std::uint32_t, Loading> loading;
  const std::unique_ptr<TraceSource> source = open_();
  TraceRecord record;
  Picoseconds span = 0;
  while (source->Next(&record)) {
    span = record.time_ps;
    facts_.content.See(record);
    Recorded recorded;
    if (!Interpret(record, &recorded, &facts_)) continue;
    Loading& stream = loading[recorded.stream];
    if (stream.count++ == 0) stream.first = stream.last = recorded.time;
    const std::uint64_t odd = stream.accesses.odd_gaps() * ReplayStream::kBytesPerOddGap;
    if (!facts_.streamed && facts_.accesses * ReplayStream::kBytesPerAccess + odd > config_.memory_bytes) {
      facts_.streamed = true;
      for (auto& [id, other] : loading) other.accesses.Clear();
    }
    if (facts_.streamed) continue;
    const ReplayAccess& access = recorded.access;
    stream.accesses.Append(access.iova, access.size_bytes, access.op, recorded.time - stream.last);
    stream.last = recorded.time;
  }
  facts_.content.SeeEnd(source->info());
  CheckReplayTimes(config_, span);
  facts_.streams = static_cast<std::uint32_t>(loading.size());
  for (auto& [id, stream] : loading) {
    stream_ids_.push_back(id);
    lengths_.push_back(stream.count);
    first_time_.push_back(stream.first);
    loop_gap_.push_back(span - stream.last + stream.first);
    if (!facts_.streamed) streams_.push_back(std::move(stream.accesses));
  }
}

void ReplayCore::CheckStreamable() const {
  if (config_.tenants <= facts_.streams) return;
  if (config_.timing == ReplayTiming::kRecorded && config_.stagger == 0.0) return;
  throw TraceError(
      config_.trace_file + ": " + std::to_string(facts_.accesses) + " accesses need " +
      std::to_string(facts_.accesses * ReplayStream::kBytesPerAccess) + " bytes but replay.memory_mib is " +
      std::to_string(config_.memory_bytes >> 20) + "; " + std::to_string(config_.tenants) + " tenants over " +
      std::to_string(facts_.streams) +
      " streams read at different places, which needs the whole trace in memory (allowed without: recorded "
      "timing with stagger 0, or at most one tenant for each stream)");
}

void ReplayCore::OpenReaders() {
  const std::uint32_t players = std::min(config_.tenants, facts_.streams);
  for (std::uint32_t player = 0; player < players; ++player) {
    readers_.push_back(std::make_unique<StreamReader>(*this, open_(), stream_ids_[player]));
  }
  played_.assign(players, 0);
}

// Tenant t starts (t / streams) x stagger of its stream after the start: of its time or of its accesses.
void ReplayCore::PlaceTenants() {
  const bool recorded = config_.timing == ReplayTiming::kRecorded;
  played_.assign(config_.tenants, 0);
  position_.assign(config_.tenants, 0);
  if (recorded) clock_.assign(config_.tenants, 0);
  for (std::uint32_t stream = 0; stream < facts_.streams && stream < config_.tenants; ++stream) {
    std::vector<Picoseconds> times;  // of the accesses
    if (recorded) {
      times.push_back(first_time_[stream]);
      for (std::size_t i = 1; i < streams_[stream].size(); ++i) times.push_back(times.back() + streams_[stream].gap(i));
    }
    std::uint64_t round = 0;
    for (std::uint64_t tenant = stream; tenant < config_.tenants; tenant += facts_.streams, ++round) {
      double whole = 0;
      const double part = std::modf(config_.stagger * static_cast<double>(round), &whole);
      PlaceTenant(static_cast<std::uint32_t>(tenant), part, times);
    }
  }
}

void ReplayCore::PlaceTenant(std::uint32_t tenant, double part, const std::vector<Picoseconds>& times) {
  const std::uint32_t stream = tenant % facts_.streams;
  const std::uint64_t length = lengths_[stream];
  if (times.empty()) {
    position_[tenant] =
        static_cast<std::uint32_t>(part * static_cast<double>(length)) % static_cast<std::uint32_t>(length);
    return;
  }
  const Picoseconds span = loop_gap_[stream] + times.back() - times.front();
  const auto start = static_cast<Picoseconds>(part * static_cast<double>(span));
  const auto next = std::lower_bound(times.begin(), times.end(), start);
  if (next == times.end()) {
    clock_[tenant] = span - start + times.front();
  } else {
    position_[tenant] = static_cast<std::uint32_t>(next - times.begin());
    clock_[tenant] = *next - start;
  }
}

Picoseconds ReplayCore::Scaled(Picoseconds recorded) const {
  if (config_.time_scale == 1.0) return recorded;
  return static_cast<Picoseconds>(static_cast<double>(recorded) * config_.time_scale + 0.5);
}

Picoseconds ReplayCore::NextTime(std::uint32_t player) {
  return Scaled(facts_.streamed ? readers_[player]->Peek().time : clock_[player]);
}

ReplayAccess ReplayCore::Next(std::uint32_t player) {
  ++played_[player];
  if (facts_.streamed) return readers_[player]->Next().access;
  const std::uint32_t stream = StreamOf(player);
  std::uint32_t& position = position_[player];
  const ReplayAccess access = streams_[stream].at(position);
  position = position + 1 == lengths_[stream] ? 0 : position + 1;
  if (!clock_.empty()) clock_[player] += position == 0 ? loop_gap_[stream] : streams_[stream].gap(position);
  return access;
}

}  // namespace siov
