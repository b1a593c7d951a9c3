// SPDX-License-Identifier: Apache-2.0
// The way between devices and the root complex.
#include <algorithm>

#include "platforms/kinds/block_kind.h"
#include "platforms/kinds/wire_format.h"
#include "platforms/kinds/words.h"

namespace siov {
namespace {

using Role = ResourceRole;
using Way = Passage::Way;

BlockKind DevicePort() {
  BlockKind kind{"device_port", 60};
  kind.ports = {
      In("from_block").Each(),     In("from_link"), Out("to_link"), Out("to_portal"), Out("to_atc").MayStayOpen(),
      Out("to_function").IfBound()};
  kind.resources = {{"tags_in_use", Role::kTags}, {"posted_queue", Role::kPostedQueue}};
  kind.pass = [](const Place& place, const Passage& packet) -> Services {
    const DevicePortConfig& port = place.endpoint().port;
    return {{Stage::kPort, packet.way == Way::kUp ? port.egress_latency_ps : port.ingress_latency_ps}};
  };
  kind.capacity = [](const Place& place) -> std::vector<Capacity> {
    return {{place.path + " tags", PerSecond(place.endpoint().port.tags), &JobDemand::tag_ps}};
  };
  return kind;
}

// What a packet, or all completions of a read, add to their time on the wires by passing the link above `node`: of
// several, each begins the next wire while those behind it are on the one before, and none passes another.
Picoseconds WireTime(const ResolvedPlatform& platform, NodeRef node, const Passage& packet) {
  const LinkConfig& last = platform.LinkAbove(node).config;
  const WireFormat format(last);
  const std::uint32_t pieces = format.PacketsOf(packet.tlp);
  if (pieces == 1) return format.TimeFor(format.BytesOf(packet.tlp));
  std::vector<NodeRef> below;
  for (NodeRef at = node;; at = platform.LinkAbove(at).above) {
    below.push_back(at);
    if (!platform.LinkAbove(at).config.switch_above) break;
  }
  std::vector<Picoseconds> sent(pieces);  // when the wire looked at has each of them whole
  Picoseconds before = 0;
  for (auto at = below.rbegin(); at != below.rend(); ++at) {
    const WireFormat wire(platform.LinkAbove(*at).config);
    before = sent.back();
    Picoseconds free = 0;
    for (std::uint32_t i = 0; i < pieces; ++i) {
      free = sent[i] = std::max(free, sent[i]) + wire.TimeFor(wire.BytesOfPacket(packet.tlp, i));
    }
  }
  return sent.back() - before;
}

BlockKind Link() {
  BlockKind kind{"link", 70};
  kind.ports = {In("upstream_in"), Out("upstream_out"), In("downstream_in"), Out("downstream_out")};
  kind.resources = {{"_busy", Role::kWire},
                    {"upstream_posted_headers", Role::kUpstreamCredits},
                    {"upstream_posted_data", Role::kUpstreamCredits},
                    {"upstream_nonposted_headers", Role::kUpstreamCredits},
                    {"upstream_completion_headers", Role::kAnswerCredits},
                    {"downstream_posted_headers", Role::kDownstreamCredits},
                    {"downstream_posted_data", Role::kDownstreamCredits},
                    {"downstream_nonposted_headers", Role::kDownstreamCredits},
                    {"downstream_nonposted_data", Role::kDownstreamCredits},
                    {"downstream_completion_headers", Role::kDownstreamCredits},
                    {"downstream_completion_data", Role::kDownstreamCredits}};
  kind.pass = [](const Place& place, const Passage& packet) -> Services {
    const LinkConfig& link = place.link_above().config;
    const Picoseconds wire = WireTime(place.platform, place.node, packet);
    return {{Stage::kLinkWire, wire, Service::Keeps::kToItsEnd, Stage::kLinkWait},
            {Stage::kLinkWire, link.propagation_ps}};
  };
  kind.picture = [](const Place& place) -> Words {
    const ResolvedLink& link = place.link_above();
    const double gbits = WireFormat(link.config).bytes_per_second() * 8 / 1e9;
    if (link.config.on_die) return {link.name, "on die", FixedText(gbits, 1) + " Gb/s"};
    return {link.name, "Gen" + std::to_string(link.config.generation) + " x" + std::to_string(link.config.lanes),
            FixedText(gbits, 1) + " Gb/s for TLPs"};
  };
  kind.capacity = [](const Place& place) -> std::vector<Capacity> {
    const LinkConfig& link = place.link_above().config;
    const double wire = WireFormat(link).bytes_per_second();
    const bool flits = link.generation >= 6;
    return {
        {place.path + " downstream wire", wire,
         flits ? &JobDemand::downstream_flit_bytes : &JobDemand::downstream_bytes},
        {place.path + " upstream wire", wire, flits ? &JobDemand::upstream_flit_bytes : &JobDemand::upstream_bytes}};
  };
  return kind;
}

BlockKind PcieSwitch() {
  BlockKind kind{"switch", 75};
  kind.ports = {In("from_above"), Out("to_above"), In("from_below").Each(), Out("to_below").Each()};
  kind.pass = [](const Place& place, const Passage&) -> Services {
    return {{Stage::kPort, place.pcie_switch().config.latency_ps}};
  };
  kind.picture = [](const Place& place) -> Words {
    return {"switch: " + NsText(place.pcie_switch().config.latency_ps)};
  };
  return kind;
}

BlockKind RootPort() {
  BlockKind kind{"root_port", 80};
  kind.ports = {In("from_host"),      In("from_link"),  In("from_pri_queue"),   In("from_invalidation"),
                Out("to_link"),       Out("to_iotlb"),  Out("to_memory"),       Out("to_pri_queue"),
                Out("to_interrupts"), Out("to_faults"), Out("to_invalidation"), In("from_accesses").IfBound()};
  kind.resources = {{"reads_outstanding", Role::kRootReads}, {"translation_window", Role::kTranslationWindow}};
  // The fabric is counted once in each direction; what the host sends comes from beside the port.
  kind.pass = [](const Place& place, const Passage& packet) -> Services {
    const RootPortConfig& port = place.root_port().config;
    if (packet.way == Way::kDown) return {{Stage::kPort, port.egress_latency_ps}};
    return {{Stage::kPort,
             port.fabric_latency_ps + (packet.way == Way::kUp ? port.ingress_latency_ps : port.egress_latency_ps)}};
  };
  kind.capacity = [](const Place& place) -> std::vector<Capacity> {
    const ResolvedRootPort& port = place.root_port();
    return {{"outstanding reads of the root ports of " + place.platform.IommuOf(place.node).name,
             PerSecond(port.config.outstanding_reads), &JobDemand::root_read_ps, false, NodeKind::kIommu}};
  };
  return kind;
}

// Takes no time of its own.
BlockKind HomeRouter() {
  BlockKind kind{"home_router", 900};
  kind.ports = {In("in").Each().IfBound(), In("from_agent").Each().IfBound(), Out("to_memory"), Out("agents_to_memory"),
                Out("to_link").Each(),     Out("agents_to_link").Each(),      Out("to_host")};
  return kind;
}

// Each line of 64 bytes that a packet of memory names takes a header, there and back, and its data one way.
std::uint64_t SocketBytes(const SocketLinkConfig& link, const Passage& packet) {
  const bool with_data = packet.write == (packet.way == Way::kUp);
  const std::uint64_t lines = CeilDiv(std::max(packet.data_bytes, 1u), 64);
  return lines * (link.header_bytes + (with_data ? 64 : 0));
}

BlockKind SocketLink() {
  BlockKind kind{"socket_link", 910};
  kind.ports = {In("from_router").Each(), In("from_agents").Each(), Out("to_memory").Each(),
                Out("agents_to_memory").Each()};
  kind.resources = {{"_busy", Role::kSocketLink}, {"_lines", Role::kSocketLink}};
  kind.pass = [](const Place& place, const Passage& packet) -> Services {
    const SocketLinkConfig& link = place.socket_link().config;
    const Picoseconds sent = ByteRate::FromBytesPerSecond(link.bytes_per_second).TimeFor(SocketBytes(link, packet));
    return {{Stage::kSocketLink, sent, Service::Keeps::kToItsEnd, Stage::kSocketLinkWait},
            {Stage::kSocketLink, link.latency_ps}};
  };
  kind.picture = [](const Place& place) -> Words {
    const SocketLinkConfig& link = place.socket_link().config;
    return {place.node_name(), FixedText(link.bytes_per_second / 1e9, 1) + " GB/s each way", NsText(link.latency_ps)};
  };
  // Of what comes from the devices of one socket.
  kind.capacity = [](const Place& place) -> std::vector<Capacity> {
    const double rate = place.socket_link().config.bytes_per_second;
    return {{place.path + " towards memory", rate, &JobDemand::socket_request_bytes},
            {place.path + " from memory", rate, &JobDemand::socket_answer_bytes},
            {place.path + " lines under way", PerSecond(place.socket_link().config.outstanding_lines),
             &JobDemand::socket_line_ps}};
  };
  return kind;
}

}  // namespace

std::vector<BlockKind> FabricKinds() {
  return {DevicePort(), Link(), PcieSwitch(), RootPort(), HomeRouter(), SocketLink()};
}

}  // namespace siov
