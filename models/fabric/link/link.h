// SPDX-License-Identifier: Apache-2.0
// A PCIe link: two directions, each with one serialiser shared by the requests of that direction and the completions of
// the other, flow-control credits by class, and PCIe ordering where credits run out.
//
// A TLP that nothing holds back has its departure computed on arrival and costs no event of its own; the completions of
// a read that has several cost one each, and may be overtaken. What is modelled and what is not:
// models/fabric/link/README.md; bytes, credits and order: link_core.h.
#ifndef SIOV_MODELS_FABRIC_LINK_LINK_H_
#define SIOV_MODELS_FABRIC_LINK_LINK_H_

#include <array>
#include <memory>
#include <string>

#include "models/base/backlog.h"
#include "models/base/lent_places.h"
#include "models/fabric/link/link_core.h"
#include "models/kernel/block.h"

namespace siov {

class Link final : public Block {
 public:
  Link(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path, const LinkConfig& config);

  TargetSocket<Link> upstream_in;      // from the device
  InitiatorSocket<Link> upstream_out;  // to the root port
  TargetSocket<Link> downstream_in;    // from the root port
  InitiatorSocket<Link> downstream_out;

  std::vector<std::string> WaitsFor(const Occupancy& held) const override;
  std::vector<std::string> PassesOnTo() const override { return PeersOf(upstream_out, downstream_out); }

  double bytes_per_second() const { return format_.bytes_per_second(); }

 private:
  enum Direction : std::uint32_t { kUpstream, kDownstream };
  enum Kind : std::uint32_t { kRequest, kCompletion, kFreed, kRetry, kTrain };

  struct Names;
  // Who advertises finite credits bounds what is on its way to it: a pool of headers and one of data a class.
  struct Credits {
    Credits(StatGroup& group, Direction direction, LinkDirection* flow);
    void NoteShortages(Picoseconds now, const LinkDirection& flow);
    std::array<std::unique_ptr<LentPlaces>, 3> headers;  // by CreditClass; null where they are infinite
    std::array<std::unique_ptr<LentPlaces>, 3> data;
  };
  struct Lane {
    Lane(StatGroup& group, Direction direction, const Names& names, const LinkCredits& credits, ByteRate rate,
         Picoseconds credit_return_ps, const CompletionFormat& completions);
    void Count(Picoseconds now, const LinkCost& cost, const LinkSlot& slot) {
      const auto credit_class = static_cast<std::size_t>(cost.credit_class);
      tlps[credit_class].Add(cost.tlps);
      bytes[credit_class].Add(cost.wire_bytes);
      data_bytes.Add(cost.data_bytes);
      busy.Serve(slot.start, slot.end);
      serialiser_queue.Enter(now, slot.start);
    }
    LinkDirection flow;
    Picoseconds retry_at = kNever;
    Picoseconds train_at = kNever;
    std::array<Counter, 3> tlps;   // by CreditClass
    std::array<Counter, 3> bytes;  // on the wire
    Counter data_bytes;
    Counter credit_stalls;
    BusyTime busy;
    Backlog serialiser_queue;
    Occupancy credit_queue;
    Credits credits;
  };

  tlm::tlm_sync_enum Forward(std::uint32_t direction, Tlp& payload, Picoseconds delay);
  void Backward(std::uint32_t direction, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;
  void Requested(Direction direction, Tlp& payload);
  void Answered(Direction direction, Tlp& payload);
  void Offer(Direction direction, Tlp& payload, const LinkCost& cost);
  void Depart(Direction direction, Tlp& payload, const LinkCost& cost, const LinkSlot& slot);
  void BeginTrain(Direction direction, Tlp& read);
  void NextOfTrain(Direction direction);
  void ArmTrain(Direction direction);
  bool SendOfTrain(Direction direction);
  void PassOnOfTrain(Direction direction, Tlp& read, const CompletionTrain& train, const LinkCost& cost,
                     const LinkSlot& slot);
  bool SwitchGetsAnswers(Direction direction) const {
    return direction == kUpstream ? config_.switch_above : config_.switch_below;
  }
  bool TellsSender(Direction direction, TlpKind kind, CreditClass credit_class) const;
  void Freed(Direction direction, const LinkCost& cost, Picoseconds at) {
    LinkDirection& flow = LaneOf(direction).flow;
    flow.Return(at, cost);
    if (flow.waiting() != 0) ScheduleRetry(direction);
  }
  void Retry(Direction direction);
  void ScheduleRetry(Direction direction);
  void CheckSize(const Tlp& payload) const {
    if (payload.kind != TlpKind::kMemoryRead && payload.kind != TlpKind::kMemoryWrite) return;
    const bool read = payload.kind == TlpKind::kMemoryRead;
    const std::uint32_t limit = read ? config_.max_read_request_bytes : config_.max_payload_bytes;
    const bool in_page = payload.address % kPage4K + payload.length_bytes <= kPage4K;
    if (payload.length_bytes - 1 >= limit || !in_page) FailSize(payload, limit);
  }
  [[noreturn]] void FailSize(const Tlp& payload, std::uint32_t limit) const;

  LinkConfig config_;
  LinkFormat format_;
  Lane upstream_;
  Lane downstream_;
  Lane& LaneOf(Direction direction) { return direction == kUpstream ? upstream_ : downstream_; }
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_LINK_LINK_H_
