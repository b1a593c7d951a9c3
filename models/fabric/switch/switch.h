// SPDX-License-Identifier: Apache-2.0
// A PCIe switch: one upstream port, n downstream ports. It stores each TLP, sends it on a fixed latency after its last
// byte came, and chooses in turn among its ports who gets the wire that several want.
//
// A request keeps its place in the input buffer, which the credits of the link that it came by bound, until the next
// link has taken it whole. What is modelled and what is not: models/fabric/switch/README.md; routing and arbitration:
// switch_core.h.
#ifndef SIOV_MODELS_FABRIC_SWITCH_SWITCH_H_
#define SIOV_MODELS_FABRIC_SWITCH_SWITCH_H_

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "models/fabric/link/link_core.h"
#include "models/fabric/switch/switch_core.h"
#include "models/kernel/block.h"

namespace siov {

class Switch final : public Block {
 public:
  Switch(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
         const SwitchConfig& config);

  TargetSocket<Switch> from_above;
  InitiatorSocket<Switch> to_above;
  std::vector<std::unique_ptr<TargetSocket<Switch>>> from_below;  // by downstream port
  std::vector<std::unique_ptr<InitiatorSocket<Switch>>> to_below;

  std::vector<std::string> WaitsFor(const Occupancy& held) const override;
  std::vector<std::string> PassesOnTo() const override;

 private:
  enum Kind : std::uint32_t { kRequest, kCompletion, kSent, kDecide };

  // One of the two wires of a link that leaves here.
  struct Egress {
    Egress(const LinkConfig& link, std::uint32_t ports) : format(link), order(ports) {}
    LinkFormat format;
    SwitchEgress order;
    Picoseconds free_at = 0;
    bool decide_due = false;
    struct Given {
      Tlp* payload = nullptr;
      Picoseconds since = 0;
      std::uint32_t ingress = 0;
    };
    std::array<Given, 2> given;  // posted and non-posted requests that the link has not begun to send
    // The read whose completions the wire sent last, and since when without a break.
    const Tlp* read = nullptr;
    Picoseconds read_since = 0;
    // When such a one, of the same classes, last left that the link had no credits for at first.
    std::array<Picoseconds, 2> credits_until{};
    // Until when a packet of the class was held back by credits: behind one of its own class, or a posted one.
    Picoseconds CreditsUntil(CreditClass credit_class) const {
      const Picoseconds posted = credits_until[0];
      return credit_class == CreditClass::kNonPosted ? std::max(posted, credits_until[1]) : posted;
    }
  };

  tlm::tlm_sync_enum Request(std::uint32_t ingress, Tlp& payload, Picoseconds delay);
  void Answer(std::uint32_t port, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;
  void Arrived(std::uint32_t ingress, Tlp& payload, bool completion);
  std::uint32_t EgressOf(std::uint32_t ingress, const Tlp& payload, bool completion) const;
  void Access(Tlp& payload);
  void Refuse(Tlp& payload);
  void Queue(std::uint32_t port, std::uint32_t ingress, Tlp& payload, const LinkCost& cost);
  void Decide(std::uint32_t port);
  void Choose(std::uint32_t port);
  void MarkOwnRead(Egress& egress, Tlp& completion);
  void SendCompletion(std::uint32_t port, Tlp& payload, const LinkCost& cost);
  void SendRequest(std::uint32_t port, std::uint32_t ingress, Tlp& payload, CreditClass credit_class);
  void Leaves(std::uint32_t port, Tlp& payload, Picoseconds until_sent);
  void Sent(std::uint32_t port, std::uint32_t ingress, Tlp& payload);
  std::vector<std::string> PeersBelow() const;
  bool IsUp(std::uint32_t port) const { return port == upstream_; }
  Occupancy& QueueOf(std::uint32_t port) { return IsUp(port) ? upstream_queue_ : downstream_queue_; }

  Picoseconds latency_ps_;
  std::uint32_t upstream_;  // number of the upstream port
  SwitchRoutes routes_;
  std::vector<Egress> egress_;  // by port

  Counter upstream_requests_;
  Counter downstream_requests_;
  Counter upstream_completions_;
  Counter downstream_completions_;
  Counter refused_;
  Occupancy upstream_queue_;
  Occupancy downstream_queue_;
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_SWITCH_SWITCH_H_
