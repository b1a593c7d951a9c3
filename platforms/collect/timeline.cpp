// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/timeline.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "platforms/collect/timeline.pb.h"

namespace siov {
namespace {

using siovsim::perfetto::Trace;
using siovsim::perfetto::TracePacket;
using siovsim::perfetto::TrackEvent;

constexpr std::uint64_t kFirstUuid = 0x51055;

// Appends packets to a file's text. Only the packet at hand is held as a message: packets follow each other in a file
// as they would in a message of them all.
class PacketWriter {
 public:
  explicit PacketWriter(std::string* out) : out_(out), packet_(trace_.add_packet()) {}

  void NameTrack(std::uint64_t track, const std::string& name) {
    Start(0);
    packet_->mutable_track_descriptor()->set_uuid(track);
    packet_->mutable_track_descriptor()->set_name(name);
    trace_.AppendToString(out_);
  }

  using Annotations = std::initializer_list<std::pair<const char*, std::uint64_t>>;
  void Begin(std::uint64_t track, Picoseconds at, const char* name, Annotations annotations) {
    Start(at);
    TrackEvent* event = packet_->mutable_track_event();
    for (const auto& [what, value] : annotations) {
      auto* annotation = event->add_debug_annotations();
      annotation->set_name(what);
      annotation->set_uint_value(value);
    }
    event->set_type(TrackEvent::TYPE_SLICE_BEGIN);
    event->set_track_uuid(track);
    event->set_name(name);
    trace_.AppendToString(out_);
  }

  void End(std::uint64_t track, Picoseconds at) {
    Start(at);
    packet_->mutable_track_event()->set_type(TrackEvent::TYPE_SLICE_END);
    packet_->mutable_track_event()->set_track_uuid(track);
    trace_.AppendToString(out_);
  }

 private:
  void Start(Picoseconds at) {
    packet_->Clear();
    packet_->set_timestamp(at / kPsPerNs);
    packet_->set_trusted_packet_sequence_id(1);
  }

  std::string* out_;
  Trace trace_;
  TracePacket* packet_;
};

}  // namespace

void Timeline::Add(const Job& job) {
  if (jobs_left_ == 0) return;
  --jobs_left_;
  Record record{job.id, job.tenant.value(), job.ledger.start(), job.ledger.cursor(), {}};
  job.ledger.ForEach([&record](Stage stage, Picoseconds entered, Picoseconds left) {
    record.segments.push_back({stage, entered, left});
  });
  records_.push_back(std::move(record));
}

std::string Timeline::Encode() const {
  std::vector<const Record*> by_start;
  for (const Record& record : records_) by_start.push_back(&record);
  std::sort(by_start.begin(), by_start.end(), [](const Record* a, const Record* b) {
    return a->start != b->start ? a->start < b->start : a->id < b->id;
  });
  std::string trace;
  PacketWriter writer(&trace);
  // A file without anything in it looks like a failure.
  if (by_start.empty()) writer.NameTrack(kFirstUuid, "no job finished");
  std::vector<Picoseconds> slot_free;  // end of the last job on each track
  for (const Record* record : by_start) {
    auto slot = std::find_if(slot_free.begin(), slot_free.end(), [&](Picoseconds end) { return end <= record->start; });
    const auto index = static_cast<std::uint64_t>(slot - slot_free.begin());
    const std::uint64_t track = kFirstUuid + index;
    if (slot == slot_free.end()) {
      slot_free.push_back(0);
      writer.NameTrack(track, "job slot " + std::to_string(index));
    }
    slot_free[index] = record->end;
    writer.Begin(track, record->start, "job", {{"tenant", record->tenant}, {"job", record->id}});
    for (const Segment& segment : record->segments) {
      writer.Begin(track, segment.entered, Describe(segment.stage).name,
                   {{"picoseconds", segment.left - segment.entered}});
      writer.End(track, segment.left);
    }
    writer.End(track, record->end);
  }
  return trace;
}

}  // namespace siov
