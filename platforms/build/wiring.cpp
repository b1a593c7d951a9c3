// SPDX-License-Identifier: Apache-2.0
#include "platforms/build/wiring.h"

#include "models/base/invariant.h"

namespace siov {
namespace {

// Null: the block has no socket of that name.
sc_core::sc_object* FindSocket(const Block& block, const std::string& name) {
  for (sc_core::sc_object* const child : block.get_child_objects()) {
    if (name == child->basename()) return child;
  }
  return nullptr;
}

sc_core::sc_object& SocketOf(const Construction& construction, Topology::Block vertex, const std::string& name) {
  const std::string& path = construction.topology.blocks()[vertex].path;
  Block* const block = construction.FindBlock(path);
  CheckInvariant(block != nullptr, [&] { return "wiring: " + path + " has not been constructed"; });
  sc_core::sc_object* const socket = FindSocket(*block, name);
  CheckInvariant(socket != nullptr, [&] { return "wiring: " + path + " has no socket " + name; });
  return *socket;
}

// False: not both of them are sockets of the protocol.
template <class Packet>
bool BindAs(sc_core::sc_object& from, sc_core::sc_object& to) {
  auto* const initiator = dynamic_cast<InitiatorSocketBase<Packet>*>(&from);
  auto* const target = dynamic_cast<TargetSocketBase<Packet>*>(&to);
  if (initiator == nullptr || target == nullptr) return false;
  initiator->bind(*target);
  return true;
}

template <class Packet>
bool TerminateAs(sc_core::sc_object& open, UnusedPeers* unused) {
  if (auto* const initiator = dynamic_cast<InitiatorSocketBase<Packet>*>(&open)) {
    unused->Terminate<Packet>(*initiator);
    return true;
  }
  auto* const target = dynamic_cast<TargetSocketBase<Packet>*>(&open);
  if (target != nullptr) unused->Terminate<Packet>(*target);
  return target != nullptr;
}

// By the packets that both ends speak of.
template <class... Packets>
struct AsOneOf {
  static void Bind(sc_core::sc_object& from, sc_core::sc_object& to) {
    const bool bound = (BindAs<Packets>(from, to) || ...);
    CheckInvariant(bound, [&] {
      return std::string("wiring: ") + from.name() + " and " + to.name() + " are not sockets of one protocol";
    });
  }
  static void Terminate(sc_core::sc_object& open, UnusedPeers* unused) {
    const bool terminated = (TerminateAs<Packets>(open, unused) || ...);
    CheckInvariant(terminated, [&] { return std::string("wiring: ") + open.name() + " is no socket"; });
  }
};
using AnyProtocol = OfAllPackets<AsOneOf>;

void TerminateOpen(const Construction& construction, Topology::Block vertex, UnusedPeers* unused) {
  const Topology& topology = construction.topology;
  const BlockVertex& block = topology.blocks()[vertex];
  for (const Port& port : block.kind->ports) {
    if (topology.Bound(vertex, port.name) != 0 || port.need == Port::Need::kIfBound) continue;
    CheckInvariant(port.need == Port::Need::kMayStayOpen, [&] {
      return "wiring: nobody is bound to " + block.path + "." + port.name + ", which may not stay open";
    });
    AnyProtocol::Terminate(SocketOf(construction, vertex, port.name), unused);
  }
}

}  // namespace

void Wire(const Construction& construction, UnusedPeers* unused) {
  const Topology::Blocks& blocks = construction.topology.blocks();
  for (auto [edge, end] = boost::edges(blocks); edge != end; ++edge) {
    AnyProtocol::Bind(SocketOf(construction, boost::source(*edge, blocks), blocks[*edge].from_socket),
                      SocketOf(construction, boost::target(*edge, blocks), blocks[*edge].to_socket));
  }
  for (auto [block, end] = boost::vertices(blocks); block != end; ++block) TerminateOpen(construction, *block, unused);
}

}  // namespace siov
