// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/timeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace siov {
namespace {

// A message of the protobuf wire format as (field, varint value or bytes), in order. Knows nothing of the writer.
struct WireField {
  std::uint64_t number = 0;
  std::uint64_t value = 0;
  std::string_view bytes;
};

std::uint64_t TakeVarint(std::string_view& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (in.empty()) throw std::runtime_error("varint runs over the end");
    const auto byte = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7Fu) << shift;
    if (byte < 0x80) return value;
  }
  throw std::runtime_error("varint of more than ten bytes");
}

std::vector<WireField> Decode(std::string_view in) {
  std::vector<WireField> fields;
  while (!in.empty()) {
    const std::uint64_t key = TakeVarint(in);
    WireField field;
    field.number = key >> 3;
    if ((key & 7u) == 0) {
      field.value = TakeVarint(in);
    } else if ((key & 7u) == 2) {
      const std::uint64_t length = TakeVarint(in);
      if (length > in.size()) throw std::runtime_error("bytes run over the end");
      field.bytes = in.substr(0, length);
      in.remove_prefix(length);
    } else {
      throw std::runtime_error("unexpected wire type");
    }
    fields.push_back(field);
  }
  return fields;
}

const WireField* Find(const std::vector<WireField>& fields, std::uint64_t number) {
  for (const WireField& field : fields) {
    if (field.number == number) return &field;
  }
  return nullptr;
}

struct Slice {
  std::string name;
  std::uint64_t track = 0;
  std::uint64_t begin_ns = 0;
  std::uint64_t end_ns = 0;
  std::size_t depth = 0;
  std::map<std::string, std::uint64_t> annotations;
};

// What a viewer makes of a trace. Throws if time runs backwards on a track, an end has no beginning, a beginning no
// end, or a track no descriptor.
struct Viewed {
  std::map<std::uint64_t, std::string> tracks;
  std::vector<Slice> slices;  // in order of their beginnings in the file

  explicit Viewed(const std::string& trace) {
    for (const WireField& packet : Decode(trace)) {
      if (packet.number != 1) throw std::runtime_error("not a packet");
      const std::vector<WireField> fields = Decode(packet.bytes);
      if (Find(fields, 10) == nullptr) throw std::runtime_error("no sequence id");
      if (const WireField* descriptor = Find(fields, 60)) {
        const auto body = Decode(descriptor->bytes);
        tracks[Find(body, 1)->value] = std::string(Find(body, 2)->bytes);
      } else {
        Event(Find(fields, 8)->value, Decode(Find(fields, 11)->bytes));
      }
    }
    for (const auto& [track, open] : open_) {
      if (!open.empty()) throw std::runtime_error("a slice never ends");
    }
  }

  void Event(std::uint64_t time_ns, const std::vector<WireField>& event) {
    const std::uint64_t track = Find(event, 11)->value;
    if (tracks.count(track) == 0) throw std::runtime_error("track without a descriptor");
    if (time_ns < clock_[track]) throw std::runtime_error("time runs backwards on a track");
    clock_[track] = time_ns;
    std::vector<std::size_t>& open = open_[track];
    const std::uint64_t type = Find(event, 9)->value;
    if (type == 1) {
      Slice slice;
      slice.name = std::string(Find(event, 23)->bytes);
      slice.track = track;
      slice.begin_ns = time_ns;
      slice.depth = open.size();
      for (const WireField& field : event) {
        if (field.number != 4) continue;
        const auto annotation = Decode(field.bytes);
        slice.annotations[std::string(Find(annotation, 10)->bytes)] = Find(annotation, 3)->value;
      }
      open.push_back(slices.size());
      slices.push_back(slice);
    } else if (type == 2) {
      if (open.empty()) throw std::runtime_error("an end without a beginning");
      slices[open.back()].end_ns = time_ns;
      open.pop_back();
    } else {
      throw std::runtime_error("neither a beginning nor an end");
    }
  }

 private:
  std::map<std::uint64_t, std::uint64_t> clock_;
  std::map<std::uint64_t, std::vector<std::size_t>> open_;
};

Job MakeJob(std::uint64_t id, Picoseconds start_ns, Picoseconds engine_ns, Picoseconds memory_ns) {
  Job job;
  job.id = id;
  job.tenant = TenantId(static_cast<std::uint32_t>(1'000 + id));
  Picoseconds at = start_ns * kPsPerNs;
  job.ledger.Open(at);
  job.ledger.Mark(Stage::kEngine, at += engine_ns * kPsPerNs);
  job.ledger.Mark(Stage::kMemory, at += memory_ns * kPsPerNs);
  return job;
}

TEST(TimelineTest, WithoutAJobItSaysSo) {
  const std::string trace = Timeline(5).Encode();
  ASSERT_FALSE(trace.empty());
  EXPECT_NE(trace.find("no job finished"), std::string::npos);
}

TEST(Timeline, AJobIsASliceWithItsStagesInside) {
  Timeline timeline(10);
  timeline.Add(MakeJob(7, 100, 20, 30));
  const Viewed viewed(timeline.Encode());
  ASSERT_EQ(viewed.tracks.size(), 1u);
  EXPECT_EQ(viewed.tracks.begin()->second, "job slot 0");
  ASSERT_EQ(viewed.slices.size(), 3u);
  const Slice& job = viewed.slices[0];
  EXPECT_EQ(job.name, "job");
  EXPECT_EQ(job.depth, 0u);
  EXPECT_EQ(job.begin_ns, 100u);
  EXPECT_EQ(job.end_ns, 150u);
  EXPECT_EQ(job.annotations, (std::map<std::string, std::uint64_t>{{"tenant", 1'007}, {"job", 7}}));
  const Slice& engine = viewed.slices[1];
  EXPECT_EQ(engine.name, "engine");
  EXPECT_EQ(engine.depth, 1u);
  EXPECT_EQ(engine.begin_ns, 100u);
  EXPECT_EQ(engine.end_ns, 120u);
  EXPECT_EQ(engine.annotations.at("picoseconds"), 20'000u);
  const Slice& memory = viewed.slices[2];
  EXPECT_EQ(memory.name, "memory");
  EXPECT_EQ(memory.begin_ns, 120u);
  EXPECT_EQ(memory.end_ns, 150u);
}

TEST(Timeline, ConcurrentJobsHaveTracksOfTheirOwnAndTracksAreUsedAgain) {
  Timeline timeline(10);
  timeline.Add(MakeJob(2, 10, 20, 20));  // 10..50, finished before the job that started earlier
  timeline.Add(MakeJob(1, 0, 50, 50));   // 0..100
  timeline.Add(MakeJob(3, 50, 5, 5));    // 50..60: after job 2 on its track
  timeline.Add(MakeJob(4, 55, 1, 1));    // 55..57: a third at the same time
  const Viewed viewed(timeline.Encode());
  EXPECT_EQ(viewed.tracks.size(), 3u);
  std::map<std::uint64_t, std::uint64_t> track_of;
  for (const Slice& slice : viewed.slices) {
    if (slice.name == "job") track_of[slice.annotations.at("job")] = slice.track;
  }
  ASSERT_EQ(track_of.size(), 4u);
  EXPECT_NE(track_of[1], track_of[2]);
  EXPECT_EQ(track_of[2], track_of[3]);
  EXPECT_NE(track_of[4], track_of[1]);
  EXPECT_NE(track_of[4], track_of[3]);
}

// Viewed throws if slices on a track do not nest or time runs backwards.
TEST(Timeline, ManyOverlappingJobsOfOddLengthsNestOnEveryTrack) {
  Timeline timeline(1'000);
  std::uint64_t state = 1;
  Picoseconds covered = 0;
  for (std::uint64_t id = 0; id < 1'000; ++id) {
    Job job;
    job.id = id;
    state = state * 6364136223846793005u + 1442695040888963407u;
    const Picoseconds start = (state >> 40) % 1'000'003;
    job.ledger.Open(start);
    job.ledger.Mark(Stage::kQueueWait, start + (state >> 20) % 977);
    job.ledger.Mark(Stage::kEngine, start + 977 + (state >> 30) % 50'021);
    covered += job.ledger.elapsed();
    timeline.Add(job);
  }
  const Viewed viewed(timeline.Encode());
  std::uint64_t jobs = 0;
  Picoseconds in_stages = 0;
  for (const Slice& slice : viewed.slices) {
    EXPECT_LE(slice.begin_ns, slice.end_ns);
    EXPECT_EQ(slice.depth, slice.name == "job" ? 0u : 1u);
    if (slice.name == "job") {
      ++jobs;
    } else {
      in_stages += slice.annotations.at("picoseconds");
    }
  }
  EXPECT_EQ(jobs, 1'000u);
  EXPECT_EQ(in_stages, covered);
}

TEST(Timeline, StopsAtItsLimit) {
  Timeline timeline(2);
  for (std::uint64_t id = 0; id < 5; ++id) timeline.Add(MakeJob(id, 100 * id, 10, 10));
  EXPECT_EQ(Viewed(timeline.Encode()).slices.size(), 2u * 3u);
}

TEST(Timeline, ThatNoJobFinishedIsSaidInIt) {
  const std::string trace = Timeline(5).Encode();
  EXPECT_THAT(trace, ::testing::HasSubstr("no job finished"));
  EXPECT_EQ(Viewed(trace).slices.size(), 0u);
}

}  // namespace
}  // namespace siov
