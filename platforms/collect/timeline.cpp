// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/timeline.h"

#include <algorithm>

namespace siov {
namespace {

// perfetto.protos field numbers.
enum Field : std::uint32_t {
  kTracePacket = 1,
  kPacketTimestamp = 8,
  kPacketSequenceId = 10,
  kPacketTrackEvent = 11,
  kPacketTrackDescriptor = 60,
  kDescriptorUuid = 1,
  kDescriptorName = 2,
  kEventType = 9,
  kEventTrackUuid = 11,
  kEventName = 23,
  kEventAnnotation = 4,
  kAnnotationUint = 3,
  kAnnotationName = 10,
};
enum EventType : std::uint64_t { kSliceBegin = 1, kSliceEnd = 2 };

constexpr std::uint32_t kVarint = 0;
constexpr std::uint32_t kLengthDelimited = 2;
constexpr std::uint64_t kFirstUuid = 0x51055;

void PutVarint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>((value & 0x7F) | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void PutUint(std::string& out, std::uint32_t field, std::uint64_t value) {
  PutVarint(out, (field << 3) | kVarint);
  PutVarint(out, value);
}

void PutBytes(std::string& out, std::uint32_t field, const std::string& value) {
  PutVarint(out, (field << 3) | kLengthDelimited);
  PutVarint(out, value.size());
  out += value;
}

std::string Annotation(const std::string& name, std::uint64_t value) {
  std::string annotation;
  PutBytes(annotation, kAnnotationName, name);
  PutUint(annotation, kAnnotationUint, value);
  return annotation;
}

void PutPacket(std::string& trace, Picoseconds time, std::uint32_t field, const std::string& body) {
  std::string packet;
  PutUint(packet, kPacketTimestamp, time / kPsPerNs);
  PutUint(packet, kPacketSequenceId, 1);
  PutBytes(packet, field, body);
  PutBytes(trace, kTracePacket, packet);
}

void PutSlice(std::string& trace, std::uint64_t track, Picoseconds entered, Picoseconds left, const std::string& name,
              const std::string& annotations) {
  std::string begin;
  PutUint(begin, kEventType, kSliceBegin);
  PutUint(begin, kEventTrackUuid, track);
  PutBytes(begin, kEventName, name);
  begin += annotations;
  PutPacket(trace, entered, kPacketTrackEvent, begin);
  std::string end;
  PutUint(end, kEventType, kSliceEnd);
  PutUint(end, kEventTrackUuid, track);
  PutPacket(trace, left, kPacketTrackEvent, end);
}

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
  std::vector<Picoseconds> slot_free;  // end of the last job on each track
  for (const Record* record : by_start) {
    auto slot = std::find_if(slot_free.begin(), slot_free.end(), [&](Picoseconds end) { return end <= record->start; });
    const auto index = static_cast<std::uint64_t>(slot - slot_free.begin());
    const std::uint64_t track = kFirstUuid + index;
    if (slot == slot_free.end()) {
      slot_free.push_back(0);
      std::string descriptor;
      PutUint(descriptor, kDescriptorUuid, track);
      PutBytes(descriptor, kDescriptorName, "job slot " + std::to_string(index));
      PutPacket(trace, 0, kPacketTrackDescriptor, descriptor);
    }
    slot_free[index] = record->end;
    std::string begin;
    PutUint(begin, kEventType, kSliceBegin);
    PutUint(begin, kEventTrackUuid, track);
    PutBytes(begin, kEventName, "job");
    PutBytes(begin, kEventAnnotation, Annotation("tenant", record->tenant));
    PutBytes(begin, kEventAnnotation, Annotation("job", record->id));
    PutPacket(trace, record->start, kPacketTrackEvent, begin);
    for (const Segment& segment : record->segments) {
      std::string picoseconds;
      PutBytes(picoseconds, kEventAnnotation, Annotation("picoseconds", segment.left - segment.entered));
      PutSlice(trace, track, segment.entered, segment.left, Describe(segment.stage).name, picoseconds);
    }
    std::string end;
    PutUint(end, kEventType, kSliceEnd);
    PutUint(end, kEventTrackUuid, track);
    PutPacket(trace, record->end, kPacketTrackEvent, end);
  }
  return trace;
}

}  // namespace siov
