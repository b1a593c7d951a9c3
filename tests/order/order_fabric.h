// SPDX-License-Identifier: Apache-2.0
// Two devices of two functions each below a switch, a root port and an IOTLB: real links, switch, root port and IOTLB
// between scripted peers, with a tap on every socket in between. What passes the taps is told to checkers that share
// nothing with the models, one for each way: each link's directions, the switch's by the device a packet is from
// or for, the root complex's.
#ifndef SIOV_TESTS_ORDER_ORDER_FABRIC_H_
#define SIOV_TESTS_ORDER_ORDER_FABRIC_H_

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/base/random.h"
#include "models/fabric/link/link.h"
#include "models/fabric/root_port/root_port.h"
#include "models/fabric/switch/switch.h"
#include "models/iommu/iotlb/iotlb.h"
#include "tests/order/order_homes.h"
#include "tests/order/tap.h"
#include "tests/support/order_checker.h"
#include "tests/support/socket_peers.h"

namespace siov::testing {

class OrderFabric {
 public:
  static constexpr std::size_t kDevices = 2;
  static constexpr Picoseconds kPageSlow = 30 * kPsPerUs;
  struct Config {
    LinkConfig link;  // between a device and the switch
    LinkConfig uplink;
    IotlbConfig iotlb;
    RootPortConfig root;
    std::uint64_t seed = 1;
    bool slow_reads = false;                  // reads wait long for their translations; writes are translated
    std::optional<OrderHomes::Config> homes;  // none: one memory
  };

  explicit OrderFabric(const Config& config);
  // Something random from a device, or from the host, at `at`.
  void SendUp(Picoseconds at);
  void SendDown(Picoseconds at);
  void Run(Picoseconds until) { simulation_.agenda.RunUntil(until); }
  // What the checkers found, after the run.
  std::vector<OrderChecker> Check() const;

 private:
  // A way of packets, and where one enters and leaves it.
  enum Way : std::uint8_t {
    kUpLink0,
    kUpLink1,
    kUpSwitch0,
    kUpSwitch1,
    kUpUplink,
    kUpRoot,
    kDownRoot,
    kDownUplink,
    kDownSwitch0,
    kDownSwitch1,
    kDownLink0,
    kDownLink1,
    kUpHomes,
    kWays,
    kNoWay
  };
  enum class Step : std::uint8_t { kEnters, kAtHome, kLeaves };
  struct Event {
    Picoseconds at;
    Way way;
    Step step;
    WirePacket packet;
    unsigned home = 0;
  };

  // A tap that sees packets leave one way and enter the next: requests the one, answers the other direction.
  Tap& AddTap(const std::string& name, std::array<Way, 2> requests, std::array<Way, 2> answers);
  void Note(const Tlp& tlp, Picoseconds at, bool answer, std::array<Way, 2> ways);
  void BuildMemories(Tap& past, Tap& through);
  // Which memory an address of a device's lies in; translated ones say so themselves.
  std::uint64_t HomeOf(std::uint64_t address) const;
  // The first device's ways through the switch stand for either device's: between ports nothing is owed.
  static Way WayOf(Way way, const Tlp& tlp) {
    const bool of_switch = way == kUpSwitch0 || way == kDownSwitch0;
    return of_switch && (tlp.requester >> 8) == 2 ? static_cast<Way>(way + 1) : way;
  }
  void Script();
  Tlp& Random(Tlp& tlp, std::uint64_t address);

  Config config_;
  Simulation simulation_{Agenda::Mode::kAhead, 1};
  PeerLog log_;
  RandomStream random_;
  AddressSpaces spaces_{{Spaces()}, 7};
  std::vector<Event> events_;
  std::vector<std::unique_ptr<Tap>> taps_;
  std::uint64_t names_ = 0;

  static AddressSpaceClass Spaces() {
    AddressSpaceClass config;
    config.count = 9;
    return config;
  }
  SwitchConfig SwitchOf() const;

  std::array<std::unique_ptr<ScriptedInitiator>, kDevices> devices_;
  std::array<std::unique_ptr<ScriptedTarget>, kDevices> portals_;
  std::array<std::unique_ptr<Link>, kDevices> links_;
  ScriptedInitiator host_{"host", simulation_, log_};
  ScriptedInitiator responses_{"responses", simulation_, log_};
  ScriptedInitiator invalidations_{"invalidations", simulation_, log_};
  std::array<std::unique_ptr<ScriptedTarget>, 2> memory_;  // of one memory: past the IOTLB, and through it
  std::unique_ptr<OrderHomes> homes_;
  ScriptedTarget pri_{"pri", simulation_, log_};
  ScriptedTarget interrupts_{"interrupts", simulation_, log_};
  ScriptedTarget completions_{"completions", simulation_, log_};
  ScriptedTargetOf<FaultRecord> root_faults_{"root_faults", simulation_, log_};
  ScriptedTargetOf<FaultRecord> faults_{"faults", simulation_, log_};
  ScriptedTargetOf<Walk> walker_{"walker", simulation_, log_};
  ScriptedTargetOf<InvalidationRequest> walker_invalidations_{"walker_invalidations", simulation_, log_};
  ScriptedInitiatorOf<InvalidationRequest> iotlb_invalidations_{"iotlb_invalidations", simulation_, log_};
  ScriptedInitiatorOf<InvalidationRequest> page_requests_{"page_requests", simulation_, log_};
  Link uplink_;
  Switch switch_;
  RootPort root_;
  Iotlb iotlb_;
};

}  // namespace siov::testing

#endif  // SIOV_TESTS_ORDER_ORDER_FABRIC_H_
