// SPDX-License-Identifier: Apache-2.0
// A pooled TLM-2.0 generic payload with its PCIe extension, and the rules by which it travels.
//
// The house uses its own protocol traits (PcieProtocol), so its sockets cannot be bound to base-protocol ones by
// mistake. The four phases keep their TLM meaning; what differs is that many requests may be between BEGIN_REQ and
// END_REQ at once, because PCIe pipelines them and bounds them by credits instead:
//
//   fw BEGIN_REQ   here is a packet, arriving `delay` from now. The target only enqueues it (due queue). Returns
//                  TLM_ACCEPTED (it sits in the target's input buffer; END_REQ follows) or TLM_UPDATED with END_REQ (it
//                  never occupies an input buffer that anyone waits for).
//   bw END_REQ     the packet left the target's input buffer; on a link this returns its flow-control credits. Exactly
//                  one per BEGIN_REQ that was TLM_ACCEPTED, always before BEGIN_RESP.
//   bw BEGIN_RESP  the answer (completion, dispatch finished...), arriving `delay` from now. Returns TLM_COMPLETED.
//
// Ownership: Take() gives the originator a payload. A request that is answered stays the originator's, who gives it
// back after BEGIN_RESP. A posted request is given away with BEGIN_REQ; its final consumer gives it back. END_REQ never
// changes ownership, and a payload may no longer be touched by those who passed it on once it is posted.
#ifndef SIOV_MODELS_KERNEL_PAYLOAD_H_
#define SIOV_MODELS_KERNEL_PAYLOAD_H_

#include <memory>
#include <systemc>
#include <tlm>

#include "models/base/pool.h"
#include "models/protocol/tlp.h"

namespace siov {

// The PCIe part as a TLM extension, for tools that look at payloads in the standard way.
class TlpExtension : public tlm::tlm_extension<TlpExtension>, public Tlp {
 public:
  tlm::tlm_extension_base* clone() const override { return new TlpExtension(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override {
    static_cast<Tlp&>(*this) = static_cast<const TlpExtension&>(other);
  }
};

// A generic payload that always has the extension, and reaches it without a look-up.
class Payload : public tlm::tlm_generic_payload {
 public:
  explicit Payload(tlm::tlm_mm_interface* pool) : tlm_generic_payload(pool) { set_extension(&extension_); }
  ~Payload() override { clear_extension(&extension_); }  // a member, not the base class's to free
  Tlp& tlp() { return extension_; }
  // Room for a completion of several translations; stays with the payload through its pool.
  TranslationBatch& Batch() {
    if (batch_ == nullptr) batch_ = std::make_unique<TranslationBatch>();
    return *batch_;
  }

 private:
  TlpExtension extension_;
  std::unique_ptr<TranslationBatch> batch_;
};

inline Tlp& TlpOf(Payload& payload) { return payload.tlp(); }

struct PcieProtocol {
  using tlm_payload_type = Payload;
  using tlm_phase_type = tlm::tlm_phase;
};

// Payloads are recycled and never returned to the heap while the pool lives; one pool a simulation.
class PayloadPool : public tlm::tlm_mm_interface {
 public:
  PayloadPool() = default;
  PayloadPool(const PayloadPool&) = delete;
  PayloadPool& operator=(const PayloadPool&) = delete;

  // A fresh payload for `kind`: address and length set, extension reset, ledger opened at `now`.
  Payload* Take(TlpKind kind, std::uint64_t address, std::uint32_t length_bytes, Picoseconds now);
  void Give(Payload* payload) { payload->release(); }
  void free(tlm::tlm_generic_payload* payload) override { pool_.Give(*static_cast<Payload*>(payload)); }
  std::size_t in_use() const { return pool_.in_use(); }

 private:
  Pool<Payload> pool_;
};

}  // namespace siov

#endif  // SIOV_MODELS_KERNEL_PAYLOAD_H_
