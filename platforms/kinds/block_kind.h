// SPDX-License-Identifier: Apache-2.0
// The registry of block kinds: what building, the analyses, the verdict, pictures and collectors have to know of a kind
// of block, one row a kind. docs/registry.md says what a row holds and who reads it.
//
// A row is written from a block's README and sees no SystemC; its constructor, which does, is in
// platforms/build/construct_*.cpp under the same name.
#ifndef SIOV_PLATFORMS_KINDS_BLOCK_KIND_H_
#define SIOV_PLATFORMS_KINDS_BLOCK_KIND_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/base/units.h"
#include "models/bridge/access_source.h"
#include "models/protocol/stage.h"
#include "platforms/kinds/job_demand.h"
#include "platforms/kinds/place.h"
#include "platforms/kinds/resource_role.h"
#include "platforms/kinds/wire_format.h"

namespace siov {

// Sockets of one name.
struct Port {
  enum class Way : std::uint8_t { kOut, kIn };  // initiator, target
  enum class Need : std::uint8_t {
    kBound,        // a platform that leaves it open cannot be built
    kMayStayOpen,  // gets a peer that reports any packet as a broken invariant
    kIfBound,      // the block has it only if somebody is there
  };
  enum class Count : std::uint8_t {
    kOne,
    kEach,    // one for each peer, in the order in which they are bound: NAME_0, NAME_1, ...
    kByPeer,  // one for each peer, by the index of the peer's node
  };
  Port(const char* its_name, Way its_way) : name(its_name), way(its_way) {}
  const char* name;
  Way way;
  Need need = Need::kBound;
  Count count = Count::kOne;
  AccessSource asks_as = AccessSource::kDevice;  // of a memory

  Port Each() const { return With(&Port::count, Count::kEach); }
  Port ByPeer() const { return With(&Port::count, Count::kByPeer); }
  Port MayStayOpen() const { return With(&Port::need, Need::kMayStayOpen); }
  Port IfBound() const { return With(&Port::need, Need::kIfBound); }
  Port AsksAs(AccessSource source) const { return With(&Port::asks_as, source); }

 private:
  template <class Member>
  Port With(Member Port::*member, Member value) const {
    Port changed = *this;
    changed.*member = value;
    return changed;
  }
};
inline Port Out(const char* name) { return {name, Port::Way::kOut}; }
inline Port In(const char* name) { return {name, Port::Way::kIn}; }

// A statistic that is a server or a pool of places, and what it does for a job.
struct ResourceRow {
  const char* statistic;  // how its name ends
  ResourceRole role;
};

// What a block can serve at most, for the throughput bound.
struct Capacity {
  std::string name;       // "dsa0.engine contexts"
  double per_second = 0;  // in the unit of the demand; 0: not limited
  double JobDemand::*demand = nullptr;
  bool at_the_end = false;  // of what comes after a job's data has reached memory
  // Those of one name below the nearest node of that kind are one pool, whose capacities add up.
  std::optional<NodeKind> pooled_at = std::nullopt;
};

// Of that many servers or places, for demands that are times.
inline double PerSecond(double servers) { return servers * static_cast<double>(kPsPerSecond); }
// Of servers that take so long for each; 0: no limit, as it takes no time.
inline double OneEach(Picoseconds interval_ps, double servers = 1) {
  return interval_ps == 0 ? 0 : PerSecond(servers) / static_cast<double>(interval_ps);
}

// A packet on its way, with nobody else around.
struct Passage {
  enum class Way : std::uint8_t {
    kUp,    // a request to the root complex, or an answer of a device to the host
    kBack,  // the answer to a device's request
    kDown,  // a request to a device
  };
  Way way = Way::kUp;
  WireTlp tlp = {};              // that links carry
  std::uint32_t data_bytes = 0;  // that memory is asked for; of its answer, kBack, that it gave
  bool write = false;
};

// A part of the time a packet takes to pass a block: what it is spent in, and how long it keeps the next one of its
// stream waiting.
struct Service {
  enum class Keeps : std::uint8_t { kNobody, kForInterval, kToItsEnd };
  Stage stage;
  Picoseconds latency_ps = 0;
  Keeps keeps = Keeps::kNobody;
  Stage wait = Stage::kPort;    // what the next one waits in
  Picoseconds interval_ps = 0;  // kForInterval: from one packet's arrival to the next's
};
using Services = std::vector<Service>;

using Words = std::vector<std::string>;

struct BlockKind {
  // Which lookups of it count as a translated request's first.
  enum class Translates : std::uint8_t { kNo, kForDevice, kForAll };
  static constexpr int kAside = 140;  // on no job's path

  const char* name;    // "page_walker"
  int depth = kAside;  // how far along a job's path it lies: a full one fills up those before it
  std::vector<Port> ports = {};
  std::vector<ResourceRow> resources = {};
  Translates translates = Translates::kNo;
  bool ring = false;  // its occupancies are software's rings, which hold what nobody has read yet
  // The zero-load time of a packet that passes it, by its README and not by its code; null: none.
  Services (*pass)(const Place& place, const Passage& packet) = nullptr;
  // Its lines in the picture of its node, or, of a link, of the line that it draws; null: none.
  Words (*picture)(const Place& place) = nullptr;
  // Null: limits nothing.
  std::vector<Capacity> (*capacity)(const Place& place) = nullptr;

  const Port* FindPort(const std::string& port) const;
  ResourceRole RoleOf(const std::string& statistic) const;
};

// All rows.
const std::vector<BlockKind>& BlockKinds();
// REQUIRES a row of that name.
const BlockKind& KindNamed(const std::string& name);

// By room; only the registry asks.
std::vector<BlockKind> FabricKinds();
std::vector<BlockKind> DeviceKinds();
std::vector<BlockKind> IommuKinds();
std::vector<BlockKind> HostKinds();
std::vector<BlockKind> MemoryKinds();

}  // namespace siov

#endif  // SIOV_PLATFORMS_KINDS_BLOCK_KIND_H_
