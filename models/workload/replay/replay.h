// SPDX-License-Identifier: Apache-2.0
// Replays a recorded trace on behalf of many tenants: which access comes next, and when.
//
// Tenants of one stream are at different places of it, so a stream is held as one array (16 bytes an access) that all
// of them read. A trace too large for that is streamed, one reader a stream; that needs all tenants of a stream at the
// same place (recorded timing without stagger, or one tenant a stream) and is refused otherwise.
//
// READ becomes a device read, WRITE a device write, ACCESS (direction not recorded) a read. Mappings and invalidations
// are not replayed here but counted; ordered_replay.h is the replay that follows them. Commands, interrupts and marks
// are not accesses and play no part.
#ifndef SIOV_MODELS_WORKLOAD_REPLAY_REPLAY_H_
#define SIOV_MODELS_WORKLOAD_REPLAY_REPLAY_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/base/units.h"
#include "models/protocol/job.h"
#include "models/workload/replay/replay_config.h"
#include "models/workload/replay/replay_facts.h"
#include "models/workload/trace/trace_record.h"

namespace siov {

// Opens the trace anew, at its start. Called once to load it and, if it is streamed, once more a stream.
using TraceOpener = std::function<std::unique_ptr<TraceSource>()>;

struct ReplayAccess {
  std::uint64_t iova = 0;
  std::uint32_t size_bytes = 0;
  JobOp op = JobOp::kRead;
};

// Recorded times, scaled, must end within ReplayConfig::kLongest: a run goes through its time step by step. Throws
// TraceError. No other timing looks at recorded times.
void CheckReplayTimes(const ReplayConfig& config, Picoseconds last);

// Opens only the recording's window (see trace/window_filter.h); a file that was cut to its window already is opened as
// it is. `name` is for messages.
TraceOpener WindowOf(const TraceOpener& open, const std::string& name);
// What is replayed of the recording that `open` opens: all of it, or its window.
TraceOpener ReplayedPart(const ReplayConfig& config, const TraceOpener& open);

// One stream's accesses, packed.
class ReplayStream {
 public:
  void Append(std::uint64_t iova, std::uint32_t size_bytes, JobOp op, Picoseconds gap);
  std::size_t size() const { return accesses_.size(); }
  std::size_t odd_gaps() const { return odd_gaps_.size(); }
  ReplayAccess at(std::size_t index) const;
  Picoseconds gap(std::size_t index) const;  // since the access before
  void Clear();

  static constexpr std::uint64_t kBytesPerAccess = 16;
  static constexpr std::uint64_t kBytesPerOddGap = 64;  // on top, a node of a tree
  static constexpr unsigned kAddressBits = 62;

 private:
  struct Packed {
    std::uint64_t iova : kAddressBits;
    std::uint64_t op : 2;
    std::uint32_t size_bytes;
    std::uint32_t gap_ns;  // kElsewhere: in odd_gaps_
  };
  static constexpr std::uint32_t kElsewhere = 0xFFFF'FFFFu;
  static_assert(sizeof(Packed) == kBytesPerAccess);
  std::vector<Packed> accesses_;
  std::map<std::size_t, Picoseconds> odd_gaps_;  // beyond 4.29 s, or not a whole number of nanoseconds
};

class ReplayCore {
 public:
  // Reads the trace once. Throws TraceError: nothing to replay, or too large for the tenants asked for.
  ReplayCore(const ReplayConfig& config, TraceOpener open);
  ~ReplayCore();

  // A player is a place in a stream: one a tenant, or, if the trace is streamed, one a stream. Player p plays for the
  // tenants p, p + tenant_step(), ...
  std::uint32_t players() const { return static_cast<std::uint32_t>(played_.size()); }
  std::uint32_t tenant_step() const { return players(); }
  bool Finished(std::uint32_t player) const { return played_[player] == Jobs(player); }
  // Recorded timing: when the next access is due, from the start of the run. REQUIRES: not Finished().
  Picoseconds NextTime(std::uint32_t player);
  // Takes the player's next access. REQUIRES: not Finished().
  ReplayAccess Next(std::uint32_t player);
  const ReplayFacts& facts() const { return facts_; }

 private:
  class StreamReader;
  struct Recorded;  // one access of the trace, with its absolute time
  void Load();
  bool Interpret(const TraceRecord& record, Recorded* access, ReplayFacts* facts) const;
  void CheckStreamable() const;
  void OpenReaders();
  void PlaceTenants();
  void PlaceTenant(std::uint32_t tenant, double part, const std::vector<Picoseconds>& times);
  std::uint32_t StreamOf(std::uint32_t player) const { return player % facts_.streams; }
  std::uint64_t Jobs(std::uint32_t player) const {
    return config_.jobs_per_tenant == 0 ? lengths_[StreamOf(player)] : config_.jobs_per_tenant;
  }
  Picoseconds Scaled(Picoseconds recorded) const;

  ReplayConfig config_;
  TraceOpener open_;
  ReplayFacts facts_;
  // By stream with accesses, in the order of the trace's stream numbers.
  std::vector<std::uint32_t> stream_ids_;
  std::vector<std::uint64_t> lengths_;                  // accesses
  std::vector<Picoseconds> first_time_;                 // of the first access
  std::vector<Picoseconds> loop_gap_;                   // from the last access, over the recording's end, to the first
  std::vector<ReplayStream> streams_;                   // if held
  std::vector<std::unique_ptr<StreamReader>> readers_;  // if streamed
  // By player.
  std::vector<std::uint64_t> played_;    // jobs
  std::vector<std::uint32_t> position_;  // if held
  std::vector<Picoseconds> clock_;       // if held, recorded timing: of the next access, since the player's start
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_REPLAY_REPLAY_H_
