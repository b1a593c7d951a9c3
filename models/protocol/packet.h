// SPDX-License-Identifier: Apache-2.0
// What every packet is beside the fields of its protocol: a ledger that travels with it, and a count of who still looks
// at it. Pure.
//
// A protocol's fields are a struct of plain values (`Header`) with a `kName` for messages about it and `kAnswered`: its
// originator gets it back by BEGIN_RESP (of TLPs their kind says so). They are reset as a whole when a packet is taken
// from its pool (models/kernel/packet_pool.h). What becomes something else on its way (a request that becomes a
// message, a write that becomes a fault) is a new packet that takes the ledger.
#ifndef SIOV_MODELS_PROTOCOL_PACKET_H_
#define SIOV_MODELS_PROTOCOL_PACKET_H_

#include <cstdint>

#include "models/protocol/ledger.h"

namespace siov {

template <class Header>
class Packet : public Header {
 public:
  void Reset() {
    static_cast<Header&>(*this) = kFresh;
    holders_ = 1;
  }
  // For who passes it on and still has to look at it: whoever consumes it does not free it before this one gives it
  // back, too.
  void Hold() { ++holders_; }
  bool LetGo() { return --holders_ == 0; }  // the pool's

  Ledger ledger;  // this packet's branch; opened by the originator at the fork

 private:
  static const Header kFresh;

  std::uint32_t holders_ = 0;
};

template <class Header>
const Header Packet<Header>::kFresh{};

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_PACKET_H_
