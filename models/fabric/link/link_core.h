// SPDX-License-Identifier: Apache-2.0
// What a TLP costs on a PCIe link, at what rate the link moves it, and which TLP may leave next.
//
// LinkFormat knows bytes, credits and the rate; LinkDirection is one direction's flow control, ordering and serialiser.
// Not here: replay after bit errors, low-power states, more than one virtual channel. Pure; times are what callers say.
#ifndef SIOV_MODELS_FABRIC_LINK_LINK_CORE_H_
#define SIOV_MODELS_FABRIC_LINK_LINK_CORE_H_

#include <algorithm>
#include <array>
#include <cstdint>

#include "models/base/lending.h"
#include "models/fabric/link/completion_trains.h"
#include "models/fabric/link/link_config.h"
#include "models/fabric/link/waiting_tlps.h"
#include "models/protocol/tlp.h"

namespace siov {

// Completions of a read of `length` bytes at `address`: at most `max_payload` bytes each, all but the last ending on a
// multiple of `boundary`, as few as that allows (PCIe base specification 2.3.1.1).
std::uint32_t CompletionCount(std::uint64_t address, std::uint32_t length, std::uint32_t max_payload,
                              std::uint32_t boundary);

// Bytes between two ACKs: the specification's ACK latency limit in symbol times.
std::uint32_t AckIntervalBytes(std::uint32_t generation, std::uint32_t lanes, std::uint32_t max_payload);

// The next completion of what is left of a read: `left` bytes from `address` on, both whole double words.
struct CompletionFormat {
  std::uint32_t max_payload_bytes = 256;
  std::uint32_t boundary_bytes = 64;
  std::uint32_t header_bytes = 20;  // and framing
  LinkCost Next(std::uint64_t address, std::uint32_t left) const;
};

class LinkFormat {
 public:
  explicit LinkFormat(const LinkConfig& config);

  // What a request of `kind` takes credits of.
  static CreditClass ClassOf(TlpKind kind) { return IsPosted(kind) ? CreditClass::kPosted : CreditClass::kNonPosted; }
  LinkCost Request(TlpKind kind, bool with_pasid, std::uint64_t address, std::uint32_t length) const {
    LinkCost cost;
    cost.credit_class = ClassOf(kind);
    if (CarriesData(kind)) {
      cost.data_bytes = DataBytes(kind, address, length);
      cost.data_credits = (cost.data_bytes + kCreditBytes - 1) / kCreditBytes;
    }
    cost.wire_bytes = request_bytes_ + cost.data_bytes + (with_pasid ? pasid_bytes_ : 0);
    if (IsRegisterAccess(kind)) cost.wire_bytes -= HeaderSaved(kind, address);
    return cost;
  }
  // Of a request that has left: what its place in the receiver's buffer is counted by.
  static LinkCost CreditsOf(const TlpHeader& tlp) {
    LinkCost cost;
    cost.credit_class = ClassOf(tlp.kind);
    if (CarriesData(tlp.kind)) {
      cost.data_credits = (DataBytes(tlp.kind, tlp.address, tlp.length_bytes) + kCreditBytes - 1) / kCreditBytes;
    }
    return cost;
  }
  // What answers a request of `kind`: all of it.
  LinkCost Completion(TlpKind kind, CompletionStatus status, std::uint64_t address, std::uint32_t length) const;
  LinkCost Request(const TlpHeader& tlp) const {
    return Request(tlp.kind, tlp.pasid.valid(), tlp.address, tlp.length_bytes);
  }
  LinkCost Completion(const TlpHeader& tlp) const {
    return Completion(tlp.kind, tlp.status, tlp.address, tlp.length_bytes);
  }
  const CompletionFormat& completions() const { return completions_; }

  // What is left for TLPs after encoding, ordered sets and data-link packets, in each direction.
  double bytes_per_second() const { return bytes_per_second_; }
  ByteRate rate() const { return rate_; }

 private:
  static constexpr std::uint32_t kMessageDataBytes = 8;

  static bool CarriesData(TlpKind kind) {
    constexpr std::uint32_t kWithoutData = BitOf(TlpKind::kMemoryRead) | BitOf(TlpKind::kTranslationRequest) |
                                           BitOf(TlpKind::kPageRequest) | BitOf(TlpKind::kPageGroupResponse) |
                                           BitOf(TlpKind::kInvalidateCompletion) | BitOf(TlpKind::kConfigRead) |
                                           BitOf(TlpKind::kRegisterRead);
    return (kWithoutData & BitOf(kind)) == 0;
  }
  // A payload is whole double words; byte enables select within the first and the last.
  static std::uint32_t DataBytes(TlpKind kind, std::uint64_t address, std::uint32_t length) {
    if (kind == TlpKind::kInvalidateRequest) return kMessageDataBytes;
    return (static_cast<std::uint32_t>(address & 3) + length + 3) & ~3u;
  }

  // Requests by id, and those to addresses below 4 GiB, have a header of three double words.
  std::uint32_t HeaderSaved(TlpKind kind, std::uint64_t address) const {
    return IsConfiguration(kind) || address >> 32 == 0 ? short_header_saves_ : 0;
  }

  CompletionFormat completions_;
  std::uint32_t short_header_saves_;
  std::uint32_t pasid_bytes_;    // of the prefix
  std::uint32_t request_bytes_;  // header and framing of a request with a 64-bit address, or a message
  double bytes_per_second_;
  ByteRate rate_;
};

// Credits of one class: taken when a TLP leaves, usable again when the receiver's return has arrived.
class CreditPool {
 public:
  CreditPool() = default;
  CreditPool(std::uint32_t headers, std::uint32_t data)
      : limited_(headers != 0 || data != 0), headers_(headers), data_(data) {}
  bool limited() const { return limited_; }
  bool Take(Picoseconds now, const LinkCost& cost) {
    if (!limited_) return true;
    headers_.Settle(now);
    if (cost.data_credits != 0) {
      data_.Settle(now);
      if (!data_.Covers(cost.data_credits)) return false;
    }
    if (!headers_.Covers(cost.tlps)) {
      data_.Settle(now);  // NextReturn() tells of returns to come
      return false;
    }
    headers_.Take(now, cost.tlps);
    if (cost.data_credits != 0) data_.Take(now, cost.data_credits);
    return true;
  }
  // REQUIRES: `usable` never decreases.
  void Return(Picoseconds usable, const LinkCost& cost) {
    if (!limited_) return;
    headers_.Return(usable, cost.tlps);
    if (cost.data_credits != 0) data_.Return(usable, cost.data_credits);
  }
  // Which of the two there are too few of for `cost`, as far as they were collected: at the last Take().
  bool LacksHeaders(const LinkCost& cost) const { return !headers_.Covers(cost.tlps); }
  bool LacksData(const LinkCost& cost) const { return !data_.Covers(cost.data_credits); }
  // When those on their way, each as it arrives, suffice for `cost` too; kNever: they never do.
  Picoseconds UsableFor(const LinkCost& cost) const {
    return std::max(headers_.CoversFrom(cost.tlps), data_.CoversFrom(cost.data_credits));
  }
  // When the next credits become usable; kNever if none are on their way.
  Picoseconds NextReturn() const { return std::min(headers_.NextReturn(), data_.NextReturn()); }
  // For statistics of them.
  Lending& headers() { return headers_; }
  Lending& data() { return data_; }

 private:
  bool limited_ = false;
  Lending headers_;
  Lending data_;
};

// When an item occupies the serialiser.
struct LinkSlot {
  Picoseconds start = 0;
  Picoseconds end = 0;
};

// What waits for credits does so in the order of waiting_tlps.h. On the wire, packets leave first come, first served; a
// read that is answered by several completions sends each when nothing else wants the wire (completion_trains.h). So
// what comes waits for the one packet that is being sent.
class LinkDirection {
 public:
  LinkDirection(const LinkCredits& credits, ByteRate rate, Picoseconds credit_return_ps,
                const CompletionFormat& completions = {});

  // Nothing waits and credits suffice: it leaves in `slot`. False: offer it.
  bool LeaveAtOnce(Picoseconds now, const LinkCost& cost, LinkSlot& slot) {
    if (!waiting_.empty() || !PoolOf(cost).Take(now, cost)) return false;
    slot = Occupy(now, cost);
    return true;
  }
  // True: it leaves in `slot`. False: it waits until TakeNext() yields it.
  bool Offer(Picoseconds now, const LinkItem& item, LinkSlot& slot);
  // The oldest waiting item that may leave at `now`, if any.
  bool TakeNext(Picoseconds now, LinkItem& item, LinkSlot& slot);
  // The receiver freed the item's buffer at `freed`.
  void Return(Picoseconds freed, const LinkCost& cost) { PoolOf(cost).Return(freed + credit_return_ps_, cost); }
  bool limited(CreditClass credit_class) const { return pools_[static_cast<std::size_t>(credit_class)].limited(); }
  CreditPool& pool(CreditClass credit_class) { return pools_[static_cast<std::size_t>(credit_class)]; }

  // A read that is answered by several completions: order permits the first.
  void Begin(const CompletionTrain& train) { trains_.Begin(train); }
  bool has_trains() const { return !trains_.empty(); }
  // One of theirs goes before whatever comes next.
  bool TrainsTurn() const { return trains_.OldestsTurn(); }
  // When the next completion of a train may leave, if nothing else comes. REQUIRES has_trains().
  Picoseconds NextOfTrain(Picoseconds now) const;
  // It leaves in `slot`; `train` is what is left of its read then. False: for want of credits.
  bool TakeOfTrain(Picoseconds now, CompletionTrain& train, LinkCost& cost, LinkSlot& slot);

  std::size_t waiting() const { return waiting_.size(); }
  // What the oldest waiting item of a class lacks, if it is credits that hold it back.
  struct Shortage {
    bool headers = false;
    bool data = false;
  };
  Shortage ShortageOf(CreditClass credit_class) const;
  // The earliest time after which TakeNext() may yield something because credits return; kNever if none do.
  Picoseconds NextReturn() const;

 private:
  static constexpr std::size_t kClasses = 3;
  CreditPool& PoolOf(const LinkCost& cost) { return pool(cost.credit_class); }
  LinkSlot Occupy(Picoseconds now, const LinkCost& cost) {
    const Picoseconds start = std::max(now, free_at_);
    free_at_ = start + rate_.TimeFor(cost.wire_bytes);
    if (!trains_.empty() && cost.tlps != 0) trains_.Overtaken();
    return {start, free_at_};
  }

  std::array<CreditPool, kClasses> pools_;
  ByteRate rate_;
  Picoseconds credit_return_ps_;
  Picoseconds free_at_ = 0;
  WaitingTlps waiting_;
  CompletionFormat completions_;
  CompletionTrains trains_;
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_LINK_LINK_CORE_H_
