// SPDX-License-Identifier: Apache-2.0
// The decisions of a PCIe switch: by which port a packet leaves, and which of those that wait for a port goes next.
//
// Ports are numbered: downstream ports from 0, then the upstream port. Pure; the shell gives it time.
#ifndef SIOV_MODELS_FABRIC_SWITCH_SWITCH_CORE_H_
#define SIOV_MODELS_FABRIC_SWITCH_SWITCH_CORE_H_

#include <array>
#include <cstdint>
#include <vector>

#include "models/fabric/link/waiting_tlps.h"
#include "models/fabric/switch/switch_config.h"

namespace siov {

// Routing of what comes from above (PCIe base specification 2.2.4): memory requests by address; completions,
// configuration requests, and the messages of ATS and PRI, by the bus of the id they are sent to. What comes from below
// goes up: untranslated addresses mean nothing in a switch, translated ones lie in host memory, and messages of devices
// are for the root complex. A switch that sent requests from device to device by itself would let them past the IOMMU;
// ACS redirect forbids it.
class SwitchRoutes {
 public:
  explicit SwitchRoutes(const SwitchConfig& config);

  static constexpr std::uint32_t kNobody = 0xFFFF;

  // Throw InvariantError if nobody below is meant.
  std::uint32_t OfRequest(TlpKind kind, std::uint64_t address, RequesterId target) const;
  std::uint32_t OfCompletion(RequesterId requester) const;
  // Of a CPU's access to registers: software may name an id or an address that nobody has. kNobody: the switch refuses
  // it.
  std::uint32_t OfAccess(const TlpHeader& access) const;
  bool EndsAtDevice(std::uint32_t port) const { return ports_[port].ends_at_device; }

 private:
  std::uint32_t OfAddress(std::uint64_t address) const;

  const std::vector<SwitchPortConfig> ports_;
  std::array<std::uint16_t, 256> port_of_bus_;
};

// What waits to leave by one port: by the port it came in by, in the order that PCIe demands of each such stream, those
// streams in turn. A packet that the link cannot take for want of credits waits there: of each class there is at most
// one, and of those behind it in order none.
class SwitchEgress {
 public:
  explicit SwitchEgress(std::uint32_t ports) : streams_(ports) {}

  void Push(std::uint32_t ingress, const LinkItem& item) {
    streams_[ingress].Push(item);
    ++waiting_;
  }
  // The next one that may leave, and whence it came. False: there is none.
  bool TakeNext(LinkItem& item, std::uint32_t& ingress);
  std::size_t waiting() const { return waiting_; }

  // A request was given to the link, and has left it.
  void Given(CreditClass credit_class) { given_[static_cast<std::size_t>(credit_class)] = true; }
  void Left(CreditClass credit_class) { given_[static_cast<std::size_t>(credit_class)] = false; }

 private:
  bool MayLeave(CreditClass credit_class) const {
    if (given_[static_cast<std::size_t>(credit_class)]) return false;
    return credit_class == CreditClass::kPosted || !given_[static_cast<std::size_t>(CreditClass::kPosted)];
  }

  std::vector<WaitingTlps> streams_;
  std::size_t waiting_ = 0;
  std::uint32_t turn_ = 0;  // the stream that is asked first
  std::array<bool, 3> given_{};
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_SWITCH_SWITCH_CORE_H_
