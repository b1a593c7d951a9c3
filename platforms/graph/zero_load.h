// SPDX-License-Identifier: Apache-2.0
// Zero-load latency of every kind of request of one endpoint, computed from the resolved platform alone.
//
// Each function builds the graph of one request kind (layered_graph.h) and returns its path with a breakdown by stage.
// Packets take the shortest route through the graph of blocks, and every block on it adds what its row in the registry
// says. The rules are those of docs/blocks.md; no code of the blocks is used, so simulator and graph check each other.
// Requests are aligned to their size and lie within one page. LLC_TAGS counts as cold: reads miss, writes allocate.
#ifndef SIOV_PLATFORMS_GRAPH_ZERO_LOAD_H_
#define SIOV_PLATFORMS_GRAPH_ZERO_LOAD_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platforms/graph/layered_graph.h"
#include "platforms/kinds/topology.h"
#include "platforms/kinds/wire_format.h"
#include "platforms/resolve/resolved.h"

namespace siov {

// Dependent reads of a page walk, and the lookups of its caches.
struct WalkReads {
  unsigned structure = 0;      // root, context, PASID directory, PASID entry; RISC-V: the levels of both directories
  unsigned table = 0;          // page-table entries
  Picoseconds lookups_ps = 0;  // of caches that take time of their own, one after the other
  // Of those, which lie not where their kind lies: in guest memory, that is among the tenants' pages; with the IOMMU's
  // structures.
  unsigned structure_in_guest = 0;
  unsigned table_in_guest = 0;
  unsigned table_at_iommu = 0;
};
// Of a host of several sockets, which memory holds the tenants' pages and their page tables; absent: the device's own.
struct MemoryHomes {
  std::optional<std::uint32_t> pages;
  std::optional<std::uint32_t> page_tables;
};
inline MemoryHomes HomesOf(const AddressSpaceClass& space) { return {space.pages_home, space.page_tables_home}; }
// A walk with nothing cached: (n + 1)(m + 1) - 1 table reads for n on m levels down to their leaves.
WalkReads ColdWalk(const AddressSpaceClass& space, const PageWalkerConfig& walker = PageWalkerConfig());
// The walk that checks a translated request (ATS-13) with nothing cached: the second stage alone, behind the device
// directory, or the host permission table behind the PASID's entry.
WalkReads ColdCheck(const AddressSpaceClass& space, const PageWalkerConfig& walker, Containment containment);

struct JobShape {
  JobOp op = JobOp::kMove;
  std::uint32_t size_bytes = 64;
  bool shared_queue = true;
  bool interrupt = false;
  bool from_device = false;  // neither submission nor record
  bool streaming = false;    // mapped for this job alone; unmapped after it, strictly
  WalkReads data_walk;       // streaming: of each buffer, which nobody has used since it was mapped
  bool fence = true;         // waited for before the submission
  bool asleep = false;  // the thread waits in UMWAIT; one that spins may look later than the zero-load latency says
  bool guest = false;   // the CPU replaces the PASID of ENQCMD
};

class ZeroLoad {
 public:
  ZeroLoad(const ResolvedPlatform& platform, std::size_t endpoint, const MemoryHomes& homes = {});
  // The topology must outlive it.
  ZeroLoad(const Topology& topology, std::size_t endpoint, const MemoryHomes& homes = {});

  ZeroLoadPath SubmitDedicated() const;        // CPU issues until accepted
  ZeroLoadPath SubmitShared() const;           // CPU issues until accepted
  ZeroLoadPath SubmitSharedRoundTrip() const;  // until the CPU knows
  // How long a CPU is busy with a job's submission, the first time.
  Picoseconds SubmittingCpu(const JobShape& job) const;
  // Data requests, from the engine's issue: reads until the data is back, writes until visible. Translated ones hit the
  // ATC, and the IOTLB too where their addresses are checked; untranslated ones are those of a device without ATS.
  ZeroLoadPath TranslatedRead(std::uint32_t bytes) const;
  ZeroLoadPath TranslatedWrite(std::uint32_t bytes) const;
  ZeroLoadPath CheckedReadCold(std::uint32_t bytes, const WalkReads& check) const;  // REQUIRES checks_translated()
  ZeroLoadPath UntranslatedRead(std::uint32_t bytes) const;                         // IOTLB hit
  ZeroLoadPath UntranslatedWrite(std::uint32_t bytes) const;
  ZeroLoadPath UntranslatedReadCold(std::uint32_t bytes, const WalkReads& walk) const;
  // Translation request until the answer is at the ATC.
  ZeroLoadPath AtsHit() const;
  ZeroLoadPath AtsCold(const WalkReads& walk) const;
  // Page request sent until the response is at the ATC; handler asleep, mean service time.
  ZeroLoadPath PageRequest(bool guest = false) const;  // guest: a first-stage fault of a nested space
  // Engine asks for an interrupt until the tenant sees it; entries cached where there is a cache.
  ZeroLoadPath Interrupt() const;
  // Submission until the tenant notices; everything cached. Exact for one read and one write of at most MPS and MRRS
  // bytes and memory without bandwidth limits; a lower bound otherwise, and for streaming jobs of a device with ATS
  // (their device-TLB invalidations are left out).
  ZeroLoadPath WholeJob(const JobShape& job) const;

  // A streaming job's buffers, strictly unmapped, on the CPU that waits for the invalidations; a device with ATS has
  // one more of them, whose round trip is left out.
  ZeroLoadPath StrictUnmapping(JobOp op) const;

  // A CPU's access to a register of the device: a round trip, of a posted write until the device has it.
  ZeroLoadPath ConfigurationAccess(bool write) const;
  ZeroLoadPath RegisterRead(std::uint32_t bytes) const;
  ZeroLoadPath RegisterWrite(std::uint32_t bytes) const;

  // Every request kind of this endpoint, for tables.
  std::vector<ZeroLoadPath> All(const std::vector<AddressSpaceClass>& spaces) const;

  const ResolvedEndpoint& endpoint() const { return endpoint_; }
  // Those it is behind.
  const ResolvedRootPort& root_port() const { return root_port_; }
  const ResolvedIommu& iommu() const { return iommu_; }
  // That of the pages, and whether it is another socket's.
  const MemoryConfig& memory() const { return platform_.memories[pages_].config; }
  bool crosses_sockets() const { return pages_ != socket_; }
  const SocketLinkConfig& socket_link() const;  // REQUIRES crosses_sockets()
  bool has_atc() const { return endpoint_.atc.has_value(); }
  bool checks_translated() const { return has_atc() && iommu_.iotlb.containment != Containment::kNone; }

 private:
  using Moment = LayeredGraph::Moment;

  using Blocks = std::vector<Topology::Block>;
  // Since when the next packet of a stream may follow: by server that one packet passes after the other.
  using Trail = std::map<std::string, Moment>;

  // Moments of a posted write that others of its stream wait for; absent where there was no such write.
  struct PostedWrite {
    Trail trail;
    std::optional<Moment> left;        // the device's own blocks
    std::optional<Moment> translated;  // and on its way to memory
    std::optional<Moment> visible;
  };

  ZeroLoad(const std::shared_ptr<const Topology>& owned, std::size_t endpoint, const MemoryHomes& homes);

  // Ways through the platform.
  Topology::Block Part(NodeKind kind, const std::string& part) const;  // of the nearest node of the kind
  Blocks Route(Topology::Block from, Topology::Block to) const { return topology_.Route(from, to); }
  Blocks Upstream() const;    // from the device's port to its root port
  Blocks Submission() const;  // from the host, itself not included, to the queues
  static Blocks Reversed(Blocks blocks);

  // Parts of paths; each returns the moment its part is over. Packets of a trail wait for those before them.
  Moment Pass(LayeredGraph& graph, Moment from, const Blocks& blocks, const Passage& packet,
              Trail* trail = nullptr) const;
  Moment Pass(LayeredGraph& graph, Moment from, Topology::Block block, Trail* trail = nullptr) const;
  // One that is there only in runs that have something to do for it.
  Moment PassKind(LayeredGraph& graph, Moment from, const char* kind, const Place& place, const Passage& packet) const;
  Moment Submit(LayeredGraph& graph, Moment from, const JobShape& job) const;
  Moment SubmitTo(LayeredGraph& graph, Moment from, bool shared) const;
  Moment Access(LayeredGraph& graph, Moment from, const WireTlp& tlp) const;
  Moment Up(LayeredGraph& graph, Moment from, const WireTlp& tlp, Trail* trail = nullptr) const;
  Moment IotlbLookup(LayeredGraph& graph, Moment from, Trail* trail = nullptr) const;
  bool passes_iotlb() const { return !has_atc() || checks_translated(); }
  Moment Walk(LayeredGraph& graph, Moment from, const WalkReads& walk) const;
  Moment TranslateData(LayeredGraph& graph, Moment from, const JobShape& job, Trail* trail = nullptr) const;
  Moment UnmapStrictly(LayeredGraph& graph, Moment from, const JobShape& job) const;
  // Until it is answered, or a write known to be visible.
  Moment Memory(LayeredGraph& graph, Moment from, std::uint32_t home, std::uint32_t bytes, bool write,
                Trail* trail = nullptr) const;
  Moment WalkRead(LayeredGraph& graph, Moment from, std::uint32_t home) const;
  Moment WaitForVisible(LayeredGraph& graph, Moment from, Moment visible) const;
  Blocks SocketLinkTo(std::uint32_t home) const;  // none: it is this socket's memory
  Moment AtcLookup(LayeredGraph& graph, Moment from, Trail* trail = nullptr) const;
  Moment ReadBack(LayeredGraph& graph, Moment from, std::uint32_t bytes) const;
  Moment FaultHandler(LayeredGraph& graph, Moment from, bool guest) const;
  Moment Ats(LayeredGraph& graph, Moment from, const WalkReads& walk) const;
  Moment DataPath(LayeredGraph& graph, Moment from, std::uint32_t bytes) const;
  Moment Store(LayeredGraph& graph, Moment from, std::uint32_t bytes) const;
  Moment StageWrite(LayeredGraph& graph, Moment from, std::uint32_t bytes, Trail* trail) const;
  Moment ReadData(LayeredGraph& graph, Moment from, const JobShape& job, PostedWrite* older) const;
  Moment FetchData(LayeredGraph& graph, Moment from, const JobShape& job, PostedWrite* wire) const;
  // `data`: the job whose data it is; null: a record, whose page is mapped for ever.
  PostedWrite PostWrite(LayeredGraph& graph, Moment from, std::uint32_t bytes, const PostedWrite& older,
                        const JobShape* data) const;
  Moment FindMessage(LayeredGraph& graph, Moment from) const;
  Moment InterruptPath(LayeredGraph& graph, Moment from, const PostedWrite& record) const;

  // Of the IOMMU's and the driver's own accesses, there and back.
  Picoseconds TableReadLatency(std::uint32_t home) const;
  Picoseconds MemoryLatency(std::uint32_t home, std::uint32_t bytes, bool write) const;
  const std::string& MemoryName(std::uint32_t home) const { return platform_.memories[home].name; }
  ZeroLoadPath Read(const std::string& name, std::uint32_t bytes, const WalkReads* walk) const;  // null: translated
  ZeroLoadPath Write(const std::string& name, std::uint32_t bytes, bool translated) const;
  static ZeroLoadPath Named(const std::string& name, ZeroLoadPath path);

  std::shared_ptr<const Topology> owned_;  // null: somebody else's
  const Topology& topology_;
  NodeRef device_;
  const ResolvedPlatform& platform_;
  const ResolvedEndpoint& endpoint_;
  const ResolvedRootPort& root_port_;
  const ResolvedIommu& iommu_;
  std::uint32_t socket_;  // the device's, and which memories hold what
  std::uint32_t pages_;
  std::uint32_t page_tables_;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_GRAPH_ZERO_LOAD_H_
